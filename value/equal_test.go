package value_test

import (
	"math"
	"testing"

	"althing/value"
)

func TestEqual(t *testing.T) {
	ten := make([]value.Value, 10)
	ten2 := make([]value.Value, 10)
	for i := range ten {
		ten[i], ten2[9-i] = value.Int(i), value.Float(i)
	}
	for _, test := range []struct {
		a, b value.Value
		want bool
	}{
		{none, none, true},
		{none, value.Bool(false), false},
		{value.Bool(true), value.Int(1), true},
		{value.Bool(false), value.Float(0), true},
		{value.Bool(true), value.Bool(false), false},
		{value.Int(1), value.Str("1"), false},
		{value.Int(0), value.Float(math.Copysign(0, -1)), true},
		{value.Int(1 << 53), value.Float(1 << 53), true},
		{value.Int(1<<53 + 1), value.Float(1 << 53), false},
		{value.Int(math.MaxInt64), value.Float(1 << 63), false},
		{value.Int(math.MinInt64), value.Float(-1 << 63), true},
		{power(63, 0), value.Float(1 << 63), true},
		{power(63, 1), value.Float(1 << 63), false},
		{power(100, 0), value.Float(math.Ldexp(1, 100)), true},
		{power(100, 1), value.Float(math.Ldexp(1, 100)), false},
		{power(5000, 0), inf, false},
		{power(100, 0), power(100, 0), true},
		{power(100, 0), value.Int(0), false},
		{power(100, 0), none, false},
		{value.Float(0.5), value.Int(0), false},
		{value.Float(0.5), none, false},
		{nan, nan, false},
		{nan, value.Int(math.MinInt64), false},
		{inf, inf, true},
		{inf, -inf, false},
		{value.Complex(2), value.Int(2), true},
		{value.Complex(2), value.Bool(true), false},
		{value.Complex(complex(2, 1)), value.Int(2), false},
		{value.Complex(complex(2, 1)), value.Complex(complex(2, 1)), true},
		{value.Complex(complex(math.Ldexp(1, 100), 0)), power(100, 0), true},
		{value.Complex(complex(1, math.NaN())), value.Complex(complex(1, math.NaN())), false},
		{value.Complex(2), value.Str("2"), false},
		{value.Str("a"), value.Str("a"), true},
		{value.Str("a"), value.Str("b"), false},
		{value.Str("a"), value.Bytes("a"), false},
		{value.Bytes("a"), value.Bytes("a"), true},
		{list{value.Int(1)}, list{value.Float(1)}, true},
		{list{value.Int(1)}, tuple{value.Int(1)}, false},
		{list{value.Int(1)}, list{value.Int(1), value.Int(2)}, false},
		{tuple{tuple{}}, tuple{tuple{}}, true},
		{dict(t, value.Int(1), none, value.Str("a"), none), dict(t, value.Str("a"), none, value.Bool(true), none), true},
		{dict(t, value.Int(1), none), dict(t, value.Int(1), value.Int(2)), false},
		{dict(t, value.Int(1), none), dict(t, value.Int(2), none), false},
		{dict(t, value.Int(1), none), dict(t), false},
		{dict(t), set(t), false},
		{set(t, ten...), set(t, ten2...), true},
		{set(t, ten...), set(t, value.Int(1)), false},
		{set(t, value.Int(1)), set(t, value.Int(2)), false},
		{set(t), list{}, false},
	} {
		if got := value.Equal(test.a, test.b); got != test.want {
			t.Errorf("%s == %s is %t", value.Repr(test.a), value.Repr(test.b), got)
		}
		if got := value.Equal(test.b, test.a); got != test.want {
			t.Errorf("%s == %s is %t", value.Repr(test.b), value.Repr(test.a), got)
		}
		if test.want {
			a, errA := value.Hash(test.a)
			b, errB := value.Hash(test.b)
			if errA == nil && errB == nil && a != b {
				t.Errorf("%s and %s are equal, their hashes are not", value.Repr(test.a), value.Repr(test.b))
			}
		}
	}
}

func TestEveryEqualsItself(t *testing.T) {
	all := every(t)
	for i, a := range all {
		for j, b := range all {
			zeros := value.Equal(a, value.Int(0)) && value.Equal(b, value.Int(0)) // 0, 0.0, -0.0 and False
			if got := value.Equal(a, b); got != (i == j || zeros) {
				t.Errorf("%.80s == %.80s is %t", value.Repr(a), value.Repr(b), got)
			}
		}
	}
}
