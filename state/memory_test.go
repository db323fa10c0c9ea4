package state_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"althing/messaging"
	"althing/registry"
	"althing/state"
	"althing/value"
)

// heap is what is in use, with the garbage gone.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestAHundredThousandKeysStaySmall bounds what a small key takes in all.
func TestAHundredThousandKeysStaySmall(t *testing.T) {
	const keys, most = 100_000, 300
	before := heap()
	s := state.New()
	for i := range keys {
		key := fmt.Sprintf("garden.sensor%06d.temp", i*7919%keys)
		apply(t, s, uint64(i+1), set(key, value.Float(i)))
	}
	each := (heap() - before) / keys
	t.Logf("%d bytes a key, weighed %d", each, s.Bytes(registry.Values)/keys)
	if each > most {
		t.Errorf("%d bytes a key, more than %d", each, most)
	}
	if weighed := uint64(s.Bytes(registry.Values) / keys); weighed < each*3/4 || weighed > each*3/2 {
		t.Errorf("a key weighs %d and takes %d bytes", weighed, each)
	}
}

// TestAKeyDoesNotKeepItsQueryAlive sets keys that are a few letters of a large
// text.
func TestAKeyDoesNotKeepItsQueryAlive(t *testing.T) {
	s := state.New()
	before := heap()
	for i := range 100 {
		query := fmt.Sprintf("key%03d", i) + strings.Repeat("#", 1<<20)
		apply(t, s, uint64(i+1), set(query[:6], value.Int(i)), &messaging.Register{ID: query[:6]},
			&messaging.Join{ID: query[:6], Group: query[:5]},
			&messaging.Send{From: query[:6], To: query[:5], Text: "hello"})
	}
	if grown := heap() - before; s.Len(registry.Values) != 100 || grown > 10<<20 {
		t.Errorf("%d keys keep %d KiB", s.Len(registry.Values), grown>>10)
	}
}

// TestWhatTheHistoryForgetsIsGone sets a key that has a history to large values,
// which the history has no room for.
func TestWhatTheHistoryForgetsIsGone(t *testing.T) {
	const large = 4 << 20 // more than the recent changes keep alive
	s := state.New()
	apply(t, s, 1, &state.Configure{Limits: state.Limits{Values: registry.Limits{HistoryBytes: 10_000}}})
	before := heap()
	for i := range 16 {
		v := value.Value(value.Int(i))
		if i > 8 {
			v = value.Str(strings.Repeat("x", large))
		}
		apply(t, s, uint64(i+2), set("a", v))
	}
	if grown := heap() - before; len(s.History("a", now)) > 10 || grown > 8<<20+2*large {
		t.Errorf("it keeps %d values and %d KiB", len(s.History("a", now)), grown>>10)
	}
}
