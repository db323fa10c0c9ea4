package expr

import (
	"math"

	"althing/expr/internal/pymath"
	"althing/value"
)

// arithFloat works out an operation on floats; nil for one they do not have.
func arithFloat(op Op, x, y float64) (Object, error) {
	switch op {
	case Add:
		return value.Float(x + y), nil
	case Sub:
		return value.Float(x - y), nil
	case Mul:
		return value.Float(x * y), nil
	case Div:
		if y == 0 {
			return nil, Raise("ZeroDivisionError", "float division by zero")
		}
		return value.Float(x / y), nil
	case FloorDiv:
		if y == 0 {
			return nil, Raise("ZeroDivisionError", "float floor division by zero")
		}
		quotient, _ := divmodFloat(x, y)
		return value.Float(quotient), nil
	case Mod:
		if y == 0 {
			return nil, Raise("ZeroDivisionError", "float modulo")
		}
		_, rest := divmodFloat(x, y)
		return value.Float(rest), nil
	case Pow:
		return powFloat(x, y)
	}
	return nil, nil
}

// divmodFloat is divmod(x, y): the rest has the sign of y.
func divmodFloat(x, y float64) (quotient, rest float64) {
	rest = math.Mod(x, y)
	quotient = (x - rest) / y
	if rest == 0 {
		rest = math.Copysign(0, y)
	} else if (y < 0) != (rest < 0) {
		rest += y
		quotient--
	}
	if quotient == 0 {
		return math.Copysign(0, x/y), rest
	}
	floor := math.Floor(quotient)
	if quotient-floor > 0.5 {
		floor++
	}
	return floor, rest
}

// powFloat is x ** y: a complex number for a root of a negative one.
func powFloat(x, y float64) (Object, error) {
	if x == 0 && y < 0 && !math.IsInf(y, 0) {
		return nil, Raise("ZeroDivisionError", "0.0 cannot be raised to a negative power")
	}
	if x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && !math.IsNaN(y) && y != math.Floor(y) {
		return powComplex(complex(x, 0), complex(y, 0))
	}
	f := pymath.Pow(x, y)
	if math.IsInf(f, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return nil, OverflowError("(34, 'Numerical result out of range')")
	}
	return value.Float(f), nil
}

func unaryFloat(op Op, f float64) Object {
	switch op {
	case Sub:
		return value.Float(-f)
	case Abs:
		return value.Float(math.Abs(f))
	case Invert:
		return nil
	}
	return value.Float(f)
}
