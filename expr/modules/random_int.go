package modules

import (
	"althing/expr"
	"althing/value"
)

// integers are the functions that draw an int from a range.
var integers = []drawing{
	{name: "randrange", spec: "start stop? step?", draw: func(t *expr.Thread, d *draws, g given) (expr.Object, error) {
		return d.fromRange(t, g[0], g.or(1, expr.None), g.or(2, expr.Int(1)))
	}},
	{name: "randint", spec: "a b", draw: func(t *expr.Thread, d *draws, g given) (expr.Object, error) {
		f := formula{t: t}
		stop, err := f.result(f.add(g[1], expr.Int(1)))
		if err != nil {
			return nil, err
		}
		return d.fromRange(t, g[0], stop, expr.Int(1))
	}},
}

var errEmptyRange = expr.ValueError("empty range for randrange()")

// fromRange is randrange(start, stop, step).
func (d *draws) fromRange(t *expr.Thread, start, stop, step expr.Object) (expr.Object, error) {
	first, err := wholeArg(t, start, "arg 1")
	if err != nil {
		return nil, err
	}
	f := formula{t: t}
	if stop == expr.None {
		switch {
		case step != expr.Int(1):
			return nil, expr.TypeError("Missing a non-None stop argument")
		case !f.holds(expr.Gt, first, expr.Int(0)):
			return nil, errEmptyRange
		}
		return f.result(d.below(&f, first))
	}
	end, err := wholeArg(t, stop, "stop")
	if err != nil {
		return nil, err
	}
	by, err := wholeArg(t, step, "step")
	if err != nil {
		return nil, err
	}
	n := f.sub(end, first)
	switch {
	case by != expr.Int(1):
		n = f.count(n, by)
	case f.err == nil && !f.holds(expr.Gt, n, expr.Int(0)):
		return nil, emptyRange(t, first, end, n)
	}
	return f.result(f.add(first, f.mul(by, d.below(&f, n))))
}

// count is how many numbers a range of that width and step has, at least one.
func (f *formula) count(width, step expr.Object) expr.Object {
	var rest expr.Object
	switch {
	case f.holds(expr.Gt, step, expr.Int(0)):
		rest = f.sub(step, expr.Int(1))
	case f.holds(expr.Lt, step, expr.Int(0)):
		rest = f.add(step, expr.Int(1))
	default:
		f.err = expr.ValueError("zero step for randrange()")
		return nil
	}
	n := f.binary(expr.FloorDiv, f.add(width, rest), step)
	if !f.holds(expr.Gt, n, expr.Int(0)) && f.err == nil {
		f.err = errEmptyRange
	}
	return n
}

// emptyRange is the error of a range with nothing in it.
func emptyRange(t *expr.Thread, bounds ...expr.Object) error {
	var shown [3]string
	for i, o := range bounds {
		var err error
		if shown[i], err = expr.Text(t, o); err != nil {
			return err
		}
	}
	return expr.ValueError("empty range for randrange() (%s, %s, %s)", shown[0], shown[1], shown[2])
}

// wholeArg reads an argument that should be an int, and may be a float without a
// fraction.
func wholeArg(t *expr.Thread, o expr.Object, name string) (expr.Object, error) {
	if i, ok := wholeNumber(o); ok {
		return i, nil
	}
	i, err := expr.Call(t, expr.Builtin("int"), o)
	if err != nil {
		return nil, err
	}
	same, err := expr.Equal(t, i, o)
	if err == nil && !same {
		err = expr.ValueError("non-integer %s for randrange()", name)
	}
	return i, err
}

// below gives an int from 0 to below n, which is an int above 0.
func (d *draws) below(f *formula, n expr.Object) expr.Object {
	if f.err != nil {
		return nil
	}
	if i, ok := expr.AsInt(n); ok {
		return expr.Int(int64(d.Below(uint64(i))))
	}
	big, _ := expr.AsBig(n)
	const attempts = 2 // seldom are they not enough
	if f.err = chargeBits(f.t, attempts*big.BitLen()); f.err != nil {
		return nil
	}
	return value.Integer(d.BigBelow(big))
}
