package expr

import (
	"math"

	"althing/value"
)

// GetItem is o[key].
func GetItem(t *Thread, o, key Object) (Object, error) {
	switch o := o.(type) {
	case *List:
		if i, ok := key.(value.Int); ok {
			if i < 0 {
				i += value.Int(len(o.items))
			}
			if i < 0 || int(i) >= len(o.items) {
				return nil, errListIndex
			}
			return o.items[i], nil
		}
		return listItem(t, o, key)
	case *Dict:
		val, ok, err := o.get(t, key)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, KeyError(t, key)
		}
		return val, nil
	case *Tuple:
		return tupleItem(t, o, key)
	case value.Str:
		return strItem(t, o, key)
	case value.Bytes, *ByteArray:
		return octetItem(t, o, key)
	case *Range:
		return rangeItem(t, o, key)
	case HasItem:
		return o.Item(t, key)
	case *Type:
		if isGeneric(o) {
			return newAlias(t, o, key)
		}
		return nil, TypeError("type '%s' is not subscriptable", o.Name)
	}
	return nil, TypeError("'%s' object is not subscriptable", o.TypeName())
}

var errListIndex = IndexError("list index out of range")

// place turns an index into a place below n: false when there is none.
func place(key Object, n int, kind string) (at int, ok bool, err error) {
	i, small := smallInt(key)
	if !small {
		if _, big := key.(value.Big); big {
			return 0, false, IndexError("cannot fit 'int' into an index-sized integer")
		}
		if kind == "string" {
			return 0, false, TypeError("string indices must be integers, not '%s'", key.TypeName())
		}
		if kind == "byte" {
			return 0, false, TypeError("byte indices must be integers or slices, not %s", key.TypeName())
		}
		return 0, false, TypeError("%s indices must be integers or slices, not %s", kind, key.TypeName())
	}
	if i < 0 {
		i += int64(n)
	}
	return int(i), i >= 0 && i < int64(n), nil
}

func listItem(t *Thread, l *List, key Object) (Object, error) {
	if s, ok := key.(*Slice); ok {
		items, err := sliceItems(t, l.items, s)
		if err != nil {
			return nil, err
		}
		return &List{items}, nil
	}
	at, ok, err := place(key, len(l.items), "list")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errListIndex
	}
	return l.items[at], nil
}

func tupleItem(t *Thread, tu *Tuple, key Object) (Object, error) {
	if s, ok := key.(*Slice); ok {
		items, err := sliceItems(t, tu.items, s)
		if err != nil {
			return nil, err
		}
		return NewTuple(items...), nil
	}
	at, ok, err := place(key, len(tu.items), "tuple")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, IndexError("tuple index out of range")
	}
	return tu.items[at], nil
}

func octetItem(t *Thread, o, key Object) (Object, error) {
	b, _ := octets(o)
	kind, name := "byte", "index"
	if _, ok := o.(*ByteArray); ok {
		kind, name = "bytearray", "bytearray index"
	}
	s, ok := key.(*Slice)
	if !ok {
		at, ok, err := place(key, len(b), kind)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, IndexError("%s out of range", name)
		}
		return Int(int64(b[at])), nil
	}
	c, err := s.cut(len(b))
	if err != nil {
		return nil, err
	}
	if err := t.ChargeText(c.n); err != nil {
		return nil, err
	}
	out := make([]byte, 0, c.n)
	for i, at := 0, c.start; i < c.n; i, at = i+1, at+c.step {
		out = append(out, b[at])
	}
	return likeOctets(o, out), nil
}

func rangeItem(t *Thread, r *Range, key Object) (Object, error) {
	if s, ok := key.(*Slice); ok {
		return r.wide().slice(t, s)
	}
	if _, big := key.(value.Big); big {
		return nil, errRangeIndex
	}
	i, err := Index(key)
	if err != nil {
		return nil, TypeError("range indices must be integers or slices, not %s", key.TypeName())
	}
	if i < 0 {
		i += r.n
	}
	if i < 0 || i >= r.n {
		return nil, errRangeIndex
	}
	return Int(int64(r.at(i))), nil
}

var errRangeIndex = IndexError("range object index out of range")

// cut is what a slice takes of a sequence: n elements from start, step apart.
type cut struct{ start, stop, step, n int }

var errSliceStep = ValueError("slice step cannot be zero")

// cut fits a slice to a sequence of the given length.
func (s *Slice) cut(size int) (cut, error) {
	length := int64(size)
	step := int64(1)
	if _, none := s.Step.(value.None); !none {
		var err error
		if step, err = clampIndex(s.Step); err != nil {
			return cut{}, err
		}
		if step == 0 {
			return cut{}, errSliceStep
		}
		step = max(step, -math.MaxInt64)
	}
	low, high := int64(0), length
	if step < 0 {
		low, high = -1, length-1
	}
	start, err := s.end(s.Start, step > 0, low, high, length)
	if err != nil {
		return cut{}, err
	}
	stop, err := s.end(s.Stop, step < 0, low, high, length)
	if err != nil {
		return cut{}, err
	}
	c := cut{start: int(start), stop: int(stop), step: int(step)}
	switch {
	case step > 0 && start < stop:
		c.n = int((stop-start-1)/step + 1)
	case step < 0 && start > stop:
		c.n = int((start-stop-1)/-step + 1)
	}
	return c, nil
}

// end is one end of a slice, between low and high; one that was left out is low
// when atLow, else high.
func (s *Slice) end(o Object, atLow bool, low, high, length int64) (int64, error) {
	if _, none := o.(value.None); none {
		if atLow {
			return low, nil
		}
		return high, nil
	}
	i, err := clampIndex(o)
	if err != nil {
		return 0, err
	}
	if i < 0 {
		i += length
	}
	return min(max(i, low), high), nil
}

func sliceItems(t *Thread, items []Object, s *Slice) ([]Object, error) {
	c, err := s.cut(len(items))
	if err != nil {
		return nil, err
	}
	if c.step == 1 {
		return copyItems(t, items[c.start:c.start+c.n])
	}
	if err := t.ChargeSlots(c.n); err != nil {
		return nil, err
	}
	if err := t.Step(int64(c.n) / 16); err != nil {
		return nil, err
	}
	out := make([]Object, 0, c.n)
	for i, at := 0, c.start; i < c.n; i, at = i+1, at+c.step {
		out = append(out, items[at])
	}
	return out, nil
}
