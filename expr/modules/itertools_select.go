package modules

import "althing/expr"

// predicate are the arguments of those that take a function and an iterable.
func predicate(t *expr.Thread, name string, a expr.Args) (fn expr.Object, it expr.Iterator, err error) {
	if err := unpacked(name, 2, a); err != nil {
		return nil, nil, err
	}
	it, err = expr.Iterate(t, a.Pos[1])
	return a.Pos[0], it, err
}

// passes is bool(fn(o)).
func passes(t *expr.Thread, fn, o expr.Object) (bool, error) {
	verdict, err := expr.Call(t, fn, o)
	if err != nil {
		return false, err
	}
	return expr.Truth(t, verdict)
}

// first gives the next element of it for which found holds.
func first(t *expr.Thread, it expr.Iterator, found func(o expr.Object) (bool, error)) (expr.Object, error) {
	for {
		m := t.Mark()
		o, err := expr.Next(t, it)
		if o == nil || err != nil {
			return nil, err
		}
		if yes, err := found(o); err != nil {
			return nil, err
		} else if yes {
			return o, nil
		}
		t.Settle(m, nil)
	}
}

func newFilterFalse(t *expr.Thread, a expr.Args) (nextFunc, error) {
	fn, it, err := predicate(t, "filterfalse", a)
	if fn == expr.None || fn == expr.Builtin("bool") {
		fn = nil
	}
	return func(t *expr.Thread) (expr.Object, error) {
		return first(t, it, func(o expr.Object) (bool, error) {
			var yes bool
			var err error
			if fn == nil {
				yes, err = expr.Truth(t, o)
			} else {
				yes, err = passes(t, fn, o)
			}
			return !yes, err
		})
	}, err
}

func newDropWhile(t *expr.Thread, a expr.Args) (nextFunc, error) {
	fn, it, err := predicate(t, "dropwhile", a)
	dropping := true
	return func(t *expr.Thread) (expr.Object, error) {
		if !dropping {
			return expr.Next(t, it)
		}
		return first(t, it, func(o expr.Object) (bool, error) {
			yes, err := passes(t, fn, o)
			dropping = yes || err != nil
			return !yes, err
		})
	}, err
}

func newTakeWhile(t *expr.Thread, a expr.Args) (nextFunc, error) {
	fn, it, err := predicate(t, "takewhile", a)
	ended := false
	return func(t *expr.Thread) (expr.Object, error) {
		if ended {
			return nil, nil
		}
		o, err := expr.Next(t, it)
		if o == nil || err != nil {
			return nil, err
		}
		yes, err := passes(t, fn, o)
		if err != nil {
			return nil, err
		}
		if !yes {
			ended, o = true, nil
		}
		return o, nil
	}, err
}

var compressSignature = signature{fn: "compress()", names: []string{"data", "selectors"}, required: 2, pos: 2}

func newCompress(t *expr.Thread, a expr.Args) (nextFunc, error) {
	var args [2]expr.Object
	if err := compressSignature.bind(a, &args[0], &args[1]); err != nil {
		return nil, err
	}
	its, err := iterators(t, args[:])
	if err != nil {
		return nil, err
	}
	return func(t *expr.Thread) (expr.Object, error) {
		ended := false
		o, err := first(t, its[0], func(expr.Object) (bool, error) {
			selector, err := expr.Next(t, its[1])
			if err != nil {
				return false, err
			}
			if ended = selector == nil; ended {
				return true, nil
			}
			return expr.Truth(t, selector)
		})
		if ended {
			o = nil
		}
		return o, err
	}, nil
}

// isliceBound is the message about an argument of islice that is no bound.
func isliceBound(what string) error {
	return expr.ValueError("%s for islice() must be None or an integer: 0 <= x <= sys.maxsize.", what)
}

// isliceArgs are start, stop and step. What is no bound is -1 to CPython, which
// as a stop means that there is none.
func isliceArgs(args []expr.Object) (start, stop, step int64, err error) {
	bound := func(o expr.Object, none int64) int64 {
		if o == expr.None {
			return none
		}
		if i, ok := expr.AsInt(o); ok {
			return i
		}
		return -1
	}
	if len(args) == 1 {
		args = []expr.Object{expr.None, args[0]}
	}
	start, stop, step = bound(args[0], 0), bound(args[1], -1), 1
	if len(args) == 3 {
		step = bound(args[2], 1)
	}
	switch {
	case stop == -1 && args[1] != expr.None:
		err = isliceBound("Stop argument")
	case start < 0 || stop < -1:
		err = isliceBound("Indices")
	case step < 1:
		err = expr.ValueError("Step for islice() must be a positive integer or None.")
	}
	return start, stop, step, err
}

func newISlice(t *expr.Thread, a expr.Args) (nextFunc, error) {
	if err := a.Between("islice", 2, 4); err != nil {
		return nil, err
	}
	next, stop, step, err := isliceArgs(a.Pos[1:])
	if err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, a.Pos[0])
	if err != nil {
		return nil, err
	}
	var count int64
	return func(t *expr.Thread) (expr.Object, error) {
		if it == nil {
			return nil, nil
		}
		for count < next {
			m := t.Mark()
			o, err := expr.Next(t, it)
			if o == nil || err != nil {
				it = nil
				return nil, err
			}
			t.Settle(m, nil)
			count++
		}
		if stop >= 0 && count >= stop {
			it = nil
			return nil, nil
		}
		o, err := expr.Next(t, it)
		if o == nil || err != nil {
			it = nil
			return nil, err
		}
		count++
		before := next
		if next += step; next < before || stop >= 0 && next > stop {
			next = stop
		}
		return o, nil
	}, nil
}
