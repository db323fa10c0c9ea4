package expr

import "althing/value"

// FromValue makes an object of a value. Scalars are objects already; containers
// are copied, so that an expression may change them, and charged.
func FromValue(t *Thread, v value.Value) (Object, error) {
	switch v := v.(type) {
	case value.List:
		items, err := fromValues(t, v)
		if err != nil {
			return nil, err
		}
		return &List{items}, nil
	case value.Tuple:
		items, err := fromValues(t, v)
		if err != nil {
			return nil, err
		}
		return NewTuple(items...), nil
	case *value.Dict:
		d := NewDict()
		for _, p := range v.Pairs() {
			key, val, err := fromPair(t, p)
			if err != nil {
				return nil, err
			}
			if err := d.put(t, key, val); err != nil {
				return nil, err
			}
		}
		return d, nil
	case *value.Set:
		s := NewSet()
		for _, item := range v.Items() {
			o, err := FromValue(t, item)
			if err != nil {
				return nil, err
			}
			if err := s.put(t, o, nil); err != nil {
				return nil, err
			}
		}
		return s, nil
	case nil:
		return value.None{}, nil
	}
	return v, nil
}

func fromPair(t *Thread, p value.Pair) (key, val Object, err error) {
	if key, err = FromValue(t, p.Key); err != nil {
		return nil, nil, err
	}
	val, err = FromValue(t, p.Value)
	return key, val, err
}

func fromValues(t *Thread, vs []value.Value) ([]Object, error) {
	if err := t.ChargeSlots(len(vs)); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(vs)) / 16); err != nil {
		return nil, err
	}
	items := make([]Object, len(vs))
	for i, v := range vs {
		o, err := FromValue(t, v)
		if err != nil {
			return nil, err
		}
		items[i] = o
	}
	return items, nil
}

// ToValue makes a value of an object. What has no literal form (a function, a
// generator, a bytearray, an object of the host) is a TypeError; a nesting deeper
// than value.MaxDepth, or a container inside itself, is a ValueError.
func ToValue(t *Thread, o Object) (value.Value, error) { return toValue(t, o, 0) }

func toValue(t *Thread, o Object, depth int) (value.Value, error) {
	if depth > value.MaxDepth {
		return nil, ValueError("nested deeper than %d", value.MaxDepth)
	}
	switch o := o.(type) {
	case *List:
		items, err := toValues(t, o.items, depth)
		return value.List(items), err
	case *Tuple:
		items, err := toValues(t, o.items, depth)
		return value.Tuple(items), err
	case *Dict:
		return dictToValue(t, o, depth)
	case *Set:
		if o.frozen {
			break
		}
		items := make([]value.Value, 0, o.live)
		for item := range o.All() {
			v, err := toValue(t, item, depth+1)
			if err != nil {
				return nil, err
			}
			items = append(items, v)
		}
		return value.NewSet(items)
	case value.Value:
		return o, nil
	}
	return nil, TypeError("a '%s' cannot be stored: it has no literal form", o.TypeName())
}

func toValues(t *Thread, objects []Object, depth int) ([]value.Value, error) {
	if err := t.ChargeSlots(len(objects)); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(objects)) / 16); err != nil {
		return nil, err
	}
	vs := make([]value.Value, len(objects))
	for i, o := range objects {
		v, err := toValue(t, o, depth+1)
		if err != nil {
			return nil, err
		}
		vs[i] = v
	}
	return vs, nil
}

func dictToValue(t *Thread, d *Dict, depth int) (value.Value, error) {
	if err := t.Charge(headSize + int64(d.live)*entrySize); err != nil {
		return nil, err
	}
	pairs := make([]value.Pair, 0, d.live)
	for key, val := range d.All() {
		k, err := toValue(t, key, depth+1)
		if err != nil {
			return nil, err
		}
		v, err := toValue(t, val, depth+1)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, value.Pair{Key: k, Value: v})
	}
	return value.NewDict(pairs)
}
