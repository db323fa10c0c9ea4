package expr

import (
	"hash/maphash"
	"math"
	"math/bits"
	"reflect"

	"althing/value"
)

// seed makes the hashes of one process differ from those of another, so that
// nobody can send keys that all fall together.
var seed = maphash.MakeSeed()

// keyHash is the hash of a key of a dict or set: equal objects have equal
// hashes. It is not Python's hash(), whose values for numbers are known to
// everybody.
func keyHash(t *Thread, o Object) (uint64, error) {
	if isNaN(o) {
		// It equals itself only, and is found by that.
		return maphash.Comparable(seed, box(o)), nil
	}
	switch o := o.(type) {
	case value.Str:
		if len(o) > 1024 {
			if err := t.Step(int64(len(o)) / 128); err != nil {
				return 0, err
			}
		}
		return maphash.String(seed, string(o)), nil
	case value.Int:
		return value.Hash(o)
	case *Tuple:
		return tupleHash(t, o)
	case *Set:
		if o.frozen {
			return setHash(o), nil
		}
	case anyRange:
		return tupleHash(t, NewTuple(o.wide().common()...))
	case value.Value:
		return value.Hash(o)
	case Hashable:
		h, err := o.Hash(t)
		return maphash.Comparable(seed, h), err
	case *Slice, *List, *Dict, *ByteArray, HasCompare:
	case *dictView:
		if o.what == values {
			return maphash.Comparable(seed, o), nil
		}
	default:
		if reflect.TypeOf(o).Comparable() {
			return maphash.Comparable(seed, o), nil
		}
	}
	return 0, TypeError("unhashable type: '%s'", o.TypeName())
}

func isNaN(o Object) bool {
	switch n := o.(type) {
	case value.Float:
		return math.IsNaN(float64(n))
	case value.Complex:
		return math.IsNaN(real(n)) || math.IsNaN(imag(n))
	}
	return false
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xbf58476d1ce4e5b9)
	return hi ^ lo
}

func tupleHash(t *Thread, tu *Tuple) (uint64, error) {
	if err := t.enter(); err != nil {
		return 0, err
	}
	defer t.leave()
	if err := t.Step(int64(len(tu.items)) / 8); err != nil {
		return 0, err
	}
	h := uint64(len(tu.items))
	for _, item := range tu.items {
		one, err := keyHash(t, item)
		if err != nil {
			return 0, err
		}
		h = mix(bits.RotateLeft64(h, 5)+one, one)
	}
	return h, nil
}

// setHash must not depend on the order of the members.
func setHash(s *Set) uint64 {
	h := uint64(s.live)
	for i := range s.entries {
		if e := &s.entries[i]; e.key != nil {
			h += mix(e.hash, e.hash)
		}
	}
	return h
}

// Hash is Python's hash(o): CPython's own numbers for numbers, tuples of them and
// ranges, otherwise a number that is the same for equal objects within one
// process.
func Hash(t *Thread, o Object) (int64, error) {
	if h, ok := numberHash(o); ok {
		return h, nil
	}
	switch o := o.(type) {
	case *Tuple:
		return pythonTupleHash(t, o.items)
	case anyRange:
		return pythonTupleHash(t, o.wide().common())
	case Hashable:
		return o.Hash(t)
	}
	h, err := keyHash(t, o)
	return int64(h >> 2), err
}

// pythonTupleHash is CPython's hash of a tuple: xxHash, with the elements' hashes
// for its lanes.
func pythonTupleHash(t *Thread, items []Object) (int64, error) {
	const prime1, prime2, prime5 = 11400714785074694791, 14029467366897019727, 2870177450012600261
	if err := t.enter(); err != nil {
		return 0, err
	}
	defer t.leave()
	if err := t.Step(int64(len(items)) / 8); err != nil {
		return 0, err
	}
	h := uint64(prime5)
	for _, item := range items {
		lane, err := Hash(t, item)
		if err != nil {
			return 0, err
		}
		h = bits.RotateLeft64(h+uint64(lane)*prime2, 31) * prime1
	}
	h += uint64(len(items)) ^ (prime5 ^ 3527539)
	if int64(h) == -1 {
		return 1546275796, nil
	}
	return int64(h), nil
}
