package pymath

import "math"

// angle is the angle of the point (x, y), from -pi to pi. Go's own angle is
// turned by what it is off: the point seen from there has the tangent of the
// error.
func angle(y, x dd) dd {
	guess := math.Atan2(y.h, x.h)
	r, quadrant := reduce(guess)
	sin, cos := sinCos(r)
	switch quadrant {
	case 1:
		sin, cos = cos, sin.neg()
	case 2:
		sin, cos = sin.neg(), cos.neg()
	case 3:
		sin, cos = cos.neg(), sin
	}
	across := y.mul(cos).add(x.mul(sin).neg())
	along := x.mul(cos).add(y.mul(sin))
	return across.div(along).addF(guess)
}

// tinySlope is so small that the angle is the quotient, and so small that the
// error terms of a dd would be lost below the smallest floats.
const tinySlope = 0x1p-900

// Atan is C's atan.
func Atan(x float64) float64 {
	size := math.Abs(x)
	if x != x || size < tinyAngle || size > 0x1p60 {
		return math.Atan(x)
	}
	return angle(dd{x, 0}, dd{1, 0}).h
}

// Atan2 is C's atan2.
func Atan2(y, x float64) float64 {
	if special(math.Abs(x)) || special(math.Abs(y)) {
		return math.Atan2(y, x)
	}
	// The same factor on both makes no difference to the angle.
	_, exponent := math.Frexp(math.Max(math.Abs(x), math.Abs(y)))
	x, y = math.Ldexp(x, -exponent), math.Ldexp(y, -exponent)
	if math.Abs(x) < tinySlope || math.Abs(y) < tinySlope {
		return math.Atan2(y, x)
	}
	return angle(dd{y, 0}, dd{x, 0}).h
}

// Asin is C's asin.
func Asin(x float64) float64 {
	size := math.Abs(x)
	if !(size < 1) || size < tinyAngle {
		return math.Asin(x)
	}
	return angle(dd{x, 0}, beside(x)).h
}

// Acos is C's acos.
func Acos(x float64) float64 {
	if !(math.Abs(x) < 1) {
		return math.Acos(x)
	}
	if math.Abs(x) < 0x1p-60 {
		return math.Pi / 2
	}
	return angle(beside(x), dd{x, 0}).h
}

// beside is sqrt(1-x²).
func beside(x float64) dd { return twoSum(1, -x).mul(twoSum(1, x)).sqrt() }
