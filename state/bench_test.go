package state_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

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

func BenchmarkSetExisting(b *testing.B) {
	for _, keys := range []int{50, benchKeys} {
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			names := keyNames(keys)
			s := filled(b, names)
			tx := journal.Tx{Ops: []journal.Op{nil}}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				tx.Ops[0] = &registry.Set{Key: names[i%keys], Value: value.Int(i)}
				if _, err := s.Apply(uint64(keys+i+1), now, tx); err != nil {
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
				if _, ok := s.Get(registry.Values, names[i%keys], now); !ok {
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

// BenchmarkSendToAll puts a message into 10,000 inboxes, which must take less
// than 10 ms.
func BenchmarkSendToAll(b *testing.B) {
	const clients = 10_000
	ops := make([]journal.Op, clients)
	for i := range ops {
		ops[i] = &messaging.Register{ID: fmt.Sprintf("c%07d", i)}
	}
	var s *state.State
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%100 == 0 { // or the inboxes would fill the machine
			b.StopTimer()
			s = state.New()
			apply(b, s, 1, ops...)
			b.StartTimer()
		}
		apply(b, s, 2, &messaging.Send{From: "c0000000", To: messaging.All, Text: "hello"})
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

// BenchmarkSetBesideViews sets existing keys while every hundredth time somebody
// looks at the whole registry.
func BenchmarkSetBesideViews(b *testing.B) {
	names := keyNames(benchKeys)
	s := filled(b, names)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%100 == 0 {
			s.View(registry.Values)
		}
		apply(b, s, uint64(benchKeys+i), &registry.Set{Key: names[i%benchKeys], Value: value.Int(i)})
	}
}

// BenchmarkDeleteAll removes 100,000 keys at once.
func BenchmarkDeleteAll(b *testing.B) {
	names := keyNames(benchKeys)
	sorted := slices.Sorted(slices.Values(names))
	for b.Loop() {
		b.StopTimer()
		s := filled(b, names)
		b.StartTimer()
		apply(b, s, benchKeys+1, &registry.Delete{Keys: sorted})
	}
}

// BenchmarkReplay reads and applies 100,000 sets.
func BenchmarkReplay(b *testing.B) {
	var log []byte
	for i, name := range keyNames(benchKeys) {
		var err error
		if log, err = set(name, value.Int(i)).AppendBinary(log); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		s := state.New()
		for src, rev := log, uint64(1); len(src) > 0; rev++ {
			op, rest, err := s.DecodeOp(src)
			if err != nil {
				b.Fatal(err)
			}
			apply(b, s, rev, op)
			src = rest
		}
	}
}

// BenchmarkMatch looks for a few and for all of 100,000 keys.
func BenchmarkMatch(b *testing.B) {
	s := filled(b, keyNames(benchKeys))
	for _, pattern := range []string{"garden.soil.sensor00001*", "*", "*9.temp", "*1*2*3*.t?mp"} {
		b.Run(pattern, func(b *testing.B) {
			p, err := registry.Compile(pattern)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				for range s.View(registry.Values).Match(context.Background(), p, now) {
				}
			}
		})
	}
}

func BenchmarkRestore(b *testing.B) {
	src := stored(b, filled(b, keyNames(benchKeys)))
	b.ReportAllocs()
	for b.Loop() {
		if err := state.New().Restore(bytes.NewReader(src)); err != nil {
			b.Fatal(err)
		}
	}
}
