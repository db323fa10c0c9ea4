package expr

import (
	"math"

	"althing/value"
)

// Iterate is iter(o).
func Iterate(t *Thread, o Object) (Iterator, error) {
	switch o := o.(type) {
	case *List:
		return &listIter{l: o}, nil
	case *Tuple:
		return &tupleIter{items: o.items}, nil
	case value.Str:
		return &strIter{rest: string(o)}, nil
	case *Range:
		return &rangeIter{next: o.start, step: o.step, left: o.n}, nil
	case *Dict:
		return &dictIter{d: o, live: o.live, what: keys}, nil
	case *dictView:
		it := dictIter{d: o.d, live: o.d.live, what: o.what}
		if o.what == items {
			return &itemsIter{it}, nil
		}
		return &it, nil
	case *Set:
		return &setIter{s: o, live: o.live}, nil
	case value.Bytes:
		return &bytesIter{b: o}, nil
	case *ByteArray:
		return &byteArrayIter{b: o}, nil
	case Iterator:
		return o, nil
	case Iterable:
		return o.Iter(t)
	}
	return nil, TypeError("'%s' object is not iterable", o.TypeName())
}

// isIterable says whether iter(o) can work.
func isIterable(o Object) bool {
	switch o.(type) {
	case *List, *Tuple, *Dict, *Set, *Range, *dictView, *ByteArray, value.Str, value.Bytes, Iterator, Iterable:
		return true
	}
	return false
}

// next is it.Next, counted as a step and as a level of depth, since iterators may
// stand on others without end. It is what every loop calls.
func (t *Thread) next(it Iterator) (Object, error) {
	if t.fuel--; t.fuel < 0 {
		if err := t.look(); err != nil {
			return nil, err
		}
	}
	if t.depth >= t.limits.Depth {
		return nil, errDepth
	}
	t.depth++
	o, err := it.Next(t)
	t.depth--
	return o, err
}

// Next is the next object of an iterator, or nil, counted as a step: what a loop
// calls that goes through an iterator.
func Next(t *Thread, it Iterator) (Object, error) { return t.next(it) }

// Collect gives the elements of an iterable, charged. The slice is the caller's.
func Collect(t *Thread, o Object) ([]Object, error) {
	switch o := o.(type) {
	case *List:
		return copyItems(t, o.items)
	case *Tuple:
		return copyItems(t, o.items)
	}
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	var l List
	if n := sizeHint(it); n > 0 {
		if err := l.grow(t, n); err != nil {
			return nil, err
		}
	}
	for {
		o, err := t.next(it)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return l.items, nil
		}
		if err := l.Append(t, o); err != nil {
			return nil, err
		}
	}
}

func copyItems(t *Thread, items []Object) ([]Object, error) {
	if err := t.ChargeSlots(len(items)); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(items)) / 16); err != nil {
		return nil, err
	}
	return append(make([]Object, 0, len(items)), items...), nil
}

// sizeHint is how many objects an iterator will give, where that is known.
func sizeHint(it Iterator) int {
	switch it := it.(type) {
	case *rangeIter:
		return int(min(it.left, math.MaxInt32))
	case *dictIter:
		return it.live
	case *itemsIter:
		return it.live
	case *setIter:
		return it.live
	}
	return 0
}

type listIter struct {
	l *List
	i int
}

func (*listIter) TypeName() string { return "list_iterator" }

func (it *listIter) Next(*Thread) (Object, error) {
	if it.l == nil || it.i >= len(it.l.items) {
		it.l = nil
		return nil, nil
	}
	o := it.l.items[it.i]
	it.i++
	return o, nil
}

type tupleIter struct {
	items []Object
	i     int
}

func (*tupleIter) TypeName() string { return "tuple_iterator" }

func (it *tupleIter) Next(*Thread) (Object, error) {
	if it.i >= len(it.items) {
		return nil, nil
	}
	o := it.items[it.i]
	it.i++
	return o, nil
}

