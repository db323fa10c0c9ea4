package pymath

import "math"

// ln2/128 and ln2 in parts: whole multiples of the first two, up to 20 bits,
// are exact.
const (
	ln2By128A = 0x1.62e42fefp-8
	ln2By128B = 0x1.473de6afp-41
	ln2By128C = 0x1.3c7673007e5edp-76
)

// Beyond these e**x is infinite, or zero.
const (
	mostExp  = 709.79
	leastExp = -745.14
)

// exp2Table holds 2**(j/128).
var exp2Table = func() (table [128]dd) {
	table[0] = dd{1, 0}
	root := dd{2, 0}
	for bit := 64; bit > 0; bit >>= 1 {
		root = root.sqrt()
		for j := 0; j < 128; j += 2 * bit {
			table[j+bit] = table[j].mul(root)
		}
	}
	return table
}()

// exponent is e**x taken apart: 2**k · t · (1+p), with t in [1, 2) and p small.
type exponent struct {
	t, p dd
	k    int
}

// expParts works out e**x for |x.h| < 746.
func expParts(x dd) exponent {
	n := math.RoundToEven(x.h * (128 / math.Ln2))
	r := twoSum(x.h-float64(n*ln2By128A), -float64(n*ln2By128B))
	r = r.addF(x.l).addF(-float64(n * ln2By128C))
	whole := int(n)
	return exponent{t: exp2Table[whole&127], p: expm1Series(r), k: whole >> 7}
}

var (
	sixth        = dd{1, 0}.div(dd{6, 0})
	twentyFourth = dd{1, 0}.div(dd{24, 0})
)

// expm1Series is e**r - 1 for |r| < 0.003: the first terms of its series in
// double digits, the others in single ones.
func expm1Series(r dd) dd {
	x := r.h
	q := 1./120 + x*(1./720+x*(1./5040+x*(1./40320+x*(1./362880+x/3628800))))
	s := fastTwoSum(twentyFourth.h, twentyFourth.l+float64(x*q))
	s = r.mul(s).add(sixth)
	s = r.mul(s).addF(0.5)
	return r.add(r.mul(r).mul(s))
}

// dd is t·(1+p).
func (e exponent) dd() dd { return e.t.add(e.t.mul(e.p)) }

// Exp is C's exp.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > mostExp:
		return math.Inf(1)
	case x < leastExp:
		return 0
	}
	e := expParts(dd{x, 0})
	return e.dd().round(e.k)
}

// Exp2 is C's exp2.
func Exp2(x float64) float64 {
	switch {
	case x != x:
		return x
	case x >= 1024:
		return math.Inf(1)
	case x < -1075:
		return 0
	}
	whole := math.RoundToEven(x)
	e := expParts(ln2.mulF(x - whole))
	return e.dd().round(e.k + int(whole))
}
