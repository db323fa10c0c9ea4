package registry_test

import (
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/registry"
	"althing/value"
)

// shelf is a registry whose operations get the revisions 1, 2, 3 … and the time
// that stands in now.
type shelf struct {
	*registry.Registry
	tb  testing.TB
	rev uint64
	now time.Time
}

func newShelf(tb testing.TB, limits registry.Limits) *shelf {
	tb.Helper()
	r := registry.New(registry.Options{History: true, Changes: 8, ChangeBytes: 1 << 20})
	r.SetLimits(limits)
	return &shelf{Registry: r, tb: tb, now: time.Unix(1_600_000_000, 0).UTC()}
}

func (s *shelf) try(op registry.Op) (any, error) {
	s.rev++
	return s.Apply(s.rev, s.now, op)
}

func (s *shelf) do(op registry.Op) any {
	s.tb.Helper()
	result, err := s.try(op)
	if err != nil {
		s.tb.Fatalf("%#v: %v", op, err)
	}
	return result
}

func (s *shelf) set(key string, v value.Value) {
	s.tb.Helper()
	s.do(&registry.Set{Key: key, Value: v})
}

// repr is what a key holds, in Python's writing; "" for nothing.
func (s *shelf) repr(key string) string {
	e, ok := s.Get(key, s.now)
	if !ok {
		return ""
	}
	return value.Repr(e.Value)
}

func TestSetThenGet(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	if got := s.repr("a"); got != "" {
		t.Fatalf("an empty registry holds %s", got)
	}
	s.set("a", value.Int(56))
	e, ok := s.Get("a", s.now)
	if !ok || e.Value != value.Int(56) || e.Rev != 1 || !e.At.Equal(s.now) || !e.Expire.IsZero() {
		t.Errorf("got %+v, %v", e, ok)
	}
	s.set("a", value.Str("warm"))
	if e, _ := s.Get("a", s.now); e.Value != value.Str("warm") || e.Rev != 2 {
		t.Errorf("got %+v", e)
	}
	if s.Len() != 1 || s.Revision() != 2 {
		t.Errorf("%d keys at revision %d", s.Len(), s.Revision())
	}
}

