package state_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"althing/journal"
	"althing/messaging"
	"althing/registry"
	"althing/state"
	"althing/value"
)

const benchKeys = 100_000

func keyNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("garden.soil.sensor%06d.temp", i*7919%n)
	}
	return names
}

// filled is a state with a value under each of the names.
func filled(tb testing.TB, names []string) *state.State {
	tb.Helper()
	s := state.New()
	for i, name := range names {
		apply(tb, s, uint64(i+1), &registry.Set{Key: name, Value: value.Int(i)})
	}
	return s
}

var benchNow = time.Unix(1_700_000_000, 0)

func apply(tb testing.TB, s *state.State, rev uint64, ops ...journal.Op) []any {
	tb.Helper()
	results, err := s.Apply(rev, benchNow, journal.Tx{Ops: ops})
	if err != nil {
		tb.Fatal(err)
	}
	return results
}

func BenchmarkSetExisting(b *testing.B) {
	for _, keys := range []int{50, benchKeys} {
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			names := keyNames(keys)
			s := filled(b, names)
			tx := journal.Tx{Ops: []journal.Op{nil}}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				tx.Ops[0] = &registry.Set{Key: names[i%keys], Value: value.Int(i)}
				if _, err := s.Apply(uint64(keys+i+1), benchNow, tx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	for _, keys := range []int{50, benchKeys} {
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			names := keyNames(keys)
			s := filled(b, names)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, ok := s.Get(registry.Values, names[i%keys], benchNow); !ok {
					b.Fatal("lost")
				}
			}
		})
	}
}

func BenchmarkSetNew(b *testing.B) {
	names := keyNames(benchKeys)
	var s *state.State
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%benchKeys == 0 {
			s = state.New()
		}
		apply(b, s, uint64(i+1), &registry.Set{Key: names[i%benchKeys], Value: value.Int(i)})
	}
}

func BenchmarkFreeze(b *testing.B) {
	s := filled(b, keyNames(benchKeys))
	for b.Loop() {
		s.Freeze()
	}
}

func BenchmarkWritePicture(b *testing.B) {
	s := filled(b, keyNames(benchKeys))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Freeze().WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSendToAll(b *testing.B) {
	const clients = 10_000
	s := state.New()
	apply(b, s, 1, &state.Configure{Limits: state.Limits{Messaging: messaging.Limits{Messages: 1000}}})
	for i := range clients {
		apply(b, s, uint64(i+2), &messaging.Register{ID: fmt.Sprintf("c%07d", i)})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		apply(b, s, uint64(clients+i+2), &messaging.Send{From: "c0000000", To: messaging.All, Text: "hello"})
	}
}

func BenchmarkSendRecv(b *testing.B) {
	s := state.New()
	apply(b, s, 1, &messaging.Register{ID: "ann"})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		apply(b, s, uint64(i+2), &messaging.Send{From: "ann", To: "ann", Text: "hello"})
		apply(b, s, uint64(i+2), &messaging.Recv{ID: "ann"})
	}
}
