package expr

import (
	"slices"
)

func defineListMethods() {
	typeList.methods(
		method("append", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			t.kept++
			return None, self.(*List).Append(t, args[0])
		}),
		method("extend", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			t.kept++
			return None, self.(*List).extend(t, args[0])
		}),
		method("clear", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			l := self.(*List)
			clear(l.items)
			l.items = l.items[:0]
			return None, nil
		}),
		method("copy", 0, 0, func(t *Thread, self Object, _ []Object) (Object, error) {
			items, err := copyItems(t, self.(*List).items)
			if err != nil {
				return nil, err
			}
			return &List{items}, nil
		}),
		method("count", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			return seqCount(t, self.(*List).items, args[0])
		}),
		method("index", 1, 3, func(t *Thread, self Object, args []Object) (Object, error) {
			return seqIndex(t, "list", self.(*List).items, args)
		}),
		method("insert", 2, 2, listInsert),
		method("pop", 0, 1, listPop),
		method("remove", 1, 1, listRemove),
		method("reverse", 0, 0, func(t *Thread, self Object, _ []Object) (Object, error) {
			slices.Reverse(self.(*List).items)
			return None, t.Step(int64(len(self.(*List).items)) / 16)
		}),
		NewMethod("sort", func(t *Thread, self Object, a Args) (Object, error) {
			if n := len(a.Pos) + len(a.Names); n > 2 {
				return nil, TypeError("sort() takes at most 2 arguments (%d given)", n)
			}
			if len(a.Pos) > 0 {
				return nil, TypeError("sort() takes no positional arguments")
			}
			return None, self.(*List).sort(t, a)
		}),
	)
	typeTuple.methods(
		method("count", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			return seqCount(t, self.(*Tuple).items, args[0])
		}),
		method("index", 1, 3, func(t *Thread, self Object, args []Object) (Object, error) {
			return seqIndex(t, "tuple", self.(*Tuple).items, args)
		}),
	)
	typeRange.methods(
		method("count", 1, 1, rangeCount),
		method("index", 1, 1, rangeIndex),
	)
	for name, get := range map[string]func(r *wideRange) Object{
		"start": func(r *wideRange) Object { return r.start },
		"stop":  func(r *wideRange) Object { return r.stop },
		"step":  func(r *wideRange) Object { return r.step },
	} {
		typeRange.define(map[string]Object{name: &Property{Get: func(_ *Thread, self Object) (Object, error) {
			return get(self.(anyRange).wide()), nil
		}}})
	}
	for name, get := range map[string]func(s *Slice) Object{
		"start": func(s *Slice) Object { return s.Start },
		"stop":  func(s *Slice) Object { return s.Stop },
		"step":  func(s *Slice) Object { return s.Step },
	} {
		typeSlice.define(map[string]Object{name: &Property{Get: func(_ *Thread, self Object) (Object, error) {
			return get(self.(*Slice)), nil
		}}})
	}
	typeSlice.methods(method("indices", 1, 1, sliceIndices))
}

func listInsert(t *Thread, self Object, args []Object) (Object, error) {
	t.kept++
	l := self.(*List)
	i, err := Index(args[0])
	if err != nil {
		return nil, err
	}
	n := int64(len(l.items))
	if i < 0 {
		i = max(i+n, 0)
	}
	at := int(min(i, n))
	return None, l.splice(t, at, at, args[1:])
}

func listPop(t *Thread, self Object, args []Object) (Object, error) {
	l := self.(*List)
	i, err := Index(optional(args, 0, Int(-1)))
	if err != nil {
		return nil, err
	}
	if len(l.items) == 0 {
		return nil, IndexError("pop from empty list")
	}
	at := len(l.items) - 1
	if len(args) == 1 {
		if i < 0 {
			i += int64(len(l.items))
		}
		if i < 0 || i >= int64(len(l.items)) {
			return nil, IndexError("pop index out of range")
		}
		at = int(i)
	}
	o := l.items[at]
	return o, l.splice(t, at, at+1, nil)
}

func listRemove(t *Thread, self Object, args []Object) (Object, error) {
	l := self.(*List)
	for i, o := range l.items {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		equal, err := same(t, o, args[0])
		if err != nil {
			return nil, err
		}
		if equal {
			return None, l.splice(t, i, i+1, nil)
		}
	}
	return nil, ValueError("list.remove(x): x not in list")
}

// rangeCount is range.count, which is 1 at most.
func rangeCount(t *Thread, self Object, args []Object) (Object, error) {
	in, err := Contains(t, self, args[0])
	if in {
		return Int(1), err
	}
	return Int(0), err
}

func rangeIndex(t *Thread, self Object, args []Object) (Object, error) {
	at, err := self.(anyRange).wide().find(t, args[0])
	if at != nil || err != nil {
		return at, err
	}
	if _, ok := AsBig(args[0]); !ok {
		return nil, ValueError("sequence.index(x): x not in sequence")
	}
	text, err := Repr(t, args[0])
	if err != nil {
		return nil, err
	}
	return nil, ValueError("%s is not in range", text)
}

func sliceIndices(t *Thread, self Object, args []Object) (Object, error) {
	n, ok := AsBig(args[0])
	if !ok {
		return nil, TypeError("'%s' object cannot be interpreted as an integer", args[0].TypeName())
	}
	if n.Sign() < 0 {
		return nil, ValueError("length should not be negative")
	}
	start, stop, step, err := self.(*Slice).fit(t, args[0])
	if err != nil {
		return nil, err
	}
	return NewTuple(start, stop, step), nil
}
