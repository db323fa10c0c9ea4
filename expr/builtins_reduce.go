package expr

import (
	"strconv"

	"althing/value"
)

func defineBuiltinsReduce() {
	defineBuiltins(
		&Func{name: "sum", fn: builtinSum},
		&Func{name: "max", fn: func(t *Thread, a Args) (Object, error) { return extreme(t, a, "max", Gt) }},
		&Func{name: "min", fn: func(t *Thread, a Args) (Object, error) { return extreme(t, a, "min", Lt) }},
		&Func{name: "sorted", fn: builtinSorted},
	)
}

func itoa(i int) string { return strconv.Itoa(i) }

var sumParams = newParamsC("sum", "iterable / start?")

func builtinSum(t *Thread, a Args) (Object, error) {
	var o Object
	total := Int(0)
	if err := sumParams.Bind(a, &o, &total); err != nil {
		return nil, err
	}
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	switch total.(type) {
	case value.Str:
		return nil, TypeError("sum() can't sum strings [use ''.join(seq) instead]")
	case value.Bytes:
		return nil, TypeError("sum() can't sum bytes [use b''.join(seq) instead]")
	case *ByteArray:
		return nil, TypeError("sum() can't sum bytearray [use b''.join(seq) instead]")
	}
	var before int64 // the size of the total so far
	for {
		used, kept := t.used, t.kept
		o, err := t.next(it)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return total, nil
		}
		if total, err = add(t, total, o); err != nil {
			return nil, err
		}
		t.settle(used-before, kept, total)
		before, _ = scalarSize(total)
	}
}

// extreme is max and min.
func extreme(t *Thread, a Args, name string, better CmpOp) (Object, error) {
	if len(a.Pos) == 0 {
		return nil, TypeError("%s expected at least 1 argument, got 0", name)
	}
	var key, otherwise Object
	for i, n := range a.Names {
		switch n {
		case "key":
			if key = a.Named[i]; key == None {
				key = nil
			}
		case "default":
			otherwise = a.Named[i]
		default:
			return nil, TypeError("'%s' is an invalid keyword argument for %s()", n, name)
		}
	}
	source := a.Pos[0]
	if len(a.Pos) > 1 {
		if otherwise != nil {
			return nil, TypeError("Cannot specify a default for %s() with multiple positional arguments", name)
		}
		source = &Tuple{a.Pos}
	}
	best, err := bestOf(t, source, key, better)
	switch {
	case best != nil || err != nil:
		return best, err
	case otherwise != nil:
		return otherwise, nil
	}
	return nil, ValueError("%s() arg is an empty sequence", name)
}

func bestOf(t *Thread, source, key Object, better CmpOp) (best Object, err error) {
	it, err := Iterate(t, source)
	if err != nil {
		return nil, err
	}
	var bestRank Object
	for {
		used, kept := t.used, t.kept
		o, err := t.next(it)
		if o == nil || err != nil {
			return best, err
		}
		rank := o
		if key != nil {
			if rank, err = Call(t, key, o); err != nil {
				return nil, err
			}
		}
		if best != nil {
			wins, err := Compare(t, better, rank, bestRank)
			if err != nil {
				return nil, err
			}
			if !wins {
				t.settle(used, kept, nil)
				continue
			}
		}
		best, bestRank = o, rank
	}
}

func builtinSorted(t *Thread, a Args) (Object, error) {
	if len(a.Pos) != 1 {
		return nil, TypeError("sorted expected 1 argument, got %d", len(a.Pos))
	}
	items, err := Collect(t, a.Pos[0])
	if err != nil {
		return nil, err
	}
	l := &List{items}
	return l, l.sort(t, Args{Names: a.Names, Named: a.Named})
}

var sortParams = newParamsC("sort", "* key? reverse?")

// sort sorts in place. The list is empty while keys and comparisons may look at
// it, as in CPython.
func (l *List) sort(t *Thread, a Args) error {
	var key, reverse Object
	if err := sortParams.Bind(a, &key, &reverse); err != nil {
		return err
	}
	down := false
	if reverse != nil {
		var err error
		if down, err = intFlag(reverse); err != nil {
			return err
		}
	}
	items := l.items
	l.items = nil
	err := sortItems(t, items, key, down)
	changed := l.items != nil
	l.items = items
	if err == nil && changed {
		return ValueError("list modified during sort")
	}
	return err
}
