package sqlite

import (
	"sync"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Call is one call of a function made in Go, valid until it returns.
type Call struct {
	tls *libc.TLS
	ctx uintptr
	arg uintptr
}

// Function puts a function of so many arguments in the place of SQLite's own
// of that name. It must give the same for the same arguments and touch nothing
// else, so that indexes, checks and views may use it.
func (c *Conn) Function(name string, arguments int, f func(*Call)) error {
	number := lastFile.Add(1)
	functions.Store(uintptr(number), f)
	zName, err := libc.CString(name)
	if err != nil {
		return noMemory
	}
	defer libc.Xfree(c.tls, zName)
	const flags = lib.SQLITE_UTF8 | lib.SQLITE_DETERMINISTIC | lib.SQLITE_INNOCUOUS
	return c.check(lib.Xsqlite3_create_function_v2(c.tls, c.db, zName, int32(arguments), flags,
		uintptr(number), function(call), 0, 0, function(forget)))
}

var functions sync.Map // uintptr → func(*Call)

func call(tls *libc.TLS, ctx uintptr, _ int32, args uintptr) {
	f, _ := functions.Load(lib.Xsqlite3_user_data(tls, ctx))
	f.(func(*Call))(&Call{tls, ctx, args})
}

func forget(_ *libc.TLS, number uintptr) { functions.Delete(number) }

func (c *Call) value(i int) uintptr {
	return *(*uintptr)(pointer(c.arg + uintptr(i)*ptrSize))
}

// Type is the type of argument i, counted from 0: lib.SQLITE_NULL …
func (c *Call) Type(i int) int32 { return lib.Xsqlite3_value_type(c.tls, c.value(i)) }

// Text is argument i as a text, or its bytes when it is a blob. It is SQLite's
// own memory, good only while the call lasts.
func (c *Call) Text(i int) string {
	v := c.value(i)
	var at uintptr
	if c.Type(i) == lib.SQLITE_BLOB {
		at = lib.Xsqlite3_value_blob(c.tls, v)
	} else {
		at = lib.Xsqlite3_value_text(c.tls, v)
	}
	n := lib.Xsqlite3_value_bytes(c.tls, v)
	if at == 0 || n == 0 {
		return ""
	}
	return unsafe.String((*byte)(pointer(at)), n)
}

// Int answers an integer. A call that answers nothing answers NULL.
func (c *Call) Int(n int64) { lib.Xsqlite3_result_int64(c.tls, c.ctx, n) }

// String answers a text.
func (c *Call) String(s string) {
	var b buffer
	if !b.set(c.tls, s) {
		lib.Xsqlite3_result_error_nomem(c.tls, c.ctx)
		return
	}
	lib.Xsqlite3_result_text(c.tls, c.ctx, b.at, int32(len(s)), transient)
	b.free(c.tls)
}

// Blob answers bytes.
func (c *Call) Blob(data []byte) {
	var b buffer
	if !b.set(c.tls, unsafe.String(unsafe.SliceData(data), len(data))) {
		lib.Xsqlite3_result_error_nomem(c.tls, c.ctx)
		return
	}
	lib.Xsqlite3_result_blob(c.tls, c.ctx, b.at, int32(len(data)), transient)
	b.free(c.tls)
}

// TooBig answers the error "string or blob too big".
func (c *Call) TooBig() { lib.Xsqlite3_result_error_toobig(c.tls, c.ctx) }