// chars are the texts of one ASCII character, so that going through a text makes
// nothing.
var chars = func() (all [128]Object) {
	for i := range all {
		all[i] = value.Str(rune(i))
	}
	return all
}()

type strIter struct{ rest string }

func (*strIter) TypeName() string { return "str_iterator" }

func (it *strIter) Next(t *Thread) (Object, error) {
	if it.rest == "" {
		return nil, nil
	}
	if c := it.rest[0]; c < 128 {
		it.rest = it.rest[1:]
		return chars[c], nil
	}
	o, err := charAt(t, it.rest, 0)
	_, n := value.DecodeRune(it.rest)
	it.rest = it.rest[n:]
	return o, err
}

type bytesIter struct{ b value.Bytes }

func (*bytesIter) TypeName() string { return "bytes_iterator" }

func (it *bytesIter) Next(*Thread) (Object, error) {
	if it.b == "" {
		return nil, nil
	}
	o := Int(int64(it.b[0]))
	it.b = it.b[1:]
	return o, nil
}

type byteArrayIter struct {
	b *ByteArray
	i int
}

func (*byteArrayIter) TypeName() string { return "bytearray_iterator" }

func (it *byteArrayIter) Next(*Thread) (Object, error) {
	if it.i >= len(it.b.b) {
		return nil, nil
	}
	it.i++
	return Int(int64(it.b.b[it.i-1])), nil
}

type rangeIter struct{ next, step, left int64 }

func (*rangeIter) TypeName() string { return "range_iterator" }

func (it *rangeIter) Next(*Thread) (Object, error) {
	if it.left <= 0 {
		return nil, nil
	}
	i := it.next
	it.left--
	it.next += it.step
	return Int(i), nil
}

// dictIter goes through a dict, forwards or, with back, from the end.
type dictIter struct {
	d    *Dict
	i    int
	live int
	what part
	back bool
}

func (it *dictIter) TypeName() string {
	name := [...]string{"key", "value", "item"}[it.what] + "iterator"
	if it.back {
		return "dict_reverse" + name
	}
	return "dict_" + name
}

func (it *dictIter) Next(t *Thread) (Object, error) {
	e, err := it.advance(t)
	if e == nil || err != nil {
		return nil, err
	}
	switch it.what {
	case keys:
		return e.key, nil
	case values:
		return e.val, nil
	}
	return newItem(t, e)
}

// itemsIter goes through the items of a dict.
type itemsIter struct{ dictIter }

func (it *itemsIter) nextPair(t *Thread) (a, b Object, err error) {
	e, err := it.advance(t)
	if e == nil || err != nil {
		return nil, nil, err
	}
	return e.key, e.val, nil
}

func newItem(t *Thread, e *entry) (Object, error) {
	p, err := newPair(t, e.key, e.val)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// advance gives the next entry that is there, or nil.
func (it *dictIter) advance(t *Thread) (*entry, error) {
	if it.d == nil {
		return nil, nil
	}
	if it.live != it.d.live {
		it.live = -1
		return nil, Raise("RuntimeError", "dictionary changed size during iteration")
	}
	entries, before := it.d.entries, it.i
	for it.i < len(entries) {
		at := it.i
		if it.back {
			at = len(entries) - 1 - it.i
		}
		it.i++
		if entries[at].key != nil {
			return &entries[at], t.Step(int64(it.i-before) / 32)
		}
	}
	it.d = nil
	return nil, nil
}

type setIter struct {
	s    *Set
	i    int
	live int
}

func (*setIter) TypeName() string { return "set_iterator" }

func (it *setIter) Next(t *Thread) (Object, error) {
	if it.s == nil {
		return nil, nil
	}
	if it.live != it.s.live {
		it.live = -1
		return nil, Raise("RuntimeError", "Set changed size during iteration")
	}
	before := it.i
	for it.i < len(it.s.entries) {
		key := it.s.entries[it.i].key
		it.i++
		if key != nil {
			return key, t.Step(int64(it.i-before) / 32)
		}
	}
	it.s = nil
	return nil, nil
}
