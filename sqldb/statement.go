package sqldb

import (
	"slices"

	"althing/sqldb/internal/sqlite"
)

// statement is one compiled statement.
type statement struct {
	*sqlite.Stmt
	acts

	text  string // as it is kept in the cache
	holds bool   // a text or bytes are bound, which must not stay in memory
}

// first compiles the first statement of a text, or takes it from the cache; it
// is nil when there is none.
func (c *conn) first(sql string) (*statement, sqlite.Script, error) {
	if s := c.cache.take(sql); s != nil {
		return s, sqlite.Script{}, nil
	}
	rest, err := c.Script(sql)
	if err != nil {
		return nil, rest, err
	}
	s, err := c.next(&rest)
	if s != nil && rest.Rest() == "" && len(sql) <= cachedText && !s.defines && s.transaction == "" {
		s.text = sql
	}
	return s, rest, err
}

// next compiles the next statement of a text; it is nil at its end.
func (c *conn) next(rest *sqlite.Script) (*statement, error) {
	if rest.Rest() == "" {
		return nil, nil
	}
	c.acts, c.refused = acts{}, nil
	bare, err := rest.Next()
	if err != nil || bare == nil {
		return nil, err
	}
	rest.Skip(len(rest.Rest()) - len(skipBlank(rest.Rest())))
	return &statement{Stmt: bare, acts: c.acts}, nil
}

// done ends the statement's run and keeps it for the next time.
func (c *conn) done(s *statement) {
	s.Reset()
	if s.text == "" {
		s.Close()
		return
	}
	if s.holds { // only then: it may have SQLite compile the statement anew
		s.Unbind()
		s.holds = false
	}
	c.cache.put(s)
}

// cache holds compiled statements, the one used last at the end. Compiling is
// a third of the time of a simple query, and programs that poll send the same
// texts again; a text with its values written into it finds nothing here, and
// loses nothing but a look at a few lengths.
type cache struct{ kept []*statement }

const (
	cachedStatements = 16   // of some KB each, for every connection
	cachedText       = 1024 // bytes: longer ones are not what is polled
)

// take gives the statement and forgets it, or nil.
func (c *cache) take(text string) *statement {
	for i, s := range c.kept {
		if s.text == text {
			c.kept = slices.Delete(c.kept, i, i+1)
			return s
		}
	}
	return nil
}

func (c *cache) put(s *statement) {
	if len(c.kept) == cachedStatements {
		c.kept[0].Close()
		c.kept = slices.Delete(c.kept, 0, 1)
	}
	c.kept = append(c.kept, s)
}

func (c *cache) clear() {
	for _, s := range c.kept {
		s.Close()
	}
	c.kept = nil
}
