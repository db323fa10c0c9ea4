package sqldb

import (
	"context"
	"unicode/utf8"

	lib "modernc.org/sqlite/lib"

	"althing/fault"
	"althing/sqldb/internal/sqlite"
	"althing/value"
)

// run works out one text in a turn of its own.
func (c *conn) run(ctx context.Context, sql string, args []value.Value, most int) (Result, error) {
	stop := c.start(ctx)
	r := running{c: c, args: args, most: most}
	err := r.text(sql)
	stop()
	if err != nil {
		err = c.fault(ctx, err)
	}
	if !c.Autocommit() {
		if undone := c.own("ROLLBACK"); undone != nil {
			c.broken = true
		}
	}
	if err != nil {
		return Result{}, err
	}
	return r.result, nil
}

// running is a text that is being worked out.
type running struct {
	c      *conn
	args   []value.Value // those that no statement has used yet
	most   int           // rows that are wanted; 0: all
	inside bool          // between the text's own BEGIN and COMMIT
	result Result
}

// text runs the statements of a text. One statement that only reads needs no
// transaction beside SQLite's own; everything else gets one of ours, a single
// INSERT too: what it did must still be undone when its rows are too many, or
// when it fails in a way that SQLite lets stand (OR FAIL).
func (r *running) text(sql string) error {
	s, rest, err := r.c.first(sql)
	if err != nil || s == nil {
		return err
	}
	if r.c.writes || rest.Rest() != "" || s.transaction != "" {
		return r.transaction(s, rest)
	}
	defer r.c.done(s)
	return r.statement(s, true)
}

// transaction runs the statement and those that follow it in one transaction.
func (r *running) transaction(s *statement, rest sqlite.Script) error {
	if err := r.c.begin.Run(); err != nil {
		r.c.done(s)
		return err
	}
	defines := false
	for s != nil {
		defines = defines || s.defines
		err := r.statement(s, rest.Rest() == "")
		r.c.done(s)
		if err != nil {
			return err
		}
		if s, err = r.c.next(&rest); err != nil {
			return err
		}
	}
	if r.inside {
		return fault.Python(fault.Invalid, "OperationalError",
			"BEGIN without COMMIT: a transaction does not stay open between requests, and this one was undone; send all of it in one request")
	}
	if defines {
		if err := r.c.checkSchema(); err != nil {
			return err
		}
	}
	return r.c.commit.Run()
}

func (r *running) statement(s *statement, last bool) error {
	if s.transaction != "" {
		return r.bracket(s.transaction)
	}
	if err := r.bind(s, last); err != nil {
		return err
	}
	return r.step(s)
}

// The text's own BEGIN and COMMIT are a savepoint in the transaction that all
// of the text is; no statement can name it by accident.
const (
	innerBegin    = `SAVEPOINT "begin of the text"`
	innerCommit   = `RELEASE "begin of the text"`
	innerRollback = `ROLLBACK TO "begin of the text"`
)

// bracket runs the text's own BEGIN, COMMIT or ROLLBACK.
func (r *running) bracket(word string) error {
	if word == "BEGIN" {
		if r.inside {
			return fault.Python(fault.Invalid, "OperationalError", "cannot start a transaction within a transaction")
		}
		r.inside = true
		return r.c.own(innerBegin)
	}
	if !r.inside {
		verb := map[string]string{"COMMIT": "commit", "ROLLBACK": "rollback"}[word]
		return fault.Python(fault.Invalid, "OperationalError",
			"cannot %s - no transaction is active: none stays open between requests; send BEGIN, the statements and COMMIT in one", verb)
	}
	r.inside = false
	if word == "ROLLBACK" {
		if err := r.c.own(innerRollback); err != nil {
			return err
		}
	}
	return r.c.own(innerCommit)
}

// bind gives the statement its arguments, in the words of Python's sqlite3
// when there are too few, or too many for the last.
func (r *running) bind(s *statement, last bool) error {
	n := s.Parameters()
	if len(r.args) < n || last && len(r.args) > n {
		return fault.Python(fault.Invalid, "ProgrammingError",
			"Incorrect number of bindings supplied. The current statement uses %d, and there are %d supplied.", n, len(r.args))
	}
	for i, arg := range r.args[:n] {
		if err := bindOne(s, i+1, arg); err != nil {
			return err
		}
	}
	r.args = r.args[n:]
	return nil
}

func bindOne(s *statement, i int, arg value.Value) error {
	bare, err := value.ToSQL(arg)
	if err != nil {
		return err
	}
	switch v := bare.(type) {
	case int64:
		return s.BindInt(i, v)
	case float64:
		return s.BindFloat(i, v)
	case string:
		s.holds = true
		return s.BindText(i, v)
	case []byte:
		s.holds = true
		return s.BindBlob(i, v)
	}
	return s.BindNull(i)
}

// step runs the statement to its end and adds what it gives to the result.
func (r *running) step(s *statement) error {
	more, err := s.Step()
	if err != nil {
		return err
	}
	if n := s.Columns(); n > 0 { // after the first step: a changed table may have compiled it anew
		if err := r.rows(s, n, more); err != nil {
			return err
		}
	}
	if s.changes && !s.defines {
		r.result.Changed = true
		r.result.Affected += r.c.Changes()
	}
	return nil
}

// rows reads the rows of a statement that stands on its first, as many as are
// wanted; those of an earlier statement give way. One that changes something is
// carried out to its end all the same.
func (r *running) rows(s *statement, columns int, more bool) error {
	o := r.c.o
	r.result.Columns = make([]string, columns)
	for i := range columns {
		r.result.Columns[i] = s.Name(i)
	}
	r.result.Rows, r.result.More = nil, false
	bytes := 0
	for more {
		if r.most > 0 && len(r.result.Rows) == r.most {
			r.result.More = true
			return r.carryOn(s)
		}
		if len(r.result.Rows) == o.Rows {
			return fault.New(fault.Limit, "the result has more than %d rows; ask for fewer with LIMIT", o.Rows)
		}
		row := make([]value.Value, columns)
		bytes += rowBytes
		for i := range row {
			row[i] = column(s, i)
			bytes += value.Size(row[i])
		}
		if bytes > o.Bytes {
			return fault.New(fault.Limit, "the result is larger than %d bytes; ask for fewer rows or columns", o.Bytes)
		}
		r.result.Rows = append(r.result.Rows, row)
		var err error
		if more, err = s.Step(); err != nil {
			return err
		}
	}
	return nil
}

// carryOn carries a statement out whose further rows nobody wants.
func (r *running) carryOn(s *statement) (err error) {
	for more := s.changes; more && err == nil; {
		more, err = s.Step()
	}
	return err
}

// rowBytes is the memory of a row beside its values.
const rowBytes = 24

// column gives the value in a column of the row. SQLite's five kinds are five
// of ours.
func column(s *statement, i int) value.Value {
	switch s.Type(i) {
	case lib.SQLITE_INTEGER:
		return value.Int(s.Int(i))
	case lib.SQLITE_FLOAT:
		return value.Float(s.Float(i))
	case lib.SQLITE_TEXT:
		text := s.Text(i)
		if utf8.ValidString(text) {
			return value.Str(text)
		}
		return value.FromSQL(text)
	case lib.SQLITE_BLOB:
		return value.Bytes(s.Blob(i))
	}
	return value.None{}
}
