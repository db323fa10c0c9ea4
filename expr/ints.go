package expr

import (
	"math"
	"math/big"

	"althing/expr/internal/format"
	"althing/value"
)

// Small numbers are made once: most of what counters and indices hold.
const (
	smallest = -128
	largest  = 1023
)

var smallInts = func() (all [largest - smallest + 1]Object) {
	for i := range all {
		all[i] = value.Int(i + smallest)
	}
	return all
}()

// Int makes an int object.
func Int(i int64) Object {
	if uint64(i-smallest) < uint64(len(smallInts)) {
		return smallInts[i-smallest]
	}
	return value.Int(i)
}

// The objects of None, True and False.
var (
	None  Object = value.None{}
	True  Object = value.Bool(true)
	False Object = value.Bool(false)
)

// Bool makes True or False.
func Bool(b bool) Object {
	if b {
		return True
	}
	return False
}

// AsBig gives an int or bool as a big.Int, which must not be changed; false for
// anything else.
func AsBig(o Object) (*big.Int, bool) {
	switch o.(type) {
	case value.Int, value.Bool, value.Big:
		return toBig(o), true
	}
	return nil, false
}

// AsInt gives an int or bool that fits 64 bits; ok is false for anything else.
func AsInt(o Object) (i int64, ok bool) { return smallInt(o) }

// Index is what Python does where it needs a whole number of limited size, an
// index or a count: TypeError for what is no int, OverflowError for one that
// does not fit 64 bits.
func Index(o Object) (int64, error) {
	if i, ok := smallInt(o); ok {
		return i, nil
	}
	if _, ok := o.(value.Big); ok {
		return 0, OverflowError("Python int too large to convert to C ssize_t")
	}
	return 0, TypeError("'%s' object cannot be interpreted as an integer", o.TypeName())
}

// AsFloat is what math functions make of their argument: TypeError for what is
// no real number.
func AsFloat(o Object) (float64, error) {
	switch o := o.(type) {
	case value.Float:
		return float64(o), nil
	case value.Int:
		return float64(o), nil
	case value.Bool:
		if o {
			return 1, nil
		}
		return 0, nil
	case value.Big:
		return format.BigFloat(o.Int())
	case hasFloat:
		return o.Float()
	}
	return 0, TypeError("must be real number, not %s", o.TypeName())
}

// hasFloat is an object of the host that float() can take.
type hasFloat interface {
	Object
	Float() (float64, error)
}

// clampIndex is Index for the ends of slices, where too much is the same as
// just enough.
func clampIndex(o Object) (int64, error) {
	if b, ok := o.(value.Big); ok {
		if b.Int().Sign() < 0 {
			return math.MinInt64, nil
		}
		return math.MaxInt64, nil
	}
	if i, ok := smallInt(o); ok {
		return i, nil
	}
	return 0, errSliceIndex
}

var errSliceIndex = TypeError("slice indices must be integers or None or have an __index__ method")
