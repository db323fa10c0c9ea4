package pymath

import "math"

// Lanczos' approximation with CPython's own parameters; the lower polynomial is
// x(x+1)…(x+11).
const (
	lanczosG          = 6.024680040776729583740234375
	lanczosGMinusHalf = 5.524680040776729583740234375
	logPi             = 1.144729885849400174143427351353058711647
)

var (
	lanczosOver = [...]float64{
		23531376880.410759688572007674451636754734846804940,
		42919803642.649098768957899047001988850926355848959,
		35711959237.355668049440185451547166705960488635843,
		17921034426.037209699919755754458931112671403265390,
		6039542586.3520280050642916443072979210699388420708,
		1439720407.3117216736632230727949123939715485786372,
		248874557.86205415651146038641322942321632125127801,
		31426415.585400194380614231628318205362874684987640,
		2876370.6289353724412254090516208496135991145378768,
		186056.26539522349504029498971604569928220784236328,
		8071.6720023658162106380029022722506138218516325024,
		210.82427775157934587250973392071336271166969580291,
		2.5066282746310002701649081771338373386264310793408,
	}
	lanczosUnder = [...]float64{
		0, 39916800, 120543840, 150917976, 105258076, 45995730,
		13339535, 2637558, 357423, 32670, 1925, 66, 1,
	}
)

// lanczosSum is the quotient of the two, worked out from the end that does not
// overflow.
func lanczosSum(x float64) float64 {
	over, under := 0.0, 0.0
	if x < 5 {
		for i := len(lanczosOver) - 1; i >= 0; i-- {
			over = float64(over*x) + lanczosOver[i]
			under = float64(under*x) + lanczosUnder[i]
		}
	} else {
		for i := range lanczosOver {
			over = over/x + lanczosOver[i]
			under = under/x + lanczosUnder[i]
		}
	}
	return over / under
}

// sinPi is sin(pi·x), exact at whole and half numbers.
func sinPi(x float64) float64 {
	y := math.Mod(math.Abs(x), 2)
	var sin float64
	switch int(math.Round(2 * y)) {
	case 0:
		sin = Sin(math.Pi * y)
	case 1:
		sin = Cos(math.Pi * (y - 0.5))
	case 2:
		sin = Sin(math.Pi * (1 - y))
	case 3:
		sin = -Cos(math.Pi * (y - 1.5))
	default:
		sin = Sin(math.Pi * (y - 2))
	}
	return math.Copysign(1, x) * sin
}

// tinyGamma is so small that gamma(x) is 1/x.
const tinyGamma = 1e-20

// Gamma is CPython's gamma; where that is a domain error, NaN or, for zero, an
// infinity.
func Gamma(x float64) float64 {
	const (
		mostExact = 23  // gamma of a whole number up to this is a float
		most      = 200 // far beyond what has a gamma, or one that is not zero
	)
	size := math.Abs(x)
	switch {
	case x != x || math.IsInf(x, 1):
		return x
	case math.IsInf(x, -1):
		return NaN
	case x == 0:
		return math.Copysign(math.Inf(1), x)
	case x == math.Floor(x) && x < 0:
		return NaN
	case x == math.Floor(x) && x <= mostExact:
		return smallFactorial(int(x) - 1)
	case size < tinyGamma:
		return 1 / x
	case x > most:
		return math.Inf(1)
	case x < -most:
		return 0 / sinPi(x)
	}
	return lanczosGamma(x, size)
}

func smallFactorial(n int) float64 {
	product := 1.0
	for i := 2; i <= n; i++ {
		product *= float64(i)
	}
	return product
}

func lanczosGamma(x, size float64) float64 {
	const splitPower = 140 // from here the power alone may overflow
	y := size + lanczosGMinusHalf
	var rest float64 // what the addition lost
	if size > lanczosGMinusHalf {
		rest = (y - size) - lanczosGMinusHalf
	} else {
		rest = (y - lanczosGMinusHalf) - size
	}
	rest = float64(rest*lanczosG) / y
	if x < 0 {
		r := -math.Pi / sinPi(size) / size * Exp(y) / lanczosSum(size)
		r -= float64(rest * r)
		if size < splitPower {
			return r / Pow(y, size-0.5)
		}
		root := Pow(y, size/2-0.25)
		return r / root / root
	}
	r := lanczosSum(size) / Exp(y)
	r += float64(rest * r)
	if size < splitPower {
		return r * Pow(y, size-0.5)
	}
	root := Pow(y, size/2-0.25)
	return float64(r*root) * root
}

// Lgamma is CPython's lgamma; +Inf at zero and the negative whole numbers.
func Lgamma(x float64) float64 {
	size := math.Abs(x)
	switch {
	case x != x:
		return x
	case math.IsInf(x, 0):
		return math.Inf(1)
	case x == math.Floor(x) && x <= 0:
		return math.Inf(1)
	case x == 1 || x == 2:
		return 0
	case size < tinyGamma:
		return -Log(size)
	}
	r := Log(lanczosSum(size)) - lanczosG
	r += float64((size - 0.5) * (Log(size+lanczosG-0.5) - 1))
	if x < 0 {
		r = logPi - Log(math.Abs(sinPi(size))) - Log(size) - r
	}
	return r
}
