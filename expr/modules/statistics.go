package modules

import (
	"math"
	"slices"

	"althing/expr"
	"althing/expr/internal/pymath"
	"althing/value"
)

// statisticsError is the module's own exception.
func statisticsError(msg string) error { return expr.Raise("StatisticsError", "%s", msg) }

func statisticsModule(r *random) *expr.Module {
	m := &expr.Module{Name: "statistics", Attrs: attrs(
		expr.NewFunc("mean", statMean),
		expr.NewFunc("fmean", statFmean),
		expr.NewFunc("geometric_mean", statGeometricMean),
		expr.NewFunc("harmonic_mean", statHarmonicMean),
		expr.NewFunc("median", statMedian),
		expr.NewFunc("median_low", statMedianLow),
		expr.NewFunc("median_high", statMedianHigh),
		expr.NewFunc("median_grouped", statMedianGrouped),
		expr.NewFunc("mode", statMode),
		expr.NewFunc("multimode", statMultimode),
		expr.NewFunc("quantiles", statQuantiles),
		expr.NewFunc("variance", spread{"variance", "xbar", 1, false}.call),
		expr.NewFunc("pvariance", spread{"pvariance", "mu", 0, false}.call),
		expr.NewFunc("stdev", spread{"stdev", "xbar", 1, true}.call),
		expr.NewFunc("pstdev", spread{"pstdev", "mu", 0, true}.call),
		expr.NewFunc("covariance", statCovariance),
		expr.NewFunc("correlation", statCorrelation),
		expr.NewFunc("linear_regression", statLinearRegression),
	)}
	m.Attrs["NormalDist"] = normalType(r)
	m.Attrs["LinearRegression"] = &regression.typ
	return m
}

// data collects the elements of the one argument of a function.
func data(t *expr.Thread, fn string, a expr.Args) ([]expr.Object, error) {
	var o expr.Object
	if err := expr.NewParams(fn, "data").Bind(a, &o); err != nil {
		return nil, err
	}
	return expr.Collect(t, o)
}

func statMean(t *expr.Thread, a expr.Args) (expr.Object, error) {
	items, err := data(t, "mean", a)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, statisticsError("mean requires at least one data point")
	}
	sum, err := sumExactly(t, items)
	if err != nil {
		return nil, err
	}
	return sum.over(len(items))
}

// weighted are the parameters of the means that take weights.
var weighted = map[string]*expr.Params{
	"fmean":         expr.NewParams("fmean", "data weights?"),
	"harmonic_mean": expr.NewParams("harmonic_mean", "data weights?"),
}

// weightedArgs collects data and weights; no weights are nil.
func weightedArgs(t *expr.Thread, fn string, a expr.Args) (items, weights []expr.Object, err error) {
	var first expr.Object
	var second expr.Object = value.None{}
	if err := weighted[fn].Bind(a, &first, &second); err != nil {
		return nil, nil, err
	}
	if items, err = expr.Collect(t, first); err != nil {
		return nil, nil, err
	}
	if _, none := second.(value.None); none {
		return items, nil, nil
	}
	weights, err = expr.Collect(t, second)
	if weights == nil {
		weights = []expr.Object{}
	}
	return items, weights, err
}

func statFmean(t *expr.Thread, a expr.Args) (expr.Object, error) {
	items, weights, err := weightedArgs(t, "fmean", a)
	if err != nil {
		return nil, err
	}
	switch {
	case weights == nil && len(items) == 0:
		return nil, statisticsError("fmean requires at least one data point")
	case weights != nil && len(items) != len(weights):
		return nil, statisticsError("data and weights must be the same length")
	}
	xs, err := floats(t, items)
	if err != nil {
		return nil, err
	}
	var sums fsums
	if weights == nil {
		total := sums.of(xs)
		return number(total / float64(len(xs))), sums.err
	}
	ws, err := floats(t, weights)
	if err != nil {
		return nil, err
	}
	num, den := sums.products(xs, ws), sums.of(ws)
	if sums.err != nil {
		return nil, sums.err
	}
	if den == 0 {
		return nil, statisticsError("sum of weights must be non-zero")
	}
	return number(num / den), nil
}

