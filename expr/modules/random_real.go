package modules

import (
	"math"

	"althing/expr"
	"althing/expr/internal/pymath"
)

// The distributions are worked out step by step as CPython does it, so that the
// last digit is the same: the conversions to float64 keep the compiler from
// fusing a product with a sum.

// normalFactor is the width of the box that normal numbers are drawn from.
const normalFactor = 1.7155277699214135 // 4·exp(-1/2)/sqrt(2)

// distributions are the functions that draw a float.
var distributions = []drawing{
	{name: "uniform", spec: "a b", draw: randomUniform},
	{name: "triangular", spec: "low? high? mode?", draw: randomTriangular},
	{name: "normalvariate", spec: "mu? sigma?", draw: randomNormal},
	{name: "gauss", spec: "mu? sigma?", draw: randomGauss},
	{name: "lognormvariate", spec: "mu sigma", draw: randomLogNormal},
	{name: "expovariate", spec: "lambd", draw: randomExponential},
	{name: "vonmisesvariate", spec: "mu kappa", draw: randomVonMises},
	{name: "gammavariate", spec: "alpha beta", draw: randomGamma},
	{name: "betavariate", spec: "alpha beta", draw: randomBeta},
	{name: "paretovariate", spec: "alpha", draw: randomPareto},
	{name: "weibullvariate", spec: "alpha beta", draw: randomWeibull},
}

// above0 is a random float that is not 0, but may be 1.
func (d *draws) above0() float64 { return 1 - d.Float64() }

func randomUniform(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	f := formula{t: t}
	return f.result(f.add(g[0], f.mul(f.sub(g[1], g[0]), number(d.Float64()))))
}

func randomTriangular(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	low, high, one := g.or(0, number(0)), g.or(1, number(1)), number(1)
	u, c := number(d.Float64()), number(0.5)
	f := formula{t: t}
	if mode := g.or(2, expr.None); mode != expr.None {
		c = f.div(f.sub(mode, low), f.sub(high, low))
		if isRaised(f.err, "ZeroDivisionError") {
			return low, nil
		}
	}
	if f.holds(expr.Gt, u, c) {
		u, c = f.sub(one, u), f.sub(one, c)
		low, high = high, low
	}
	square := f.float(f.mul(u, c))
	if f.err == nil && square < 0 {
		f.err = errDomain
	}
	return f.result(f.add(low, f.mul(f.sub(high, low), number(math.Sqrt(square)))))
}

// normal gives a normal number, by the method of Kinderman and Monahan.
func (d *draws) normal() float64 {
	for {
		u1 := d.Float64()
		u2 := d.above0()
		z := normalFactor * (u1 - 0.5) / u2
		if z*z/4 <= -pymath.Log(u2) {
			return z
		}
	}
}

// scaled is mu + z·sigma.
func scaled(t *expr.Thread, z float64, g given) (expr.Object, error) {
	f := formula{t: t}
	return f.result(f.add(g.or(0, number(0)), f.mul(number(z), g.or(1, number(1)))))
}

func randomNormal(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	return scaled(t, d.normal(), g)
}

func randomGauss(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	if d.spare != nil {
		z := *d.spare
		d.spare = nil
		return scaled(t, z, g)
	}
	angle := d.Float64() * (2 * math.Pi)
	radius := math.Sqrt(-2 * pymath.Log(d.above0()))
	spare := pymath.Sin(angle) * radius
	d.spare = &spare
	return scaled(t, pymath.Cos(angle)*radius, g)
}

func randomLogNormal(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	log, err := scaled(t, d.normal(), g)
	if err != nil {
		return nil, err
	}
	x, err := expr.AsFloat(log)
	if err != nil {
		return nil, err
	}
	return checked(pymath.Exp(x), true, x)
}

func randomExponential(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	f := formula{t: t}
	return f.result(f.div(number(-pymath.Log(d.above0())), g[0]))
}

func randomPareto(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	f := formula{t: t}
	u := number(d.above0())
	return f.result(f.binary(expr.Pow, u, f.div(number(-1), g[0])))
}

func randomWeibull(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	f := formula{t: t}
	log := number(-pymath.Log(d.above0()))
	return f.result(f.mul(g[0], f.binary(expr.Pow, log, f.div(number(1), g[1]))))
}

func randomVonMises(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	f := formula{t: t}
	tau := number(2 * math.Pi)
	if f.holds(expr.Le, g[1], number(1e-6)) {
		return number(2 * math.Pi * d.Float64()), nil
	}
	kappa := f.float(g[1])
	if f.err != nil {
		return nil, f.err
	}
	angle, err := d.vonMises(t, kappa)
	if err != nil {
		return nil, err
	}
	if d.Float64() > 0.5 {
		return f.result(f.binary(expr.Mod, f.add(g[0], angle), tau))
	}
	return f.result(f.binary(expr.Mod, f.sub(g[0], angle), tau))
}

// vonMises gives an angle from the mean, by the method of Fisher.
func (d *draws) vonMises(t *expr.Thread, kappa float64) (expr.Object, error) {
	s := 0.5 / kappa
	r := s + math.Sqrt(1+float64(s*s))
	for {
		if err := t.Step(1); err != nil {
			return nil, err // there is no angle, if kappa is no number
		}
		z := pymath.Cos(math.Pi * d.Float64())
		e := z / (r + z)
		u := d.Float64()
		if u < 1-float64(e*e) || u <= (1-e)*pymath.Exp(e) {
			q := 1 / r
			x := (q + z) / (1 + float64(q*z))
			return checked(pymath.Acos(x), false, x)
		}
	}
}
