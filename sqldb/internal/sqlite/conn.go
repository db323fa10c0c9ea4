// Package sqlite is a thin binding to SQLite: connections, statements, the
// authoriser, limits and interrupts, as they are, with Go's types and errors.
//
// It stands on modernc.org/sqlite/lib, the C library turned into Go, and not on
// the database/sql driver above it: the driver gives no way to learn where a
// statement ends, whether it writes or whether a transaction is open, turns
// texts that look like dates into times, and starts a goroutine for each call
// that may be stopped.
package sqlite

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lib "modernc.org/sqlite/lib"
)

// Conn is one connection. One goroutine at a time may use it; Interrupt alone
// may be called by any.
type Conn struct {
	tls *libc.TLS
	db  uintptr
	// stop points to an int32 outside Go's heap that the progress handler
	// reads: it outlasts an interrupt that came before the statement began,
	// which SQLite forgets.
	stop uintptr
	// text is where a statement or a value stands while SQLite reads it, script
	// where a text of several does.
	text, script buffer
}

// Mode says how a file is opened.
type Mode int32

// The modes. A connection has no mutex of its own: its users take turns.
const (
	Create   Mode = lib.SQLITE_OPEN_READWRITE | lib.SQLITE_OPEN_CREATE | lib.SQLITE_OPEN_NOMUTEX
	ReadOnly Mode = lib.SQLITE_OPEN_READONLY | lib.SQLITE_OPEN_NOMUTEX
)

// progressOps is how many steps of SQLite's machine pass between two looks at
// the stop flag: some 50 µs, so that a look costs nothing and a stop is quick.
const progressOps = 1000

// Open opens the file at path. The name is taken as it stands, not as a URI.
// Temporary files go to temp; nil leaves them to the system.
func Open(path string, mode Mode, temp *Temp) (*Conn, error) {
	setUp()
	c := &Conn{tls: libc.NewTLS()}
	c.stop = libc.Xcalloc(c.tls, 1, 4)
	out := c.tls.Alloc(int(ptrSize))
	defer c.tls.Free(int(ptrSize))
	name, err := libc.CString(path)
	if err != nil || c.stop == 0 {
		c.release()
		return nil, noMemory
	}
	defer libc.Xfree(c.tls, name)
	var vfs uintptr
	if temp != nil {
		vfs = temp.name
	}
	rc := lib.Xsqlite3_open_v2(c.tls, name, out, int32(mode), vfs)
	c.db = *(*uintptr)(pointer(out))
	if rc == lib.SQLITE_OK {
		rc = lib.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	}
	if rc != lib.SQLITE_OK {
		err := c.error(rc)
		_ = c.Close()
		return nil, err
	}
	lib.Xsqlite3_progress_handler(c.tls, c.db, progressOps, function(progress), c.stop)
	return c, nil
}

// Close closes the connection. Its statements must have been closed before.
func (c *Conn) Close() error {
	var err error
	if c.db != 0 {
		authorisers.Delete(c.db)
		if rc := lib.Xsqlite3_close(c.tls, c.db); rc != lib.SQLITE_OK {
			err = c.error(rc)
			lib.Xsqlite3_close_v2(c.tls, c.db)
		}
		c.db = 0
	}
	c.release()
	return err
}

func (c *Conn) release() {
	c.text.free(c.tls)
	c.script.free(c.tls)
	libc.Xfree(c.tls, c.stop)
	c.tls.Close()
}

// Interrupt stops the statement that is running, and any that starts until
// Resume is called, with the code lib.SQLITE_INTERRUPT. Any goroutine may call
// it while the connection is open.
func (c *Conn) Interrupt() {
	atomic.StoreInt32((*int32)(pointer(c.stop)), 1)
	lib.Xsqlite3_interrupt(nil, c.db)
}

// Resume lets statements run again after Interrupt. None may be running.
func (c *Conn) Resume() {
	if atomic.SwapInt32((*int32)(pointer(c.stop)), 0) != 0 {
		// SQLite forgets an interrupt when a statement begins; what is none,
		// a checkpoint, would still end by it.
		_ = c.Exec("SELECT 1")
	}
}

func (c *Conn) interrupted() bool { return progress(nil, c.stop) != 0 }

