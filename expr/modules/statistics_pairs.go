package modules

import (
	"math"

	"althing/expr"
	"althing/value"
)

// pairs are two rows of numbers of the same length.
type pairs struct{ x, y []float64 }

func pairsOf(t *expr.Thread, what string, x, y expr.Object) (p pairs, err error) {
	for i, o := range []expr.Object{x, y} {
		items, err := expr.Collect(t, o)
		if err != nil {
			return p, err
		}
		xs, err := floats(t, items)
		if err != nil {
			return p, err
		}
		if i == 0 {
			p.x = xs
		} else {
			p.y = xs
		}
	}
	if len(p.x) != len(p.y) {
		return p, statisticsError(what + " requires that both inputs have same number of data points")
	}
	if len(p.x) < 2 {
		return p, statisticsError(what + " requires at least two data points")
	}
	return p, nil
}

// products are the sums of the products of the distances from the means.
func (p pairs) products() (xbar, ybar, sxy, sxx, syy float64) {
	n := len(p.x)
	xbar = fsumOf(n, func(i int) float64 { return p.x[i] }) / float64(n)
	ybar = fsumOf(n, func(i int) float64 { return p.y[i] }) / float64(n)
	sxy = fsumOf(n, func(i int) float64 { return (p.x[i] - xbar) * (p.y[i] - ybar) })
	sxx = fsumOf(n, func(i int) float64 { d := p.x[i] - xbar; return d * d })
	syy = fsumOf(n, func(i int) float64 { d := p.y[i] - ybar; return d * d })
	return xbar, ybar, sxy, sxx, syy
}

var (
	covarianceParams  = expr.NewParams("covariance", "x y /")
	correlationParams = expr.NewParams("correlation", "x y /")
	regressionParams  = expr.NewParams("linear_regression", "x y / * proportional?")
)

func statCovariance(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var x, y expr.Object
	if err := covarianceParams.Bind(a, &x, &y); err != nil {
		return nil, err
	}
	p, err := pairsOf(t, "covariance", x, y)
	if err != nil {
		return nil, err
	}
	_, _, sxy, _, _ := p.products()
	return number(sxy / float64(len(p.x)-1)), nil
}

func statCorrelation(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var x, y expr.Object
	if err := correlationParams.Bind(a, &x, &y); err != nil {
		return nil, err
	}
	p, err := pairsOf(t, "correlation", x, y)
	if err != nil {
		return nil, err
	}
	_, _, sxy, sxx, syy := p.products()
	root := math.Sqrt(sxx * syy)
	if root == 0 {
		return nil, statisticsError("at least one of the inputs is constant")
	}
	return number(sxy / root), nil
}

func statLinearRegression(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var x, y expr.Object
	var proportional expr.Object = value.Bool(false)
	if err := regressionParams.Bind(a, &x, &y, &proportional); err != nil {
		return nil, err
	}
	through, err := expr.Truth(t, proportional)
	if err != nil {
		return nil, err
	}
	p, err := pairsOf(t, "linear regression", x, y)
	if err != nil {
		return nil, err
	}
	xbar, ybar, sxy, sxx, _ := p.products()
	if through {
		xbar, ybar = 0, 0
		sxy = fsumOf(len(p.x), func(i int) float64 { return p.x[i] * p.y[i] })
		sxx = fsumOf(len(p.x), func(i int) float64 { return p.x[i] * p.x[i] })
	}
	if sxx == 0 {
		return nil, statisticsError("x is constant")
	}
	slope := sxy / sxx
	intercept := ybar - slope*xbar
	if through {
		intercept = 0
	}
	return newRecord(t, regression, number(slope), number(intercept))
}

var regression = &shape{typ: expr.Type{Name: "LinearRegression"}, fields: []string{"slope", "intercept"}}
