package expr

import (
	"bytes"

	"althing/value"
)

// octet is a number that a byte can hold.
func octet(o Object) (byte, error) {
	i, err := Index(o)
	if err != nil {
		if _, big := o.(value.Big); !big {
			return 0, err
		}
		i = -1
	}
	if i < 0 || i > 255 {
		return 0, ValueError("byte must be in range(0, 256)")
	}
	return byte(i), nil
}

// containsOctets is o in c for a bytes or bytearray: a number or a part.
func containsOctets(t *Thread, c, o Object) (bool, error) {
	b, _ := octets(c)
	if err := t.Step(int64(len(b)) / 512); err != nil {
		return false, err
	}
	if sub, ok := octets(o); ok {
		return bytes.Contains(b, sub), nil
	}
	if _, ok := AsBig(o); !ok {
		return false, TypeError("a bytes-like object is required, not '%s'", o.TypeName())
	}
	one, err := octet(o)
	if err != nil {
		return false, err
	}
	return bytes.IndexByte(b, one) >= 0, nil
}

// extend appends bytes, charged before.
func (b *ByteArray) extend(t *Thread, more []byte) error {
	if need := len(b.b) + len(more); need > cap(b.b) {
		room := max(need, 2*cap(b.b))
		if err := t.ChargeText(room - cap(b.b)); err != nil {
			return err
		}
		b.b = append(make([]byte, 0, room), b.b...)
	}
	b.b = append(b.b, more...)
	return nil
}

// splice puts other bytes in the place of those from start to stop.
func (b *ByteArray) splice(t *Thread, start, stop int, with []byte) error {
	if err := t.ChargeText(len(b.b) + len(with)); err != nil {
		return err
	}
	b.b = bytes.Join([][]byte{b.b[:start], with, b.b[stop:]}, nil)
	return nil
}

func setByteArrayItem(t *Thread, b *ByteArray, key, v Object) error {
	s, ok := key.(*Slice)
	if !ok {
		at, ok, err := place(key, len(b.b), "bytearray")
		if err != nil {
			return err
		}
		one, err := octet(v)
		if err != nil {
			return err
		}
		if !ok {
			return IndexError("bytearray index out of range")
		}
		b.b[at] = one
		return nil
	}
	if _, err := s.cut(len(b.b)); err != nil {
		return err
	}
	if _, text := v.(value.Str); text || isNumber(v) {
		return TypeError("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
	}
	with, err := octetsOf(t, v, "bytearray")
	if err != nil {
		return err
	}
	c, err := s.cut(len(b.b)) // once more: v may have changed b
	if err != nil {
		return err
	}
	if c.step == 1 {
		return b.splice(t, c.start, max(c.stop, c.start), with)
	}
	if len(with) == 0 {
		return delByteArrayItem(t, b, s)
	}
	if len(with) != c.n {
		return ValueError("attempt to assign bytes of size %d to extended slice of size %d", len(with), c.n)
	}
	for i, at := 0, c.start; i < c.n; i, at = i+1, at+c.step {
		b.b[at] = with[i]
	}
	return nil
}

func delByteArrayItem(t *Thread, b *ByteArray, key Object) error {
	s, ok := key.(*Slice)
	if !ok {
		at, ok, err := place(key, len(b.b), "bytearray")
		if err != nil {
			return err
		}
		if !ok {
			return IndexError("bytearray index out of range")
		}
		return b.splice(t, at, at+1, nil)
	}
	c, err := s.cut(len(b.b))
	if err != nil || c.n == 0 {
		return err
	}
	if c.step < 0 {
		c.start, c.step = c.start+(c.n-1)*c.step, -c.step
	}
	if err := t.ChargeText(len(b.b)); err != nil {
		return err
	}
	left := make([]byte, 0, len(b.b))
	next, gone := c.start, 0
	for i, one := range b.b {
		if i == next && gone < c.n {
			next, gone = next+c.step, gone+1
			continue
		}
		left = append(left, one)
	}
	b.b = left
	return nil
}

// octetsOf makes bytes of what bytes(o) takes besides numbers and texts: another
// one, or numbers to be bytes. kind is the type that is made of them.
func octetsOf(t *Thread, o Object, kind string) ([]byte, error) {
	if b, ok := octets(o); ok {
		return b, nil
	}
	if _, text := o.(value.Str); text || !isIterable(o) {
		return nil, TypeError("cannot convert '%s' object to %s", o.TypeName(), kind)
	}
	it, err := Iterate(t, o)
	if err != nil {
		return nil, err
	}
	var out ByteArray
	for {
		o, err := t.next(it)
		if o == nil || err != nil {
			return out.b, err
		}
		one, err := octet(o)
		if _, ok := isRaised(err, "ValueError"); ok && kind == "bytes" {
			err = ValueError("bytes must be in range(0, 256)")
		}
		if err != nil {
			return nil, err
		}
		if err := out.extend(t, []byte{one}); err != nil {
			return nil, err
		}
	}
}
