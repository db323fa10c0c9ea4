package sqlite

import (
	"fmt"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Error is a failure as SQLite tells it.
type Error struct {
	Code    int32  // the extended code: lib.SQLITE_CONSTRAINT_UNIQUE …
	Message string // "UNIQUE constraint failed: t.id"
}

// Error is SQLite's message.
func (e *Error) Error() string { return fmt.Sprintf("%s (SQLite %d)", e.Message, e.Code) }

// Primary is the code without what extends it: lib.SQLITE_CONSTRAINT.
func (e *Error) Primary() int32 { return e.Code & 0xff }

var noMemory = &Error{lib.SQLITE_NOMEM, "out of memory"}

func (c *Conn) check(rc int32) error {
	if rc == lib.SQLITE_OK {
		return nil
	}
	return c.error(rc)
}

func (c *Conn) error(rc int32) error {
	if c.db == 0 || rc == lib.SQLITE_MISUSE || lib.Xsqlite3_extended_errcode(c.tls, c.db) != rc {
		return &Error{rc, libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))}
	}
	return &Error{rc, libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))}
}
