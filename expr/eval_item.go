package expr

// attribute is object.name.
type attribute struct {
	object node
	name   string
}

func (n *attribute) eval(t *Thread, f *frame) (Object, error) {
	o, err := n.object.eval(t, f)
	if err != nil {
		return nil, err
	}
	return GetAttr(t, o, n.name)
}

// set always fails: no attribute can be assigned.
func (n *attribute) set(t *Thread, f *frame, _ Object) error {
	o, err := n.object.eval(t, f)
	if err != nil {
		return err
	}
	if ty, ok := o.(*Type); ok {
		return TypeError("cannot set '%s' attribute of immutable type '%s'", n.name, ty.Name)
	}
	if _, err := GetAttr(t, o, n.name); err != nil {
		return err
	}
	return Raise("AttributeError", "'%s' object attribute '%s' is read-only", o.TypeName(), n.name)
}

// subscript is object[key].
type subscript struct{ object, key node }

func (n *subscript) eval(t *Thread, f *frame) (Object, error) {
	o, err := n.object.eval(t, f)
	if err != nil {
		return nil, err
	}
	key, err := n.key.eval(t, f)
	if err != nil {
		return nil, err
	}
	return GetItem(t, o, key)
}

func (n *subscript) set(t *Thread, f *frame, v Object) error {
	o, err := n.object.eval(t, f)
	if err != nil {
		return err
	}
	key, err := n.key.eval(t, f)
	if err != nil {
		return err
	}
	return SetItem(t, o, key, v)
}

// slicing is start:stop:step between brackets.
type slicing struct{ start, stop, step node }

func (n *slicing) eval(t *Thread, f *frame) (Object, error) {
	s := &Slice{None, None, None}
	for _, part := range [...]struct {
		n  node
		to *Object
	}{{n.start, &s.Start}, {n.stop, &s.Stop}, {n.step, &s.Step}} {
		if part.n == nil {
			continue
		}
		o, err := part.n.eval(t, f)
		if err != nil {
			return nil, err
		}
		*part.to = o
	}
	return s, nil
}
