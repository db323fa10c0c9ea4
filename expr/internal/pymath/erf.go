package pymath

import "math"

// Erf is the error function, correctly rounded.
func Erf(x float64) float64 {
	const one = 6 // from here on it rounds to 1
	size := math.Abs(x)
	switch {
	case x != x || size < tinySlope:
		return math.Erf(x)
	case size > one:
		return math.Copysign(1, x)
	case size < seriesEnd:
		sum, k := erfSeries(size)
		return math.Copysign(sum.round(k), x)
	}
	rest, k := erfcFraction(size)
	return math.Copysign(rest.scale(-math.Ldexp(1, k)).addF(1).h, x)
}

// Erfc is the complementary error function, correctly rounded.
func Erfc(x float64) float64 {
	const (
		two  = -6 // below, it rounds to 2
		zero = 28 // and beyond, to 0
	)
	switch {
	case x != x:
		return x
	case x < two:
		return 2
	case x > zero:
		return 0
	case math.Abs(x) < tinySlope:
		return 1
	case math.Abs(x) < seriesEnd:
		sum, k := erfSeries(math.Abs(x))
		return sum.scale(math.Copysign(math.Ldexp(1, k), -x)).addF(1).h
	case x < 0:
		rest, k := erfcFraction(-x)
		return rest.scale(-math.Ldexp(1, k)).addF(2).h
	}
	rest, k := erfcFraction(x)
	return rest.round(k)
}

// Up to here the series serves better, from here on the fraction.
const seriesEnd = 2

var rootPi = dd{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53}.sqrt()

// gauss is e**-x², as a number and a power of two.
func gauss(x float64) (dd, int) {
	e := expParts(twoProd(x, x).neg())
	return e.dd(), e.k
}

// erfSeries is erf(x)/2**k: the series whose terms are all positive, so that
// none takes digits from another.
func erfSeries(x float64) (dd, int) {
	const smallest = 0x1p-108
	square := twoProd(x, x).scale(2)
	term := dd{2 * x, 0}
	sum := term
	for n := 3.0; term.h > smallest*sum.h; n += 2 {
		term = term.mul(square).div(dd{n, 0})
		sum = sum.add(term)
	}
	bell, k := gauss(x)
	return sum.mul(bell).div(rootPi), k
}

// erfcFraction is erfc(x)/2**k for x >= 2, by its continued fraction
// x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …))), worked out from within.
func erfcFraction(x float64) (dd, int) {
	levels := 30 + int(250/(x*x)) // enough for 80 bits
	below := dd{x, 0}
	for n := levels; n > 0; n-- {
		below = dd{float64(n) / 2, 0}.div(below).addF(x)
	}
	bell, k := gauss(x)
	return bell.div(below.mul(rootPi)), k
}
