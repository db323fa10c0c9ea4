package state_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"althing/journal"
	"althing/messaging"
	"althing/registry"
	"althing/state"
	"althing/value"
)

// TestReadsAndPicturesBesideWrites writes the same number under two keys in
// every transaction, sends messages and takes them out again, while others
// read: nobody may ever see half a transaction, and a picture must be the state
// at one moment although it is written while things go on. Meant for -race.
func TestReadsAndPicturesBesideWrites(t *testing.T) {
	const rounds = 3000
	s := state.New()
	apply(t, s, 1, &messaging.Register{ID: "ann"}, &messaging.Register{ID: "bob"})
	pair := func(i int) []journal.Op {
		return []journal.Op{
			set("left", value.Int(i)), set(fmt.Sprintf("k%03d", i%500), value.Int(i)), set("right", value.Int(i)),
			&messaging.Send{From: "ann", To: "ALL", Text: fmt.Sprint(i)},
		}
	}
	apply(t, s, 2, pair(0)...)
	done, readers := make(chan struct{}), sync.WaitGroup{}
	for _, read := range []func(){
		func() { even(t, s.View(registry.Values)) },
		func() { picture(t, s) },
		func() { reads(t, s) },
	} {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					read()
				}
			}
		})
	}
	for i := 1; i < rounds; i++ {
		apply(t, s, uint64(i+2), pair(i)...)
		apply(t, s, uint64(i+2), &messaging.Recv{ID: "bob"})
		if i%3 == 0 {
			apply(t, s, uint64(i+2), &registry.Delete{Keys: []string{fmt.Sprintf("k%03d", i%500)}})
		}
		if i%50 == 0 {
			apply(t, s, uint64(i+2), &messaging.Exit{ID: "ann"}, &messaging.Register{ID: "ann"})
			runtime.Gosched()
		}
	}
	close(done)
	readers.Wait()
}

// even checks that both keys hold the same.
func even(t *testing.T, v *registry.View) {
	t.Helper()
	left, _ := v.Get("left", now)
	right, _ := v.Get("right", now)
	if left.Value != right.Value || left.Rev != right.Rev {
		t.Errorf("left is %v, right %v", left, right)
	}
}

func picture(t *testing.T, s *state.State) {
	t.Helper()
	var b bytes.Buffer
	if _, err := s.Freeze().WriteTo(&b); err != nil {
		t.Error(err)
		return
	}
	restored := state.New()
	if err := restored.Restore(&b); err != nil {
		t.Error(err)
		return
	}
	even(t, restored.View(registry.Values))
	if h := restored.History("left", now); len(h) > 0 && h[0].Value != restored.History("right", now)[0].Value {
		t.Errorf("histories begin with %v and %v", h[0], restored.History("right", now)[0])
	}
}

func reads(t *testing.T, s *state.State) {
	t.Helper()
	p, err := registry.Compile("[lr]*")
	if err != nil {
		t.Error(err)
		return
	}
	c, err := s.Changes(context.Background(), p, s.Revision(registry.Values)-1, now)
	if err != nil || len(c.List)%2 != 0 {
		t.Errorf("half of a transaction is among the changes: %+v, %v", c, err)
	}
	left, _ := s.Get(registry.Values, "left", now)
	s.Verify([]journal.Seen{state.SawKey(registry.Values, "left", left.Rev), state.SawClients(0)}, now)
	s.History("right", now)
	s.Clients()
	s.Groups()
	s.Pending("bob")
	s.Stats()
}
