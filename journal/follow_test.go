package journal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"althing/fault"
	"althing/journal"
	"althing/journal/journaltest"
)

// followed collects the next n transactions of a follower.
func followed(t *testing.T, j *journal.Journal, after uint64, n int) (keys []string) {
	t.Helper()
	want := after + 1
	for c, err := range j.Follow(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Rev != want {
			t.Fatalf("number %d, want %d", c.Rev, want)
		}
		want++
		keys = append(keys, c.Tx.Ops[0].(journaltest.Put).Key)
		if len(keys) == n {
			break
		}
	}
	return keys
}

func TestFollowFromLogAndMemory(t *testing.T) {
	store := new(journal.Memory)
	j, _ := open(t, store, journal.Options{})
	// The first ones are too large to be remembered, the last ones are.
	long := strings.Repeat("x", 300<<10)
	for i := range 10 {
		commit(t, j, put(fmt.Sprint(i), long))
	}
	for i := range 5 {
		commit(t, j, put(fmt.Sprint(10+i), "x"))
	}
	const all = "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14]"
	if keys := followed(t, j, 0, 15); fmt.Sprint(keys) != all {
		t.Errorf("followed %v", keys)
	}
	if keys := followed(t, j, 12, 3); fmt.Sprint(keys) != "[12 13 14]" {
		t.Errorf("followed %v", keys)
	}
	closeJournal(t, j)
	j, _ = open(t, store, journal.Options{})
	commit(t, j, put("15", "x"))
	if keys := followed(t, j, 8, 8); fmt.Sprint(keys) != "[8 9 10 11 12 13 14 15]" {
		t.Errorf("after the restart followed %v", keys)
	}
}

func TestFollowInsideARecord(t *testing.T) {
	store := &gate{Store: new(journal.Memory)}
	j, _ := open(t, store, journal.Options{})
	store.shut()
	last := j.Submit(put("first", "x"))
	for i := range 20 {
		last = j.Submit(put(fmt.Sprint(i), "x"))
	}
	store.open()
	if _, err := last.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := j.Stats().Records; n > 2 {
		t.Fatalf("%d records", n)
	}
	if keys := followed(t, j, 11, 5); fmt.Sprint(keys) != "[10 11 12 13 14]" {
		t.Errorf("from memory %v", keys)
	}
	closeJournal(t, j)
	j, _ = open(t, store.Store, journal.Options{})
	if keys := followed(t, j, 11, 5); fmt.Sprint(keys) != "[10 11 12 13 14]" {
		t.Errorf("from the log %v", keys)
	}
}

func TestFollowWhatIsTrimmed(t *testing.T) {
	store := new(journal.Memory)
	j, _ := open(t, store, journal.Options{})
	for i := range 3 {
		commit(t, j, put(fmt.Sprint(i), strings.Repeat("x", 800<<10)))
		if err := j.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	closeJournal(t, j)
	j, _ = open(t, store, journal.Options{})
	for _, err := range j.Follow(t.Context(), 0) {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	}
	if keys := followed(t, j, 2, 1); keys[0] != "2" {
		t.Errorf("what is left: %v", keys)
	}
}

func TestFollowersLive(t *testing.T) {
	j, _ := open(t, new(journal.Memory), journal.Options{})
	const followers, transactions = 5, 2000
	var wg sync.WaitGroup
	for f := range followers {
		wg.Go(func() {
			after := uint64(0)
			for c, err := range j.Follow(t.Context(), 0) {
				if err != nil || c.Rev != after+1 {
					t.Errorf("follower %d: %d after %d, %v", f, c.Rev, after, err)
					return
				}
				if after = c.Rev; after == transactions {
					return
				}
			}
		})
	}
	for range 4 {
		wg.Go(func() {
			for range transactions / 4 {
				if _, err := j.Commit(t.Context(), put("k", strings.Repeat("x", 2000))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestFollowersEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, _ := open(t, new(journal.Memory), journal.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		ends := make(chan error, 2)
		for _, ctx := range []context.Context{ctx, t.Context()} {
			go func() {
				for _, err := range j.Follow(ctx, 0) {
					ends <- err
				}
			}()
		}
		synctest.Wait()
		cancel()
		if err := <-ends; !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled follower ended with %v", err)
		}
		closeJournal(t, j)
		if err := <-ends; !fault.Is(err, fault.Closed) {
			t.Errorf("the last follower ended with %v", err)
		}
	})
}

func TestApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, _ := open(t, new(journal.Memory), journal.Options{})
		rev, changed := j.Applied()
		_, same := j.Applied()
		select {
		case <-changed:
			t.Error("changed at once")
		default:
		}
		if rev != 0 || changed != same {
			t.Errorf("%d, two channels: %v", rev, changed != same)
		}
		commit(t, j, put("k", "x"))
		<-changed
		if rev, _ := j.Applied(); rev != 1 {
			t.Errorf("%d is applied", rev)
		}
		closeJournal(t, j)
	})
}
