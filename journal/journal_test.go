package journal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"althing/journal"
	"althing/journal/journaltest"
)

func open(t *testing.T, store journal.Store, o journal.Options) (*journal.Journal, *journaltest.Ledger) {
	t.Helper()
	l := journaltest.NewLedger()
	j, err := journal.Open(t.Context(), store, l, o)
	if err != nil {
		t.Fatal(err)
	}
	return j, l
}

func put(key, value string) journal.Tx {
	return journal.Tx{Ops: []journal.Op{journaltest.Put{Key: key, Value: value}}}
}

func TestStateComesBack(t *testing.T) {
	store := new(journal.Memory)
	j, first := open(t, store, journal.Options{})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				if _, err := j.Commit(t.Context(), put(fmt.Sprint(g, i), "x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := j.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	j, second := open(t, store, journal.Options{})
	defer j.Close(context.Background())
	if second.Len() != 800 || !second.Same(first) {
		t.Errorf("%d keys came back, or another history", second.Len())
	}
}
