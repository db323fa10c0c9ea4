package journal

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"althing/fault"
)

// Options say how a journal works. The zero value is fine.
type Options struct {
	// Now gives the time that records carry. Default: time.Now.
	Now func() time.Time

	// Writer names the process in its records, at most MaxWriter bytes. No two
	// processes that ever write the same log may share it. Default: chance.
	Writer string

	// Log hears of what happens by itself. Default: slog.Default().
	Log *slog.Logger

	// SnapshotBytes is how many bytes of records are stored between two
	// snapshots; a state whose snapshot is larger than that is taken when as
	// many bytes were stored as the snapshot has. Default: 16 MiB, which a
	// Raspberry Pi reads back within a second.
	SnapshotBytes int64

	// QueueBytes bounds what waits for the log; a transaction that finds no
	// room is refused. Default: 32 MiB.
	QueueBytes int
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Writer == "" {
		o.Writer = rand.Text()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.SnapshotBytes <= 0 {
		o.SnapshotBytes = 16 << 20
	}
	if o.QueueBytes <= 0 {
		o.QueueBytes = 32 << 20
	}
	return o
}

// Journal is the one way to change a machine's state: it stores transactions in
// order, applies them in that order, and then tells. Any number of goroutines
// may use it. The machine is the journal's from Open to the end of Close, but
// for whatever reading the machine itself allows.
type Journal struct {
	store   Store
	machine Machine
	o       Options

	queue queue
	feed  feed

	// The committer alone touches what is below these.
	closing chan struct{} // closed by Close
	stopped chan struct{} // closed when the committer has ended
	synced  chan struct{} // closed when the syncer has

	at       position
	lost     error // why nothing is written any more: the log is another's
	unsaved  int64 // bytes of records since the last snapshot
	snapshot snapshots
	syncer   syncer

	closeOnce sync.Once
	closeErr  error
	stats     counters
}

// Open replays the log of store into m and starts the journal. m is empty: as
// it was made. A log that is damaged is refused with fault.Invalid and a text
// that names the damage; only Repair may change it then. An incomplete record
// at the end of a log that was not closed is cut off.
//
// ctx bounds the opening only.
func Open(ctx context.Context, store Store, m Machine, o Options) (*Journal, error) {
	o = o.withDefaults()
	if len(o.Writer) > MaxWriter {
		return nil, fault.New(fault.Invalid, "the writer's id %q is longer than %d bytes", o.Writer, MaxWriter)
	}
	r := replay{store: store, machine: m, log: o.Log}
	if err := r.run(ctx); err != nil {
		return nil, err
	}
	j := &Journal{
		store:   store,
		machine: m,
		o:       o,
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
		synced:  make(chan struct{}),
		at:      r.at,
		unsaved: r.unsaved,
	}
	j.at.epoch++
	j.queue.init(headerSize(o.Writer), o.QueueBytes)
	j.feed.init(r.at.rev)
	j.snapshot = snapshots{requests: make(chan chan<- error), kept: r.kept, size: r.size}
	j.syncer.init()
	j.stats.replayed.Store(r.replayed)
	go j.run()
	go j.sync()
	return j, nil
}

// Commit hands a transaction in and waits until it is stored and applied.
func (j *Journal) Commit(ctx context.Context, tx Tx) ([]any, error) {
	return j.Submit(tx).Wait(ctx)
}

// Snapshot stores a snapshot now, unless nothing has changed since the last one,
// and trims the log.
func (j *Journal) Snapshot(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case j.snapshot.requests <- done:
	case <-j.stopped:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close takes no more transactions, stores and answers those that wait, stores a
// snapshot and ends the journal. The store stays open. When ctx ends first,
// Close waits no longer and gives ctx's error; what was answered is stored all
// the same.
func (j *Journal) Close(ctx context.Context) error {
	j.closeOnce.Do(func() {
		j.queue.refuse(errClosed)
		close(j.closing)
	})
	select {
	case <-j.stopped:
		<-j.synced
		return j.closeErr
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errClosed = fault.New(fault.Closed, "the hub is stopping")
