package sqlite

import (
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Stmt is one compiled statement. It belongs to its connection's goroutine.
type Stmt struct {
	c *Conn
	p uintptr
}

// Prepare compiles one statement; it is nil when the text has none.
func (c *Conn) Prepare(sql string) (*Stmt, error) {
	if !c.text.set(c.tls, sql) {
		return nil, noMemory
	}
	s, _, err := c.compile(c.text.at, len(sql))
	return s, err
}

func (c *Conn) compile(text uintptr, size int) (s *Stmt, length int, err error) {
	out := c.tls.Alloc(2 * int(ptrSize))
	defer c.tls.Free(2 * int(ptrSize))
	rc := lib.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(size+1), 0, out, out+ptrSize)
	if rc != lib.SQLITE_OK {
		return nil, 0, c.error(rc)
	}
	length = int(*(*uintptr)(pointer(out + ptrSize)) - text)
	if p := *(*uintptr)(pointer(out)); p != 0 {
		return &Stmt{c, p}, length, nil
	}
	return nil, length, nil
}

// Script is a text of several statements. A connection has one at a time.
type Script struct {
	c    *Conn
	sql  string
	done int
}

// Script begins a text.
func (c *Conn) Script(sql string) (Script, error) {
	if !c.script.set(c.tls, sql) {
		return Script{}, noMemory
	}
	return Script{c, sql, 0}, nil
}

// Rest is the text that was not compiled yet.
func (s *Script) Rest() string { return s.sql[s.done:] }

// Skip leaves out the next n bytes.
func (s *Script) Skip(n int) { s.done += n }

// Next compiles the next statement; it is nil when there is none but white
// space and comments. After an interrupt it fails like a statement.
func (s *Script) Next() (*Stmt, error) {
	if s.c.interrupted() {
		return nil, &Error{lib.SQLITE_INTERRUPT, "interrupted"}
	}
	stmt, n, err := s.c.compile(s.c.script.at+uintptr(s.done), len(s.sql)-s.done)
	s.done += n
	return stmt, err
}

// Close forgets the statement.
func (s *Stmt) Close() {
	lib.Xsqlite3_finalize(s.c.tls, s.p)
	s.p = 0
}

// Step runs the statement to its next row; false says that it has ended.
func (s *Stmt) Step() (row bool, err error) {
	switch rc := lib.Xsqlite3_step(s.c.tls, s.p); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.error(rc)
	}
}

// Run runs a statement whose rows do not matter, and makes it ready to run again.
func (s *Stmt) Run() error {
	for {
		if row, err := s.Step(); err != nil || !row {
			s.Reset()
			return err
		}
	}
}

// Reset ends the statement's run, so that it may run again. An error of the run
// was Step's already.
func (s *Stmt) Reset() { lib.Xsqlite3_reset(s.c.tls, s.p) }

// ReadOnly reports whether the statement leaves the file as it is.
func (s *Stmt) ReadOnly() bool { return lib.Xsqlite3_stmt_readonly(s.c.tls, s.p) != 0 }

// Parameters is how many values Bind must give.
func (s *Stmt) Parameters() int { return int(lib.Xsqlite3_bind_parameter_count(s.c.tls, s.p)) }

// Unbind makes every parameter NULL, so that no value stays in memory.
func (s *Stmt) Unbind() { lib.Xsqlite3_clear_bindings(s.c.tls, s.p) }

// BindNull gives the parameter i, counted from 1, NULL.
func (s *Stmt) BindNull(i int) error {
	return s.c.check(lib.Xsqlite3_bind_null(s.c.tls, s.p, int32(i)))
}

// BindInt gives the parameter i an integer.
func (s *Stmt) BindInt(i int, n int64) error {
	return s.c.check(lib.Xsqlite3_bind_int64(s.c.tls, s.p, int32(i), n))
}

// BindFloat gives the parameter i a number.
func (s *Stmt) BindFloat(i int, f float64) error {
	return s.c.check(lib.Xsqlite3_bind_double(s.c.tls, s.p, int32(i), f))
}

// BindText gives the parameter i a text.
func (s *Stmt) BindText(i int, text string) error {
	if !s.c.text.set(s.c.tls, text) {
		return noMemory
	}
	return s.c.check(lib.Xsqlite3_bind_text(s.c.tls, s.p, int32(i), s.c.text.at, int32(len(text)), transient))
}

// BindBlob gives the parameter i bytes.
func (s *Stmt) BindBlob(i int, data []byte) error {
	if !s.c.text.set(s.c.tls, unsafe.String(unsafe.SliceData(data), len(data))) {
		return noMemory
	}
	return s.c.check(lib.Xsqlite3_bind_blob(s.c.tls, s.p, int32(i), s.c.text.at, int32(len(data)), transient))
}

// BindColumn gives the parameter i what stands in a column of another
// statement's row, as it stands.
func (s *Stmt) BindColumn(i int, row *Stmt, column int) error {
	v := lib.Xsqlite3_column_value(row.c.tls, row.p, int32(column))
	return s.c.check(lib.Xsqlite3_bind_value(s.c.tls, s.p, int32(i), v))
}

// transient tells SQLite to copy what it was given.
const transient = ^uintptr(0)

// Columns is how many columns a row has; 0 for a statement that gives no rows.
func (s *Stmt) Columns() int { return int(lib.Xsqlite3_column_count(s.c.tls, s.p)) }

// Name is the name of column i, counted from 0.
func (s *Stmt) Name(i int) string {
	return libc.GoString(lib.Xsqlite3_column_name(s.c.tls, s.p, int32(i)))
}

// Type is one of lib.SQLITE_INTEGER, _FLOAT, _TEXT, _BLOB and _NULL.
func (s *Stmt) Type(i int) int32 { return lib.Xsqlite3_column_type(s.c.tls, s.p, int32(i)) }

// Int is the integer in column i of the row.
func (s *Stmt) Int(i int) int64 { return lib.Xsqlite3_column_int64(s.c.tls, s.p, int32(i)) }

// Float is the number in column i of the row.
func (s *Stmt) Float(i int) float64 { return lib.Xsqlite3_column_double(s.c.tls, s.p, int32(i)) }

// Text is a copy of the text in column i of the row; it may hold bytes that
// are no UTF-8.
func (s *Stmt) Text(i int) string {
	at := lib.Xsqlite3_column_text(s.c.tls, s.p, int32(i))
	return s.copy(at, i)
}

// Blob is a copy of the bytes in column i of the row.
func (s *Stmt) Blob(i int) string {
	at := lib.Xsqlite3_column_blob(s.c.tls, s.p, int32(i))
	return s.copy(at, i)
}

// RawBlob is the bytes in column i of the row: SQLite's own memory, good only
// until the next step.
func (s *Stmt) RawBlob(i int) []byte {
	at := lib.Xsqlite3_column_blob(s.c.tls, s.p, int32(i))
	if at == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(at)), s.Bytes(i))
}

// Bytes is the length of the text or blob in column i.
func (s *Stmt) Bytes(i int) int { return int(lib.Xsqlite3_column_bytes(s.c.tls, s.p, int32(i))) }

func (s *Stmt) copy(at uintptr, i int) string {
	n := s.Bytes(i)
	if at == 0 || n == 0 {
		return ""
	}
	return string(unsafe.Slice((*byte)(pointer(at)), n))
}
