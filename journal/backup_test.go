package journal_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"althing/fault"
	"althing/journal"
	"althing/journal/journaltest"
)

// saved is a log of so many transactions, with a snapshot after some of them, as
// it is kept somewhere else.
func saved(t *testing.T, before, after int) (snapshot, log []byte, want *journaltest.Ledger) {
	t.Helper()
	ctx := t.Context()
	store, ledger := new(journal.Memory), journaltest.NewLedger()
	j, err := journal.Open(ctx, store, ledger, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	put := func(n int) {
		t.Helper()
		for i := range n {
			if _, err := j.Commit(ctx, journal.Tx{Ops: []journal.Op{journaltest.Put{Key: fmt.Sprint(i), Value: "text"}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(before)
	if err := j.Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	put(after)
	s, err := journal.Save(ctx, store)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var state, records bytes.Buffer
	if s.SnapshotBytes > 0 {
		if err := s.WriteSnapshot(&state); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.WriteLog(ctx, &records); err != nil {
		t.Fatal(err)
	}
	if s.SnapshotBytes != int64(state.Len()) || s.LogBytes != int64(records.Len()) || s.Rev != uint64(before+after) {
		t.Errorf("%d and %d bytes up to %d were promised, and are %d and %d", s.SnapshotBytes, s.LogBytes, s.Rev, state.Len(), records.Len())
	}
	if err := j.Close(ctx); err != nil {
		t.Fatal(err)
	}
	return state.Bytes(), records.Bytes(), ledger
}

// bring brings it into a new store.
func bring(t *testing.T, snapshot, log []byte) (store *journal.Memory, rev uint64, err error) {
	t.Helper()
	store = new(journal.Memory)
	var from func() io.Reader
	if len(snapshot) > 0 {
		from = func() io.Reader { return bytes.NewReader(snapshot) }
	}
	rev, err = journal.Bring(t.Context(), from, bytes.NewReader(log), store, journaltest.NewLedger())
	return store, rev, err
}

func TestSavedIsBroughtBack(t *testing.T) {
	for _, c := range []struct{ before, after int }{{0, 0}, {0, 5}, {5, 0}, {5, 7}} {
		snapshot, log, want := saved(t, c.before, c.after)
		store, rev, err := bring(t, snapshot, log)
		if err != nil || rev != uint64(c.before+c.after) {
			t.Errorf("%v: up to %d, %v", c, rev, err)
		}
		got := journaltest.NewLedger()
		j, err := journal.Open(t.Context(), store, got, journal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Same(want) {
			t.Errorf("%v: another history came back", c)
		}
		if _, err := j.Commit(t.Context(), journal.Tx{Ops: []journal.Op{journaltest.Put{Key: "next"}}}); err != nil {
			t.Errorf("%v: it does not go on: %v", c, err)
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// What is missing or changed is never passed over.
func TestNothingDamagedIsBroughtBack(t *testing.T) {
	snapshot, log, _ := saved(t, 3, 4)
	for at := range log {
		damaged := bytes.Clone(log)
		damaged[at] ^= 1 << (at % 8)
		if _, _, err := bring(t, snapshot, damaged); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a flip of byte %d of the log: %v", at, err)
		}
	}
	for at := range snapshot {
		damaged := bytes.Clone(snapshot)
		damaged[at] ^= 1 << (at % 8)
		if _, _, err := bring(t, damaged, log); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a flip of byte %d of the snapshot: %v", at, err)
		}
	}
	if _, _, err := bring(t, nil, log); !fault.Is(err, fault.Invalid) {
		t.Errorf("without its snapshot: %v", err)
	}
	if _, _, err := bring(t, snapshot, log[:len(log)-1]); !fault.Is(err, fault.Invalid) {
		t.Errorf("cut off: %v", err)
	}
}
