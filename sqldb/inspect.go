package sqldb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"althing/fault"
	"althing/sqldb/internal/sqlite"
)

// inspectTime bounds the look at a file that was not closed well. 100 MB take
// 0.2 s; a file whose pages could not all be looked at in this time is taken
// as it is, and its checks go on with every page that is read.
const inspectTime = 20 * time.Second

// header is how every SQLite file begins.
const header = "SQLite format 3\x00"

// inspect looks at the file before anybody uses it, and leaves it as one file
// when a log lay beside it.
func (db *DB) inspect(ctx context.Context) error {
	first, err := begins(db.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fault.Wrap(err, fault.Unavailable, "the SQL file %s cannot be read", db.path)
	case len(first) == 0: // made, and never written
		return nil
	case string(first) != header:
		return db.damaged("it does not begin as SQLite's files do")
	}
	if lost, err := holes(db.path + logSuffix); err != nil {
		return fault.Wrap(err, fault.Unavailable, "the SQL file's log %s cannot be read", db.path+logSuffix)
	} else if lost > 0 {
		return db.damaged(fmt.Sprintf("its log %s is broken before its last %d transactions", db.path+logSuffix, lost))
	}
	if db.o.Verified {
		return nil
	}
	c, err := sqlite.Open(db.path, sqlite.Create, db.temp)
	if err != nil {
		return db.cannotOpen(err)
	}
	defer func() { _ = c.Close() }()
	found, err := quickCheck(ctx, c)
	switch {
	case err != nil:
		return db.cannotOpen(err)
	case found != "":
		return db.damaged(found)
	}
	return nil
}

// begins gives the first bytes of a file, as many as the header has.
func begins(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	first := make([]byte, len(header))
	n, err := io.ReadFull(f, first)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return bytes.Clone(first[:n]), err
}

// quickCheck has SQLite look at the structure of every page, and gives the
// first thing that is wrong. Rules that the tables' makers wrote are left out:
// they are not about damage, and may take for ever.
func quickCheck(ctx context.Context, c *sqlite.Conn) (found string, err error) {
	ctx, cancel := context.WithTimeout(ctx, inspectTime)
	defer cancel()
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { defer close(stopped); c.Interrupt() })
	defer func() {
		if !stop() {
			<-stopped // the connection is closed next
		}
	}()
	if err := c.Exec("PRAGMA ignore_check_constraints = ON"); err != nil {
		return "", err
	}
	s, err := c.Prepare("PRAGMA quick_check(1)")
	if err != nil {
		return "", err
	}
	defer s.Close()
	if _, err := s.Step(); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return "", nil
		}
		return "", err
	}
	if said := s.Text(0); said != "ok" {
		return said, nil
	}
	return "", nil
}
