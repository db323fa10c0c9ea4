// Package jetstore keeps a journal in a JetStream stream of the engine, its
// snapshots in files beside it.
//
// It looks at the stream's files itself before the server does, because the
// server mends damage by cutting it off, and takes a log with a hole for whole.
// DESIGN.md has the reasons and the figures.
package jetstore

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"althing/engine"
	"althing/fault"
	"althing/journal"
)

// The stream has one subject of the same name.
const (
	streamName = "journal"
	subject    = streamName
)

// What lies in the folder of a store beside the server's own.
const (
	snapshotDir = "snapshots"
	witnessFile = "synced"
)

const (
	// defaultMaxBytes bounds the log on disk. It is trimmed at a few times the
	// size of a snapshot, so that this is reached only when no snapshot can be
	// stored for long, and then writes end with a clear error instead of a
	// full disk.
	defaultMaxBytes = 8 << 30

	// defaultReserve is the room that stays free beside that for the next
	// snapshot: for the server's own small files and whatever else on this disk
	// grows between two looks at it.
	defaultReserve = 4 << 20

	// defaultPatience is how long the server may take to store a record. Cards
	// have been seen to stop for seconds; past this something is broken, a full
	// disk most often.
	defaultPatience = 5 * time.Second
)

// Options say how a store works. Only Dir is needed.
type Options struct {
	// Dir is the folder for log and snapshots. Only one store may have it.
	Dir string

	// Safe brings every record to the disk before it is acknowledged.
	Safe bool

	// Log hears of what happens by itself. Default: slog.Default().
	Log *slog.Logger

	// MaxBytes bounds the log on disk. Default: 8 GiB.
	MaxBytes int64

	// Free gives the free bytes of the disk. When they are less than the next
	// snapshot may need and Reserve, records are refused with fault.Full. Nil:
	// a full disk is noticed when it is full, and costs a restart of the engine
	// and Patience.
	Free func() (int64, error)

	// Reserve is explained at Free. Default: 4 MiB.
	Reserve int64

	// Patience is how long the server may take to answer. Default: 5 s.
	Patience time.Duration
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.Reserve <= 0 {
		o.Reserve = defaultReserve
	}
	if o.Patience <= 0 {
		o.Patience = defaultPatience
	}
	return o
}

// Store is a journal.Store over a JetStream stream.
type Store struct {
	o         Options
	meta      meta
	blocks    blocks
	snapshots snapshots
	witness   *witness
	engine    *engine.Engine

	stored atomic.Uint64 // the newest sequence that was acknowledged
	since  atomic.Int64  // bytes stored since the last snapshot began
	synced int           // the newest block that was synced; guarded by witness.mu

	// The connection to the stream. It is made anew by restart; line is read by
	// every caller, and written by open and by Append.
	line atomic.Pointer[line]

	writer writer // what Append alone uses
}

var _ journal.Store = (*Store)(nil)

// Open checks the files in o.Dir, starts an engine on them and opens the log, or
// begins one. Damaged files are refused with an error that wraps
// journal.ErrDamaged, untouched.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	s := &Store{
		o:         o,
		meta:      meta{dir: streamDir(o.Dir)},
		blocks:    blocks{dir: filepath.Join(streamDir(o.Dir), "msgs")},
		snapshots: snapshots{dir: filepath.Join(o.Dir, snapshotDir)},
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.end())
	}
	return s, nil
}

// streamDir is where the server keeps the stream: account $G is everybody's.
func streamDir(dir string) string {
	return filepath.Join(dir, "jetstream", "$G", "streams", streamName)
}

func (s *Store) open(ctx context.Context) error {
	if err := s.snapshots.open(); err != nil {
		return unusable(err, s.o.Dir)
	}
	var err error
	if s.witness, err = openWitness(filepath.Join(s.o.Dir, witnessFile)); err != nil {
		return unusable(err, s.o.Dir)
	}
	if err := s.check(); err != nil {
		return err
	}
	if s.engine, err = engine.Start(engine.Options{Dir: s.o.Dir, Safe: s.o.Safe, Log: s.o.Log}); err != nil {
		return err
	}
	return s.connect(ctx)
}

func unusable(err error, dir string) error {
	return fault.Wrap(err, fault.Unavailable, "the log in %s cannot be opened", dir)
}

// check looks at the files while the server is down. It removes what the server
// noted of the blocks at its last stop: without, it reads them again, and knows
// no more than what was checked.
func (s *Store) check() error {
	synced := s.witness.vouched()
	if err := s.meta.check(synced); err != nil {
		return err
	}
	torn, err := s.blocks.check(synced)
	if err != nil {
		return err
	}
	if torn {
		s.o.Log.Warn("the log was torn, as a power cut leaves it; its end is cut off")
	}
	err = os.Remove(filepath.Join(s.blocks.dir, "index.db"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Close stops the engine. Everything that was appended is on disk then.
func (s *Store) Close() error {
	err := s.Sync(context.Background())
	return errors.Join(err, s.end())
}

// end stops what was started.
func (s *Store) end() error {
	if s.engine != nil {
		s.engine.Stop()
	}
	if s.witness != nil {
		return s.witness.close()
	}
	return nil
}

// Engine is the engine below, for its figures.
func (s *Store) Engine() *engine.Engine { return s.engine }

// Sync implements journal.Store.
func (s *Store) Sync(context.Context) error {
	w := s.witness
	w.mu.Lock()
	defer w.mu.Unlock()
	seq := s.stored.Load()
	if seq == w.seq {
		return nil
	}
	if s.synced == 0 {
		// The first time since the start: the stream may be new.
		if err := s.meta.sync(); err != nil {
			return err
		}
	}
	newest, err := s.blocks.sync(s.synced)
	if err != nil {
		return err
	}
	s.synced = newest
	return w.vouch(seq)
}

// Snapshot implements journal.Store.
func (s *Store) Snapshot(_ context.Context, rev uint64, w io.WriterTo) error {
	before := s.since.Swap(0)
	if err := s.snapshots.write(rev, w); err != nil {
		s.since.Add(before)
		return fault.Wrap(err, fault.Unavailable, "no snapshot could be stored in %s", s.snapshots.dir)
	}
	return nil
}

// Latest implements journal.Store.
func (s *Store) Latest(ctx context.Context, upTo uint64) (uint64, io.ReadCloser, error) {
	return s.snapshots.Latest(ctx, upTo)
}

// Trim implements journal.Store. Snapshots go first: one without the records
// behind it would look like damage. Of the log only whole files go.
func (s *Store) Trim(ctx context.Context, seq, rev uint64) error {
	if err := s.snapshots.trim(rev); err != nil {
		return err
	}
	begin, err := s.blocks.first(seq)
	if err != nil || begin <= 1 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	return s.line.Load().stream.Purge(ctx, jetstream.WithPurgeSequence(begin))
}
