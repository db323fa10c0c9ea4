package expr

import "althing/value"

func defineBuiltinsIter() {
	defineBuiltins(
		builtin("all", 1, 1, func(t *Thread, args []Object) (Object, error) { return untilTruth(t, args[0], false) }),
		builtin("any", 1, 1, func(t *Thread, args []Object) (Object, error) { return untilTruth(t, args[0], true) }),
		builtin("iter", 1, 2, builtinIter),
		builtin("next", 1, 2, builtinNext),
		builtin("len", 1, 1, func(t *Thread, args []Object) (Object, error) {
			n, err := Len(t, args[0])
			if err != nil {
				return nil, err
			}
			return Int(int64(n)), nil
		}),
	)
	typeEnumerate.New = newEnumerate
	typeZip.New = newZip
	typeMap.New = newMap
	typeFilter.New = newFilter
	typeReversed.New = newReversed
}

// untilTruth is any (until something is true) and all (until something is not).
func untilTruth(t *Thread, o Object, truth bool) (Object, error) {
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	for {
		used, kept := t.used, t.kept
		o, err := t.next(it)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return Bool(!truth), nil
		}
		ok, err := Truth(t, o)
		if err != nil {
			return nil, err
		}
		if ok == truth {
			return Bool(truth), nil
		}
		t.settle(used, kept, nil)
	}
}

func builtinIter(t *Thread, args []Object) (Object, error) {
	if len(args) == 1 {
		it, err := Iterate(t, args[0])
		if err != nil {
			return nil, err
		}
		return it, nil
	}
	if !isCallable(args[0]) {
		return nil, TypeError("iter(v, w): v must be callable")
	}
	return &callIter{fn: args[0], sentinel: args[1]}, nil
}

// callIter calls a function until it gives the sentinel.
type callIter struct{ fn, sentinel Object }

func (*callIter) TypeName() string { return "callable_iterator" }

func (it *callIter) Next(t *Thread) (Object, error) {
	if it.fn == nil {
		return nil, nil
	}
	o, err := Call(t, it.fn)
	if err != nil {
		return nil, endOfIteration(err)
	}
	end, err := same(t, o, it.sentinel)
	if err != nil {
		return nil, err
	}
	if end {
		it.fn = nil
		return nil, nil
	}
	return o, nil
}

// endOfIteration turns StopIteration, raised by a function that an iterator
// calls, into the end of the iterator.
func endOfIteration(err error) error {
	if _, ok := isRaised(err, "StopIteration"); ok {
		return nil
	}
	return err
}

func builtinNext(t *Thread, args []Object) (Object, error) {
	it, ok := args[0].(Iterator)
	if !ok {
		return nil, TypeError("'%s' object is not an iterator", args[0].TypeName())
	}
	o, err := t.next(it)
	switch {
	case o != nil || err != nil:
		return o, err
	case len(args) == 2:
		return args[1], nil
	}
	return nil, &Error{Type: "StopIteration"}
}

// enumerateIter counts what another iterator gives.
type enumerateIter struct {
	it Iterator
	n  Object
}

func (*enumerateIter) TypeName() string { return "enumerate" }

var enumerateParams = newParamsC("enumerate", "iterable start?")

func newEnumerate(t *Thread, a Args) (Object, error) {
	var o Object
	start := Int(0)
	if len(a.Pos)+len(a.Names) == 0 {
		return nil, TypeError("enumerate() missing required argument 'iterable'")
	}
	if err := enumerateParams.Bind(a, &o, &start); err != nil {
		return nil, err
	}
	if _, ok := AsBig(start); !ok {
		return nil, TypeError("'%s' object cannot be interpreted as an integer", start.TypeName())
	}
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	return &enumerateIter{it, asInt(start)}, t.Charge(headSize)
}

func (e *enumerateIter) Next(t *Thread) (Object, error) {
	n, o, err := e.nextPair(t)
	return pairOrEnd(t, n, o, err)
}

func (e *enumerateIter) nextPair(t *Thread) (a, b Object, err error) {
	o, err := t.next(e.it)
	if o == nil || err != nil {
		return nil, nil, err
	}
	n := e.n
	e.n, err = add(t, n, Int(1))
	return n, o, err
}

// pairOrEnd makes a tuple of what nextPair gave.
func pairOrEnd(t *Thread, a, b Object, err error) (Object, error) {
	if a == nil || err != nil {
		return nil, err
	}
	p, err := newPair(t, a, b)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// zipIter puts together what several iterators give.
type zipIter struct {
	its    []Iterator
	strict bool
}

func (*zipIter) TypeName() string { return "zip" }

func newZip(t *Thread, a Args) (Object, error) {
	z := &zipIter{}
	for i, name := range a.Names {
		if name != "strict" {
			return nil, TypeError("'%s' is an invalid keyword argument for zip()", name)
		}
		strict, err := Truth(t, a.Named[i])
		if err != nil {
			return nil, err
		}
		z.strict = strict
	}
	if err := t.ChargeSlots(len(a.Pos)); err != nil {
		return nil, err
	}
	for _, o := range a.Pos {
		it, err := Iterate(t, o)
		if err != nil {
			return nil, err
		}
		z.its = append(z.its, it)
	}
	if len(z.its) == 2 && !z.strict {
		return &zipTwoIter{*z}, nil
	}
	return z, nil
}

func (z *zipIter) Next(t *Thread) (Object, error) {
	if len(z.its) == 0 {
		return nil, nil
	}
	if err := t.ChargeSlots(len(z.its)); err != nil {
		return nil, err
	}
	items := make([]Object, len(z.its))
	for i, it := range z.its {
		o, err := t.next(it)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return nil, z.uneven(t, i)
		}
		items[i] = o
	}
	return NewTuple(items...), nil
}

