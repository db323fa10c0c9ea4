package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"althing/registry"
	"althing/value"
)

func TestHistoryIsTheLastSixteen(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	for i := range 40 {
		s.now = s.now.Add(time.Second)
		s.set("a", value.Int(i))
		got := s.History("a", s.now)
		if want := min(i+1, 16); len(got) != want {
			t.Fatalf("after %d sets it has %d values, want %d", i+1, len(got), want)
		}
		for j, p := range got {
			back := len(got) - 1 - j
			if p.Value != value.Int(i-back) || !p.At.Equal(s.now.Add(-time.Duration(back)*time.Second)) {
				t.Fatalf("after %d sets value %d is %+v", i+1, j, p)
			}
		}
	}
	s.do(&registry.Delete{Keys: []string{"a"}})
	s.set("a", value.Int(1))
	if got := s.History("a", s.now); len(got) != 1 {
		t.Errorf("a removed key has the history %v", got)
	}
	if s.HistoryBytes() != 0 {
		t.Errorf("%d bytes of history are left", s.HistoryBytes())
	}
}

func TestHistoryTakesTheLastValueOfATransaction(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	s.set("a", value.Int(0))
	s.Begin()
	for i := range 5 {
		if _, err := s.Apply(2, s.now, &registry.Set{Key: "a", Value: value.Int(10 + i)}); err != nil {
			t.Fatal(err)
		}
	}
	s.Commit()
	got := s.History("a", s.now)
	if len(got) != 2 || got[0].Value != value.Int(0) || got[1].Value != value.Int(14) {
		t.Errorf("got %v", got)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	kilo := func(i int) value.Value { return value.Str(fmt.Sprintf("%01000d", i)) }
	t.Run("for a key", func(t *testing.T) {
		s := newShelf(t, registry.Limits{HistoryBytes: 5000})
		for i := range 10 {
			s.set("a", kilo(i))
		}
		if got := s.History("a", s.now); len(got) != 5 || got[4].Value != kilo(9) || got[0].Value != kilo(5) {
			t.Errorf("%d values of 1,000 bytes in 5,000 and the present one", len(got))
		}
		s.set("a", value.Str(strings.Repeat("x", 6000)))
		s.set("a", kilo(1))
		if got := s.History("a", s.now); len(got) != 1 || s.HistoryBytes() != 0 {
			t.Errorf("a value that is too large alone is kept: %d values", len(got))
		}
	})
	t.Run("for all keys", func(t *testing.T) {
		s := newShelf(t, registry.Limits{HistoryTotal: 5000})
		for i := range 4 {
			s.set("a", kilo(i))
		}
		for i := range 10 {
			s.set("b", kilo(i))
		}
		if a, b := s.History("a", s.now), s.History("b", s.now); len(a) != 4 || len(b) != 2 {
			t.Errorf("they have %d and %d values", len(a), len(b))
		}
		if s.HistoryBytes() > 5000 {
			t.Errorf("%d bytes", s.HistoryBytes())
		}
	})
	t.Run("and the room comes back", func(t *testing.T) {
		s := newShelf(t, registry.Limits{})
		for i := range 100 {
			s.set("a", kilo(i))
			s.do(&registry.Set{Key: "b", Value: kilo(i), Expire: s.now.Add(time.Hour)})
		}
		s.do(&registry.Delete{Keys: []string{"a"}})
		s.do(&registry.Lapse{Key: "b", Rev: s.rev - 1})
		if s.Len() != 0 || s.Bytes() != 0 || s.HistoryBytes() != 0 {
			t.Errorf("left: %d keys, %d bytes, %d of history", s.Len(), s.Bytes(), s.HistoryBytes())
		}
	})
}

func TestVariablesHaveNoHistory(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	s.Registry = registry.New(registry.Options{})
	for i := range 3 {
		s.set("a", value.Int(i))
	}
	if got := s.History("a", s.now); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	if recent, all := s.Since(0); !all || changes(t, recent, "*", s.now) != "" {
		t.Error("it remembers changes")
	}
}
