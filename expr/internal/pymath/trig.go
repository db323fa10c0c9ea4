package pymath

import "math"

// sinCosTable holds sine and cosine of j/32, up to pi/4 and a little more.
var sinCosTable = func() (table [27]struct{ sin, cos dd }) {
	for j := range table {
		x := float64(j) / 32
		table[j].sin, table[j].cos = slowSin(x), slowCos(x)
	}
	return table
}()

// slowSin and slowCos sum up the series for 0 <= x < 1.
func slowSin(x float64) dd { return slowSeries(dd{x, 0}, x*x, 2) }

func slowCos(x float64) dd { return slowSeries(dd{1, 0}, x*x, 1) }

// slowSeries is first·(1 - z/(n(n+1)) + z²/(n(n+1)(n+2)(n+3)) - …), for z exact.
func slowSeries(first dd, z, n float64) dd {
	const smallest = 0x1p-110
	sum := first
	for term := first; math.Abs(term.h) > smallest; n += 2 {
		term = term.mulF(-z).div(dd{n * (n + 1), 0})
		sum = sum.add(term)
	}
	return sum
}

// sinCos gives sine and cosine of r, |r| < 0.8.
func sinCos(r dd) (sin, cos dd) {
	negative := r.h < 0
	if negative {
		r = r.neg()
	}
	j := int(r.h*32 + 0.5)
	t := r
	if j > 0 {
		t = twoSum(r.h-float64(j)/32, r.l)
	}
	sinT, cosT1 := sinCosSeries(t)
	if j == 0 {
		sin, cos = sinT, cosT1.addF(1)
	} else {
		c := &sinCosTable[j]
		sin = c.sin.add(c.sin.mul(cosT1).add(c.cos.mul(sinT)))
		cos = c.cos.add(c.cos.mul(cosT1).add(c.sin.mul(sinT).neg()))
	}
	if negative {
		sin = sin.neg()
	}
	return sin, cos
}

var (
	minusSixth        = sixth.neg()
	hundredTwentieth  = dd{1, 0}.div(dd{120, 0})
	minusSevenHundred = dd{-1, 0}.div(dd{720, 0})
)

// sinCosSeries gives sin(t) and cos(t)-1 for |t| < 1/60.
func sinCosSeries(t dd) (sin, cos1 dd) {
	z := t.mul(t)
	x := z.h
	q := -1./5040 + x*(1./362880+x*(-1./39916800+x/6227020800))
	s := fastTwoSum(hundredTwentieth.h, hundredTwentieth.l+float64(x*q))
	s = z.mul(s).add(minusSixth)
	sin = t.add(t.mul(z.mul(s)))
	q = 1./40320 + x*(-1./3628800+x*(1./479001600-x/87178291200))
	c := fastTwoSum(minusSevenHundred.h, minusSevenHundred.l+float64(x*q))
	c = z.mul(c).add(twentyFourth)
	c = z.mul(c).addF(-0.5)
	return sin, z.mul(c)
}

// Below this an angle and its sine, tangent and so on are the same float.
const tinyAngle = 0x1p-28

// Sin is C's sin.
func Sin(x float64) float64 {
	if math.Abs(x) < tinyAngle || math.IsInf(x, 0) || x != x {
		return math.Sin(x)
	}
	r, quadrant := reduce(x)
	sin, cos := sinCos(r)
	switch quadrant {
	case 0:
		return sin.h
	case 1:
		return cos.h
	case 2:
		return -sin.h
	}
	return -cos.h
}

// Cos is C's cos.
func Cos(x float64) float64 {
	if math.IsInf(x, 0) || x != x {
		return NaN
	}
	r, quadrant := reduce(x)
	sin, cos := sinCos(r)
	switch quadrant {
	case 0:
		return cos.h
	case 1:
		return -sin.h
	case 2:
		return -cos.h
	}
	return sin.h
}

// Tan is C's tan.
func Tan(x float64) float64 {
	if math.Abs(x) < tinyAngle || math.IsInf(x, 0) || x != x {
		return math.Tan(x)
	}
	r, quadrant := reduce(x)
	sin, cos := sinCos(r)
	if quadrant&1 == 0 {
		return sin.div(cos).h
	}
	return cos.div(sin).neg().h
}
