package modules

import (
	"math"

	"althing/expr"
	"althing/expr/internal/pymath"
)

// mathSeveral are the functions of more than two numbers.
func mathSeveral() []*expr.Func {
	return []*expr.Func{
		positional("math", "hypot", 0, -1, mathHypot).Forgets(),
		positional("math", "dist", 2, 2, mathDist).Forgets(),
		positional("math", "fsum", 1, 1, mathFsum),
		expr.NewFunc("prod", mathProd),
		expr.NewFunc("isclose", mathIsclose).Forgets(),
	}
}

// floats gives the elements as floats, charged.
func floats(t *expr.Thread, items []expr.Object) ([]float64, error) {
	if err := t.Charge(8 * int64(len(items))); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(items))); err != nil {
		return nil, err
	}
	all := make([]float64, len(items))
	for i, o := range items {
		f, err := expr.AsFloat(o)
		if err != nil {
			return nil, err
		}
		all[i] = f
	}
	return all, nil
}

func mathHypot(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	coordinates, err := floats(t, args)
	if err != nil {
		return nil, err
	}
	return number(pymath.Hypot(coordinates...)), nil
}

func mathDist(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	var items [2][]expr.Object
	for i, o := range args {
		var err error
		if items[i], err = expr.Collect(t, o); err != nil {
			return nil, err
		}
	}
	if len(items[0]) != len(items[1]) {
		return nil, expr.ValueError("both points must have the same number of dimensions")
	}
	// In the order in which errors show: one coordinate of both points, then the next.
	pairs := make([]expr.Object, 0, 2*len(items[0]))
	for i := range items[0] {
		pairs = append(pairs, items[0][i], items[1][i])
	}
	coordinates, err := floats(t, pairs)
	if err != nil {
		return nil, err
	}
	p, q := make([]float64, len(items[0])), make([]float64, len(items[0]))
	for i := range p {
		p[i], q[i] = coordinates[2*i], coordinates[2*i+1]
	}
	return number(pymath.Dist(p, q)), nil
}

func mathFsum(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	total, err := exactSum(t, args[0])
	if err != nil {
		return nil, err
	}
	return number(total), nil
}

// exactSum is fsum(o).
func exactSum(t *expr.Thread, o expr.Object) (float64, error) {
	it, err := expr.Iterate(t, o)
	if err != nil {
		return 0, err
	}
	var sum pymath.Sum
	for {
		o, err := expr.Next(t, it)
		if err != nil {
			return 0, err
		}
		if o == nil {
			return sum.Total()
		}
		f, err := expr.AsFloat(o)
		if err != nil {
			return 0, err
		}
		if err := sum.Add(f); err != nil {
			return 0, err
		}
	}
}

var prodSignature = signature{fn: "prod()", names: []string{"iterable", "start"}, required: 1, only: 1, pos: 1}

func mathProd(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var o expr.Object
	product := expr.Int(1)
	if err := prodSignature.bind(a, &o, &product); err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, o)
	if err != nil {
		return nil, err
	}
	for {
		o, err := expr.Next(t, it)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return product, nil
		}
		if product, err = expr.Binary(t, expr.Mul, product, o); err != nil {
			return nil, err
		}
	}
}

var iscloseSignature = signature{fn: "isclose()", names: []string{"a", "b", "rel_tol", "abs_tol"}, required: 2, pos: 2}

func mathIsclose(_ *expr.Thread, a expr.Args) (expr.Object, error) {
	var args [4]expr.Object
	args[2], args[3] = number(1e-09), number(0)
	if err := iscloseSignature.bind(a, &args[0], &args[1], &args[2], &args[3]); err != nil {
		return nil, err
	}
	var f [4]float64
	for i, o := range args {
		var err error
		if f[i], err = expr.AsFloat(o); err != nil {
			return nil, err
		}
	}
	x, y, relative, absolute := f[0], f[1], f[2], f[3]
	if relative < 0 || absolute < 0 {
		return nil, expr.ValueError("tolerances must be non-negative")
	}
	switch {
	case x == y:
		return expr.True, nil
	case math.IsInf(x, 0) || math.IsInf(y, 0):
		return expr.False, nil
	}
	apart := math.Abs(y - x)
	return expr.Bool(apart <= math.Abs(relative*y) || apart <= math.Abs(relative*x) || apart <= absolute), nil
}
