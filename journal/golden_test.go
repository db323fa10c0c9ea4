package journal_test

import (
	"bytes"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"althing/journal"
	"althing/journal/journaltest"
)

var update = flag.Bool("update", false, "write the golden log of the current format anew")

// golden writes a log in which everything occurs that the format has: snapshots,
// conditions, records of several transactions.
func golden(t *testing.T) *journal.Memory {
	t.Helper()
	now := time.Date(2027, 1, 2, 3, 4, 5, 6, time.UTC)
	store := &crashing{Memory: new(journal.Memory)}
	held := &gate{Store: store}
	j, _ := open(t, held, journal.Options{Writer: "golden", Now: func() time.Time {
		now = now.Add(time.Minute)
		return now
	}})
	commit(t, j, put("garden.soil", "56"))
	if err := j.Snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	commit(t, j, journal.Tx{
		Expect: []journal.Seen{{Key: "garden.soil", Rev: 1}, {Key: "garden.air"}},
		Ops:    []journal.Op{journaltest.Put{Key: "garden.soil", Value: "57"}, journaltest.Take{Key: "garden.air"}},
	})
	held.shut()
	last := j.Submit(put("first", "held the gate"))
	<-held.reached
	for range 300 {
		last = j.Submit(put("unicode ключ", "значение"))
	}
	held.open()
	if _, err := last.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	store.crash = true
	_ = j.Close(t.Context())
	return store.Memory
}

func TestGoldenLog(t *testing.T) {
	const dir = "testdata/format1"
	store := golden(t)
	written := slices.Concat(records(t, store)...)
	rev, r, err := store.Latest(t.Context(), math.MaxUint64)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		for name, data := range map[string][]byte{"records": written, "snapshot": picture} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "records"))
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := os.ReadFile(filepath.Join(dir, "snapshot"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(log, written) {
		t.Error("records are written in another form; a new form needs a new version")
	}

	old := new(journal.Memory)
	var last uint64
	for record := range journal.Salvage(log) {
		if last, err = old.Append(t.Context(), last, record); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Snapshot(t.Context(), rev, bytes.NewBuffer(snapshot)); err != nil {
		t.Fatal(err)
	}
	_, want := open(t, store, journal.Options{})
	j, got := open(t, old, journal.Options{})
	if !got.Same(want) || j.Stats().Rev != 303 {
		t.Errorf("the golden log ends at %d, or in another state", j.Stats().Rev)
	}
}
