package registry_test

import (
	"math"
	"testing"
	"time"

	"althing/registry"
	"althing/value"
)

func TestExpiry(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	end := s.now.Add(10 * time.Second)
	s.do(&registry.Set{Key: "a", Value: value.Int(1), Expire: end})
	s.do(&registry.Set{Key: "b", Value: value.Int(1), Expire: end.Add(-time.Second)})
	s.set("c", value.Int(1))

	t.Run("it is there until its end, and not at it", func(t *testing.T) {
		if _, ok := s.Get("a", end.Add(-1)); !ok {
			t.Error("gone a nanosecond before its end")
		}
		if _, ok := s.Get("a", end); ok {
			t.Error("there at its end")
		}
		if got := s.History("a", end); got != nil {
			t.Errorf("at its end it has the history %v", got)
		}
		if rev := s.RevisionOf("a", end); rev != 0 {
			t.Errorf("at its end it has revision %d", rev)
		}
		for key := range s.View().All(end) {
			if key != "c" {
				t.Errorf("a scan shows %s", key)
			}
		}
	})
	t.Run("the nearest end comes first", func(t *testing.T) {
		if next, ok := s.NextExpiry(); !ok || !next.Equal(end.Add(-time.Second)) {
			t.Errorf("got %v, %v", next, ok)
		}
		if ops := s.Expired(registry.Values, end, 10); len(ops) != 2 || ops[0].Key != "b" || ops[1].Key != "a" || ops[1].Rev != 1 {
			t.Errorf("got %v", ops)
		}
		if ops := s.Expired(registry.Values, end, 1); len(ops) != 1 {
			t.Errorf("at most 1, got %v", ops)
		}
		if ops := s.Expired(registry.Values, s.now, 10); len(ops) != 0 {
			t.Errorf("too early: %v", ops)
		}
	})
	t.Run("the removal means one revision", func(t *testing.T) {
		s.now = end
		if s.do(&registry.Lapse{Key: "a", Rev: 2}) != false || s.do(&registry.Lapse{Key: "none", Rev: 1}) != false {
			t.Error("removed what it did not mean")
		}
		if s.do(&registry.Lapse{Key: "c", Rev: 3}) != false {
			t.Error("removed what never runs out")
		}
		if s.do(&registry.Lapse{Key: "a", Rev: 1}) != true || s.Len() != 2 {
			t.Error("did not remove what it meant")
		}
	})
	t.Run("setting it again ends the end", func(t *testing.T) {
		s.set("b", value.Int(2))
		if _, ok := s.NextExpiry(); ok {
			t.Error("something still runs out")
		}
		if got := s.repr("b"); got != "2" {
			t.Errorf("b holds %s", got)
		}
		if got := s.History("b", s.now); len(got) != 1 {
			t.Errorf("what had run out is in the history: %v", got)
		}
	})
}

func TestExpiryAtTheEdgesOfTime(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   time.Time
		there bool
	}{
		{"before 1970", time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), false},
		{"in 1970", time.Unix(0, 0), false},
		{"long before all time", time.Unix(math.MinInt64, 0), false},
		{"in the year 9999", time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), true},
		{"at the end of time", time.Unix(math.MaxInt64-1<<36, 0), true},
	} {
		s := newShelf(t, registry.Limits{})
		op := &registry.Set{Key: "a", Value: value.Int(1), Expire: c.end}
		s.do(op)
		stored, err := op.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := registry.DecodeOp(stored)
		if err != nil {
			t.Fatal(err)
		}
		again := newShelf(t, registry.Limits{})
		again.do(back)
		for _, s := range []*shelf{s, again} {
			if e, there := s.Get("a", s.now); there != c.there {
				t.Errorf("%s: %v, %+v", c.name, there, e)
			}
		}
	}
}
