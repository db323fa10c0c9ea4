package expr

func defineSetMethods() {
	for _, ty := range []*Type{typeSet, typeFrozenSet} {
		ty.methods(
			method("copy", 0, 0, setCopy),
			method("union", 0, -1, setCombine(BitOr)),
			method("intersection", 0, -1, setCombine(BitAnd)),
			method("difference", 0, -1, setCombine(Sub)),
			method("symmetric_difference", 1, 1, setCombine(BitXor)),
			method("isdisjoint", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
				return isDisjoint(t, args[0], self.(*Set).Has)
			}),
			method("issubset", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
				other, err := asSet(t, args[0])
				if err != nil {
					return nil, err
				}
				ok, err := self.(*Set).within(t, other)
				return Bool(ok), err
			}),
			method("issuperset", 1, 1, setIsSuperset),
		)
	}
	typeSet.methods(
		method("add", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			t.kept++
			return None, self.(*Set).put(t, args[0], nil)
		}),
		method("clear", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			self.(*Set).reset()
			return None, nil
		}),
		method("discard", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			_, err := self.(*Set).take(t, args[0])
			return None, err
		}),
		method("remove", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			ok, err := self.(*Set).take(t, args[0])
			if err == nil && !ok {
				err = KeyError(t, args[0])
			}
			return None, err
		}),
		method("pop", 0, 0, setPop),
		method("update", 0, -1, func(t *Thread, self Object, args []Object) (Object, error) {
			t.kept++
			for _, o := range args {
				if err := self.(*Set).addAll(t, o); err != nil {
					return nil, err
				}
			}
			return None, nil
		}),
		method("intersection_update", 0, -1, setUpdate(BitAnd)),
		method("difference_update", 0, -1, setUpdate(Sub)),
		method("symmetric_difference_update", 1, 1, setUpdate(BitXor)),
	)
}

// take removes a member, looked up as contains looks it up.
func (s *Set) take(t *Thread, o Object) (bool, error) {
	if inner, ok := o.(*Set); ok && !inner.frozen {
		o = &Set{table: inner.table, frozen: true}
	}
	_, ok, err := s.remove(t, o)
	return ok, err
}

func setCopy(t *Thread, self Object, _ []Object) (Object, error) {
	s := self.(*Set)
	if s.frozen {
		return s, nil
	}
	c, err := s.clone(t)
	return &Set{table: c}, err
}

// combined is self op every other.
func combined(t *Thread, op Op, s *Set, others []Object) (*Set, error) {
	c, err := s.clone(t)
	if err != nil {
		return nil, err
	}
	out := &Set{table: c}
	for _, o := range others {
		if _, set := o.(*Set); !set && op == BitAnd {
			if out, err = out.common(t, o); err != nil {
				return nil, err
			}
			continue
		}
		other, err := asSet(t, o)
		if err != nil {
			return nil, err
		}
		if out, err = combineSets(t, op, out, other); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// common is the members that o has too. It ends as soon as all are found, so that
// o may go on for ever.
func (s *Set) common(t *Thread, o Object) (*Set, error) {
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	out := NewSet()
	for {
		o, err := t.next(it)
		if o == nil || err != nil {
			return out, err
		}
		in, err := s.Has(t, o)
		if err != nil {
			return nil, err
		}
		if !in {
			continue
		}
		if err := out.put(t, o, nil); err != nil || out.live == s.live {
			return out, err
		}
	}
}

func setCombine(op Op) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		s := self.(*Set)
		out, err := combined(t, op, s, args)
		if err != nil {
			return nil, err
		}
		out.frozen = s.frozen
		return out, nil
	}
}

func setUpdate(op Op) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		t.kept++
		s := self.(*Set)
		out, err := combined(t, op, s, args)
		if err != nil {
			return nil, err
		}
		s.table = out.table
		return None, nil
	}
}

// setIsSuperset ends at the first member that is missing.
func setIsSuperset(t *Thread, self Object, args []Object) (Object, error) {
	it, err := Iterate(t, args[0])
	if err != nil {
		return nil, err
	}
	for {
		o, err := t.next(it)
		if o == nil || err != nil {
			return True, err
		}
		if in, err := self.(*Set).Has(t, o); !in || err != nil {
			return False, err
		}
	}
}

// isDisjoint says whether nothing that other gives is in what has asks.
func isDisjoint(t *Thread, other Object, has func(*Thread, Object) (bool, error)) (Object, error) {
	it, err := Iterate(t, other)
	if err != nil {
		return nil, err
	}
	for {
		o, err := t.next(it)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return True, nil
		}
		if in, err := has(t, o); in || err != nil {
			return Bool(!in), err
		}
	}
}

func setPop(_ *Thread, self Object, _ []Object) (Object, error) {
	s := self.(*Set)
	for i := s.first; i < len(s.entries); i++ {
		if s.entries[i].key != nil {
			return s.removeAt(i).key, nil
		}
	}
	return nil, Raise("KeyError", "'pop from an empty set'")
}
