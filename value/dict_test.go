package value_test

import (
	"testing"

	"althing/fault"
	"althing/value"
)

func TestDictIsPythons(t *testing.T) {
	d := dict(t, value.Int(1), value.Str("a"), value.Str("x"), none, value.Float(1), value.Str("b"), value.Bool(true), value.Str("c"))
	if got, want := value.Repr(d), "{1: 'c', 'x': None}"; got != want {
		t.Errorf("the dict is %s, want %s", got, want)
	}
	for _, key := range []value.Value{value.Int(1), value.Float(1), value.Bool(true), value.Complex(1)} {
		if v, ok := d.Get(key); !ok || !value.Equal(v, value.Str("c")) {
			t.Errorf("under %s is %v, %t", value.Repr(key), v, ok)
		}
	}
	for _, key := range []value.Value{value.Int(2), value.Bytes("x"), list{}, nan} {
		if v, ok := d.Get(key); ok {
			t.Errorf("under %s is %v, want nothing", value.Repr(key), v)
		}
	}
}

func TestSetIsPythons(t *testing.T) {
	s := set(t, value.Int(1), value.Str("x"), value.Float(1), value.Bool(true))
	if got, want := value.Repr(s), "{1, 'x'}"; got != want {
		t.Errorf("the set is %s, want %s", got, want)
	}
	if !s.Has(value.Float(1)) || s.Has(value.Int(2)) || s.Has(list{}) {
		t.Error("the set has not what it should have")
	}
}

func TestUnhashable(t *testing.T) {
	for _, test := range []struct {
		key  value.Value
		want string
	}{
		{list{}, "Error: TypeError: unhashable type: 'list'"},
		{dict(t), "Error: TypeError: unhashable type: 'dict'"},
		{set(t), "Error: TypeError: unhashable type: 'set'"},
		{tuple{none, tuple{list{}}}, "Error: TypeError: unhashable type: 'list'"},
	} {
		_, dictErr := value.NewDict([]value.Pair{{Key: test.key, Value: none}})
		_, setErr := value.NewSet([]value.Value{test.key})
		for _, err := range []error{dictErr, setErr} {
			if got := fault.Of(err).Line(); err == nil || got != test.want {
				t.Errorf("%s: %s, want %s", value.Repr(test.key), got, test.want)
			}
		}
	}
}

// Many entries use an index where few are looked at one by one; both must find
// and drop the same.
func TestManyEntries(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 10, 1000} {
		pairs := []value.Pair{}
		items := []value.Value{}
		for i := range n {
			key := tuple{value.Int(i), value.Str("k")}
			again := tuple{value.Float(i), value.Str("k")}
			pairs = append(pairs, value.Pair{Key: key, Value: none}, value.Pair{Key: again, Value: value.Int(i)})
			items = append(items, key, again)
		}
		d, err := value.NewDict(pairs)
		if err != nil || d.Len() != n {
			t.Fatalf("%d keys: a dict of %d, error %v", n, d.Len(), err)
		}
		s, err := value.NewSet(items)
		if err != nil || s.Len() != n {
			t.Fatalf("%d members: a set of %d, error %v", n, s.Len(), err)
		}
		for i := range n {
			key := tuple{value.Complex(complex(float64(i), 0)), value.Str("k")}
			if v, ok := d.Get(key); !ok || !value.Equal(v, value.Int(i)) {
				t.Errorf("%d keys: under %d is %v, %t", n, i, v, ok)
			}
			if !s.Has(key) {
				t.Errorf("%d members: %d is none", n, i)
			}
		}
		if _, ok := d.Get(tuple{value.Int(n), value.Str("k")}); ok {
			t.Errorf("%d keys: found one that is not there", n)
		}
	}
}

// A not-a-number equals no other, so that all of them stay, and quickly: were
// their hashes equal this would take minutes.
func TestManyNotANumbers(t *testing.T) {
	items := make([]value.Value, 200_000)
	for i := range items {
		items[i] = tuple{nan}
	}
	if s := set(t, items...); s.Len() != len(items) {
		t.Errorf("%d of %d are left", s.Len(), len(items))
	}
}