func progress(_ *libc.TLS, stop uintptr) int32 {
	return atomic.LoadInt32((*int32)(pointer(stop)))
}

// Limit sets one of SQLite's limits, lib.SQLITE_LIMIT_….
func (c *Conn) Limit(id, n int32) { lib.Xsqlite3_limit(c.tls, c.db, id, n) }

// Config switches one of a connection's settings, lib.SQLITE_DBCONFIG_….
func (c *Conn) Config(op int32, on bool) error {
	var n int32
	if on {
		n = 1
	}
	list := c.tls.Alloc(vaSlots)
	defer c.tls.Free(vaSlots)
	return c.check(lib.Xsqlite3_db_config(c.tls, c.db, op, libc.VaList(list, n, uintptr(0))))
}

// vaSlots is the room that libc.VaList takes for two arguments.
const vaSlots = 16

// Autocommit reports whether no transaction is open.
func (c *Conn) Autocommit() bool { return lib.Xsqlite3_get_autocommit(c.tls, c.db) != 0 }

// Changes is the number of rows that the last INSERT, UPDATE or DELETE changed.
func (c *Conn) Changes() int64 { return lib.Xsqlite3_changes64(c.tls, c.db) }

// Checkpoint copies the write-ahead log into the file, in one of the modes
// lib.SQLITE_CHECKPOINT_…; frames is how long the log is, copied how much of
// it is in the file.
func (c *Conn) Checkpoint(mode int32) (frames, copied int, err error) {
	out := c.tls.Alloc(8)
	defer c.tls.Free(8)
	err = c.check(lib.Xsqlite3_wal_checkpoint_v2(c.tls, c.db, 0, mode, out, out+4))
	return int(*(*int32)(pointer(out))), int(*(*int32)(pointer(out + 4))), err
}

// Exec runs one statement of our own, whose rows do not matter.
func (c *Conn) Exec(sql string) error {
	s, err := c.Prepare(sql)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Run()
}

// SetHeap bounds what all of SQLite in this process may allocate, in bytes; what
// asks for more fails with the code NoMemory.
func SetHeap(bytes int64) {
	setUp()
	tls := libc.NewTLS()
	defer tls.Close()
	lib.Xsqlite3_hard_heap_limit64(tls, bytes)
}

// setUp comes before anything else is asked of the library: it counts its
// memory, which it was built not to do and without which the heap's bound is
// not looked at, and on linux/arm64 it learns the size of the kernel's pages.
var setUp = sync.OnceFunc(func() {
	lib.PatchIssue199()
	tls := libc.NewTLS()
	defer tls.Close()
	list := tls.Alloc(vaSlots)
	defer tls.Free(vaSlots)
	lib.Xsqlite3_config(tls, lib.SQLITE_CONFIG_MEMSTATUS, libc.VaList(list, int32(1)))
})

// Heap is what SQLite has allocated, in bytes.
func Heap() int64 {
	tls := libc.NewTLS()
	defer tls.Close()
	return lib.Xsqlite3_memory_used(tls)
}

// buffer is memory outside Go's heap, where SQLite may look at it: Go's own may
// move with its stack.
type buffer struct {
	at   uintptr
	size int
}

// keepBuffer is how much of it stays with a connection at rest.
const keepBuffer = 64 << 10

// set puts the text there, with a zero behind it.
func (b *buffer) set(tls *libc.TLS, s string) bool {
	if need := len(s) + 1; need > b.size || b.size > keepBuffer {
		b.free(tls)
		need = max(need, 512)
		if b.at = libc.Xmalloc(tls, types.Size_t(need)); b.at == 0 {
			return false
		}
		b.size = need
	}
	to := unsafe.Slice((*byte)(pointer(b.at)), len(s)+1)
	copy(to, s)
	to[len(s)] = 0
	return true
}

func (b *buffer) free(tls *libc.TLS) {
	libc.Xfree(tls, b.at)
	*b = buffer{}
}

const ptrSize = unsafe.Sizeof(uintptr(0))

// pointer turns an address of SQLite's into a pointer. Its memory is not Go's:
// it does not move and the collector does not look at it, which is what makes
// this right, and why vet's rule against it is stepped round.
func pointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// function gives the address under which SQLite calls a Go function.
func function[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }
