package sqldb

import (
	"context"
	"errors"

	lib "modernc.org/sqlite/lib"

	"althing/fault"
	"althing/sqldb/internal/sqlite"
)

// ErrDamaged is what an error about a damaged file is.
var ErrDamaged = errors.New("damaged")

var errClosed = fault.New(fault.Closed, "the SQL database is closed")

// gaveUp is the error of a caller whose context ended.
func gaveUp(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.Wrap(ctx.Err(), fault.Timeout, "SQL took longer than the caller could wait")
	}
	return fault.Wrap(ctx.Err(), fault.Closed, "the caller of SQL has gone")
}

// fault makes of what stopped a text the error that its caller is told.
func (c *conn) fault(ctx context.Context, err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Primary() {
	case lib.SQLITE_INTERRUPT:
		switch {
		case c.wasLate():
			return fault.New(fault.Timeout, "the SQL took longer than %v and was stopped; nothing of it was done", c.o.Time)
		case ctx.Err() != nil:
			return gaveUp(ctx)
		}
		return errClosed
	case lib.SQLITE_AUTH:
		if c.refused != nil {
			return c.refused
		}
	case lib.SQLITE_NOMEM:
		return &fault.Error{
			Code: fault.Limit, Exception: "MemoryError", Err: err,
			Message: "the SQL needs more memory than there is for it; ask for less at once",
		}
	case lib.SQLITE_IOERR, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_CANTOPEN, lib.SQLITE_PROTOCOL:
		c.broken = true // a new connection may find things better
	}
	k, ok := kinds[e.Primary()]
	if !ok {
		k = kind{fault.Internal, "DatabaseError"}
	}
	return &fault.Error{Code: k.code, Exception: k.exception, Message: e.Message, Err: err}
}

// kind is what SQLite's codes are to our callers: the exception is the one of
// Python's sqlite3.
type kind struct {
	code      fault.Code
	exception string
}

var kinds = map[int32]kind{
	lib.SQLITE_ERROR:      {fault.Invalid, "OperationalError"},
	lib.SQLITE_CONSTRAINT: {fault.Conflict, "IntegrityError"},
	lib.SQLITE_MISMATCH:   {fault.Invalid, "IntegrityError"},
	lib.SQLITE_TOOBIG:     {fault.Limit, "DataError"},
	lib.SQLITE_RANGE:      {fault.Invalid, "InterfaceError"},
	lib.SQLITE_AUTH:       {fault.Denied, ""},
	lib.SQLITE_FULL:       {fault.Full, "OperationalError"},
	lib.SQLITE_BUSY:       {fault.Unavailable, "OperationalError"},
	lib.SQLITE_LOCKED:     {fault.Unavailable, "OperationalError"},
	lib.SQLITE_SCHEMA:     {fault.Conflict, "OperationalError"},
	lib.SQLITE_ABORT:      {fault.Conflict, "OperationalError"},
	lib.SQLITE_READONLY:   {fault.Unavailable, "OperationalError"},
	lib.SQLITE_PERM:       {fault.Unavailable, "OperationalError"},
	lib.SQLITE_IOERR:      {fault.Unavailable, "OperationalError"},
	lib.SQLITE_CANTOPEN:   {fault.Unavailable, "OperationalError"},
	lib.SQLITE_PROTOCOL:   {fault.Unavailable, "OperationalError"},
	lib.SQLITE_CORRUPT:    {fault.Internal, "DatabaseError"},
	lib.SQLITE_NOTADB:     {fault.Internal, "DatabaseError"},
}

// cannotOpen is the error of a file that a connection cannot be opened to.
func (db *DB) cannotOpen(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Primary() {
		case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
			return db.damaged(e.Message)
		case lib.SQLITE_FULL:
			return fault.Wrap(err, fault.Full, "the SQL file %s cannot be opened: the disk is full", db.path)
		}
		return fault.Wrap(err, fault.Unavailable, "the SQL file %s cannot be opened: %s", db.path, e.Message)
	}
	return fault.Wrap(err, fault.Unavailable, "the SQL file %s cannot be opened", db.path)
}

func (db *DB) damaged(what string) error {
	return fault.Wrap(ErrDamaged, fault.Internal, "the SQL file %s is damaged (%s); stop the hub and run `althing repair`", db.path, what)
}
