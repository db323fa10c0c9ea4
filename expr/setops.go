package expr

// setOperation is a op b for sets and the views of dicts that are like sets: -,
// &, |, ^. nil when one of the two is none.
func setOperation(t *Thread, op Op, a, b Object) (Object, error) {
	if v, other := viewFirst(a, b); op == BitAnd && v != nil {
		return v.intersection(t, other)
	}
	x, y, err := setPair(t, a, b)
	if x == nil || err != nil {
		return nil, err
	}
	s, isSet := a.(*Set)
	out, err := combineSets(t, op, x, y)
	if err != nil {
		return nil, err
	}
	out.frozen = isSet && s.frozen
	return out, nil
}

// setPair gives the operands as sets; a view of a dict goes with anything that
// can be iterated over, a set only with sets and views.
func setPair(t *Thread, a, b Object) (x, y *Set, err error) {
	if !isSetLike(a) && !isSetLike(b) {
		return nil, nil, nil
	}
	_, aView := a.(*dictView)
	_, bView := b.(*dictView)
	if !isSetLike(a) && !bView || !isSetLike(b) && !aView {
		return nil, nil, nil
	}
	if x, err = asSet(t, a); err != nil {
		return nil, nil, err
	}
	y, err = asSet(t, b)
	return x, y, err
}

// viewFirst gives the operand that is a view like a set, and the other one.
func viewFirst(a, b Object) (*dictView, Object) {
	if v, ok := a.(*dictView); ok && isSetLike(v) {
		return v, b
	}
	if v, ok := b.(*dictView); ok && isSetLike(v) {
		return v, a
	}
	return nil, nil
}

// intersection is v & o. Items whose values cannot be hashed are no error, as
// those of o are looked up in v, but for a set that is not smaller.
func (v *dictView) intersection(t *Thread, o Object) (Object, error) {
	if s, ok := o.(*Set); ok && !s.frozen && v.d.live <= s.live {
		mine, err := asSet(t, v)
		if err != nil {
			return nil, err
		}
		return combineSets(t, BitAnd, mine, s)
	}
	if w, ok := o.(*dictView); ok && isSetLike(w) && w.d.live > v.d.live {
		v, o = w, v
	}
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	out := NewSet()
	for {
		used, kept, live := t.used, t.kept, out.live
		item, err := t.next(it)
		if item == nil || err != nil {
			return out, err
		}
		found, err := v.contains(t, item)
		if found {
			err = out.put(t, item, nil)
		}
		if err != nil {
			return nil, err
		}
		if out.live == live {
			t.settle(used, kept, nil)
		}
	}
}

func isSetLike(o Object) bool {
	switch o := o.(type) {
	case *Set:
		return true
	case *dictView:
		return o.what != values
	}
	return false
}

// asSet gives a set as it is, and makes one of anything else.
func asSet(t *Thread, o Object) (*Set, error) {
	if s, ok := o.(*Set); ok {
		return s, nil
	}
	s := NewSet()
	return s, s.addAll(t, o)
}

// addAll adds what an iterable gives.
func (s *Set) addAll(t *Thread, o Object) error {
	if other, ok := o.(*Set); ok {
		return s.addSet(t, other)
	}
	it, err := Iterate(t, o)
	if err != nil {
		return err
	}
	for {
		used, kept, live := t.used, t.kept, s.live
		item, err := t.next(it)
		if item == nil || err != nil {
			return err
		}
		if err := s.put(t, item, nil); err != nil {
			return err
		}
		if s.live == live {
			t.settle(used, kept, nil)
		}
	}
}

func (s *Set) addSet(t *Thread, other *Set) error {
	for i := range other.entries {
		e := other.entries[i]
		if e.key == nil {
			continue
		}
		if err := t.Step(1); err != nil {
			return err
		}
		if err := s.putHashed(t, e.key, nil, e.hash); err != nil {
			return err
		}
	}
	return nil
}

