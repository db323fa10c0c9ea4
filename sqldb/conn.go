package sqldb

import (
	"fmt"
	"time"

	lib "modernc.org/sqlite/lib"

	"althing/fault"
	"althing/sqldb/internal/sqlite"
)

// conn is one connection with its bounds. One goroutine at a time has it.
type conn struct {
	*sqlite.Conn
	o      *Options
	writes bool // it is the writer

	// What the authoriser noted of the statement that was compiled last.
	acts    acts
	refused error
	trusted bool // the statement is our own

	begin, commit *sqlite.Stmt // of the transaction that a text is

	cache  cache
	broken bool // it failed in a way that a new one may not

	turn turn
}

// openWriter opens the connection that writes; its first use makes the file.
func (db *DB) openWriter() (*conn, error) {
	sync := "NORMAL"
	if db.o.Safe {
		sync = "FULL"
	}
	c, err := db.open(sqlite.Create, true,
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = "+sync,
		fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", 2*logBound/pageSize), // for when the keeper falls behind
		fmt.Sprintf("PRAGMA journal_size_limit = %d", logBound),
		fmt.Sprintf("PRAGMA max_page_count = %d", db.o.File/pageSize),
		fmt.Sprintf("PRAGMA cache_size = -%d", writerCache>>10),
	)
	if err == nil && !c.hasLog() {
		_ = c.close()
		return nil, fault.New(fault.Unavailable, "the SQL file %s lies on a file system that SQLite cannot keep a log on, such as a network's; give another folder with --data", db.path)
	}
	return c, err
}

// hasLog reports whether the file is in the mode with a log: SQLite says so, and
// gives no error where it cannot be.
func (c *conn) hasLog() bool {
	s, err := c.Prepare("PRAGMA journal_mode")
	if err != nil {
		return false
	}
	defer s.Close()
	row, err := s.Step()
	return err == nil && row && s.Text(0) == "wal"
}

// openReader opens a connection that cannot write: the file is open for
// reading only, and the authoriser refuses what would change it.
func (db *DB) openReader() (*conn, error) {
	return db.open(sqlite.ReadOnly, false,
		"PRAGMA query_only = ON",
		fmt.Sprintf("PRAGMA cache_size = -%d", readerCache>>10),
	)
}

// The page caches: enough for the upper pages of the trees and the work of one
// statement; the system caches the file itself.
const (
	writerCache = 2 << 20
	readerCache = 1 << 20
	pageSize    = 4096 // SQLite's own choice for a new file
)

// lockWait is how long a connection waits for one of another program, such as
// the owner's own sqlite3, in milliseconds.
const lockWait = 1000

func (db *DB) open(mode sqlite.Mode, writes bool, settings ...string) (*conn, error) {
	bare, err := sqlite.Open(db.path, mode, db.temp)
	if err != nil {
		return nil, db.cannotOpen(err)
	}
	c := &conn{Conn: bare, o: &db.o, writes: writes}
	c.turn.timer = time.AfterFunc(time.Hour, c.stopLate)
	c.turn.timer.Stop()
	if err := c.setUp(settings); err != nil {
		_ = c.close()
		return nil, db.cannotOpen(err)
	}
	return c, nil
}

func (c *conn) setUp(settings []string) error {
	for _, s := range []struct {
		op int32
		on bool
	}{
		{lib.SQLITE_DBCONFIG_DEFENSIVE, true},       // no way to write SQLite's own tables
		{lib.SQLITE_DBCONFIG_TRUSTED_SCHEMA, false}, // views and triggers call harmless functions only
	} {
		if err := c.Config(s.op, s.on); err != nil {
			return err
		}
	}
	settings = append(settings,
		fmt.Sprintf("PRAGMA busy_timeout = %d", lockWait),
		"PRAGMA cell_size_check = ON", // a damaged page is told, not followed
	)
	for _, setting := range settings {
		if err := c.Exec(setting); err != nil {
			return err
		}
	}
	for _, l := range statementLimits {
		c.Limit(l.id, l.most)
	}
	if err := c.replaceFunctions(); err != nil {
		return err
	}
	begin := "BEGIN"
	if c.writes {
		begin = "BEGIN IMMEDIATE" // a lock that is asked for later may be refused
	}
	var err error
	if c.begin, err = c.Prepare(begin); err != nil {
		return err
	}
	if c.commit, err = c.Prepare("COMMIT"); err != nil {
		return err
	}
	return c.Authorise(c.may)
}

func (c *conn) close() error {
	c.turn.timer.Stop()
	c.cache.clear()
	for _, s := range []*sqlite.Stmt{c.begin, c.commit} {
		if s != nil {
			s.Close()
		}
	}
	return c.Close()
}

// own runs a statement of ours.
func (c *conn) own(sql string) error {
	c.trusted = true
	defer func() { c.trusted = false }()
	return c.Exec(sql)
}
