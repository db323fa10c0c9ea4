package pymath

import "math"

// The functions here are those that the C library does not round correctly: they
// follow its formulas, so that they are off where it is.

// Beyond this the smaller of e**x and e**-x no longer counts.
const oneSided = 22

// Sinh is C's sinh.
func Sinh(x float64) float64 {
	size := math.Abs(x)
	half := math.Copysign(0.5, x)
	switch {
	case size < tinyAngle || size > math.MaxFloat64 || x != x:
		return x
	case size < 1:
		t := math.Expm1(size)
		return half * (2*t - float64(t*t)/(t+1))
	case size < oneSided:
		t := math.Expm1(size)
		return half * (t + t/(t+1))
	}
	return halfExp(half, size)
}

// Cosh is C's cosh.
func Cosh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case size > math.MaxFloat64 || x != x:
		return size
	case size < math.Ln2/2:
		t := math.Expm1(size)
		if size < 0x1p-55 {
			return 1
		}
		w := 1 + t
		return 1 + float64(t*t)/(w+w)
	case size < oneSided:
		t := Exp(size)
		return float64(0.5*t) + 0.5/t
	}
	return halfExp(0.5, size)
}

// halfExp is half·e**x, also where e**x alone is no float any more.
func halfExp(half, x float64) float64 {
	if x < 709 {
		return half * Exp(x)
	}
	w := Exp(0.5 * x)
	return float64(half*w) * w
}

// Tanh is C's tanh.
func Tanh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case x != x || size < 0x1p-55:
		return x
	case size >= oneSided:
		return math.Copysign(1, x)
	case size >= 1:
		return math.Copysign(1-2/(math.Expm1(2*size)+2), x)
	}
	t := math.Expm1(-2 * size)
	return math.Copysign(-t/(t+2), x)
}

// Asinh is C's asinh.
func Asinh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case x != x || size < tinyAngle || size > math.MaxFloat64:
		return x
	case size > 1/tinyAngle:
		return math.Copysign(Log(size)+math.Ln2, x)
	case size > 2:
		return math.Copysign(Log(2*size+1/(math.Sqrt(float64(size*size)+1)+size)), x)
	}
	z := float64(size * size)
	return math.Copysign(math.Log1p(size+z/(1+math.Sqrt(1+z))), x)
}

// Acosh is C's acosh.
func Acosh(x float64) float64 {
	switch {
	case !(x >= 1):
		return NaN
	case x > 1/tinyAngle:
		return Log(x) + math.Ln2
	case x > 2:
		return Log(2*x - 1/(x+math.Sqrt(float64(x*x)-1)))
	}
	t := x - 1
	return math.Log1p(t + math.Sqrt(float64(2*t)+float64(t*t)))
}

// Atanh is C's atanh.
func Atanh(x float64) float64 { return math.Atanh(x) }

// Expm1 is C's expm1.
func Expm1(x float64) float64 { return math.Expm1(x) }

// Log1p is C's log1p.
func Log1p(x float64) float64 { return math.Log1p(x) }

// Cbrt is the cube root, correctly rounded, which C's is not always.
func Cbrt(x float64) float64 {
	if x == 0 || x != x || math.IsInf(x, 0) {
		return x
	}
	m, k := math.Frexp(x)
	for k%3 != 0 {
		m *= 2
		k--
	}
	root := math.Cbrt(m)
	cube := twoProd(root, root).mulF(root)
	rest := dd{m, 0}.add(cube.neg())
	return fastTwoSum(root, rest.h/(3*root*root)).round(k / 3)
}
