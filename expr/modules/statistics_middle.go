package modules

import (
	"althing/expr"
	"althing/value"
)

// sorted gives the elements in order, as the built-in function does.
func sorted(t *expr.Thread, o expr.Object) ([]expr.Object, error) {
	list, err := expr.Call(t, expr.Builtin("sorted"), o)
	if err != nil {
		return nil, err
	}
	return expr.Collect(t, list)
}

// ordered gives the one argument's elements in order; there must be some.
func ordered(t *expr.Thread, fn string, a expr.Args) ([]expr.Object, error) {
	var o expr.Object
	if err := expr.NewParams(fn, "data").Bind(a, &o); err != nil {
		return nil, err
	}
	items, err := sorted(t, o)
	if err == nil && len(items) == 0 {
		err = statisticsError("no median for empty data")
	}
	return items, err
}

func statMedian(t *expr.Thread, a expr.Args) (expr.Object, error) {
	items, err := ordered(t, "median", a)
	if err != nil {
		return nil, err
	}
	n := len(items)
	if n%2 == 1 {
		return items[n/2], nil
	}
	sum, err := expr.Binary(t, expr.Add, items[n/2-1], items[n/2])
	if err != nil {
		return nil, err
	}
	return expr.Binary(t, expr.Div, sum, value.Int(2))
}

func statMedianLow(t *expr.Thread, a expr.Args) (expr.Object, error) {
	items, err := ordered(t, "median_low", a)
	if err != nil {
		return nil, err
	}
	return items[(len(items)-1)/2], nil
}

func statMedianHigh(t *expr.Thread, a expr.Args) (expr.Object, error) {
	items, err := ordered(t, "median_high", a)
	if err != nil {
		return nil, err
	}
	return items[len(items)/2], nil
}

var groupedParams = expr.NewParams("median_grouped", "data interval?")

func statMedianGrouped(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var o expr.Object
	var width expr.Object = value.Int(1)
	if err := groupedParams.Bind(a, &o, &width); err != nil {
		return nil, err
	}
	items, err := sorted(t, o)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, statisticsError("no median for empty data")
	}
	xs, err := floats(t, append(items, width))
	if err != nil {
		return nil, err
	}
	n, interval := len(items), xs[len(items)]
	middle, below, same := xs[n/2], 0, 0
	for _, x := range xs[:n] {
		switch {
		case x < middle:
			below++
		case x == middle:
			same++
		}
	}
	return number(middle - interval/2 + interval*(float64(n)/2-float64(below))/float64(same)), nil
}

// counts is how often each element is there, in the order in which they come.
func counts(t *expr.Thread, fn string, a expr.Args) (all *expr.Dict, most value.Int, err error) {
	items, err := data(t, fn, a)
	if err != nil {
		return nil, 0, err
	}
	all = expr.NewDict()
	for _, o := range items {
		n := value.Int(1)
		if old, found, err := all.Get(t, o); err != nil {
			return nil, 0, err
		} else if found {
			n += old.(value.Int)
		}
		if err := all.Set(t, o, n); err != nil {
			return nil, 0, err
		}
		most = max(most, n)
	}
	return all, most, nil
}

func statMode(t *expr.Thread, a expr.Args) (expr.Object, error) {
	all, most, err := counts(t, "mode", a)
	if err != nil {
		return nil, err
	}
	for o, n := range all.All() {
		if n == most {
			return o, nil
		}
	}
	return nil, statisticsError("no mode for empty data")
}

func statMultimode(t *expr.Thread, a expr.Args) (expr.Object, error) {
	all, most, err := counts(t, "multimode", a)
	if err != nil {
		return nil, err
	}
	list := expr.NewList(nil)
	for o, n := range all.All() {
		if n != most {
			continue
		}
		if err := list.Append(t, o); err != nil {
			return nil, err
		}
	}
	return list, nil
}
