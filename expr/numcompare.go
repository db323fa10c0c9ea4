package expr

import (
	"cmp"
	"math"
	"math/big"
	"reflect"
	"unsafe"

	"althing/value"
)

// compareNumbers compares two numbers exactly, whatever their types; ok is false
// when not both are numbers.
func compareNumbers(op CmpOp, a, b Object) (result, ok bool, err error) {
	if x, is := a.(value.Float); is {
		if y, is := b.(value.Float); is {
			return holds(op, x, y), true, nil
		}
	}
	if !isNumber(a) || !isNumber(b) {
		return false, false, nil
	}
	_, aComplex := a.(value.Complex)
	_, bComplex := b.(value.Complex)
	if aComplex || bComplex {
		if op > Ne {
			return false, true, TypeError("'%s' not supported between instances of '%s' and '%s'", op, a.TypeName(), b.TypeName())
		}
		return equalComplex(a, b) == (op == Eq), true, nil
	}
	c, nan := order(a, b)
	if nan {
		return op == Ne, true, nil
	}
	return op.Holds(c), true, nil
}

func isNumber(o Object) bool {
	switch o.(type) {
	case value.Int, value.Float, value.Bool, value.Big, value.Complex:
		return true
	}
	return false
}

// order compares two real numbers; nan: one of them is none.
func order(a, b Object) (c int, nan bool) {
	x, xFloat := a.(value.Float)
	y, yFloat := b.(value.Float)
	switch {
	case xFloat && yFloat:
		return cmp.Compare(float64(x), float64(y)), x != x || y != y
	case xFloat:
		c, nan = orderIntFloat(b, float64(x))
		return -c, nan
	case yFloat:
		return orderIntFloat(a, float64(y))
	}
	return orderInts(a, b), false
}

func orderInts(a, b Object) int {
	x, xSmall := smallInt(a)
	y, ySmall := smallInt(b)
	switch {
	case xSmall && ySmall:
		return cmp.Compare(x, y)
	case xSmall:
		return -b.(value.Big).Int().Sign()
	case ySmall:
		return a.(value.Big).Int().Sign()
	}
	return a.(value.Big).Int().Cmp(b.(value.Big).Int())
}

// orderIntFloat compares an int with a float without rounding either.
func orderIntFloat(a Object, f float64) (c int, nan bool) {
	const exact = 1 << 53
	x, small := smallInt(a)
	switch {
	case f != f:
		return 0, true
	case math.IsInf(f, 0):
		return -int(math.Copysign(1, f)), false
	case small && -exact <= x && x <= exact:
		return cmp.Compare(float64(x), f), false
	}
	whole, _ := big.NewFloat(f).Int(nil)
	c = toBig(a).Cmp(whole)
	if c == 0 {
		// What was cut off f decides: above the int when positive.
		c = -cmp.Compare(f-math.Trunc(f), 0)
	}
	return c, false
}

// smallInt gives the number of a Bool or Int.
func smallInt(o Object) (int64, bool) {
	switch o := o.(type) {
	case value.Int:
		return int64(o), true
	case value.Bool:
		if o {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// toBig gives a Bool, Int or Big as a big.Int, which must not be changed.
func toBig(o Object) *big.Int {
	if b, ok := o.(value.Big); ok {
		return b.Int()
	}
	i, _ := smallInt(o)
	return big.NewInt(i)
}

// equalComplex compares two numbers of which one at least is complex.
func equalComplex(a, b Object) bool {
	x, ok := a.(value.Complex)
	if !ok {
		return equalComplex(b, a)
	}
	if y, ok := b.(value.Complex); ok {
		return x == y
	}
	c, nan := order(b, value.Float(real(x)))
	return imag(x) == 0 && c == 0 && !nan
}

func sameSign(x, y value.Float) bool {
	return math.Signbit(float64(x)) == math.Signbit(float64(y))
}

// sameBox says whether two interfaces hold one and the same piece of memory. It
// is how a not-a-number is found in the list that it stands in, as in CPython.
func sameBox(a, b Object) bool { return box(a) == box(b) }

// box is where the memory is that an interface holds.
func box(o Object) unsafe.Pointer {
	type words struct{ typ, data unsafe.Pointer }
	return (*words)(unsafe.Pointer(&o)).data //nolint:gosec // compared, never followed
}

// comparableObject says whether Go can compare the object by ==, which would panic
// for a host's type with a slice in it.
func comparableObject(o Object) bool {
	switch o.(type) {
	case value.None, value.Bool, value.Int, value.Str, value.Bytes, *List, *Dict, *Tuple, *Set, *Func, *Type:
		return true
	}
	return reflect.TypeOf(o).Comparable()
}
