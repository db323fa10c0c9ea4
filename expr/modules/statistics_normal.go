package modules

import (
	"math"
	"math/big"

	"althing/expr"
	"althing/expr/internal/pymath"
	"althing/value"
)

// normal is a normal distribution with mean mu and standard deviation sigma. It
// is immutable.
type normal struct {
	typ       *expr.Type
	mu, sigma float64
}

var (
	_ expr.HasType    = &normal{}
	_ expr.HasBinary  = &normal{}
	_ expr.HasUnary   = &normal{}
	_ expr.HasCompare = &normal{}
	_ expr.Hashable   = &normal{}
	_ expr.Texter     = &normal{}
)

// normalType is statistics.NormalDist. Samples without a seed come from the
// generator of the run.
func normalType(r *random) *expr.Type {
	typ := &expr.Type{Name: "statistics.NormalDist"}
	typ.New = func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		mu, sigma := number(0), number(1)
		if err := normalParams.bind(a, &mu, &sigma); err != nil {
			return nil, err
		}
		return newNormal(t, typ, mu, sigma)
	}
	typ.Attrs = map[string]expr.Object{
		"from_samples": expr.NewFunc("from_samples", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			return normalFromSamples(t, typ, a)
		}),
		"mean":     normalProperty(func(d *normal) float64 { return d.mu }),
		"median":   normalProperty(func(d *normal) float64 { return d.mu }),
		"mode":     normalProperty(func(d *normal) float64 { return d.mu }),
		"stdev":    normalProperty(func(d *normal) float64 { return d.sigma }),
		"variance": normalProperty((*normal).variance),
	}
	for _, m := range []*expr.Method{
		normalMethod("pdf", "x", (*normal).pdf),
		normalMethod("cdf", "x", (*normal).cdf),
		normalMethod("inv_cdf", "p", (*normal).invCDF),
		normalMethod("quantiles", "n?", (*normal).quantiles),
		normalMethod("overlap", "other", (*normal).overlap),
		normalMethod("zscore", "x", (*normal).zscore),
		normalSamples(r),
	} {
		typ.Attrs[m.Name] = m
	}
	return typ
}

var normalParams = methodParams("NormalDist.__init__", "mu? sigma?")

func normalProperty(get func(d *normal) float64) *expr.Property {
	return &expr.Property{Get: func(_ *expr.Thread, self expr.Object) (expr.Object, error) {
		return number(get(self.(*normal))), nil
	}}
}

// normalMethod makes a method of at most one argument; nil is one that was left
// out.
func normalMethod(name, spec string, fn func(d *normal, t *expr.Thread, x expr.Object) (expr.Object, error)) *expr.Method {
	params := methodParams("NormalDist."+name, spec)
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		var x expr.Object
		if err := params.bind(a, &x); err != nil {
			return nil, err
		}
		return fn(self.(*normal), t, x)
	})
}

// newNormal is the type called with these two.
func newNormal(t *expr.Thread, typ *expr.Type, mu, sigma expr.Object) (expr.Object, error) {
	f := formula{t: t}
	if f.holds(expr.Lt, sigma, number(0)) {
		return nil, statisticsError("sigma must be non-negative")
	}
	if f.err != nil {
		return nil, f.err
	}
	middle, err := asFloat(t, mu)
	if err != nil {
		return nil, err
	}
	width, err := asFloat(t, sigma)
	if err != nil {
		return nil, err
	}
	return &normal{typ, middle, width}, t.Charge(normalSize)
}

// asFloat is float(o).
func asFloat(t *expr.Thread, o expr.Object) (float64, error) {
	made, err := expr.Call(t, expr.Builtin("float"), o)
	f, _ := made.(value.Float)
	return float64(f), err
}

// normalSize is what a distribution takes in memory.
const normalSize = 48

func normalFromSamples(t *expr.Thread, typ *expr.Type, a expr.Args) (expr.Object, error) {
	items, err := data(t, "NormalDist.from_samples", a)
	if err != nil {
		return nil, err
	}
	if len(items) < 2 {
		return nil, statisticsError("stdev requires at least two data points")
	}
	sum, err := sumExactly(t, items)
	if err != nil {
		return nil, err
	}
	squares, _, err := squaresAround(t, items, expr.None)
	if err != nil {
		return nil, err
	}
	mean, err := sum.over(len(items))
	if err != nil {
		return nil, err
	}
	sigma := pymath.NaN
	if squares != nil {
		squares.Quo(squares, new(big.Rat).SetInt64(int64(len(items)-1)))
		sigma = sqrtOf(squares)
	}
	return newNormal(t, typ, mean, number(sigma))
}

