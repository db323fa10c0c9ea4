package value

import (
	"math"
	"math/big"
)

// Equal is Python's ==: numbers are compared by what they are worth, exactly
// (2**53 + 1 is not 2.0**53), whatever their type; a text never equals bytes nor
// a list a tuple. A not-a-number equals nothing, itself included.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case None:
		_, same := b.(None)
		return same
	case Str:
		b, same := b.(Str)
		return same && a == b
	case Bytes:
		b, same := b.(Bytes)
		return same && a == b
	case List:
		b, same := b.(List)
		return same && equalItems(a, b)
	case Tuple:
		b, same := b.(Tuple)
		return same && equalItems(a, b)
	case *Dict:
		b, same := b.(*Dict)
		return same && equalDicts(a, b)
	case *Set:
		b, same := b.(*Set)
		return same && equalSets(a, b)
	}
	return equalNumbers(a, b)
}

func equalItems(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalDicts(a, b *Dict) bool {
	if a.Len() != b.Len() {
		return false
	}
	for _, p := range a.pairs {
		other, there := b.Get(p.Key)
		if !there || !Equal(p.Value, other) {
			return false
		}
	}
	return true
}

func equalSets(a, b *Set) bool {
	if a.Len() != b.Len() {
		return false
	}
	for _, v := range a.items {
		if !b.Has(v) {
			return false
		}
	}
	return true
}

// equalNumbers compares Bool, Int, Big, Float and Complex; anything else equals
// no number.
func equalNumbers(a, b Value) bool {
	if c, ok := a.(Complex); ok {
		return equalComplex(c, b)
	}
	if c, ok := b.(Complex); ok {
		return equalComplex(c, a)
	}
	f, isFloat := a.(Float)
	g, isFloat2 := b.(Float)
	switch {
	case isFloat && isFloat2:
		return f == g
	case isFloat:
		return equalFloat(float64(f), b)
	case isFloat2:
		return equalFloat(float64(g), a)
	}
	if i, ok := int64Of(a); ok {
		j, ok := int64Of(b)
		return ok && i == j
	}
	x, ok := a.(Big)
	y, ok2 := b.(Big)
	return ok && ok2 && x.i.Cmp(y.i) == 0
}

func equalComplex(c Complex, v Value) bool {
	if d, ok := v.(Complex); ok {
		return c == d
	}
	return imag(c) == 0 && equalNumbers(Float(real(c)), v)
}

// equalFloat compares a float with a Bool, an Int or a Big, without rounding
// the integer.
func equalFloat(f float64, v Value) bool {
	if i, ok := int64Of(v); ok {
		return isInt64(f) && int64(f) == i
	}
	b, ok := v.(Big)
	if !ok {
		return false
	}
	whole, ok := integral(f)
	if !ok {
		return false
	}
	x, ok := whole.(Big)
	return ok && x.i.Cmp(b.i) == 0
}

func int64Of(v Value) (int64, bool) {
	switch v := v.(type) {
	case Int:
		return int64(v), true
	case Bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// isInt64 reports whether f is a whole number that fits 64 bits.
func isInt64(f float64) bool {
	return f == math.Trunc(f) && f >= math.MinInt64 && f < -math.MinInt64
}

// integral gives the integer that f is, if it is one.
func integral(f float64) (Value, bool) {
	if isInt64(f) {
		return Int(f), true
	}
	if f != math.Trunc(f) || math.IsInf(f, 0) {
		return nil, false
	}
	i, _ := new(big.Float).SetFloat64(f).Int(nil)
	return Big{i}, true
}