func TestAnyKeyAUserWouldType(t *testing.T) {
	for _, key := range []string{"garden.soil.temp", "two words", "größe", "日本", " ", "*", "a[b]", "\n", "\xed\xa0\x80", strings.Repeat("k", 10_000)} {
		s := newShelf(t, registry.Limits{})
		s.set(key, value.Int(1))
		if got := s.repr(key); got != "1" {
			t.Errorf("%.20q holds %q", key, got)
		}
	}
	for _, key := range []string{"", "a@b", "@", "\xff"} {
		s := newShelf(t, registry.Limits{})
		if _, err := s.try(&registry.Set{Key: key, Value: value.Int(1)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", key, err)
		}
	}
}

func TestSetConditions(t *testing.T) {
	rev := func(n uint64) *uint64 { return &n }
	for _, c := range []struct {
		name string
		op   registry.Set
		ok   bool
	}{
		{"create of a key that is not there", registry.Set{Key: "new", Create: true}, true},
		{"create of a key that is there", registry.Set{Key: "one", Create: true}, false},
		{"create of a key that has run out", registry.Set{Key: "over", Create: true}, true},
		{"expect the value it has", registry.Set{Key: "one", Expect: value.Int(1)}, true},
		{"expect an equal float", registry.Set{Key: "one", Expect: value.Float(1)}, true},
		{"expect an equal bool", registry.Set{Key: "one", Expect: value.Bool(true)}, true},
		{"expect another value", registry.Set{Key: "one", Expect: value.Int(2)}, false},
		{"expect another type", registry.Set{Key: "one", Expect: value.Str("1")}, false},
		{"expect a list of equal items", registry.Set{Key: "list", Expect: value.List{value.Float(1), value.Str("a")}}, true},
		{"expect a tuple for a list", registry.Set{Key: "list", Expect: value.Tuple{value.Int(1), value.Str("a")}}, false},
		{"expect None of a key that is not there", registry.Set{Key: "new", Expect: value.None{}}, false},
		{"expect None of a None", registry.Set{Key: "none", Expect: value.None{}}, true},
		{"expect of a key that has run out", registry.Set{Key: "over", Expect: value.Int(1)}, false},
		{"expect the revision it has", registry.Set{Key: "one", ExpectRev: rev(1)}, true},
		{"expect another revision", registry.Set{Key: "one", ExpectRev: rev(2)}, false},
		{"expect a revision of a key that is not there", registry.Set{Key: "new", ExpectRev: rev(1)}, false},
		{"expect revision 0 of a key that is not there", registry.Set{Key: "new", ExpectRev: rev(0)}, true},
		{"expect revision 0 of a key that is there", registry.Set{Key: "one", ExpectRev: rev(0)}, false},
		{"expect revision 0 of a key that has run out", registry.Set{Key: "over", ExpectRev: rev(0)}, true},
		{"one condition of two", registry.Set{Key: "one", Expect: value.Int(1), ExpectRev: rev(7)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShelf(t, registry.Limits{})
			s.set("one", value.Int(1))
			s.set("list", value.List{value.Int(1), value.Str("a")})
			s.set("none", value.None{})
			s.do(&registry.Set{Key: "over", Value: value.Int(1), Expire: s.now.Add(time.Second)})
			s.now = s.now.Add(time.Second)
			before, held := s.repr(c.op.Key), s.Revision()
			c.op.Value = value.Str("done")
			_, err := s.try(&c.op)
			switch {
			case c.ok && (err != nil || s.repr(c.op.Key) != "'done'"):
				t.Errorf("refused: %v", err)
			case !c.ok && !fault.Is(err, fault.Conflict):
				t.Errorf("got %v, want a conflict", err)
			case !c.ok && !strings.HasPrefix(fault.Of(err).Line(), "Error: RuntimeError: conflict: "):
				t.Errorf("the line is %q", fault.Of(err).Line())
			case !c.ok && (s.repr(c.op.Key) != before || s.Revision() != held):
				t.Error("a refused set has changed something")
			}
		})
	}
}

func TestConflictSaysNoMoreThanALine(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	key := strings.Repeat("é\n", 10_000)
	s.set(key, value.Int(1))
	_, err := s.try(&registry.Set{Key: key, Value: value.Int(1), Create: true})
	if line := fault.Of(err).Line(); len(line) > 500 || !strings.Contains(line, `é\n`) {
		t.Errorf("the line has %d bytes: %.200q", len(line), line)
	}
}

func TestDelete(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	s.set("a", value.Int(1))
	s.set("b", value.Int(1))
	s.do(&registry.Set{Key: "over", Value: value.Int(1), Expire: s.now})
	if n := s.do(&registry.Delete{Keys: []string{"a", "none", "over", "a"}}); n != 1 {
		t.Errorf("removed %v: what had run out does not count, nor what was not there", n)
	}
	if s.Len() != 1 || s.repr("b") != "1" {
		t.Errorf("%d keys are left", s.Len())
	}
	if n := s.do(&registry.Delete{}); n != 0 {
		t.Errorf("nothing removed %v", n)
	}
	if _, ok := s.NextExpiry(); ok {
		t.Error("a removed key still runs out")
	}
}

func TestLimits(t *testing.T) {
	big := value.Str(strings.Repeat("x", 1000))
	for _, c := range []struct {
		name   string
		limits registry.Limits
		op     registry.Set
		want   fault.Code // "": it is taken
	}{
		{"a key more than there may be", registry.Limits{Keys: 2}, registry.Set{Key: "c", Value: value.Int(1)}, fault.Full},
		{"a key that is there already", registry.Limits{Keys: 2}, registry.Set{Key: "a", Value: value.Int(1)}, ""},
		{"too many bytes", registry.Limits{Bytes: 1200}, registry.Set{Key: "c", Value: big}, fault.Full},
		{"too many bytes under an old key", registry.Limits{Bytes: 1200}, registry.Set{Key: "a", Value: big}, fault.Full},
		{"fewer bytes where there are too many", registry.Limits{Bytes: 10}, registry.Set{Key: "a", Value: value.None{}}, ""},
		{"more bytes where there are too many", registry.Limits{Bytes: 10}, registry.Set{Key: "a", Value: value.Str("yy")}, fault.Full},
		{"a long key", registry.Limits{KeyBytes: 3}, registry.Set{Key: "long", Value: value.Int(1)}, fault.Limit},
		{"a key that is as long as it may be", registry.Limits{KeyBytes: 3}, registry.Set{Key: "lon", Value: value.Int(1)}, ""},
		{"a large value", registry.Limits{ValueBytes: 1031}, registry.Set{Key: "c", Value: big}, fault.Limit},
		{"a value as large as it may be", registry.Limits{ValueBytes: 1032}, registry.Set{Key: "c", Value: big}, ""},
		{"no limits", registry.Limits{}, registry.Set{Key: "c", Value: big}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShelf(t, registry.Limits{})
			s.set("a", value.Int(1))
			s.set("b", value.Int(1))
			s.SetLimits(c.limits)
			keys, bytes := s.Len(), s.Bytes()
			_, err := s.try(&c.op)
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !fault.Is(err, c.want) || fault.Of(err).Type() != "OverflowError" {
				t.Errorf("got %v", err)
			}
			if s.Len() != keys || s.Bytes() != bytes || s.Revision() != 2 {
				t.Error("a refused set has changed something")
			}
		})
	}
}

func TestARegistryRefusesWhatItDoesNotKnow(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	if _, err := s.try(nil); !fault.Is(err, fault.Internal) {
		t.Errorf("got %v", err)
	}
	if _, err := s.try(&registry.Set{Key: "a"}); !fault.Is(err, fault.Internal) {
		t.Errorf("a set without a value: %v", err)
	}
}