func statGeometricMean(t *expr.Thread, a expr.Args) (expr.Object, error) {
	items, err := data(t, "geometric_mean", a)
	if err != nil {
		return nil, err
	}
	xs, err := floats(t, items)
	if err != nil {
		return nil, err
	}
	for _, x := range xs {
		if x <= 0 {
			xs = nil
		}
	}
	if len(xs) == 0 {
		return nil, statisticsError("geometric mean requires a non-empty dataset containing positive numbers")
	}
	for i, x := range xs {
		xs[i] = pymath.Log(x)
	}
	var sums fsums
	logs := sums.of(xs)
	return number(pymath.Exp(logs / float64(len(xs)))), sums.err
}

func statHarmonicMean(t *expr.Thread, a expr.Args) (expr.Object, error) {
	items, weights, err := weightedArgs(t, "harmonic_mean", a)
	if err != nil {
		return nil, err
	}
	switch {
	case len(items) == 0:
		return nil, statisticsError("harmonic_mean requires at least one data point")
	case weights != nil && len(weights) != len(items):
		return nil, statisticsError("Number of weights does not match data size")
	}
	xs, err := floatsFrom0(t, items)
	if err != nil {
		return nil, err
	}
	if len(items) == 1 && weights == nil {
		return items[0], nil
	}
	ws := slices.Repeat([]float64{1}, len(xs))
	if weights != nil {
		if ws, err = floatsFrom0(t, weights); err != nil {
			return nil, err
		}
	}
	sum, err := exactFloats(t, ws)
	if err != nil {
		return nil, err
	}
	for i, w := range ws {
		switch {
		case w == 0:
			xs[i] = 0
		case xs[i] == 0:
			return value.Int(0), nil
		default:
			xs[i] = w / xs[i]
		}
	}
	total, err := exactFloats(t, xs)
	if err != nil {
		return nil, err
	}
	if total.near() == 0 {
		return nil, statisticsError("Weighted sum must be positive")
	}
	return total.under(sum)
}

// floatsFrom0 gives what harmonic_mean() is of.
func floatsFrom0(t *expr.Thread, items []expr.Object) ([]float64, error) {
	xs, err := floats(t, items)
	for _, x := range xs {
		if x < 0 {
			return nil, statisticsError("harmonic mean does not support negative values")
		}
	}
	return xs, err
}

func statQuantiles(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var o expr.Object
	var parts expr.Object = value.Int(4)
	var method expr.Object = value.Str("exclusive")
	if err := quantilesParams.Bind(a, &o, &parts, &method); err != nil {
		return nil, err
	}
	n, err := expr.Index(parts)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, statisticsError("n must be at least 1")
	}
	items, err := sorted(t, o)
	if err != nil {
		return nil, err
	}
	size := int64(len(items))
	if size < 2 {
		return nil, statisticsError("must have at least two data points")
	}
	if err := t.ChargeSlots(int(min(n, math.MaxInt32))); err != nil {
		return nil, err
	}
	list := make([]expr.Object, 0, n-1)
	for i := int64(1); i < n; i++ {
		var j, delta int64
		switch method {
		case value.Str("inclusive"):
			j, delta = i*(size-1)/n, i*(size-1)%n
		case value.Str("exclusive"):
			j = min(max(i*(size+1)/n, 1), size-1)
			delta = i*(size+1) - j*n
			j--
		default:
			return nil, unknownMethod(t, method)
		}
		q, err := between(t, items[j], items[j+1], delta, n)
		if err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return expr.NewList(list), nil
}

var quantilesParams = expr.NewParams("quantiles", "data * n? method?")

func unknownMethod(t *expr.Thread, method expr.Object) error {
	shown, err := expr.Repr(t, method)
	if err != nil {
		return err
	}
	return expr.ValueError("Unknown method: %s", shown)
}

// between is (a*(n-delta) + b*delta) / n.
func between(t *expr.Thread, a, b expr.Object, delta, n int64) (expr.Object, error) {
	left, err := expr.Binary(t, expr.Mul, a, value.Int(n-delta))
	if err != nil {
		return nil, err
	}
	right, err := expr.Binary(t, expr.Mul, b, value.Int(delta))
	if err != nil {
		return nil, err
	}
	sum, err := expr.Binary(t, expr.Add, left, right)
	if err != nil {
		return nil, err
	}
	return expr.Binary(t, expr.Div, sum, value.Int(n))
}
