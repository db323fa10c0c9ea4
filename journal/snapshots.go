package journal

import (
	"context"
	"io"
	"time"
)

// snapshots is what the committer knows of the snapshots.
type snapshots struct {
	requests chan chan<- error // from Journal.Snapshot
	kept     []position        // of the good ones in the store, newest first
	size     int64             // of the newest
	written  chan written      // the end of the one under way, or nil
	asked    []chan<- error    // who waits for it
	next     []chan<- error    // who waits for the one after it
	room     time.Time         // when one was last taken to make room
}

// written is how a snapshot ended.
type written struct {
	at       position
	size     int64
	err      error
	needless bool // the one before it has everything
}

// keptSnapshots is how many snapshots stay: should the newest not be readable,
// the one before it and the log make the same state.
const keptSnapshots = 2

// snapshotDue says that enough was written since the last snapshot: as much as
// is wanted, and no less than a snapshot is long, so that a large state does not
// make the disk do more for snapshots than for the log.
func (j *Journal) snapshotDue() bool {
	return j.snapshot.written == nil && j.unsaved >= max(j.o.SnapshotBytes, j.snapshot.size)
}

// saved says that the newest snapshot has everything.
func (j *Journal) saved() bool {
	kept := j.snapshot.kept
	return j.at.number == 0 || len(kept) > 0 && kept[0].number == j.at.number
}

// roomEvery is how long a full store is left alone after a snapshot that was to
// make room in it.
const roomEvery = 10 * time.Second

// makeRoom takes a snapshot before its time, because the log can be trimmed only
// behind one.
func (j *Journal) makeRoom() {
	s, now := &j.snapshot, j.o.Now()
	if s.written != nil || j.saved() || now.Sub(s.room).Abs() < roomEvery {
		return
	}
	s.room = now
	j.beginSnapshot()
}

// requestSnapshot takes a snapshot for somebody who waits for it, behind the one
// that is under way.
func (j *Journal) requestSnapshot(asked chan<- error) {
	s := &j.snapshot
	s.next = append(s.next, asked)
	if s.written == nil {
		j.beginSnapshot()
	}
}

// beginSnapshot freezes the machine and has the picture written by a goroutine
// of its own; none may be under way.
func (j *Journal) beginSnapshot() {
	s := &j.snapshot
	s.asked, s.next = s.next, nil
	end := make(chan written, 1)
	s.written = end
	if j.saved() {
		end <- written{needless: true}
		return
	}
	j.unsaved = 0
	shot := picture{at: j.at, body: j.machine.Freeze()}
	var older position
	if len(s.kept) > 0 {
		older = s.kept[0]
	}
	go func() { end <- j.writeSnapshot(shot, older) }()
}

// writeSnapshot stores a picture and removes what it makes needless: everything
// before the snapshot that was the newest until now. The records that the
// picture has reach the disk before it does, so that the log never ends before
// a snapshot.
func (j *Journal) writeSnapshot(shot picture, older position) written {
	ctx := context.Background()
	w := measured{WriterTo: shot}
	err := j.store.Sync(ctx)
	if err == nil {
		err = j.store.Snapshot(ctx, shot.at.rev, &w)
	}
	if err != nil {
		return written{at: shot.at, err: err}
	}
	if older.number > 0 {
		if err := j.store.Trim(ctx, older.seq+1, older.rev); err != nil {
			j.o.Log.Warn("the log could not be trimmed; the next snapshot tries again", "err", err)
		}
	}
	return written{at: shot.at, size: w.n}
}

// measured remembers how much a WriterTo wrote.
type measured struct {
	io.WriterTo
	n int64
}

// WriteTo implements io.WriterTo.
func (m *measured) WriteTo(w io.Writer) (int64, error) {
	n, err := m.WriterTo.WriteTo(w)
	m.n = n
	return n, err
}

// endSnapshot takes note of a snapshot's end, tells who asked for it and begins
// the next one that is due or asked for.
func (j *Journal) endSnapshot(w written) {
	s := &j.snapshot
	s.written = nil
	switch {
	case w.err != nil:
		j.o.Log.Warn("no snapshot could be stored; the log goes on without", "err", w.err)
	case !w.needless:
		s.kept = append([]position{w.at}, s.kept...)
		s.kept = s.kept[:min(len(s.kept), keptSnapshots)]
		s.size = w.size
		j.stats.snapshots.Add(1)
		j.stats.snapshotBytes.Store(w.size)
	}
	for _, asked := range s.asked {
		asked <- w.err
	}
	s.asked = nil
	if len(s.next) > 0 || j.snapshotDue() {
		j.beginSnapshot()
	}
}

// lastSnapshot stores the snapshot with which the journal ends, behind those
// that were asked for.
func (j *Journal) lastSnapshot() error {
	done := make(chan error, 1)
	j.requestSnapshot(done)
	for j.snapshot.written != nil {
		j.endSnapshot(<-j.snapshot.written)
	}
	return <-done
}
