package modules

import (
	"math"
	"math/big"

	"althing/expr"
	"althing/expr/internal/pymath"
	"althing/value"
)

// CPython adds up as fractions, so that the mean of numbers is what it would be
// on paper, rounded once. Every finite float is a whole number of 2**-1074, so
// that a sum is one integer counted in that unit.
const unitBits = 1074

// exact is a sum of numbers, without any rounding.
type exact struct {
	sum     big.Int // in units of 2**-1074
	float   bool    // one of them was a float, so that the result is one
	special float64 // the sum of infinities and what is not a number
	odd     bool    // there were some
}

// sumSteps is what adding one number costs: an addition of 2,000 bits.
const sumSteps = 8

// sumExactly adds numbers up.
func sumExactly(t *expr.Thread, items []expr.Object) (*exact, error) {
	e := &exact{}
	for _, o := range items {
		if err := t.Step(sumSteps); err != nil {
			return nil, err
		}
		if f, isFloat := o.(value.Float); isFloat {
			e.add(float64(f))
			continue
		}
		i, isInt := expr.AsBig(o)
		if !isInt {
			return nil, expr.TypeError("can't convert type '%s' to numerator/denominator", expr.TypeOf(o).ShortName())
		}
		if err := t.Charge(int64(i.BitLen()+unitBits) / 8); err != nil {
			return nil, err
		}
		e.sum.Add(&e.sum, new(big.Int).Lsh(i, unitBits))
	}
	return e, nil
}

// exactFloats adds floats up.
func exactFloats(t *expr.Thread, xs []float64) (*exact, error) {
	e := &exact{float: true}
	for _, x := range xs {
		if err := t.Step(sumSteps); err != nil {
			return nil, err
		}
		e.add(x)
	}
	return e, nil
}

func (e *exact) add(f float64) {
	e.float = true
	if math.IsInf(f, 0) || math.IsNaN(f) {
		e.special += f
		e.odd = true
		return
	}
	e.sum.Add(&e.sum, units(f))
}

// units is a finite float in units of 2**-1074.
func units(f float64) *big.Int {
	fraction, exponent := math.Frexp(f)
	mantissa := big.NewInt(int64(math.Ldexp(fraction, 53)))
	shift := exponent - 53 + unitBits
	if shift >= 0 {
		return mantissa.Lsh(mantissa, uint(shift))
	}
	// Only zeros are below: the mantissa of a small number ends in them.
	return mantissa.Rsh(mantissa, uint(-shift))
}

// rat is the sum as a fraction.
func (e *exact) rat() *big.Rat {
	return new(big.Rat).SetFrac(&e.sum, new(big.Int).Lsh(big.NewInt(1), unitBits))
}

// over is the sum divided by n: an integer when all were and it comes out even.
func (e *exact) over(n int) (expr.Object, error) {
	if e.odd {
		return number(e.special / float64(n)), nil
	}
	return rounded(new(big.Rat).Quo(e.rat(), new(big.Rat).SetInt64(int64(n))), e.float)
}

// under is another sum divided by this one, which is not 0. It is a float.
func (e *exact) under(other *exact) (expr.Object, error) {
	if e.odd || other.odd {
		return number(other.near() / e.near()), nil
	}
	return rounded(new(big.Rat).Quo(other.rat(), e.rat()), true)
}

// near is the float that is nearest to the sum.
func (e *exact) near() float64 {
	if e.odd {
		return e.special
	}
	f, _ := e.rat().Float64()
	return f
}

// rounded makes a number of a fraction.
func rounded(r *big.Rat, float bool) (expr.Object, error) {
	if !float && r.IsInt() {
		return value.Integer(new(big.Int).Set(r.Num())), nil
	}
	f, _ := r.Float64()
	if math.IsInf(f, 0) {
		return nil, expr.OverflowError("integer division result too large for a float")
	}
	return number(f), nil
}

// spread is one of the four measures of it.
type spread struct {
	name, center string
	less         int // what is taken off the number of data
	root         bool
}

func (s spread) call(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var o expr.Object
	var center expr.Object = value.None{}
	if err := expr.NewParams(s.name, "data "+s.center+"?").Bind(a, &o, &center); err != nil {
		return nil, err
	}
	items, err := expr.Collect(t, o)
	if err != nil {
		return nil, err
	}
	switch {
	case len(items) <= s.less && s.less == 0:
		return nil, statisticsError(s.name + " requires at least one data point")
	case len(items) <= s.less:
		return nil, statisticsError(s.name + " requires at least two data points")
	}
	squares, float, err := squaresAround(t, items, center)
	if err != nil {
		return nil, err
	}
	if squares == nil { // something was infinite or no number
		return number(pymath.NaN), nil
	}
	squares.Quo(squares, new(big.Rat).SetInt64(int64(len(items)-s.less)))
	if s.root {
		return number(sqrtOf(squares)), nil
	}
	return rounded(squares, float)
}

// squaresAround is the sum of the squares of the distances from the centre, or
// from the mean when none is given; nil when that is no number.
func squaresAround(t *expr.Thread, items []expr.Object, center expr.Object) (*big.Rat, bool, error) {
	sum, err := sumExactly(t, items)
	if err != nil {
		return nil, false, err
	}
	if sum.odd {
		return nil, true, nil
	}
	middle := sum.rat()
	middle.Quo(middle, new(big.Rat).SetInt64(int64(len(items))))
	if _, none := center.(value.None); !none {
		c, err := sumExactly(t, []expr.Object{center})
		if err != nil {
			return nil, false, err
		}
		if c.odd {
			return nil, true, nil
		}
		middle, sum.float = c.rat(), sum.float || c.float
	}
	total, one := new(big.Rat), new(big.Rat)
	for _, o := range items {
		x, err := sumExactly(t, []expr.Object{o})
		if err != nil {
			return nil, false, err
		}
		if err := t.Step(squareSteps); err != nil {
			return nil, false, err
		}
		one.Sub(x.rat(), middle)
		total.Add(total, one.Mul(one, one))
	}
	return total, sum.float, nil
}

// squareSteps is what a square of fractions of some thousand bits costs.
const squareSteps = 400

// rootBits is the precision in which a root is taken: far more than a float has,
// so that rounding twice is as good as once.
const rootBits = 256

func sqrtOf(r *big.Rat) float64 {
	f := new(big.Float).SetPrec(rootBits).SetRat(r)
	root, _ := f.Sqrt(f).Float64()
	return root
}

// fsums are several sums as math.fsum makes them. After one that failed the
// others are not made, and err is why.
type fsums struct{ err error }

// of is the sum of floats.
func (s *fsums) of(xs []float64) float64 {
	return s.each(len(xs), func(i int) float64 { return xs[i] })
}

// products is the sum of the products of two rows of floats, each of them rounded.
func (s *fsums) products(xs, ys []float64) float64 {
	return s.each(len(xs), func(i int) float64 { return xs[i] * ys[i] })
}

func (s *fsums) each(n int, at func(int) float64) float64 {
	var sum pymath.Sum
	for i := 0; i < n && s.err == nil; i++ {
		s.err = sum.Add(at(i))
	}
	if s.err != nil {
		return 0
	}
	var total float64
	total, s.err = sum.Total()
	return total
}
