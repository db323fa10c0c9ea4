package expr

import (
	"bytes"
	"strings"
	"unsafe"

	"althing/value"
)

// arithObjects works out an operation that is not one of numbers, for the types
// of this package; nil when they do not go together.
func arithObjects(t *Thread, op Op, a, b Object) (Object, error) {
	switch op {
	case Add:
		return concatObjects(t, a, b)
	case Mul:
		if isSequence(a) {
			return repeatBy(t, a, b)
		}
		if isSequence(b) {
			return repeatBy(t, b, a)
		}
	case Mod:
		return percent(t, a, b)
	case Sub, BitAnd, BitXor, BitOr:
		if x, ok := a.(*Dict); ok {
			if y, ok := b.(*Dict); ok && op == BitOr {
				return mergeDicts(t, x, y)
			}
			return nil, nil
		}
		return setOperation(t, op, a, b)
	}
	return nil, nil
}

func concat(t *Thread, x, y value.Str) (Object, error) {
	switch {
	case x == "":
		return y, nil
	case y == "":
		return x, nil
	}
	if err := t.ChargeText(len(x) + len(y)); err != nil {
		return nil, err
	}
	return x + y, nil
}

func concatObjects(t *Thread, a, b Object) (Object, error) {
	switch x := a.(type) {
	case *List:
		if y, ok := b.(*List); ok {
			items, err := concatItems(t, x.items, y.items)
			if err != nil {
				return nil, err
			}
			return &List{items}, nil
		}
	case *Tuple:
		if y, ok := b.(*Tuple); ok {
			items, err := concatItems(t, x.items, y.items)
			if err != nil {
				return nil, err
			}
			return NewTuple(items...), nil
		}
	case value.Bytes, *ByteArray:
		y, ok := octets(b)
		if !ok {
			return nil, nil
		}
		left, _ := octets(a)
		if err := t.ChargeText(len(left) + len(y)); err != nil {
			return nil, err
		}
		return likeOctets(a, bytes.Join([][]byte{left, y}, nil)), nil
	}
	return nil, nil
}

func concatItems(t *Thread, x, y []Object) ([]Object, error) {
	n := len(x) + len(y)
	if err := t.ChargeSlots(n); err != nil {
		return nil, err
	}
	if err := t.Step(int64(n) / 16); err != nil {
		return nil, err
	}
	return append(append(make([]Object, 0, n), x...), y...), nil
}

// octets gives the bytes of a bytes or bytearray, which must not be changed: they
// are not copied.
func octets(o Object) ([]byte, bool) {
	switch o := o.(type) {
	case value.Bytes:
		return unsafe.Slice(unsafe.StringData(string(o)), len(o)), true //nolint:gosec // nobody writes to it
	case *ByteArray:
		return o.b, true
	}
	return nil, false
}

// likeOctets makes an object of the same type as o, bytes or bytearray.
func likeOctets(o Object, b []byte) Object {
	if _, ok := o.(*ByteArray); ok {
		return &ByteArray{b}
	}
	return value.Bytes(b)
}

// repeatBy is seq * by; nil when by is no int.
func repeatBy(t *Thread, seq, by Object) (Object, error) {
	if _, ok := AsBig(by); !ok {
		return nil, nil
	}
	n, err := Index(by)
	if err != nil {
		return nil, OverflowError("cannot fit 'int' into an index-sized integer")
	}
	n = max(n, 0)
	switch seq := seq.(type) {
	case value.Str:
		if err := t.chargeRepeat(len(seq), n, 1); err != nil {
			return nil, err
		}
		return value.Str(strings.Repeat(string(seq), int(n))), nil
	case value.Bytes:
		if err := t.chargeRepeat(len(seq), n, 1); err != nil {
			return nil, err
		}
		return value.Bytes(strings.Repeat(string(seq), int(n))), nil
	case *ByteArray:
		if err := t.chargeRepeat(len(seq.b), n, 1); err != nil {
			return nil, err
		}
		return &ByteArray{bytes.Repeat(seq.b, int(n))}, nil
	case *List:
		items, err := repeatItems(t, seq.items, n)
		if err != nil {
			return nil, err
		}
		return &List{items}, nil
	case *Tuple:
		items, err := repeatItems(t, seq.items, n)
		if err != nil {
			return nil, err
		}
		return NewTuple(items...), nil
	}
	return nil, nil
}

// chargeRepeat charges n times so many units of so many bytes.
func (t *Thread) chargeRepeat(units int, n, bytes int64) error {
	if units == 0 || n == 0 {
		return nil
	}
	if n > t.limits.Memory/int64(units) {
		return errMemory
	}
	if err := t.Charge(headSize + int64(units)*n*bytes); err != nil {
		return err
	}
	return t.Step(int64(units) * n * bytes / 256)
}

func repeatItems(t *Thread, items []Object, n int64) ([]Object, error) {
	if err := t.chargeRepeat(len(items), n, slotSize); err != nil {
		return nil, err
	}
	out := make([]Object, len(items)*int(n))
	for at := copy(out, items); at > 0 && at < len(out); at *= 2 {
		copy(out[at:], out[:at])
	}
	return out, nil
}

func mergeDicts(t *Thread, x, y *Dict) (Object, error) {
	both, err := x.clone(t)
	if err != nil {
		return nil, err
	}
	d := &Dict{both}
	return d, d.merge(t, y)
}

// merge puts all entries of other in, its values winning.
func (d *Dict) merge(t *Thread, other *Dict) error {
	for i := range other.entries {
		e := other.entries[i]
		if e.key == nil {
			continue
		}
		if err := t.Step(1); err != nil {
			return err
		}
		if err := d.putHashed(t, e.key, e.val, e.hash); err != nil {
			return err
		}
	}
	return nil
}
