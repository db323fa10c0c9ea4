package modules

import (
	"math"

	"althing/expr"
	"althing/expr/internal/pymath"
)

// The constants of Cheng's method.
const (
	log4       = 2 * math.Ln2
	chengBound = 2.504077396776274 // 1 + log(4.5)
)

func randomGamma(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	x, err := d.gamma(t, g[0], g[1])
	return number(x), err
}

// randomBeta makes a number of two gamma numbers.
func randomBeta(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	x, err := d.gamma(t, g[0], number(1))
	if err != nil || x == 0 {
		return number(0), err
	}
	y, err := d.gamma(t, g[1], number(1))
	return number(x / (x + y)), err
}

// gamma is gammavariate(alpha, beta).
func (d *draws) gamma(t *expr.Thread, alpha, beta expr.Object) (float64, error) {
	f := formula{t: t}
	if f.holds(expr.Le, alpha, number(0)) || f.holds(expr.Le, beta, number(0)) {
		return 0, expr.ValueError("gammavariate: alpha and beta must be > 0.0")
	}
	a, scale := f.float(alpha), f.float(beta)
	var x float64
	switch {
	case f.err != nil:
	case a > 1:
		x, f.err = d.cheng(t, a)
	case a == 1:
		x = -pymath.Log(d.above0())
	default:
		x, f.err = d.kennedyGentle(t, a)
	}
	return x * scale, f.err
}

// cheng gives a gamma number for alpha > 1, by the method of Cheng.
func (d *draws) cheng(t *expr.Thread, alpha float64) (float64, error) {
	a := math.Sqrt(float64(2*alpha) - 1)
	b, c := alpha-log4, alpha+a
	for {
		if err := t.Step(1); err != nil {
			return 0, err // there is no number, if alpha is infinite
		}
		u1 := d.Float64()
		if u1 <= 1e-7 || u1 >= 0.9999999 {
			continue
		}
		u2 := d.above0()
		v := pymath.Log(u1/(1-u1)) / a
		x := alpha * pymath.Exp(v)
		z := u1 * u1 * u2
		r := b + float64(c*v) - x
		if r+chengBound-float64(4.5*z) >= 0 || r >= pymath.Log(z) {
			return x, nil
		}
	}
}

// kennedyGentle gives a gamma number for alpha < 1, by the method GS of Kennedy
// and Gentle.
func (d *draws) kennedyGentle(t *expr.Thread, alpha float64) (float64, error) {
	b := (math.E + alpha) / math.E
	for {
		if err := t.Step(1); err != nil {
			return 0, err // there is no number, if alpha is none
		}
		p := b * d.Float64()
		if p <= 1 {
			x := pymath.Pow(p, 1/alpha)
			if d.Float64() <= pymath.Exp(-x) {
				return x, nil
			}
			continue
		}
		x := -pymath.Log((b - p) / alpha)
		if d.Float64() <= pymath.Pow(x, alpha-1) {
			return x, nil
		}
	}
}
