package pymath

import "math"

// Pow is C's pow.
func Pow(x, y float64) float64 {
	size := math.Abs(x)
	switch {
	case special(size) || special(math.Abs(y)), y == 1, x == 1:
		return math.Pow(x, y)
	case x < 0 && y != math.Trunc(y):
		return NaN
	}
	power := powPositive(size, y)
	if x < 0 && math.Mod(y, 2) != 0 {
		return -power
	}
	return power
}

// powPositive is x**y for finite x > 0 and finite y other than zero.
func powPositive(x, y float64) float64 {
	log := logDD(dd{x, 0})
	if estimate := log.h * y; estimate > mostExp {
		return math.Inf(1)
	} else if estimate < leastExp {
		return 0
	}
	e := expParts(log.mulF(y))
	return e.dd().round(e.k)
}
