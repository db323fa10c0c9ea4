package expr

import "althing/value"

// expressionStatement is an expression by itself.
type expressionStatement struct{ x node }

func (s *expressionStatement) run(t *Thread, f *frame) (Object, error) { return s.x.eval(t, f) }

// assignment is a = b = value.
type assignment struct {
	targets []target
	value   node
}

func (s *assignment) run(t *Thread, f *frame) (Object, error) {
	o, err := s.value.eval(t, f)
	if err != nil {
		return nil, err
	}
	for _, target := range s.targets {
		if err := target.set(t, f, o); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// nothing is pass.
type nothing struct{}

func (nothing) run(*Thread, *frame) (Object, error) { return nil, nil }

// unpacking is a target of several: a, *b, c.
type unpacking struct {
	targets []target
	star    int // the place of the one that takes the rest; -1: none
}

func (n *unpacking) set(t *Thread, f *frame, o Object) error {
	items, err := n.elements(t, o)
	if err != nil {
		return err
	}
	if n.star < 0 {
		return n.setEach(t, f, items)
	}
	after := len(n.targets) - 1 - n.star
	if len(items) < len(n.targets)-1 {
		return ValueError("not enough values to unpack (expected at least %d, got %d)", len(n.targets)-1, len(items))
	}
	rest, err := copyItems(t, items[n.star:len(items)-after])
	if err != nil {
		return err
	}
	for i, target := range n.targets {
		switch {
		case i < n.star:
			err = target.set(t, f, items[i])
		case i == n.star:
			err = target.set(t, f, &List{rest})
		default:
			err = target.set(t, f, items[len(items)-len(n.targets)+i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// elements gives what is to be unpacked. Of an iterator without end no more is
// taken than there are targets for.
func (n *unpacking) elements(t *Thread, o Object) ([]Object, error) {
	switch o := o.(type) {
	case *Tuple:
		return o.items, nil
	case *List:
		if n.star < 0 {
			return o.items, nil
		}
	}
	if !isIterable(o) {
		return nil, TypeError("cannot unpack non-iterable %s object", o.TypeName())
	}
	if n.star >= 0 {
		return Collect(t, o)
	}
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	var l List
	for len(l.items) <= len(n.targets) {
		o, err := t.next(it)
		if err != nil {
			return nil, err
		}
		if o == nil {
			break
		}
		if err := l.Append(t, o); err != nil {
			return nil, err
		}
	}
	return l.items, nil
}

func (n *unpacking) setEach(t *Thread, f *frame, items []Object) error {
	switch {
	case len(items) > len(n.targets):
		return ValueError("too many values to unpack (expected %d)", len(n.targets))
	case len(items) < len(n.targets):
		return ValueError("not enough values to unpack (expected %d, got %d)", len(n.targets), len(items))
	}
	for i, target := range n.targets {
		if err := target.set(t, f, items[i]); err != nil {
			return err
		}
	}
	return nil
}

// SetItem is o[key] = v.
func SetItem(t *Thread, o, key, v Object) error {
	t.kept++
	switch o := o.(type) {
	case *List:
		return setListItem(t, o, key, v)
	case *Dict:
		return o.put(t, key, v)
	case *ByteArray:
		return setByteArrayItem(t, o, key, v)
	case HasSetItem:
		return o.SetItem(t, key, v)
	}
	return refuseItem(o, key, "does not support item assignment", "does not support item assignment")
}

func setListItem(t *Thread, l *List, key, v Object) error {
	if s, ok := key.(*Slice); ok {
		return setListSlice(t, l, s, v)
	}
	at, ok, err := place(key, len(l.items), "list")
	if err != nil {
		return err
	}
	if !ok {
		return IndexError("list assignment index out of range")
	}
	l.items[at] = v
	return nil
}

func setListSlice(t *Thread, l *List, s *Slice, v Object) error {
	if c, err := s.cut(len(l.items)); err != nil {
		return err
	} else if !isIterable(v) && c.step == 1 {
		return TypeError("can only assign an iterable")
	} else if !isIterable(v) {
		return TypeError("must assign iterable to extended slice")
	}
	with, err := Collect(t, v)
	if err != nil {
		return err
	}
	c, err := s.cut(len(l.items)) // once more: v may have changed l
	if err != nil {
		return err
	}
	if c.step == 1 {
		return l.splice(t, c.start, max(c.stop, c.start), with)
	}
	if len(with) != c.n {
		return ValueError("attempt to assign sequence of size %d to extended slice of size %d", len(with), c.n)
	}
	for i, at := 0, c.start; i < c.n; i, at = i+1, at+c.step {
		l.items[at] = with[i]
	}
	return nil
}

// splice puts other elements in the place of those from start to stop.
func (l *List) splice(t *Thread, start, stop int, with []Object) error {
	if err := t.Step(int64(len(l.items)-start) / 16); err != nil {
		return err
	}
	more := len(with) - (stop - start)
	if more > 0 {
		if err := l.grow(t, more); err != nil {
			return err
		}
	}
	old := l.items
	l.items = l.items[:len(old)+more]
	copy(l.items[start+len(with):], old[stop:])
	copy(l.items[start:], with)
	if more < 0 {
		clear(old[len(l.items):])
	}
	return nil
}

// deletion is del a, b.
type deletion struct{ targets []deleter }

// deleter is what can stand behind del.
type deleter interface {
	remove(t *Thread, f *frame) error
}

func (s *deletion) run(t *Thread, f *frame) (Object, error) {
	for _, d := range s.targets {
		if err := d.remove(t, f); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (n *global) remove(t *Thread, _ *frame) error { return n.del(t) }

func (n *top) remove(t *Thread, f *frame) error {
	vars := f.out(n.depth).vars
	if vars[n.slot] == nil {
		return n.del(t)
	}
	vars[n.slot] = nil
	return nil
}

func (n *attribute) remove(t *Thread, f *frame) error { return n.set(t, f, nil) }

func (n *subscript) remove(t *Thread, f *frame) error {
	o, err := n.object.eval(t, f)
	if err != nil {
		return err
	}
	key, err := n.key.eval(t, f)
	if err != nil {
		return err
	}
	return DelItem(t, o, key)
}

// DelItem is del o[key].
func DelItem(t *Thread, o, key Object) error {
	switch o := o.(type) {
	case *List:
		return delListItem(t, o, key)
	case *Dict:
		_, ok, err := o.remove(t, key)
		if err == nil && !ok {
			err = KeyError(t, key)
		}
		return err
	case *ByteArray:
		return delByteArrayItem(t, o, key)
	case HasDelItem:
		t.kept++
		return o.DelItem(t, key)
	}
	return refuseItem(o, key, "does not support item deletion", "doesn't support item deletion")
}

// hasPlaces says whether CPython takes an object for a sequence here, sets and
// views among them.
func hasPlaces(o Object) bool {
	switch o.(type) {
	case value.Str, value.Bytes, *Range, *wideRange, *Set, *dictView:
		return true
	}
	return typeOf(o).Is(typeTuple)
}

// refuseItem is the error for an object whose items cannot be changed. CPython
// asks sequences elsewhere than mappings, in other words.
func refuseItem(o, key Object, why, sequence string) error {
	switch key.(type) {
	case value.Big:
		if hasPlaces(o) {
			return IndexError("cannot fit 'int' into an index-sized integer")
		}
	case value.Int, value.Bool:
		if hasPlaces(o) {
			why = sequence
		}
	}
	return TypeError("'%s' object %s", o.TypeName(), why)
}

func delListItem(t *Thread, l *List, key Object) error {
	s, ok := key.(*Slice)
	if !ok {
		at, ok, err := place(key, len(l.items), "list")
		if err != nil {
			return err
		}
		if !ok {
			return IndexError("list assignment index out of range")
		}
		return l.splice(t, at, at+1, nil)
	}
	c, err := s.cut(len(l.items))
	if err != nil {
		return err
	}
	if c.step == 1 {
		return l.splice(t, c.start, max(c.stop, c.start), nil)
	}
	gone := map[int]bool{}
	if err := t.Charge(int64(c.n) * entrySize); err != nil {
		return err
	}
	for i, at := 0, c.start; i < c.n; i, at = i+1, at+c.step {
		gone[at] = true
	}
	kept := l.items[:0]
	for i, o := range l.items {
		if !gone[i] {
			kept = append(kept, o)
		}
	}
	clear(l.items[len(kept):])
	l.items = kept
	return t.Step(int64(len(kept)) / 8)
}
