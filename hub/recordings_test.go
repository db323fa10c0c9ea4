package hub_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"althing/datadir"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/value"
)

// recorded waits until the last second of a series is a number.
func recorded(t *testing.T, h *hub.Hub, name string, want float64) {
	t.Helper()
	for late := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		found, err := h.Series().Query(name, time.Now().Add(-time.Minute), time.Now().Add(time.Second), 1000)
		if err == nil && len(found) > 0 && found[len(found)-1].Mean == want {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%s is %v, %v, not %v", name, found, err, want)
		}
	}
}

// TestValuesAreRecorded records what changes, comes, goes and is no number, and goes
// on after a restart.
func TestValuesAreRecorded(t *testing.T) {
	data := t.TempDir()
	h := hubtest.Open(t, func(c *hub.Config) { c.Data = data })
	s := hubtest.Enter(t, h, "")
	hubtest.Story(t, s, [][2]string{
		{"setReg('a.x', 1); setReg('a.y', 'text'); setReg('a.z', True); setReg('b', 2**70)", "OK"},
		{"setReg('a.nan', float('nan')); setReg('a.inf', -float('inf')); setReg('a.big', 10**400)", "OK"},
	})
	counts := func(pattern string, want int) {
		t.Helper()
		r, err := s.Record(t.Context(), pattern)
		if err != nil || r.Pattern != pattern || r.Numbers != want || r.Full {
			t.Errorf("%+v, %v, not %d", r, err, want)
		}
	}
	counts("a.*", 2)
	counts("b", 1)
	recorded(t, h, "registry.a.z", 1)
	recorded(t, h, "registry.b", 1<<70)
	hubtest.Story(t, s, [][2]string{
		{"setReg('a.y', 5)", "OK"}, {"setReg('a.x', 'text')", "OK"}, {"setReg('a.new', -1.5)", "OK"}, {"delete('a.z')", "1"},
	})
	counts("a.*", 2)
	recorded(t, h, "registry.a.new", -1.5)
	hubtest.Close(t, h)

	h = hubtest.Open(t, func(c *hub.Config) { c.Data = data })
	s = hubtest.Enter(t, h, "")
	hubtest.Story(t, s, [][2]string{{"setReg('a.y', 6)", "OK"}})
	recorded(t, h, "registry.a.y", 6)
	if err := s.StopRecording("a.*"); err != nil {
		t.Error(err)
	}
	all, err := s.Recordings(t.Context())
	if err != nil || len(all) != 1 || all[0].Pattern != "b" || all[0].Numbers != 1 || all[0].Since.IsZero() {
		t.Errorf("left: %+v, %v", all, err)
	}
	if err := s.StopRecording("a.*"); !fault.Is(err, fault.NotFound) {
		t.Errorf("stopped twice: %v", err)
	}
}

// TestAllRecordedHasBounds fills the room for numbers, and makes some again.
func TestAllRecordedHasBounds(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	hubtest.Story(t, s, [][2]string{
		{"[setReg(f'n{i:03}', i) for i in range(501)]; None", "…"}, {"setReg('k' * 248, 1)", "OK"},
	})
	check := func(want int, full bool) {
		t.Helper()
		if r, err := s.Record(t.Context(), "*"); err != nil || r.Numbers != want || r.Full != full {
			t.Errorf("%+v, %v; not %d, %v", r, err, want, full)
		}
	}
	check(500, true)
	hubtest.Story(t, s, [][2]string{{"delete('n00[0-3]')", "4"}})
	check(497, false) // the one that had no room has
	for i := range 49 {
		if _, err := s.Record(t.Context(), fmt.Sprint("p", i)); err != nil {
			t.Error(i, err)
		}
	}
	if _, err := s.Record(t.Context(), "one more"); !fault.Is(err, fault.Full) {
		t.Errorf("the 51st: %v", err)
	}
	for _, pattern := range []string{"", "a@b", "server.name"} {
		if _, err := s.Record(t.Context(), pattern); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

// TestAHubThatForgetsChangesRecordsAllTheSame changes more than the state remembers.
func TestAHubThatForgetsChangesRecordsAllTheSame(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	done(t, s.Set(hub.Set{Key: "n", Value: value.Int(1)}))
	if r, err := s.Record(t.Context(), "n"); err != nil || r.Numbers != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	done(t, s.Set(hub.Set{Key: "n", Value: value.Int(2)}))
	hubtest.Story(t, s, [][2]string{{"[setReg(f'k{i % 100}', i) for i in range(9000)]; None", "…"}})
	recorded(t, h, "registry.n", 2)
}

func TestDamagedRecordingsAreToldOf(t *testing.T) {
	data := t.TempDir()
	hubtest.Close(t, hubtest.Open(t, func(c *hub.Config) { c.Data = data }))
	file := filepath.Join(data, datadir.RecordingsFile)
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := hub.Open(context.Background(), hub.Config{Data: data})
	if err == nil {
		hubtest.Close(t, h)
	}
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("opened: %v", err)
	}
}
