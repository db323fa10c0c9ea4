// Package sqldb is the hub's SQL: one SQLite file that strangers may query and
// change, each text in its own transaction, with bounds on time, memory, rows
// and room. It knows no hub; DESIGN.md beside it says why it is as it is.
package sqldb

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"althing/fault"
	"althing/sqldb/internal/sqlite"
	"althing/value"
)

// Rights says what a caller may do with the file.
type Rights int

// The rights. One who may write may also read.
const (
	MayRead  Rights = iota // SELECT, VALUES, EXPLAIN and the pragmas that only tell
	MayWrite               // rows, tables, indexes, views and triggers too
)

// Options are a database's bounds; a zero field is its stated default.
type Options struct {
	// Safe has every transaction on the disk before it is answered. Otherwise
	// it survives the process at once, and a power cut after at most SyncEvery.
	Safe bool
	// Verified says that the file is known to be whole, from a checksum that a
	// clean stop left: Open then takes its pages as they are.
	Verified bool
	// Time is how long one text may run, 5 s: a scan of some hundred MB, and
	// well within the 20 s that clients wait.
	Time time.Duration
	// Wait is how long a text waits for its turn, 10 s: two who went before it.
	Wait time.Duration
	// Rows and Bytes bound one result: 100,000 and 8 MiB of values in memory,
	// what a client of the text protocol can still take in.
	Rows  int
	Bytes int
	// File is how large the file may grow, 1 GiB: a small card has room for it.
	File int64
	// Heap is how much all of SQLite may let this process grow, 32 MiB: some MB
	// for every statement that runs. It is one figure for the process, the one
	// of the last Open.
	Heap int64
	// Temp is how much room statements may take together, for a moment, beside
	// the file: to sort and to build indexes; 256 MiB.
	Temp int64
	// Readers is how many read at the same time, one for each processor, 2 to 4.
	Readers int
	// SyncEvery is how long a transaction may wait for the disk, 1 s.
	SyncEvery time.Duration
	// Log hears what no caller can be told; nil is silence.
	Log *slog.Logger
}

// heapRounding is how much more of the process's memory SQLite takes than it
// counts, at the worst: its allocator rounds up, and keeps pages that are not
// all free.
const heapRounding = 1.5

func (o Options) withDefaults() Options {
	o.Time = cmp.Or(o.Time, 5*time.Second)
	o.Wait = cmp.Or(o.Wait, 10*time.Second)
	o.Rows = cmp.Or(o.Rows, 100_000)
	o.Bytes = cmp.Or(o.Bytes, 8<<20)
	o.File = min(cmp.Or(o.File, 1<<30), math.MaxInt32*pageSize)
	o.Heap = cmp.Or(o.Heap, 32<<20)
	o.Temp = cmp.Or(o.Temp, 256<<20)
	o.Readers = cmp.Or(o.Readers, min(max(runtime.NumCPU(), 2), 4))
	o.SyncEvery = cmp.Or(o.SyncEvery, time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// DB is a SQL file and its connections: one that writes, some that read, one
// that brings what was written to the disk. All methods may be called by any
// number of goroutines; Close ends it.
type DB struct {
	path string
	o    Options
	temp *sqlite.Temp

	writer, readers *pool
	images          *pool // one place, for whoever keeps a transaction open
	keeper          *keeper

	making sync.Mutex
	made   atomic.Bool // the file is there and the writer's connection stands

	done     chan struct{} // closed when Close begins
	shutDown sync.Once
	closed   error
}

// Result is what a text gave.
type Result struct {
	// Columns are the names of the columns of Rows. They are those of the last
	// statement that returns rows; nil when none does.
	Columns []string
	Rows    [][]value.Value
	// More says that there are more rows than were wanted.
	More bool
	// Changed says that there was an INSERT, UPDATE or DELETE (or REPLACE), and
	// Affected how many rows all of them changed, triggers' work not counted.
	Changed  bool
	Affected int64
}

// Open opens the file at path, which need not be there: it is made when it is
// first used, and connections too are opened when they are first needed. A file
// that is there is looked at now, unless it is Verified: one that is damaged is
// refused with an error that is ErrDamaged, and is not touched.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	o = o.withDefaults()
	sqlite.SetHeap(int64(float64(o.Heap) / heapRounding))
	temp, err := sqlite.NewTemp(filepath.Dir(path), o.Temp)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "SQLite cannot be set up")
	}
	db := &DB{path: path, o: o, temp: temp, done: make(chan struct{})}
	db.writer = newPool(1, db.openWriter)
	db.readers = newPool(o.Readers, db.openReader)
	db.images = newPool(1, db.openReader)
	db.keeper = newKeeper(db)
	if err := db.inspect(ctx); err != nil {
		temp.Close()
		return nil, err
	}
	return db, nil
}

