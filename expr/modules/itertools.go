package modules

import "althing/expr"

// itertoolsModule is Python's itertools.
func itertoolsModule() *expr.Module {
	all := attrs(positional("itertools", "tee", 1, 2, itertoolsTee).Forgets())
	for name, prepare := range map[string]func(t *expr.Thread, a expr.Args) (nextFunc, error){
		"accumulate":                    newAccumulate,
		"combinations":                  newCombinations,
		"combinations_with_replacement": newCombinationsAgain,
		"compress":                      newCompress,
		"cycle":                         newCycle,
		"dropwhile":                     newDropWhile,
		"filterfalse":                   newFilterFalse,
		"groupby":                       newGroupBy,
		"islice":                        newISlice,
		"pairwise":                      newPairwise,
		"permutations":                  newPermutations,
		"product":                       newProduct,
		"starmap":                       newStarMap,
		"takewhile":                     newTakeWhile,
		"zip_longest":                   newZipLongest,
	} {
		all[name] = lazyType("itertools."+name, prepare)
	}
	all["chain"], all["count"], all["repeat"] = chainType(), countType, repeatType
	return &expr.Module{Name: "itertools", Attrs: all}
}

// chainType is chain and its other constructor.
func chainType() *expr.Type {
	ty := lazyType("itertools.chain", func(t *expr.Thread, a expr.Args) (nextFunc, error) {
		if err := a.Between("chain", 0, -1); err != nil {
			return nil, err
		}
		all, err := tuple(t, append([]expr.Object(nil), a.Pos...)...)
		if err != nil {
			return nil, err
		}
		return chained(t, all)
	})
	fromIterable := positional("chain", "from_iterable", 1, 1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
		next, err := chained(t, args[0])
		if err != nil {
			return nil, err
		}
		return &lazy{ty, next}, t.Charge(lazySize)
	}).Forgets()
	ty.Attrs = map[string]expr.Object{"from_iterable": fromIterable}
	return ty
}

// chained goes through all that the elements of o give, one after the other.
func chained(t *expr.Thread, o expr.Object) (nextFunc, error) {
	sources, err := expr.Iterate(t, o)
	if err != nil {
		return nil, err
	}
	var current expr.Iterator
	return func(t *expr.Thread) (expr.Object, error) {
		for sources != nil {
			if current == nil {
				m := t.Mark()
				source, err := expr.Next(t, sources)
				if source == nil || err != nil {
					sources = nil
					return nil, err
				}
				if current, err = expr.Iterate(t, source); err != nil {
					sources = nil
					return nil, err
				}
				if t.Mark() != m {
					t.Keep()
				}
			}
			o, err := expr.Next(t, current)
			if o != nil || err != nil {
				return o, err
			}
			current = nil
		}
		return nil, nil
	}, nil
}

func newStarMap(t *expr.Thread, a expr.Args) (nextFunc, error) {
	fn, it, err := predicate(t, "starmap", a)
	return func(t *expr.Thread) (expr.Object, error) {
		m := t.Mark()
		o, err := expr.Next(t, it)
		if o == nil || err != nil {
			return nil, err
		}
		args, ok := o.(*expr.Tuple)
		if !ok {
			items, err := expr.Collect(t, o)
			if err != nil {
				return nil, err
			}
			args = expr.NewTuple(items...)
		}
		result, err := expr.Call(t, fn, args.Items()...)
		t.Settle(m, result)
		return result, err
	}, err
}

var accumulateSignature = signature{fn: "accumulate()", names: []string{"iterable", "func", "initial"}, required: 1, pos: 2}

func newAccumulate(t *expr.Thread, a expr.Args) (nextFunc, error) {
	var source expr.Object
	fn, initial := expr.None, expr.None
	if err := accumulateSignature.bind(a, &source, &fn, &initial); err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, source)
	if err != nil {
		return nil, err
	}
	var total expr.Object
	return func(t *expr.Thread) (expr.Object, error) {
		if initial != expr.None {
			total, initial = initial, expr.None
			return total, nil
		}
		o, err := expr.Next(t, it)
		if o == nil || err != nil {
			return nil, err
		}
		switch {
		case total == nil:
		case fn == expr.None:
			o, err = expr.Binary(t, expr.Add, total, o)
		default:
			o, err = expr.Call(t, fn, total, o)
		}
		if err != nil {
			return nil, err
		}
		total = o
		hold(t, total)
		return total, nil
	}, nil
}

func newPairwise(t *expr.Thread, a expr.Args) (nextFunc, error) {
	if err := unpacked("pairwise", 1, a); err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, a.Pos[0])
	if err != nil {
		return nil, err
	}
	var before expr.Object
	return func(t *expr.Thread) (expr.Object, error) {
		if it == nil {
			return nil, nil
		}
		if before == nil {
			if before, err = expr.Next(t, it); before == nil || err != nil {
				it = nil
				return nil, err
			}
		}
		o, err := expr.Next(t, it)
		if o == nil || err != nil {
			it, before = nil, nil
			return nil, err
		}
		pair, err := tuple(t, before, o)
		before = o
		hold(t, before)
		return pair, err
	}, nil
}

func newCycle(t *expr.Thread, a expr.Args) (nextFunc, error) {
	if err := unpacked("cycle", 1, a); err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, a.Pos[0])
	if err != nil {
		return nil, err
	}
	var saved expr.List
	at := 0
	return func(t *expr.Thread) (expr.Object, error) {
		if it != nil {
			o, err := expr.Next(t, it)
			if err != nil {
				return nil, err
			}
			if o != nil {
				t.Keep()
				return o, saved.Append(t, o)
			}
			it = nil
		}
		items := saved.Items()
		if len(items) == 0 {
			return nil, nil
		}
		o := items[at]
		at = (at + 1) % len(items)
		return o, nil
	}, nil
}

func newZipLongest(t *expr.Thread, a expr.Args) (nextFunc, error) {
	fill := expr.None
	switch {
	case len(a.Names) == 0:
	case len(a.Names) == 1 && a.Names[0] == "fillvalue":
		fill = a.Named[0]
	default:
		return nil, expr.TypeError("zip_longest() got an unexpected keyword argument")
	}
	its, err := iterators(t, a.Pos)
	if err != nil {
		return nil, err
	}
	left := len(its)
	return func(t *expr.Thread) (expr.Object, error) {
		if left == 0 {
			return nil, nil
		}
		if err := t.ChargeSlots(len(its)); err != nil {
			return nil, err
		}
		items := make([]expr.Object, len(its))
		for i, it := range its {
			items[i] = fill
			if it == nil {
				continue
			}
			o, err := expr.Next(t, it)
			switch {
			case err != nil:
				left = 0
				return nil, err
			case o != nil:
				items[i] = o
				continue
			}
			its[i] = nil
			if left--; left <= 0 {
				return nil, nil
			}
		}
		return expr.NewTuple(items...), nil
	}, nil
}
