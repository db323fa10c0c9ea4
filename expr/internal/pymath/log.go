package pymath

import "math"

// ln2 to double digits, and in parts whose whole multiples, up to 20 bits, are
// exact.
var ln2 = dd{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}

const (
	ln2A = 0x1.62e42fefp-1
	ln2B = 0x1.473de6afp-34
	ln2C = 0x1.3c7673007e5edp-69
)

// A number m in [sqrt(1/2), sqrt(2)) is brought near to 1 by an approximate
// reciprocal of nine bits, found by m's first digits: the table has the
// reciprocals and their logarithms.
const (
	firstStep = 90 // of 1/128
	lastStep  = 182
)

type reciprocal struct {
	of  float64
	log dd // -log(of)
}

var reciprocals = func() (table [lastStep - firstStep + 1]reciprocal) {
	for i := range table {
		c := math.RoundToEven(256*128/float64(i+firstStep)) / 256
		table[i] = reciprocal{c, slowLog(c).neg()}
	}
	return table
}()

// slowLog improves Go's logarithm by one step of Newton's method.
func slowLog(c float64) dd {
	if c == 1 {
		return dd{}
	}
	guess := math.Log(c)
	e := expParts(dd{-guess, 0})
	ratio := e.dd().mulF(c * math.Ldexp(1, e.k)) // c·e**-guess, next to 1
	rest := ratio.addF(-1)
	return rest.add(rest.mul(rest).scale(-0.5)).addF(guess)
}

// logDD is the logarithm of x > 0.
func logDD(x dd) dd {
	m, k := math.Frexp(x.h)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	return logParts(dd{m, math.Ldexp(x.l, -k)}, k)
}

// logParts is the logarithm of m·2**k for m in [sqrt(1/2), sqrt(2)).
func logParts(m dd, k int) dd {
	c := &reciprocals[int(m.h*128+0.5)-firstStep]
	near := twoProd(m.h, c.of)
	f := fastTwoSum(near.h-1, near.l).addF(m.l * c.of)
	sum := log1pSeries(f)
	if c.of != 1 {
		sum = c.log.add(sum)
	}
	if k == 0 {
		return sum
	}
	n := float64(k)
	return twoSum(n*ln2A, n*ln2B).addF(n * ln2C).add(sum)
}

var (
	third = dd{1, 0}.div(dd{3, 0})
	fifth = dd{1, 0}.div(dd{5, 0})
)

// log1pSeries is log(1+f) for |f| < 0.009, as 2·atanh(f/(2+f)).
func log1pSeries(f dd) dd {
	s := f.div(f.addF(2))
	z := s.mul(s)
	x := z.h
	q := 1./7 + x*(1./9+x*(1./11+x*(1./13+x/15)))
	p := fastTwoSum(fifth.h, fifth.l+float64(x*q))
	p = z.mul(p).add(third)
	return s.add(s.mul(z.mul(p))).scale(2)
}

// Log is C's log.
func Log(x float64) float64 {
	if special(x) {
		return math.Log(x)
	}
	return logDD(dd{x, 0}).h
}

// Log2 is C's log2.
func Log2(x float64) float64 {
	if special(x) {
		return math.Log(x)
	}
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	return logParts(dd{m, 0}, 0).mul(log2E).addF(float64(k)).h
}

var log2E = dd{1, 0}.div(ln2)

// special reports whether the logarithm of x is no finite number.
func special(x float64) bool { return !(x > 0 && x <= math.MaxFloat64) }

// Log10 is C's log10, which multiplies the rounded logarithm of x's digits by
// the logarithm of e, and so has the C library's own last digit.
func Log10(x float64) float64 {
	if special(x) {
		return math.Log(x)
	}
	const (
		log10E  = 4.34294481903251816668e-01
		log10A2 = 3.01029995663611771306e-01 // log10(2), 32 bits of it
		log10B2 = 3.69423907715893078616e-13 // and the rest
	)
	m, k := math.Frexp(x) // m in [1/2, 1)
	if k > 0 {
		m *= 2
		k--
	}
	n := float64(k)
	return float64(float64(n*log10B2)+float64(log10E*Log(m))) + float64(n*log10A2)
}