// Exec runs a text of one or more statements, divided by ";". All of it is one
// transaction: when any of it fails, none of it happened. BEGIN and COMMIT may
// stand in it, in pairs; nothing stays open when it returns.
//
// The args are the values of its parameters, in the order in which the
// statements use them. Errors are *fault.Error with the exceptions and the
// messages of Python's sqlite3, TimeoutError past the time, OverflowError past
// the rows and bytes of a result, MemoryError past the heap, PermissionError
// for what may not be done.
func (db *DB) Exec(ctx context.Context, sql string, args []value.Value, may Rights) (Result, error) {
	return db.ExecSome(ctx, sql, args, may, 0)
}

// ExecSome is Exec for whoever wants so many rows at most; 0: all. A statement
// that only reads ends there, so that the rest costs nothing.
func (db *DB) ExecSome(ctx context.Context, sql string, args []value.Value, may Rights, most int) (Result, error) {
	if strings.IndexByte(sql, 0) >= 0 {
		return Result{}, fault.Python(fault.Invalid, "ProgrammingError", "the query contains a null character")
	}
	if may == MayRead || reads(sql) {
		result, err := db.run(ctx, db.readers, sql, args, most)
		if may == MayRead || !errors.Is(err, errWrites) {
			return result, err
		}
	}
	return db.run(ctx, db.writer, sql, args, most)
}

// run has one connection of the pool run the text.
func (db *DB) run(ctx context.Context, p *pool, sql string, args []value.Value, most int) (Result, error) {
	if ctx.Err() != nil {
		return Result{}, gaveUp(ctx)
	}
	if err := db.make(ctx); err != nil {
		return Result{}, err
	}
	c, err := db.take(ctx, p)
	if err != nil {
		return Result{}, err
	}
	result, err := c.run(ctx, sql, args, most)
	p.give(c)
	if c.writes {
		db.keeper.written()
	}
	return result, err
}

// make makes the file at its first use; the writer's connection does it, so
// that readers find a file in the right mode.
func (db *DB) make(ctx context.Context) error {
	if db.made.Load() {
		return nil
	}
	db.making.Lock()
	defer db.making.Unlock()
	if db.made.Load() {
		return nil
	}
	if err := makeFile(db.path); err != nil {
		return fault.Wrap(err, fault.Unavailable, "the SQL file %s cannot be made", db.path)
	}
	c, err := db.take(ctx, db.writer)
	if err != nil {
		return err
	}
	db.writer.give(c)
	db.made.Store(true)
	return nil
}

// makeFile makes an empty file that only its owner may read, and its name
// outlast a power cut; SQLite does neither.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close(), syncFolder(filepath.Dir(path)))
}

// syncFolder brings a folder's names to the disk. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close ends the texts that run, brings everything into the one file and closes
// it: beside it nothing is left. When ctx ends first, what is still running is
// stopped. Later calls give the same error as the first.
func (db *DB) Close(ctx context.Context) error {
	db.shutDown.Do(func() {
		close(db.done)
		db.closed = db.close(ctx)
	})
	return db.closed
}

func (db *DB) close(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { db.readers.interrupt(); db.writer.interrupt(); db.images.interrupt() })
	defer stop()
	errs := []error{db.readers.close(), db.images.close(), db.keeper.close()}
	writer := <-db.writer.turns
	if writer != nil {
		errs = append(errs, checkpoint(writer.Conn, checkpointTruncate), writer.close())
	}
	db.temp.Close()
	if err := errors.Join(errs...); err != nil {
		return fault.Wrap(err, fault.Internal, "the SQL file %s was not closed well; the next start puts it right", db.path)
	}
	return nil
}

// Stats are figures for the status page.
type Stats struct {
	File int64 // bytes of the file
	Log  int64 // bytes of the write-ahead log beside it
	Heap int64 // bytes that SQLite has allocated
	Temp int64 // bytes of temporary files
}

// Stats tells how large things are now.
func (db *DB) Stats() Stats {
	size := func(path string) int64 {
		if info, err := os.Stat(path); err == nil {
			return info.Size()
		}
		return 0
	}
	return Stats{size(db.path), size(db.path + logSuffix), sqlite.Heap(), db.temp.Used()}
}
