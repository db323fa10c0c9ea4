package expr

func defineDictMethods() {
	typeDict.methods(
		method("keys", 0, 0, dictPart(keys)),
		method("values", 0, 0, dictPart(values)),
		method("items", 0, 0, dictPart(items)),
		method("get", 1, 2, func(t *Thread, self Object, args []Object) (Object, error) {
			val, ok, err := self.(*Dict).get(t, args[0])
			if ok || err != nil {
				return val, err
			}
			return optional(args, 1, None), nil
		}),
		method("pop", 1, 2, dictPop),
		method("popitem", 0, 0, dictPopItem),
		method("setdefault", 1, 2, dictSetDefault),
		method("clear", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			self.(*Dict).reset()
			return None, nil
		}),
		method("copy", 0, 0, func(t *Thread, self Object, _ []Object) (Object, error) {
			c, err := self.(*Dict).clone(t)
			return &Dict{c}, err
		}),
		NewMethod("update", func(t *Thread, self Object, a Args) (Object, error) {
			t.kept++
			if len(a.Pos) > 1 {
				return nil, TypeError("update expected at most 1 argument, got %d", len(a.Pos))
			}
			return None, self.(*Dict).updateAll(t, a)
		}),
	)
	typeDict.define(map[string]Object{
		"fromkeys": builtin("fromkeys", 1, 2, dictFromKeys).Forgets(),
	})
	for _, ty := range []*Type{typeKeys, typeItems} {
		ty.methods(method("isdisjoint", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			view, other := self, args[0]
			if isSetLike(other) {
				mine, others, err := lengths(t, view, other)
				if err != nil {
					return nil, err
				}
				if others > mine {
					view, other = other, view
				}
			}
			return isDisjoint(t, other, func(t *Thread, o Object) (bool, error) { return Contains(t, view, o) })
		}))
	}
}

// optional gives an argument, or what stands for one that was left out.
func optional(args []Object, i int, otherwise Object) Object {
	if i < len(args) {
		return args[i]
	}
	return otherwise
}

func dictPart(what part) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(_ *Thread, self Object, _ []Object) (Object, error) {
		return &dictView{self.(*Dict), what}, nil
	}
}

func dictPop(t *Thread, self Object, args []Object) (Object, error) {
	d := self.(*Dict)
	if d.live == 0 { // whatever the key is, as in CPython
		if len(args) == 2 {
			return args[1], nil
		}
		return nil, KeyError(t, args[0])
	}
	val, ok, err := d.remove(t, args[0])
	switch {
	case ok || err != nil:
		return val, err
	case len(args) == 2:
		return args[1], nil
	}
	return nil, KeyError(t, args[0])
}

func dictPopItem(t *Thread, self Object, _ []Object) (Object, error) {
	d := self.(*Dict)
	at := d.last()
	if at < 0 {
		return nil, Raise("KeyError", "'popitem(): dictionary is empty'")
	}
	e := d.entries[at]
	d.removeAt(at)
	return newItem(t, &e)
}

func dictSetDefault(t *Thread, self Object, args []Object) (Object, error) {
	d := self.(*Dict)
	val, ok, err := d.get(t, args[0])
	if ok || err != nil {
		return val, err
	}
	t.kept++
	val = optional(args, 1, None)
	return val, d.put(t, args[0], val)
}

func dictFromKeys(t *Thread, args []Object) (Object, error) {
	it, err := Iterate(t, args[0])
	if err != nil {
		return nil, err
	}
	val := optional(args, 1, None)
	d := NewDict()
	for {
		key, err := t.next(it)
		if key == nil || err != nil {
			return d, err
		}
		if err := d.put(t, key, val); err != nil {
			return nil, err
		}
	}
}