// normalSamples is the method samples().
func normalSamples(r *random) *expr.Method {
	params := methodParams("NormalDist.samples", "n * seed?")
	return expr.NewMethod("samples", func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		var count expr.Object
		seed := expr.None
		if err := params.bind(a, &count, &seed); err != nil {
			return nil, err
		}
		from, err := r.draws(t)
		if seed != expr.None && err == nil {
			from, err = newSeeded(t, seed)
		}
		if err != nil {
			return nil, err
		}
		n, err := expr.Index(count)
		if err != nil {
			return nil, err
		}
		d, list := self.(*normal), &expr.List{}
		g := given{number(d.mu), number(d.sigma)}
		for range n {
			x, err := randomGauss(t, from, g)
			if err != nil {
				return nil, err
			}
			if err := list.Append(t, x); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
}

func (d *normal) variance() float64 { return d.sigma * d.sigma }

// defined refuses what needs a width.
func (d *normal) defined(what string) error {
	if d.sigma == 0 {
		return statisticsError(what + "() not defined when sigma is zero")
	}
	return nil
}

func (d *normal) pdf(t *expr.Thread, x expr.Object) (expr.Object, error) {
	if d.variance() == 0 {
		return nil, statisticsError("pdf() not defined when sigma is zero")
	}
	f := formula{t: t}
	diff := f.sub(x, number(d.mu))
	power := f.float(f.div(f.mul(diff, diff), number(-2*d.variance())))
	return f.result(number(pymath.Exp(power) / math.Sqrt(2*math.Pi*d.variance())))
}

func (d *normal) cdf(t *expr.Thread, x expr.Object) (expr.Object, error) {
	if err := d.defined("cdf"); err != nil {
		return nil, err
	}
	f := formula{t: t}
	away := f.float(f.div(f.sub(x, number(d.mu)), number(d.sigma*math.Sqrt2)))
	return f.result(number(0.5 * (1 + pymath.Erf(away))))
}

func (d *normal) zscore(t *expr.Thread, x expr.Object) (expr.Object, error) {
	if err := d.defined("zscore"); err != nil {
		return nil, err
	}
	f := formula{t: t}
	return f.result(f.div(f.sub(x, number(d.mu)), number(d.sigma)))
}

func (d *normal) invCDF(t *expr.Thread, p expr.Object) (expr.Object, error) {
	f := formula{t: t}
	outside := f.holds(expr.Le, p, number(0)) || f.holds(expr.Ge, p, number(1))
	share := f.float(p)
	switch {
	case f.err != nil:
		return nil, f.err
	case outside:
		return nil, statisticsError("p must be in the range 0.0 < p < 1.0")
	case d.sigma <= 0:
		return nil, statisticsError("cdf() not defined when sigma at or below zero")
	}
	return number(d.mu + float64(pymath.NormalInverse(share)*d.sigma)), nil
}

func (d *normal) quantiles(t *expr.Thread, count expr.Object) (expr.Object, error) {
	n := int64(4)
	if count != nil {
		var err error
		if n, err = expr.Index(count); err != nil {
			return nil, err
		}
	}
	list := &expr.List{}
	for i := int64(1); i < n; i++ {
		x, err := d.invCDF(t, number(float64(i)/float64(n)))
		if err != nil {
			return nil, err
		}
		if err := list.Append(t, x); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// overlap is the area that lies under both curves.
func (d *normal) overlap(_ *expr.Thread, other expr.Object) (expr.Object, error) {
	x := d
	y, ok := other.(*normal)
	if !ok {
		return nil, expr.TypeError("Expected another NormalDist instance")
	}
	if y.sigma < x.sigma || y.sigma == x.sigma && y.mu < x.mu {
		x, y = y, x // so that the order does not show in the last digit
	}
	if x.variance() == 0 || y.variance() == 0 {
		return nil, statisticsError("overlap() not defined when sigma is zero")
	}
	wider, apart := y.variance()-x.variance(), math.Abs(y.mu-x.mu)
	if wider == 0 {
		return number(1 - pymath.Erf(apart/(2*x.sigma*math.Sqrt2))), nil
	}
	a := float64(x.mu*y.variance()) - float64(y.mu*x.variance())
	b := x.sigma * y.sigma * math.Sqrt(float64(apart*apart)+float64(wider*pymath.Log(y.variance()/x.variance())))
	between := math.Abs(y.below((a+b)/wider)-x.below((a+b)/wider)) + math.Abs(y.below((a-b)/wider)-x.below((a-b)/wider))
	return number(1 - between), nil
}

// below is cdf(x).
func (d *normal) below(x float64) float64 {
	return 0.5 * (1 + pymath.Erf((x-d.mu)/(d.sigma*math.Sqrt2)))
}
