package expr

import (
	"althing/expr/internal/format"
	"althing/value"
)

// str makes a str object.
func str(s string) Object { return value.Str(s) }

// Format is format(o, spec).
func Format(t *Thread, o Object, spec string) (string, error) {
	switch v := o.(type) {
	case value.Int, value.Float, value.Str, value.Bool, value.Big, value.Complex:
		return format.Scalar(t, v.(value.Value), spec)
	case Formatter:
		return v.Format(t, spec)
	}
	if spec != "" {
		return "", format.Unsupported(o)
	}
	return Text(t, o)
}

// ASCII is ascii(o).
func ASCII(t *Thread, o Object) (string, error) {
	text, err := Repr(t, o)
	if err != nil {
		return "", err
	}
	return format.ASCII(t, text)
}

// formatHost does for package format what needs objects.
type formatHost struct{ *Thread }

func (h formatHost) Str(o format.Object) (string, error)  { return Text(h.Thread, o) }
func (h formatHost) Repr(o format.Object) (string, error) { return Repr(h.Thread, o) }

func (h formatHost) Format(o format.Object, spec string) (string, error) {
	return Format(h.Thread, o, spec)
}

func (h formatHost) Attr(o format.Object, name string) (format.Object, error) {
	return GetAttr(h.Thread, o, name)
}

func (h formatHost) Item(o format.Object, key value.Value) (format.Object, error) {
	return GetItem(h.Thread, o, key)
}

// strFormat is template.format(*args, **kwargs).
func strFormat(t *Thread, self Object, a Args) (Object, error) {
	text, err := format.Fields(formatHost{t}, string(self.(value.Str)), format.Arguments{
		Len: len(a.Pos),
		At:  func(i int) format.Object { return a.Pos[i] },
		Named: func(name string) (format.Object, error) {
			if o := a.Get(name); o != nil {
				return o, nil
			}
			return nil, KeyError(t, str(name))
		},
	})
	return value.Str(text), err
}

// strFormatMap is template.format_map(mapping).
func strFormatMap(t *Thread, self Object, args []Object) (Object, error) {
	text, err := format.Fields(formatHost{t}, string(self.(value.Str)), format.Arguments{
		Len:   -1,
		Named: func(name string) (format.Object, error) { return GetItem(t, args[0], str(name)) },
	})
	return value.Str(text), err
}

// percent is template % operand for a str or bytes; nil for anything else.
func percent(t *Thread, template, operand Object) (Object, error) {
	switch s := template.(type) {
	case value.Str:
		text, err := format.Percent(formatHost{t}, string(s), percentOperand(operand))
		if err != nil {
			return nil, err
		}
		return value.Str(text), nil
	case value.Bytes, *ByteArray:
		return percentOctets(t, template, operand)
	}
	return nil, nil
}

// HasTuple is an object of the host that is a tuple, with more to it.
type HasTuple interface {
	Object
	Tuple() *Tuple
}

func percentOperand(o Object) format.Operand {
	operand := format.Operand{Whole: o, Len: -1}
	if r, ok := o.(HasTuple); ok {
		o = r.Tuple()
	}
	if tu, ok := o.(*Tuple); ok {
		operand.Len = len(tu.items)
		operand.At = func(i int) format.Object { return tu.items[i] }
		return operand
	}
	switch o.(type) {
	case *Dict, *List, *ByteArray, value.Bytes, *Range, HasItem:
		operand.Mapping = true
	}
	return operand
}

// joined is an f-string: parts one after the other.
type joined struct{ parts []node }

func (n *joined) eval(t *Thread, f *frame) (Object, error) {
	s, err := n.text(t, f)
	return value.Str(s), err
}

func (n *joined) text(t *Thread, f *frame) (string, error) {
	var room [128]byte
	buf := room[:0]
	charged := 0
	for _, part := range n.parts {
		var err error
		if field, ok := part.(*field); ok {
			buf, err = field.appendTo(t, f, buf)
		} else {
			buf = append(buf, part.(*constant).o.(value.Str)...)
		}
		if err == nil {
			err = t.ChargeText(len(buf) - charged)
		}
		if err != nil {
			return "", err
		}
		charged = len(buf)
	}
	return string(buf), t.ChargeText(len(buf))
}

// field is {value!conversion:spec} in an f-string.
type field struct {
	value      node
	conversion byte // 's', 'r', 'a' or 0
	spec       *joined
}

// eval is not called: what joins the parts appends them.
func (n *field) eval(t *Thread, f *frame) (Object, error) {
	buf, err := n.appendTo(t, f, nil)
	return value.Str(buf), err
}

func (n *field) appendTo(t *Thread, f *frame, buf []byte) ([]byte, error) {
	o, err := n.value.eval(t, f)
	if err != nil {
		return buf, err
	}
	if o, err = convertField(t, o, n.conversion); err != nil {
		return buf, err
	}
	spec := ""
	if n.spec != nil {
		if spec, err = n.spec.text(t, f); err != nil {
			return buf, err
		}
	}
	switch o := o.(type) {
	case value.Str:
		if spec == "" {
			return append(buf, o...), t.ChargeText(len(o))
		}
		return format.AppendScalar(t, buf, o, spec)
	case value.Int, value.Float, value.Bool, value.Big:
		return format.AppendScalar(t, buf, o.(value.Value), spec)
	}
	s, err := Format(t, o, spec)
	return append(buf, s...), err
}

func convertField(t *Thread, o Object, conversion byte) (Object, error) {
	var s string
	var err error
	switch conversion {
	case 's':
		s, err = Text(t, o)
	case 'r':
		s, err = Repr(t, o)
	case 'a':
		s, err = ASCII(t, o)
	default:
		return o, nil
	}
	return value.Str(s), err
}
