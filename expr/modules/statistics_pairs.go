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
		if _, err := expr.Len(t, o); err != nil {
			return p, err
		}
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

// center makes of both rows the distances from their means, which it gives.
func (p pairs) center(sums *fsums) (xbar, ybar float64) {
	xbar = sums.of(p.x) / float64(len(p.x))
	ybar = sums.of(p.y) / float64(len(p.y))
	for i := range p.x {
		p.x[i] -= xbar
		p.y[i] -= ybar
	}
	return xbar, ybar
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
	var sums fsums
	p.center(&sums)
	sxy := sums.products(p.x, p.y)
	if sums.err != nil {
		return nil, sums.err
	}
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
	var sums fsums
	p.center(&sums)
	sxy, sxx, syy := sums.products(p.x, p.y), sums.products(p.x, p.x), sums.products(p.y, p.y)
	if sums.err != nil {
		return nil, sums.err
	}
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
	var sums fsums
	var xbar, ybar float64
	if !through {
		xbar, ybar = p.center(&sums)
	}
	sxy, sxx := sums.products(p.x, p.y), sums.products(p.x, p.x)
	if sums.err != nil {
		return nil, sums.err
	}
	if sxx == 0 {
		return nil, statisticsError("x is constant")
	}
	slope, intercept := sxy/sxx, 0.0
	if !through {
		intercept = ybar - float64(slope*xbar) // rounded in between on every machine
	}
	return newRecord(t, regression, number(slope), number(intercept))
}

var regression = namedTuple("LinearRegression", "slope", "intercept")
