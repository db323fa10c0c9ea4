package journal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"testing"

	"althing/journal"
	"althing/journal/journaltest"
)

// snapshotRevs gives the revs of the snapshots in a store, newest first.
func snapshotRevs(t *testing.T, s journal.Store) (revs []uint64) {
	t.Helper()
	for upTo := uint64(math.MaxUint64); ; {
		rev, r, err := s.Latest(t.Context(), upTo)
		if err != nil {
			t.Fatal(err)
		}
		if r == nil {
			return revs
		}
		_ = r.Close()
		revs = append(revs, rev)
		upTo = rev - 1
	}
}

// noticed is a store that tells of every snapshot.
type noticed struct {
	*journal.Memory
	stored chan uint64 // gets the revs
}

func (n noticed) Snapshot(ctx context.Context, rev uint64, w io.WriterTo) error {
	err := n.Memory.Snapshot(ctx, rev, w)
	n.stored <- rev
	return err
}

func TestSnapshotsByBytes(t *testing.T) {
	store := noticed{new(journal.Memory), make(chan uint64, 10)}
	j, first := open(t, store, journal.Options{SnapshotBytes: 100_000})
	var revs []uint64
	for range 5 {
		for i := range 130 { // some more than a snapshot's worth
			commit(t, j, put(fmt.Sprint(i%10), strings.Repeat("x", 1000)))
		}
		revs = append(revs, <-store.stored)
	}
	for i, rev := range revs[1:] {
		if rev < revs[i]+90 { // records of a little more than 1,000 bytes
			t.Errorf("there were snapshots of %d", revs)
		}
	}
	closeJournal(t, j)
	kept := snapshotRevs(t, store)
	if len(kept) != 2 || kept[0] != 650 {
		t.Fatalf("snapshots of %d are kept", kept)
	}
	if n := len(records(t, store)); n != 650-int(kept[1]) {
		t.Errorf("%d records are left behind the snapshot of %d", n, kept[1])
	}
	j, second := open(t, store.Memory, journal.Options{})
	if !second.Same(first) || j.Stats().Replayed != 0 {
		t.Errorf("another state, or replayed %d", j.Stats().Replayed)
	}
}

// TestSnapshotUnderLoad asks for snapshots while the queue is never empty.
func TestSnapshotUnderLoad(t *testing.T) {
	j, _ := open(t, new(journal.Memory), journal.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				tickets := make([]journal.Ticket, 100)
				for i := range tickets {
					tickets[i] = j.Submit(put("k", "x"))
				}
				if _, err := tickets[99].Wait(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 20 {
		if err := j.Snapshot(t.Context()); err != nil {
			t.Error(err)
		}
	}
	cancel()
	wg.Wait()
}

func TestSnapshotOfNothingNew(t *testing.T) {
	store := new(journal.Memory)
	j, _ := open(t, store, journal.Options{})
	if err := j.Snapshot(t.Context()); err != nil || snapshotRevs(t, store) != nil {
		t.Errorf("an empty journal: %v, %d", err, snapshotRevs(t, store))
	}
	commit(t, j, put("k", "x"))
	for range 3 {
		if err := j.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	closeJournal(t, j)
	j, _ = open(t, store, journal.Options{})
	closeJournal(t, j)
	if revs := snapshotRevs(t, store); len(revs) != 1 {
		t.Errorf("snapshots of %d", revs)
	}
}

// slowPicture is a ledger whose pictures wait to be written.
type slowPicture struct {
	*journaltest.Ledger
	begun chan struct{} // gets one for each
	goOn  chan struct{} // closed: they are written
}

func (s slowPicture) Freeze() io.WriterTo { return slowWriter{s.Ledger.Freeze(), s} }

type slowWriter struct {
	io.WriterTo
	s slowPicture
}

func (w slowWriter) WriteTo(out io.Writer) (int64, error) {
	w.s.begun <- struct{}{}
	<-w.s.goOn
	return w.WriterTo.WriteTo(out)
}

func TestLogGoesOnDuringASnapshot(t *testing.T) {
	store := new(journal.Memory)
	m := slowPicture{journaltest.NewLedger(), make(chan struct{}, 2), make(chan struct{})}
	j, err := journal.Open(t.Context(), store, m, journal.Options{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, j, put("before", "x"))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := j.Snapshot(context.Background()); err != nil {
			t.Error(err)
		}
	})
	<-m.begun
	commit(t, j, put("meanwhile", "x"))
	close(m.goOn)
	wg.Wait()
	if revs := snapshotRevs(t, store); len(revs) != 1 || revs[0] != 1 {
		t.Errorf("snapshots of %d", revs)
	}
	closeJournal(t, j)
	_, again := open(t, store, journal.Options{})
	if !again.Same(m.Ledger) || again.Len() != 2 {
		t.Errorf("%d keys came back", again.Len())
	}
}

// noSnapshots is a store without room for one.
type noSnapshots struct{ *journal.Memory }

var errNoRoom = errors.New("no room for a snapshot")

func (noSnapshots) Snapshot(context.Context, uint64, io.WriterTo) error { return errNoRoom }

func TestFailedSnapshot(t *testing.T) {
	store := new(journal.Memory)
	j, _ := open(t, store, journal.Options{})
	commit(t, j, put("k", "x"))
	closeJournal(t, j)
	kept := len(records(t, store))

	j, first := open(t, noSnapshots{store}, journal.Options{SnapshotBytes: 1000})
	for range 100 {
		commit(t, j, put("k", strings.Repeat("x", 100)))
	}
	if err := j.Snapshot(t.Context()); !errors.Is(err, errNoRoom) {
		t.Errorf("Snapshot gave %v", err)
	}
	if err := j.Close(context.Background()); !errors.Is(err, errNoRoom) {
		t.Errorf("Close gave %v", err)
	}
	if n := len(records(t, store)); n != kept+100 {
		t.Errorf("%d records, the log was trimmed without a snapshot", n)
	}
	if _, again := open(t, store, journal.Options{}); !again.Same(first) {
		t.Error("another state came back")
	}
}