// combineSets makes a new set of two.
func combineSets(t *Thread, op Op, x, y *Set) (*Set, error) {
	if op == BitOr {
		c, err := x.clone(t)
		if err != nil {
			return nil, err
		}
		out := &Set{table: c}
		return out, out.addSet(t, y)
	}
	out := NewSet()
	if err := out.addIf(t, x, y, op == BitAnd); err != nil {
		return nil, err
	}
	if op == BitXor {
		if err := out.addIf(t, y, x, false); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addIf adds the members of from that are in other, or those that are not.
func (s *Set) addIf(t *Thread, from, other *Set, in bool) error {
	for i := range from.entries {
		e := from.entries[i]
		if e.key == nil {
			continue
		}
		if err := t.Step(1); err != nil {
			return err
		}
		at, err := other.find(t, e.key, e.hash)
		if err != nil {
			return err
		}
		if (at >= 0) != in {
			continue
		}
		if err := s.putHashed(t, e.key, nil, e.hash); err != nil {
			return err
		}
	}
	return nil
}

// compareSets compares sets and views: < is a proper subset. A set leaves it to a
// view, as in CPython.
func compareSets(t *Thread, op CmpOp, a, b Object) (result, ok bool, err error) {
	if !isSetLike(a) || !isSetLike(b) {
		return false, false, nil
	}
	if _, isView := b.(*dictView); isView {
		if _, isSet := a.(*Set); isSet {
			a, b, op = b, a, op.Swap()
		}
	}
	if op == Gt || op == Ge {
		a, b, op = b, a, op.Swap()
	}
	n, m, err := lengths(t, a, b)
	switch {
	case err != nil:
		return false, false, err
	case n > m, n == m && op == Lt, n < m && op <= Ne:
		return op == Ne, true, nil
	}
	subset, err := within(t, a, b)
	return subset != (op == Ne), true, err
}

func lengths(t *Thread, a, b Object) (n, m int, err error) {
	if n, err = Len(t, a); err == nil {
		m, err = Len(t, b)
	}
	return n, m, err
}

// within says whether all members of a set or view are in another. What a view of
// items has is looked up in the dict, so that its values need not be hashable.
func within(t *Thread, a, b Object) (bool, error) {
	if x, isSet := a.(*Set); isSet {
		if y, isSet := b.(*Set); isSet {
			return x.within(t, y)
		}
	}
	it, err := Iterate(t, a)
	if err != nil {
		return false, err
	}
	for {
		used, kept := t.used, t.kept
		item, err := t.next(it)
		if item == nil || err != nil {
			return err == nil, err
		}
		if in, err := Contains(t, b, item); !in || err != nil {
			return false, err
		}
		t.settle(used, kept, nil)
	}
}

// within says whether all members are members of other.
func (s *Set) within(t *Thread, other *Set) (bool, error) {
	if s.live > other.live {
		return false, nil
	}
	for i := range s.entries {
		e := &s.entries[i]
		if e.key == nil {
			continue
		}
		if err := t.Step(1); err != nil {
			return false, err
		}
		if at, err := other.find(t, e.key, e.hash); at < 0 || err != nil {
			return false, err
		}
	}
	return true, nil
}

// contains is o in s: a set is looked up as the frozenset with its members.
func (s *Set) contains(t *Thread, o Object) (bool, error) {
	if inner, ok := o.(*Set); ok && !inner.frozen {
		o = &Set{table: inner.table, frozen: true}
	}
	_, ok, err := s.get(t, o)
	return ok, err
}

func (v *dictView) contains(t *Thread, o Object) (bool, error) {
	switch v.what {
	case keys:
		_, ok, err := v.d.get(t, o)
		return ok, err
	case values:
		return containsByIteration(t, v, o)
	}
	p, ok := o.(*Tuple)
	if !ok || len(p.items) != 2 {
		return false, nil
	}
	val, ok, err := v.d.get(t, p.items[0])
	if !ok || err != nil {
		return false, err
	}
	return same(t, val, p.items[1])
}
