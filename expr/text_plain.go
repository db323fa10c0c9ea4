package expr

import (
	"bytes"
	"strconv"

	"althing/expr/internal/format"
	"althing/value"
)

// big writes a long int; past 4,300 digits it is CPython's ValueError.
func (w *writer) big(b value.Big) error {
	buf, err := format.AppendBig(w.t, w.buf, b)
	w.buf = buf
	return err
}

// view writes dict_keys([…]) and its like.
func (w *writer) view(v *dictView) error {
	w.buf = append(append(w.buf, v.TypeName()...), "(["...)
	first := true
	for key, val := range v.d.All() {
		if !first {
			w.buf = append(w.buf, ", "...)
		}
		first = false
		switch v.what {
		case items:
			w.buf = append(w.buf, '(')
			if err := w.repr(key); err != nil {
				return err
			}
			w.buf = append(w.buf, ", "...)
			if err := w.repr(val); err != nil {
				return err
			}
			w.buf = append(w.buf, ')')
			continue
		case values:
			key = val
		}
		if err := w.repr(key); err != nil {
			return err
		}
	}
	w.buf = append(w.buf, "])"...)
	return nil
}

// plain writes what is neither a value nor a container of this package.
func (w *writer) plain(o Object) error {
	switch o := o.(type) {
	case *Range:
		w.buf = append(w.buf, "range("...)
		w.buf = strconv.AppendInt(w.buf, o.start, 10)
		w.buf = append(w.buf, ", "...)
		w.buf = strconv.AppendInt(w.buf, o.stop, 10)
		if o.step != 1 {
			w.buf = append(w.buf, ", "...)
			w.buf = strconv.AppendInt(w.buf, o.step, 10)
		}
		w.buf = append(w.buf, ')')
		return nil
	case *Slice:
		w.buf = append(w.buf, "slice"...)
		return w.items('(', []Object{o.Start, o.Stop, o.Step}, ')')
	case *ByteArray:
		return w.byteArray(o)
	case ellipsis:
		w.buf = append(w.buf, "Ellipsis"...)
	default:
		w.buf = append(w.buf, describe(o)...)
	}
	return nil
}

// byteArray writes a bytearray. Between double quotes CPython escapes single ones
// all the same, which it does not do for bytes.
func (w *writer) byteArray(b *ByteArray) error {
	w.buf = append(w.buf, "bytearray("...)
	begin := len(w.buf)
	if err := w.bytes(value.Bytes(b.b)); err != nil {
		return err
	}
	if w.buf[begin+1] == '"' {
		escaped := bytes.ReplaceAll(w.buf[begin:], []byte("'"), []byte(`\'`))
		w.buf = append(w.buf[:begin], escaped...)
	}
	w.buf = append(w.buf, ')')
	return w.settle()
}

// describe is the repr of things that have no other text. CPython adds their
// address, which would tell strangers about this process's memory.
func describe(o Object) string {
	switch o := o.(type) {
	case *Type:
		return "<class '" + o.Name + "'>"
	case *Func:
		return "<built-in function " + o.name + ">"
	case *boundMethod:
		return "<built-in method " + o.m.Name + " of " + o.self.TypeName() + " object>"
	case *Method:
		return "<method '" + o.Name + "' of '" + o.of.Name + "' objects>"
	case *Property:
		if o.described == "" {
			return "<attribute>"
		}
		return o.described
	case *Module:
		return "<module '" + o.Name + "'>"
	case *lambda:
		return "<function " + o.scope.String() + ">"
	case *generator:
		return "<generator object " + o.c.scope.String() + ">"
	}
	return "<" + o.TypeName() + " object>"
}
