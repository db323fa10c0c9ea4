// Package pymath is the mathematics of CPython's floats and ints where Go's own
// gives other digits.
//
// CPython's digits are the C library's, which rounds its elementary functions
// correctly in all but about one case in a hundred or less. Here they are worked
// out with twice the digits of a float (dd) and rounded once, which is correct
// but for one case in many millions. Functions that the C library rounds less
// carefully (log10, the hyperbolic ones) follow its own formulas instead.
//
// Every function is pure and safe for concurrent use. Special arguments are
// answered as C99 has it; turning them into Python's errors is the caller's.
package pymath

import "math"

// NaN is CPython's, which struct.pack shows; that of package math has a bit more.
var NaN = math.Float64frombits(0x7ff8 << 48)

// dd is an unevaluated sum of two floats, of which l is at most half a unit in
// the last place of h: a number of about 106 bits.
type dd struct{ h, l float64 }

// The conversions to float64 below keep the compiler from fusing a product with
// a sum, which would spoil what the error terms rest on.

// twoSum is a+b without any error.
func twoSum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

// fastTwoSum is a+b without any error, for |a| >= |b|.
func fastTwoSum(a, b float64) dd {
	s := a + b
	return dd{s, b - (s - a)}
}

// twoProd is a·b without any error, unless it comes near to the smallest floats.
func twoProd(a, b float64) dd {
	p := float64(a * b)
	return dd{p, math.FMA(a, b, -p)}
}

func (x dd) neg() dd { return dd{-x.h, -x.l} }

// scale is x times a power of two.
func (x dd) scale(power float64) dd { return dd{x.h * power, x.l * power} }

func (x dd) add(y dd) dd {
	s, t := twoSum(x.h, y.h), twoSum(x.l, y.l)
	s = fastTwoSum(s.h, s.l+t.h)
	return fastTwoSum(s.h, s.l+t.l)
}

func (x dd) addF(y float64) dd {
	s := twoSum(x.h, y)
	return fastTwoSum(s.h, s.l+x.l)
}

func (x dd) mul(y dd) dd {
	p := twoProd(x.h, y.h)
	return fastTwoSum(p.h, p.l+(float64(x.h*y.l)+float64(x.l*y.h)))
}

func (x dd) mulF(y float64) dd {
	p := twoProd(x.h, y)
	return fastTwoSum(p.h, p.l+float64(x.l*y))
}

func (x dd) div(y dd) dd {
	q := x.h / y.h
	rest := x.add(y.mulF(q).neg())
	r := rest.h / y.h
	rest = rest.add(y.mulF(r).neg())
	return fastTwoSum(q, r).addF(rest.h / y.h)
}

// sqrt is the square root of x > 0.
func (x dd) sqrt() dd {
	root := math.Sqrt(x.h)
	rest := x.add(twoProd(root, root).neg())
	return fastTwoSum(root, rest.h/(2*root))
}

// round is x·2**k as a float, rounded once also where floats have fewer digits.
func (x dd) round(k int) float64 {
	if _, exponent := math.Frexp(x.h); exponent+k < -1021 {
		return x.roundSubnormal(k)
	}
	return math.Ldexp(x.h, k)
}

// roundSubnormal is round for a result below the smallest normal float. Adding to
// the right power of two leaves just the digits that the result has; what is cut
// off is rounded together with l.
func (x dd) roundSubnormal(k int) float64 {
	const nothing = -1100 // far below the smallest float
	if k < nothing {
		return math.Copysign(0, x.h)
	}
	unit := math.Copysign(math.Ldexp(1, 52-1074-k), x.h)
	s := twoSum(unit, x.h)
	return math.Ldexp(s.h+(s.l+x.l)-unit, k)
}
