package expr

// starred is *x inside a display or a call; only those evaluate it.
type starred struct{ x node }

func (n *starred) eval(t *Thread, f *frame) (Object, error) { return n.x.eval(t, f) }

// evalAll evaluates the elements of a display.
func evalAll(t *Thread, f *frame, elts []node, stars bool) ([]Object, error) {
	if stars {
		return evalSpread(t, f, elts)
	}
	if err := t.ChargeSlots(len(elts)); err != nil {
		return nil, err
	}
	out := make([]Object, len(elts))
	for i, n := range elts {
		o, err := n.eval(t, f)
		if err != nil {
			return nil, err
		}
		out[i] = o
	}
	return out, nil
}

// evalSpread evaluates elements of which some stand for many.
func evalSpread(t *Thread, f *frame, elts []node) ([]Object, error) {
	var l List
	for _, n := range elts {
		o, err := n.eval(t, f)
		if err != nil {
			return nil, err
		}
		if _, ok := n.(*starred); ok {
			if !isIterable(o) {
				return nil, TypeError("Value after * must be an iterable, not %s", o.TypeName())
			}
			err = l.extend(t, o)
		} else {
			err = l.Append(t, o)
		}
		if err != nil {
			return nil, err
		}
	}
	return l.items, nil
}

// listDisplay is [a, b].
type listDisplay struct {
	elts  []node
	stars bool
}

func (n *listDisplay) eval(t *Thread, f *frame) (Object, error) {
	items, err := evalAll(t, f, n.elts, n.stars)
	if err != nil {
		return nil, err
	}
	return &List{items}, nil
}

// tupleDisplay is a, b.
type tupleDisplay struct {
	elts  []node
	stars bool
}

func (n *tupleDisplay) eval(t *Thread, f *frame) (Object, error) {
	if len(n.elts) == 2 && !n.stars {
		return n.evalPair(t, f)
	}
	items, err := evalAll(t, f, n.elts, n.stars)
	if err != nil {
		return nil, err
	}
	return NewTuple(items...), nil
}

func (n *tupleDisplay) evalPair(t *Thread, f *frame) (Object, error) {
	a, err := n.elts[0].eval(t, f)
	if err != nil {
		return nil, err
	}
	b, err := n.elts[1].eval(t, f)
	if err != nil {
		return nil, err
	}
	return newPair(t, a, b)
}

// setDisplay is {a, b}. Its elements are all evaluated before the first is put
// in, as far as there is no star.
type setDisplay struct {
	elts  []node
	stars bool
}

func (n *setDisplay) eval(t *Thread, f *frame) (Object, error) {
	if err := t.Charge(headSize); err != nil {
		return nil, err
	}
	s := NewSet()
	if n.stars {
		return s, n.spread(t, f, s)
	}
	base := len(t.stack)
	elts, err := t.push(f, n.elts)
	if err != nil {
		return nil, err
	}
	for _, o := range elts {
		if err := s.put(t, o, nil); err != nil {
			return nil, err
		}
	}
	t.pop(base)
	return s, nil
}

func (n *setDisplay) spread(t *Thread, f *frame, s *Set) error {
	for _, elt := range n.elts {
		o, err := elt.eval(t, f)
		if err != nil {
			return err
		}
		if _, ok := elt.(*starred); ok {
			err = s.addAll(t, o)
		} else {
			err = s.put(t, o, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dictDisplay is {key: val, **other}; an item without a key is a mapping.
type dictDisplay struct {
	items []dictItem
	// flat are all keys and values in order, when there is no mapping among the
	// items: they are all evaluated before the first is put in.
	flat []node
}

type dictItem struct{ key, val node }

func (n *dictDisplay) eval(t *Thread, f *frame) (Object, error) {
	if err := t.Charge(headSize); err != nil {
		return nil, err
	}
	d := NewDict()
	if n.flat == nil {
		for _, item := range n.items {
			if err := item.put(t, f, d); err != nil {
				return nil, err
			}
		}
		return d, nil
	}
	base := len(t.stack)
	all, err := t.push(f, n.flat)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(all); i += 2 {
		if err := d.put(t, all[i], all[i+1]); err != nil {
			return nil, err
		}
	}
	t.pop(base)
	return d, nil
}

func (n *dictItem) put(t *Thread, f *frame, d *Dict) error {
	if n.key == nil {
		o, err := n.val.eval(t, f)
		if err != nil {
			return err
		}
		if !isMapping(o) {
			return TypeError("'%s' object is not a mapping", o.TypeName())
		}
		return d.update(t, o)
	}
	key, err := n.key.eval(t, f)
	if err != nil {
		return err
	}
	val, err := n.val.eval(t, f)
	if err != nil {
		return err
	}
	return d.put(t, key, val)
}