// zipTwoIter is the zip of two, which is by far the most common.
type zipTwoIter struct{ zipIter }

func (z *zipTwoIter) Next(t *Thread) (Object, error) {
	a, b, err := z.nextPair(t)
	return pairOrEnd(t, a, b, err)
}

func (z *zipTwoIter) nextPair(t *Thread) (a, b Object, err error) {
	a, err = t.next(z.its[0])
	if a == nil || err != nil {
		return nil, nil, err
	}
	b, err = t.next(z.its[1])
	if b == nil || err != nil {
		return nil, nil, err
	}
	return a, b, nil
}

// uneven is the error of zip(strict=True) when argument i has ended: unless all
// end together.
func (z *zipIter) uneven(t *Thread, i int) error {
	if !z.strict {
		return nil
	}
	arguments := "argument 1"
	if i > 1 {
		arguments = "arguments 1-" + itoa(i)
	}
	if i > 0 {
		return ValueError("zip() argument %d is shorter than %s", i+1, arguments)
	}
	for j := 1; j < len(z.its); j++ {
		o, err := t.next(z.its[j])
		if err != nil {
			return err
		}
		if o != nil {
			arguments = "argument 1"
			if j > 1 {
				arguments = "arguments 1-" + itoa(j)
			}
			return ValueError("zip() argument %d is longer than %s", j+1, arguments)
		}
	}
	return nil
}

// mapIter is map(fn, …).
type mapIter struct {
	fn  Object
	its []Iterator
}

func (*mapIter) TypeName() string { return "map" }

func newMap(t *Thread, a Args) (Object, error) {
	if len(a.Names) > 0 {
		return nil, TypeError("map() takes no keyword arguments")
	}
	if len(a.Pos) < 2 {
		return nil, TypeError("map() must have at least two arguments.")
	}
	m := &mapIter{fn: a.Pos[0]}
	if err := t.ChargeSlots(len(a.Pos)); err != nil {
		return nil, err
	}
	for _, o := range a.Pos[1:] {
		it, err := Iterate(t, o)
		if err != nil {
			return nil, err
		}
		m.its = append(m.its, it)
	}
	return m, nil
}

func (m *mapIter) Next(t *Thread) (Object, error) {
	base := len(t.stack)
	used, kept := t.used, t.kept
	for _, it := range m.its {
		o, err := t.next(it)
		if o == nil || err != nil {
			t.pop(base)
			return nil, err
		}
		t.stack = append(t.stack, o)
	}
	o, err := callPositional(t, m.fn, t.stack[base:len(t.stack):len(t.stack)])
	t.pop(base)
	if err != nil {
		return nil, endOfIteration(err)
	}
	t.settle(used, kept, o)
	return o, nil
}

// filterIter is filter(fn, iterable).
type filterIter struct {
	fn Object // nil: what is true passes
	it Iterator
}

func (*filterIter) TypeName() string { return "filter" }

func newFilter(t *Thread, a Args) (Object, error) {
	if err := a.Between("filter", 2, 2); err != nil {
		return nil, err
	}
	it, err := Iterate(t, a.Pos[1])
	if err != nil {
		return nil, err
	}
	f := &filterIter{it: it}
	if _, none := a.Pos[0].(value.None); !none {
		f.fn = a.Pos[0]
	}
	return f, t.Charge(headSize)
}

func (f *filterIter) Next(t *Thread) (Object, error) {
	for {
		used, kept := t.used, t.kept
		o, err := t.next(f.it)
		if o == nil || err != nil {
			return nil, err
		}
		verdict := o
		if f.fn != nil {
			if verdict, err = Call(t, f.fn, o); err != nil {
				return nil, endOfIteration(err)
			}
		}
		ok, err := Truth(t, verdict)
		if ok || err != nil {
			return o, err
		}
		t.settle(used, kept, nil)
	}
}

// newReversed is reversed(o).
func newReversed(t *Thread, a Args) (Object, error) {
	if err := a.Between("reversed", 1, 1); len(a.Names) > 0 {
		return nil, err
	} else if err != nil {
		return nil, TypeError("reversed expected 1 argument, got %d", len(a.Pos))
	}
	switch o := a.Pos[0].(type) {
	case *List:
		return &reverseIter{l: o, i: len(o.items)}, nil
	case *Dict:
		return &dictIter{d: o, live: o.live, what: keys, back: true}, nil
	case *dictView:
		return &dictIter{d: o.d, live: o.d.live, what: o.what, back: true}, nil
	case *Range:
		return &rangeIter{next: o.start + (o.n-1)*o.step, step: -o.step, left: o.n}, nil
	case *wideRange:
		return o.reversed(t)
	case *Tuple, value.Str, value.Bytes, *ByteArray:
		items, err := Collect(t, o)
		if err != nil {
			return nil, err
		}
		return &reverseIter{l: &List{items}, i: len(items), kind: "reversed"}, nil
	default:
		return nil, TypeError("'%s' object is not reversible", o.TypeName())
	}
}

// reverseIter goes through a list from its end.
type reverseIter struct {
	l    *List
	i    int
	kind string
}

func (it *reverseIter) TypeName() string {
	if it.kind != "" {
		return it.kind
	}
	return "list_reverseiterator"
}

func (it *reverseIter) Next(*Thread) (Object, error) {
	if it.i--; it.i < 0 || it.i >= len(it.l.items) {
		it.i = 0
		return nil, nil
	}
	return it.l.items[it.i], nil
}
