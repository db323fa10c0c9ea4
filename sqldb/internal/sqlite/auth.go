package sqlite

import (
	"sync"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Action is one thing that a statement would do, as SQLite asks about it while
// it compiles the statement. What One and Two are depends on the code.
type Action struct {
	Code     int32 // lib.SQLITE_INSERT, lib.SQLITE_PRAGMA …
	One, Two string
	Database string // "main", "temp"
	Trigger  string // the trigger or view that the action stands in
}

// authorisers are found by the connection's address; SQLite hands it back.
var authorisers sync.Map // uintptr → func(Action) bool

// Authorise has every action of every statement asked about; a false answer
// ends the compilation with the code Refused. May must not use the connection.
func (c *Conn) Authorise(may func(Action) bool) error {
	authorisers.Store(c.db, may)
	return c.check(lib.Xsqlite3_set_authorizer(c.tls, c.db, function(authorise), c.db))
}

func authorise(_ *libc.TLS, db uintptr, code int32, one, two, database, trigger uintptr) int32 {
	may, ok := authorisers.Load(db)
	if !ok {
		return lib.SQLITE_DENY
	}
	a := Action{code, text(one), text(two), text(database), text(trigger)}
	if !may.(func(Action) bool)(a) {
		return lib.SQLITE_DENY
	}
	return lib.SQLITE_OK
}

func text(p uintptr) string {
	if p == 0 {
		return ""
	}
	return libc.GoString(p)
}
