package expr

import (
	"math"

	"althing/value"
)

func defineTypesContainer() {
	typeList.New = newList
	typeTuple.New = newTuple
	typeDict.New = newDict
	typeSet.New = newSet
	typeFrozenSet.New = newFrozenSet
	typeRange.New = newRangeObject
	typeSlice.New = newSlice
	typeType.New = newType
	for _, ty := range []*Type{
		typeList, typeTuple, typeDict, typeSet, typeFrozenSet, typeRange, typeSlice, typeType,
		typeEnumerate, typeZip, typeMap, typeFilter, typeReversed,
	} {
		builtins[ty.Name] = ty
	}
}

func newList(t *Thread, a Args) (Object, error) {
	if err := a.Between("list", 0, 1); err != nil {
		return nil, err
	}
	if len(a.Pos) == 0 {
		return &List{}, t.Charge(headSize)
	}
	items, err := Collect(t, a.Pos[0])
	if err != nil {
		return nil, err
	}
	return &List{items}, nil
}

func newTuple(t *Thread, a Args) (Object, error) {
	if err := a.Between("tuple", 0, 1); err != nil {
		return nil, err
	}
	if len(a.Pos) == 0 {
		return emptyTuple, nil
	}
	if tu, ok := a.Pos[0].(*Tuple); ok {
		return tu, nil
	}
	items, err := Collect(t, a.Pos[0])
	if err != nil {
		return nil, err
	}
	return NewTuple(items...), nil
}

func newDict(t *Thread, a Args) (Object, error) {
	if len(a.Pos) > 1 {
		return nil, TypeError("dict expected at most 1 argument, got %d", len(a.Pos))
	}
	if err := t.Charge(headSize); err != nil {
		return nil, err
	}
	d := NewDict()
	return d, d.updateAll(t, a)
}

// updateAll is update(other, **named), and what dict() does with its arguments.
func (d *Dict) updateAll(t *Thread, a Args) error {
	if len(a.Pos) > 0 {
		if err := d.update(t, a.Pos[0]); err != nil {
			return err
		}
	}
	for i, name := range a.Names {
		if err := d.put(t, value.Str(name), a.Named[i]); err != nil {
			return err
		}
	}
	return nil
}

func newSet(t *Thread, a Args) (Object, error) {
	if err := a.Between("set", 0, 1); err != nil {
		return nil, err
	}
	return makeSet(t, a.Pos)
}

func makeSet(t *Thread, from []Object) (*Set, error) {
	if err := t.Charge(headSize); err != nil {
		return nil, err
	}
	s := NewSet()
	if len(from) == 0 {
		return s, nil
	}
	return s, s.addAll(t, from[0])
}

func newFrozenSet(t *Thread, a Args) (Object, error) {
	if err := a.Between("frozenset", 0, 1); err != nil {
		return nil, err
	}
	if len(a.Pos) == 1 {
		if s, ok := a.Pos[0].(*Set); ok && s.frozen {
			return s, nil
		}
	}
	s, err := makeSet(t, a.Pos)
	if err != nil {
		return nil, err
	}
	s.frozen = true
	return s, nil
}

func newRangeObject(t *Thread, a Args) (Object, error) {
	if err := a.Between("range", 1, 3); err != nil {
		return nil, err
	}
	for _, o := range a.Pos {
		if _, ok := AsBig(o); !ok {
			return nil, TypeError("'%s' object cannot be interpreted as an integer", o.TypeName())
		}
	}
	switch len(a.Pos) {
	case 1:
		return makeRange(t, Int(0), a.Pos[0], Int(1))
	case 2:
		return makeRange(t, a.Pos[0], a.Pos[1], Int(1))
	}
	return makeRange(t, a.Pos[0], a.Pos[1], a.Pos[2])
}

func newSlice(_ *Thread, a Args) (Object, error) {
	if err := a.Between("slice", 1, 3); err != nil {
		return nil, err
	}
	s := &Slice{None, None, None}
	switch len(a.Pos) {
	case 1:
		s.Stop = a.Pos[0]
	case 3:
		s.Step = a.Pos[2]
		fallthrough
	case 2:
		s.Start, s.Stop = a.Pos[0], a.Pos[1]
	}
	return s, nil
}

func newType(_ *Thread, a Args) (Object, error) {
	if len(a.Pos) != 1 && len(a.Pos) != 3 {
		return nil, TypeError("type() takes 1 or 3 arguments")
	}
	if len(a.Pos) == 3 || len(a.Names) > 0 {
		return nil, TypeError("type() takes 1 argument: classes cannot be made here")
	}
	return typeOf(a.Pos[0]), nil
}

// seqIndex is index(o, start, stop) of list and tuple.
func seqIndex(t *Thread, kind string, items []Object, args []Object) (Object, error) {
	for _, o := range args[1:] {
		if _, ok := AsBig(o); !ok {
			return nil, TypeError("slice indices must be integers or have an __index__ method")
		}
	}
	start, stop, err := bounds(args[1:], len(items))
	if err != nil {
		return nil, err
	}
	for i := start; i < stop && i < len(items); i++ {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		equal, err := same(t, items[i], args[0])
		if err != nil {
			return nil, err
		}
		if equal {
			return Int(int64(i)), nil
		}
	}
	if kind == "list" {
		text, err := Repr(t, args[0])
		if err != nil {
			return nil, err
		}
		return nil, ValueError("%s is not in list", text)
	}
	return nil, ValueError("tuple.index(x): x not in tuple")
}

// bounds reads optional start and stop arguments as the ends of a slice.
func bounds(args []Object, n int) (start, stop int, err error) {
	ends := [2]int64{0, math.MaxInt64}
	for i, o := range args {
		if o == None {
			continue
		}
		if ends[i], err = clampIndex(o); err != nil {
			return 0, 0, err
		}
	}
	for i := range ends {
		if ends[i] < 0 {
			ends[i] = max(ends[i]+int64(n), 0)
		}
		if i == 1 || ends[i] <= int64(n) {
			ends[i] = min(ends[i], int64(n))
		} else {
			ends[i] = int64(n) + 1 // beyond the end, where not even "" is found
		}
	}
	return int(ends[0]), int(ends[1]), nil
}

func seqCount(t *Thread, items []Object, o Object) (Object, error) {
	n := 0
	for _, item := range items {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		equal, err := same(t, item, o)
		if err != nil {
			return nil, err
		}
		if equal {
			n++
		}
	}
	return Int(int64(n)), nil
}
