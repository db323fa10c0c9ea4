package sqldb

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	lib "modernc.org/sqlite/lib"

	"althing/sqldb/internal/sqlite"
)

const (
	// logSuffix is what SQLite calls the write-ahead log, beside the file.
	logSuffix = "-wal"
	// logBound is how large the log may get before writers wait for it to be
	// emptied: more than a busy second writes on a small machine.
	logBound = 16 << 20

	checkpointPassive  = lib.SQLITE_CHECKPOINT_PASSIVE
	checkpointTruncate = lib.SQLITE_CHECKPOINT_TRUNCATE
)

// keeper brings what was written to the disk: first the log, so that a power
// cut no longer matters, then the log's pages into the file, so that the log
// stays short. It works once a second while something is written, with a
// connection of its own so that writers need not wait, and costs nothing when
// nothing is written.
type keeper struct {
	db *DB
	// due says that the timer runs.
	due   atomic.Bool
	timer *time.Timer

	mu     sync.Mutex // one at a time
	conn   *sqlite.Conn
	ended  bool
	failed bool // the last time, and was logged
}

func newKeeper(db *DB) *keeper {
	k := &keeper{db: db}
	k.timer = time.AfterFunc(time.Hour, k.work)
	k.timer.Stop()
	return k
}

// written has the keeper work within the time that a write may be lost.
func (k *keeper) written() {
	if !k.due.Swap(true) {
		k.timer.Reset(k.db.o.SyncEvery)
	}
}

func (k *keeper) work() {
	k.due.Store(false)
	err := k.db.Sync(context.Background())
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil || k.ended {
		k.failed = false
		return
	}
	if !k.failed {
		k.db.o.Log.Warn("SQL cannot be brought to the disk; trying again", "file", k.db.path, "error", err)
	}
	k.failed = true
	k.written()
}

// Sync brings everything that was answered so far to the disk. The keeper does
// it every second; a caller may want it at once.
func (db *DB) Sync(ctx context.Context) error {
	k := db.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended || !db.made.Load() {
		return nil
	}
	if err := k.syncLog(); err != nil {
		return err
	}
	if err := k.open(); err != nil {
		return err
	}
	frames, copied, err := k.conn.Checkpoint(checkpointPassive)
	if err != nil {
		return err
	}
	switch {
	case frames > logBound/pageSize:
		return k.emptyLog(ctx)
	case copied < frames:
		k.written() // a reader still needs the file as it was
	}
	return nil
}

func (k *keeper) open() error {
	if k.conn != nil {
		return nil
	}
	c, err := sqlite.Open(k.db.path, sqlite.Create, k.db.temp)
	if err != nil {
		return k.db.cannotOpen(err)
	}
	// A connection finds out that there is a log when it first reads.
	if err := c.Exec("PRAGMA schema_version"); err != nil {
		_ = c.Close()
		return k.db.cannotOpen(err)
	}
	k.conn = c
	return nil
}

// syncLog brings the log to the disk, whether its pages can be copied now or
// not. In durability safe each transaction did it.
func (k *keeper) syncLog() error {
	if k.db.o.Safe {
		return nil
	}
	log, err := os.OpenFile(k.db.path+logSuffix, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(log.Sync(), log.Close())
}

// emptyLog copies the rest of the log while nobody writes: the next writer
// then begins it anew. Without this a steady stream of writes would have it
// grow for ever, always a few pages ahead.
func (k *keeper) emptyLog(ctx context.Context) error {
	c, err := k.db.take(ctx, k.db.writer)
	if err != nil {
		return err
	}
	defer k.db.writer.give(c)
	frames, copied, err := k.conn.Checkpoint(checkpointPassive)
	if copied < frames {
		k.written()
	}
	return err
}

func (k *keeper) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = true
	k.timer.Stop()
	if k.conn == nil {
		return nil
	}
	return k.conn.Close()
}

// checkpoint copies the whole log into the file.
func checkpoint(c *sqlite.Conn, mode int32) error {
	frames, copied, err := c.Checkpoint(mode)
	if err == nil && copied < frames {
		err = errors.New("another program reads the file")
	}
	return err
}
