package expr

import (
	"unicode/utf8"

	"althing/value"
)

// Truth is bool(o).
func Truth(t *Thread, o Object) (bool, error) {
	switch o := o.(type) {
	case value.Bool:
		return bool(o), nil
	case value.None:
		return false, nil
	case value.Int:
		return o != 0, nil
	case value.Str:
		return o != "", nil
	case value.Float:
		return o != 0, nil
	case *List:
		return len(o.items) > 0, nil
	case *Tuple:
		return len(o.items) > 0, nil
	case *Dict:
		return o.live > 0, nil
	case *Set:
		return o.live > 0, nil
	case value.Bytes:
		return o != "", nil
	case value.Complex:
		return o != 0, nil
	case *ByteArray:
		return len(o.b) > 0, nil
	case *Range:
		return o.n > 0, nil
	case *dictView:
		return o.d.live > 0, nil
	case HasTruth:
		return o.Truth(t)
	case Sized:
		n, err := o.Len(t)
		return n > 0, err
	}
	return true, nil
}

// Len is len(o).
func Len(t *Thread, o Object) (int, error) {
	switch o := o.(type) {
	case value.Str:
		if len(o) > 1024 {
			if err := t.Step(int64(len(o)) / 1024); err != nil {
				return 0, err
			}
		}
		return runeCount(string(o)), nil
	case *List:
		return len(o.items), nil
	case *Tuple:
		return len(o.items), nil
	case *Dict:
		return o.live, nil
	case *Set:
		return o.live, nil
	case value.Bytes:
		return len(o), nil
	case *ByteArray:
		return len(o.b), nil
	case *Range:
		return int(o.n), nil
	case *dictView:
		return o.d.live, nil
	case Sized:
		return o.Len(t)
	}
	return 0, TypeError("object of type '%s' has no len()", o.TypeName())
}

// runeCount is len() of a text: its code points. Every byte that does not go on
// with a character begins one, lone surrogates included.
func runeCount(s string) int {
	n := 0
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// isASCII says whether bytes are characters.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Contains is o in container.
func Contains(t *Thread, container, o Object) (bool, error) {
	switch c := container.(type) {
	case *Dict:
		_, ok, err := c.get(t, o)
		return ok, err
	case *Set:
		return c.contains(t, o)
	case *List:
		return containsItem(t, c.items, o)
	case *Tuple:
		return containsItem(t, c.items, o)
	case value.Str:
		sub, ok := o.(value.Str)
		if !ok {
			return false, TypeError("'in <string>' requires string as left operand, not %s", o.TypeName())
		}
		return containsText(t, string(c), string(sub))
	case value.Bytes, *ByteArray:
		return containsOctets(t, c, o)
	case *Range:
		return c.contains(o)
	case *dictView:
		return c.contains(t, o)
	case Container:
		return c.Contains(t, o)
	case Iterable, Iterator:
		return containsByIteration(t, container, o)
	}
	return false, TypeError("argument of type '%s' is not iterable", container.TypeName())
}

func containsItem(t *Thread, items []Object, o Object) (bool, error) {
	for _, item := range items {
		if t.fuel--; t.fuel < 0 {
			if err := t.look(); err != nil {
				return false, err
			}
		}
		if equal, err := same(t, item, o); equal || err != nil {
			return equal, err
		}
	}
	return false, nil
}

func containsByIteration(t *Thread, container, o Object) (bool, error) {
	it, err := Iterate(t, container)
	if err != nil {
		return false, err
	}
	for {
		used, kept := t.used, t.kept
		item, err := t.next(it)
		if item == nil || err != nil {
			return false, err
		}
		if equal, err := same(t, item, o); equal || err != nil {
			return equal, err
		}
		t.settle(used, kept, nil)
	}
}

// contains looks a number up in a range; what is no int is compared with the
// number it may equal.
func (r *Range) contains(o Object) (bool, error) {
	i, ok := smallInt(o)
	if f, is := o.(value.Float); is && f == value.Float(int64(f)) {
		i, ok = int64(f), true
	}
	if c, is := o.(value.Complex); is && imag(c) == 0 && real(c) == float64(int64(real(c))) {
		i, ok = int64(real(c)), true
	}
	return ok && r.index(i) >= 0, nil
}

// index gives the place of a number in the range, or -1.
func (r *Range) index(i int64) int64 {
	if r.n == 0 {
		return -1
	}
	last := r.start + (r.n-1)*r.step
	if i < min(r.start, last) || i > max(r.start, last) {
		return -1
	}
	var away, by uint64
	if r.step > 0 {
		away, by = uint64(i)-uint64(r.start), uint64(r.step)
	} else {
		away, by = uint64(r.start)-uint64(i), -uint64(r.step)
	}
	if away%by != 0 {
		return -1
	}
	return int64(away / by)
}
