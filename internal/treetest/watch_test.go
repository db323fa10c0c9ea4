package treetest_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"althing"
	"althing/hub"
	"althing/internal/treetest"
	"althing/network"
	"althing/value"
)

// mirror is what a client has been told of a watch: the values that there are.
type mirror struct {
	*althing.Client

	mu     sync.Mutex
	values map[string]string
	told   []string // all that it was told
}

// watch has a client of a hub, which comes through a cable, watch a pattern.
func watch(t *testing.T, through *treetest.Cable, pattern string) *mirror {
	t.Helper()
	c, err := althing.Dial(t.Context(), through.Address(), althing.ClientOptions{
		Logger: slog.New(slog.DiscardHandler), Backoff: func(int) time.Duration { return 10 * time.Millisecond },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		c.Wait()
	})
	m := &mirror{Client: c, values: map[string]string{}}
	if _, err := c.Watch(t.Context(), pattern, m.tell); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *mirror) tell(change althing.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if change.Deleted {
		delete(m.values, change.Key)
		m.told = append(m.told, change.Key+" deleted")
		return
	}
	m.values[change.Key] = value.Repr(change.Value)
	m.told = append(m.told, change.Key+"="+m.values[change.Key])
}

// heard gives all that was told since the last time.
func (m *mirror) heard() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	told := m.told
	m.told = nil
	return told
}

func (m *mirror) lines() (lines []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.values)) {
		lines = append(lines, key+"="+m.values[key])
	}
	return lines
}

// has waits until the client knows just those values.
func (m *mirror) has(tree *treetest.Tree, want ...string) {
	tree.Soon("that the client has\n"+strings.Join(want, "\n"), func() bool { return slices.Equal(m.lines(), want) }, func() string {
		return strings.Join(m.lines(), "\n")
	})
}

// set sets a key of a hub, or deletes it.
func set(t *testing.T, at *treetest.Hub, key string, v value.Value) {
	t.Helper()
	s, err := at.Inside().Enter(hub.Caller{Gateway: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if v == nil {
		_, err = s.Delete(t.Context(), key)
	} else {
		_, err = s.Set(hub.Set{Key: key, Value: v}).Wait(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A client that watches all hubs knows what they have, whatever comes and goes,
// and is told of each change once.
func TestWatchAll(t *testing.T) {
	tree := treetest.Grow(t, "main", "main/barn", "main/barn/north", "main/shed")
	main, barn, north, shed := tree.Hub("main"), tree.Hub("barn"), tree.Hub("north"), tree.Hub("shed")
	for i, h := range tree.Hubs() {
		set(t, h, "k.a", value.Int(i))
		set(t, h, "other", value.Int(i))
	}
	cable := treetest.NewCable(t, main.Address)
	m := watch(t, cable, "k.*@*")
	m.has(tree, "k.a@barn=1", "k.a@main=0", "k.a@north=2", "k.a@shed=3")
	set(t, shed, "k.b", value.Int(4))
	set(t, north, "k.a", nil)
	set(t, barn, "k.a", value.Int(5))
	m.has(tree, "k.a@barn=5", "k.a@main=0", "k.a@shed=3", "k.b@shed=4")

	// While the client is away, and a hub. Nothing is told twice.
	m.heard()
	cable.Cut()
	shed.Cable.Cut()
	set(t, main, "k.a", nil)
	set(t, shed, "k.c", value.Int(6))
	cable.Heal()
	m.has(tree, "k.a@barn=5", "k.a@shed=3", "k.b@shed=4")
	set(t, shed, "k.b", nil)
	shed.Cable.Heal()
	m.has(tree, "k.a@barn=5", "k.a@shed=3", "k.c@shed=6")
	if got, want := m.heard(), []string{"k.a@main deleted", "k.c@shed=6", "k.b@shed deleted"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}

	// A hub that starts again, one that joins, one whose name is no longer its alone,
	// one that leaves, also while the client is away.
	north.Stop()
	north.Start()
	set(t, north, "k.n", value.Int(7))
	m.has(tree, "k.a@barn=5", "k.a@shed=3", "k.c@shed=6", "k.n@north=7")
	second := tree.Start("north")
	set(t, second, "k.n", value.Int(8))
	second.Join(main)
	m.has(tree, "k.a@barn=5", "k.a@shed=3", "k.c@shed=6", "k.n@main/barn/north=7", "k.n@main/north=8")
	if err := second.Inside().Network().Leave(); err != nil {
		t.Fatal(err)
	}
	m.has(tree, "k.a@barn=5", "k.a@shed=3", "k.c@shed=6", "k.n@north=7")
	cable.Cut()
	if err := shed.Inside().Network().Leave(); err != nil {
		t.Fatal(err)
	}
	tree.Soon("that shed has left", func() bool { _, err := main.Inside().Network().Find("shed"); return err != nil }, func() string { return "shed" })
	set(t, barn, "k.a", value.Int(9))
	cable.Heal()
	m.has(tree, "k.a@barn=9", "k.n@north=7")
}

// A hub that stops while it watches others leaves nothing behind, and one that asks
// for too much is told.
func TestWatchAllIsBounded(t *testing.T) {
	tree := treetest.Grow(t, treetest.Star(2)...)
	top := tree.Hub("h0")
	s, err := top.Inside().Enter(hub.Caller{Gateway: "test"})
	if err != nil {
		t.Fatal(err)
	}
	begin := func(string) (uint64, func(hub.Changes) error) {
		return 0, func(hub.Changes) error { return nil }
	}
	all := func() error {
		_, err := s.WatchAll(context.Background(), "*", nil, begin)
		return err
	}
	most := int(top.Inside().Limits().Watches)
	for range most {
		if err := all(); err != nil {
			t.Fatal(err)
		}
	}
	if err := all(); err == nil || !strings.Contains(err.Error(), fmt.Sprint(most)) {
		t.Errorf("one more watch than %d: %v", most, err)
	}
	s.Close()
	var id network.ID
	if id, err = top.Inside().Network().Find("h1"); err != nil {
		t.Fatal(err)
	}
	// Their questions leave the link soon after.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, err := top.Inside().Network().Ask(ctx, network.Question{To: id, What: "here"})
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}
