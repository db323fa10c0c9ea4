package expr

import "althing/value"

// augmentation is target op= value. The parts of the target are evaluated once.
type augmentation struct {
	target node // *global, *top, *subscript or *attribute
	op     Op
	value  node
}

func (s *augmentation) run(t *Thread, f *frame) (Object, error) {
	switch target := s.target.(type) {
	case *subscript:
		return nil, s.item(t, f, target)
	case *attribute:
		return nil, target.set(t, f, nil)
	}
	old, err := s.target.eval(t, f)
	if err != nil {
		return nil, err
	}
	o, err := s.operate(t, f, old)
	if err != nil {
		return nil, err
	}
	return nil, s.target.(target).set(t, f, o)
}

func (s *augmentation) item(t *Thread, f *frame, n *subscript) error {
	o, err := n.object.eval(t, f)
	if err != nil {
		return err
	}
	key, err := n.key.eval(t, f)
	if err != nil {
		return err
	}
	old, err := GetItem(t, o, key)
	if err != nil {
		return err
	}
	v, err := s.operate(t, f, old)
	if err != nil {
		return err
	}
	return SetItem(t, o, key, v)
}

func (s *augmentation) operate(t *Thread, f *frame, old Object) (Object, error) {
	by, err := s.value.eval(t, f)
	if err != nil {
		return nil, err
	}
	return augment(t, s.op, old, by)
}

// augment is a op= b: what can be changed in place is.
func augment(t *Thread, op Op, a, b Object) (Object, error) {
	switch x := a.(type) {
	case *List:
		if op == Add || op == Mul {
			return augmentList(t, op, x, b)
		}
	case *Dict:
		if op == BitOr {
			t.kept++
			return x, x.update(t, b)
		}
	case *Set:
		if other, ok := b.(*Set); ok && !x.frozen && op >= Sub {
			out, err := setOperation(t, op, x, other)
			if out != nil {
				t.kept++
				x.table = out.(*Set).table
				return x, err
			}
		}
	case *ByteArray:
		if y, ok := octets(b); ok && op == Add {
			t.kept++
			return x, x.extend(t, y)
		}
	}
	o, err := Binary(t, op, a, b)
	if e, ok := isRaised(err, "TypeError"); ok && e.Msg == unsupported(op.String(), a, b).Error()[len("TypeError: "):] {
		sign := op.String()
		if op == Pow {
			sign = "**"
		}
		return nil, unsupported(sign+"=", a, b)
	}
	return o, err
}

func augmentList(t *Thread, op Op, l *List, by Object) (Object, error) {
	t.kept++
	if op == Add {
		if !isIterable(by) {
			return nil, TypeError("'%s' object is not iterable", by.TypeName())
		}
		return l, l.extend(t, by)
	}
	o, err := repeatBy(t, l, by)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, TypeError("can't multiply sequence by non-int of type '%s'", by.TypeName())
	}
	l.items = o.(*List).items
	return l, nil
}

// isMapping says whether an object has keys and items, like a dict.
func isMapping(o Object) bool {
	if _, ok := o.(*Dict); ok {
		return true
	}
	_, ok := o.(Mapping)
	return ok
}

// Mapping is an object of the host that is like a dict: it can be merged into
// one (dict(o), {**o}, f(**o)).
type Mapping interface {
	HasItem
	Keys(t *Thread) (Iterator, error)
}

// update puts what another mapping, or an iterable of pairs, holds into d.
func (d *Dict) update(t *Thread, o Object) error {
	switch o := o.(type) {
	case *Dict:
		return d.merge(t, o)
	case Mapping:
		return d.updateFrom(t, o)
	}
	if !isIterable(o) {
		return TypeError("'%s' object is not iterable", o.TypeName())
	}
	it, err := Iterate(t, o)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		o, err := t.next(it)
		if o == nil || err != nil {
			return err
		}
		if err := d.putPair(t, o, n); err != nil {
			return err
		}
	}
}

func (d *Dict) updateFrom(t *Thread, m Mapping) error {
	it, err := m.Keys(t)
	if err != nil {
		return err
	}
	for {
		key, err := t.next(it)
		if key == nil || err != nil {
			return err
		}
		val, err := m.Item(t, key)
		if err != nil {
			return err
		}
		if err := d.put(t, key, val); err != nil {
			return err
		}
	}
}

// putPair puts the n-th element of a sequence of pairs in.
func (d *Dict) putPair(t *Thread, o Object, n int) error {
	if tu, ok := o.(*Tuple); ok && len(tu.items) == 2 {
		return d.put(t, tu.items[0], tu.items[1])
	}
	if !isIterable(o) {
		return TypeError("cannot convert dictionary update sequence element #%d to a sequence", n)
	}
	two, err := Collect(t, o)
	if err != nil {
		return err
	}
	if len(two) != 2 {
		return ValueError("dictionary update sequence element #%d has length %d; 2 is required", n, len(two))
	}
	return d.put(t, two[0], two[1])
}

// extend appends what an iterable gives.
func (l *List) extend(t *Thread, o Object) error {
	var items []Object
	switch o := o.(type) {
	case *List:
		items = o.items
	case *Tuple:
		items = o.items
	default:
		return l.extendFrom(t, o)
	}
	if err := l.grow(t, len(items)); err != nil {
		return err
	}
	l.items = append(l.items, items...)
	return t.Step(int64(len(items)) / 16)
}

func (l *List) extendFrom(t *Thread, o Object) error {
	it, err := Iterate(t, o)
	if err != nil {
		return err
	}
	for {
		o, err := t.next(it)
		if o == nil || err != nil {
			return err
		}
		if err := l.Append(t, o); err != nil {
			return err
		}
	}
}

// strOf gives the text of a str.
func strOf(o Object) (string, bool) {
	s, ok := o.(value.Str)
	return string(s), ok
}
