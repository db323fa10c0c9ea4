package expr

import (
	"math"

	"althing/expr/internal/pymath"
	"althing/value"
)

// AsComplex is a number as a complex one: TypeError for anything else.
func AsComplex(o Object) (complex128, error) {
	if c, ok := o.(value.Complex); ok {
		return complex128(c), nil
	}
	f, err := AsFloat(o)
	return complex(f, 0), err
}

// arithComplex works out an operation on complex numbers, in CPython's way down
// to the last digit; nil for one they do not have. The conversions of products
// keep the compiler from fusing them with a sum, which would round differently
// on some machines.
func arithComplex(op Op, x, y complex128) (Object, error) {
	switch op {
	case Add:
		return value.Complex(x + y), nil
	case Sub:
		return value.Complex(x - y), nil
	case Mul:
		return value.Complex(mulComplex(x, y)), nil
	case Div:
		if y == 0 {
			return nil, Raise("ZeroDivisionError", "complex division by zero")
		}
		return value.Complex(divComplex(x, y)), nil
	case Pow:
		return powComplex(x, y)
	}
	return nil, nil
}

func mulComplex(x, y complex128) complex128 {
	return complex(float64(real(x)*real(y))-float64(imag(x)*imag(y)),
		float64(real(x)*imag(y))+float64(imag(x)*real(y)))
}

// divComplex divides by the larger part of y first, so that nothing overflows on
// the way.
func divComplex(x, y complex128) complex128 {
	a, b, c, d := real(x), imag(x), real(y), imag(y)
	if math.Abs(c) >= math.Abs(d) {
		ratio := d / c
		by := c + float64(d*ratio)
		return complex((a+float64(b*ratio))/by, (b-float64(a*ratio))/by)
	}
	if math.Abs(d) >= math.Abs(c) {
		ratio := c / d
		by := float64(c*ratio) + d
		return complex((float64(a*ratio)+b)/by, (float64(b*ratio)-a)/by)
	}
	return complex(pymath.NaN, pymath.NaN)
}

// powComplex is x ** y; small whole exponents are worked out by multiplication.
func powComplex(x, y complex128) (Object, error) {
	n := real(y)
	var z complex128
	switch {
	case x == 0 && (imag(y) != 0 || n < 0):
		return nil, Raise("ZeroDivisionError", "0.0 to a negative or complex power")
	case imag(y) == 0 && n == math.Floor(n) && math.Abs(n) <= 100:
		z = powWhole(x, int(n))
	default:
		var phase float64
		if z, phase = powPolar(x, y); math.IsInf(phase, 0) {
			return nil, Raise("ZeroDivisionError", "0.0 to a negative or complex power") // says C of its cosine
		}
	}
	if math.IsInf(real(z), 0) || math.IsInf(imag(z), 0) {
		return nil, OverflowError("complex exponentiation")
	}
	return value.Complex(z), nil
}

func powWhole(x complex128, n int) complex128 {
	if n < 0 {
		return divComplex(1, powWhole(x, -n))
	}
	z, square := complex128(1), x
	for bit := 1; bit <= n; bit <<= 1 {
		if n&bit != 0 {
			z = mulComplex(z, square)
		}
		square = mulComplex(square, square)
	}
	return z
}

// powPolar gives the power and its angle.
func powPolar(x, y complex128) (power complex128, phase float64) {
	switch {
	case y == 0:
		return 1, 0
	case x == 0:
		return 0, 0
	}
	size := pymath.Hypot(real(x), imag(x))
	length := pymath.Pow(size, real(y))
	angle := pymath.Atan2(imag(x), real(x))
	phase = angle * real(y)
	if imag(y) != 0 {
		length /= pymath.Exp(angle * imag(y))
		phase += float64(imag(y) * pymath.Log(size))
	}
	return complex(length*pymath.Cos(phase), length*pymath.Sin(phase)), phase
}

func unaryComplex(op Op, c complex128) Object {
	switch op {
	case Sub:
		return value.Complex(-c)
	case Abs:
		return value.Float(pymath.Hypot(real(c), imag(c)))
	case Invert:
		return nil
	}
	return value.Complex(c)
}
