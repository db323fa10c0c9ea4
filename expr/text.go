package expr

import (
	"slices"

	"althing/value"
)

// Text is str(o), charged and bounded like all else.
func Text(t *Thread, o Object) (string, error) {
	switch o := o.(type) {
	case value.Str:
		return string(o), nil
	case Texter:
		if err := t.enter(); err != nil {
			return "", err
		}
		defer t.leave()
		return o.Str(t)
	}
	return Repr(t, o)
}

// Repr is repr(o).
func Repr(t *Thread, o Object) (string, error) {
	switch o := o.(type) {
	case value.Int, value.Float, value.Bool, value.None:
		var room [32]byte
		return string(value.AppendRepr(room[:0], o.(value.Value))), nil
	case Texter:
		if err := t.enter(); err != nil {
			return "", err
		}
		defer t.leave()
		return o.Repr(t)
	}
	w := writer{t: t}
	if err := w.repr(o); err != nil {
		return "", err
	}
	return string(w.buf), nil
}

// writer writes the repr of objects that may be nested.
type writer struct {
	t       *Thread
	buf     []byte
	charged int      // so much of the buffer's length has been charged
	open    []Object // the containers around the place of writing
}

// settle charges what was written since the last time.
func (w *writer) settle() error {
	n := len(w.buf) - w.charged
	if n < 128 {
		return nil
	}
	w.charged = len(w.buf)
	if err := w.t.Step(int64(n) / 64); err != nil {
		return err
	}
	return w.t.Charge(2 * int64(n))
}

func (w *writer) repr(o Object) error {
	switch o := o.(type) {
	case value.Str:
		// Quoting makes at most four characters of a byte.
		if err := w.t.Charge(4 * int64(len(o))); err != nil {
			return err
		}
		w.buf = value.AppendQuoted(w.buf, string(o))
		w.t.used -= 4 * int64(len(o))
	case value.Bytes:
		return w.bytes(o)
	case value.Big:
		return w.big(o)
	case value.Value:
		w.buf = value.AppendRepr(w.buf, o)
	case *List:
		return w.nest(o, "[...]", func() error { return w.items('[', o.items, ']') })
	case *Tuple:
		return w.nest(o, "(...)", func() error { return w.tuple(o) })
	case *Dict:
		return w.nest(o, "{...}", func() error { return w.dict(o) })
	case *Set:
		return w.nest(o, o.TypeName()+"(...)", func() error { return w.set(o) })
	case *dictView:
		return w.nest(o, "...", func() error { return w.view(o) })
	case Texter:
		s, err := o.Repr(w.t)
		if err != nil {
			return err
		}
		w.buf = append(w.buf, s...)
	default:
		return w.plain(o)
	}
	return w.settle()
}

func (w *writer) bytes(b value.Bytes) error {
	if err := w.t.Charge(4 * int64(len(b))); err != nil {
		return err
	}
	w.buf = value.AppendRepr(w.buf, b)
	w.t.used -= 4 * int64(len(b))
	return w.settle()
}

// nest writes a container, unless it is one of those around it.
func (w *writer) nest(o Object, again string, write func() error) error {
	if slices.Contains(w.open, o) {
		w.buf = append(w.buf, again...)
		return nil
	}
	if err := w.t.enter(); err != nil {
		return Raise("RecursionError", "maximum recursion depth exceeded while getting the repr of an object")
	}
	defer w.t.leave()
	w.open = append(w.open, o)
	err := write()
	w.open = w.open[:len(w.open)-1]
	return err
}

func (w *writer) items(open byte, items []Object, end byte) error {
	w.buf = append(w.buf, open)
	for i, item := range items {
		if i > 0 {
			w.buf = append(w.buf, ", "...)
		}
		if err := w.repr(item); err != nil {
			return err
		}
	}
	w.buf = append(w.buf, end)
	return w.settle()
}

func (w *writer) tuple(tu *Tuple) error {
	if err := w.items('(', tu.items, ')'); err != nil {
		return err
	}
	if len(tu.items) == 1 {
		w.buf = append(w.buf[:len(w.buf)-1], ",)"...)
	}
	return nil
}

func (w *writer) dict(d *Dict) error {
	w.buf = append(w.buf, '{')
	first := true
	for key, val := range d.All() {
		if !first {
			w.buf = append(w.buf, ", "...)
		}
		first = false
		if err := w.repr(key); err != nil {
			return err
		}
		w.buf = append(w.buf, ": "...)
		if err := w.repr(val); err != nil {
			return err
		}
	}
	w.buf = append(w.buf, '}')
	return w.settle()
}

func (w *writer) set(s *Set) error {
	if s.live == 0 {
		w.buf = append(append(w.buf, s.TypeName()...), "()"...)
		return nil
	}
	if s.frozen {
		w.buf = append(w.buf, "frozenset("...)
	}
	members := make([]Object, 0, s.live)
	for o := range s.All() {
		members = append(members, o)
	}
	if err := w.items('{', members, '}'); err != nil {
		return err
	}
	if s.frozen {
		w.buf = append(w.buf, ')')
	}
	return nil
}
