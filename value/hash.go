package value

import (
	"hash/maphash"
	"math"
	"math/bits"
	"math/rand/v2"

	"althing/fault"
)

// seed makes the hashes of one run of the program differ from those of another,
// so that nobody can send keys that all fall together.
var seed = maphash.MakeSeed()

// Hash gives a number that is the same for equal values, within one run of the
// program. What cannot be a key (a list, a dict, a set, a tuple that holds one)
// is Python's TypeError.
func Hash(v Value) (uint64, error) {
	switch v := v.(type) {
	case None:
		return 1, nil
	case Bool:
		if v {
			return hashInt(1), nil
		}
		return hashInt(0), nil
	case Int:
		return hashInt(int64(v)), nil
	case Big:
		return hashBig(v), nil
	case Float:
		return hashFloat(float64(v)), nil
	case Complex:
		if imag(v) == 0 {
			return hashFloat(real(v)), nil
		}
		return mix(hashFloat(real(v)), hashFloat(imag(v))), nil
	case Str:
		return maphash.String(seed, string(v)), nil
	case Bytes:
		return maphash.String(seed, string(v)), nil
	case Tuple:
		h := uint64(len(v))
		for _, item := range v {
			one, err := Hash(item)
			if err != nil {
				return 0, err
			}
			h = mix(h, one)
		}
		return h, nil
	}
	return 0, fault.Python(fault.Invalid, "TypeError", "unhashable type: '%s'", v.TypeName())
}

func hashInt(i int64) uint64 { return maphash.Comparable(seed, i) }

func hashBig(b Big) uint64 {
	return mix(uint64(b.i.Sign()), maphash.Bytes(seed, b.i.Bytes()))
}

func hashFloat(f float64) uint64 {
	switch {
	case math.IsNaN(f):
		// A not-a-number equals nothing, so that it is never looked up; were its
		// hash fixed, a dict of many would be slow to build.
		return rand.Uint64() //nolint:gosec // it spreads, nobody gains by guessing it
	case isInt64(f):
		return hashInt(int64(f))
	}
	if whole, ok := integral(f); ok {
		return hashBig(whole.(Big))
	}
	return maphash.Comparable(seed, math.Float64bits(f))
}

func mix(a, b uint64) uint64 { return maphash.Comparable(seed, [2]uint64{a, b}) }

// linear is the number of entries up to which looking at each is quicker than
// an index, and costs no memory.
const linear = 8

// index finds the position of a key among many: open addressing, a slot holds
// the position plus one, 0 is free. It is nil for few entries, and it is never
// changed once its Dict or Set is made.
type index []uint32

// newIndex makes room for n entries, at most two thirds full.
func newIndex(n int) index {
	if n <= linear {
		return nil
	}
	return make(index, 1<<bits.Len(uint(n+n/2)))
}

// start is the slot where looking for a hash begins.
func (x index) start(h uint64) int { return int(h & uint64(len(x)-1)) }

// find gives the position for which same holds among those with the hash, or -1.
func (x index) find(h uint64, same func(int) bool) int {
	for at := x.start(h); x[at] != 0; at = (at + 1) & (len(x) - 1) {
		if i := int(x[at] - 1); same(i) {
			return i
		}
	}
	return -1
}

// add puts in a position that is not there yet.
func (x index) add(h uint64, position int) {
	if x == nil {
		return
	}
	at := x.start(h)
	for x[at] != 0 {
		at = (at + 1) & (len(x) - 1)
	}
	x[at] = uint32(position) + 1
}
