package modules

import (
	"math/big"
	"strings"

	"althing/expr"
	"althing/expr/internal/pystruct"
	"althing/value"
)

// structModule is Python's struct.
func structModule() *expr.Module {
	all := attrs(
		positional("_struct", "calcsize", 1, 1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			l, err := cachedLayout(t, args[0])
			if err != nil {
				return nil, err
			}
			return expr.Int(l.Size), nil
		}).Forgets(),
		positional("_struct", "unpack", 2, 2, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			l, err := cachedLayout(t, args[0])
			if err != nil {
				return nil, err
			}
			return l.unpack(t, args[1])
		}).Forgets(),
		positional("_struct", "iter_unpack", 2, 2, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			l, err := cachedLayout(t, args[0])
			if err != nil {
				return nil, err
			}
			return l.iterUnpack(t, args[1])
		}).Forgets(),
		expr.NewFunc("unpack_from", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			var format, buffer expr.Object
			offset := expr.Int(0)
			if err := unpackFromFormat.bind(a, &format, &buffer, &offset); err != nil {
				return nil, err
			}
			l, err := cachedLayout(t, format)
			if err != nil {
				return nil, err
			}
			return l.unpackFrom(t, buffer, offset)
		}).Forgets(),
		withLayout("pack", (*layout).pack),
		withLayout("pack_into", (*layout).packInto),
	)
	all["Struct"] = layoutType
	all["error"] = &expr.Type{Name: "struct.error"}
	return &expr.Module{Name: "struct", Attrs: all}
}

// withLayout makes a function of a format and any number of arguments.
func withLayout(name string, f func(l *layout, t *expr.Thread, args []expr.Object) (expr.Object, error)) *expr.Func {
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		if err := a.Between("_struct."+name, 0, -1); err != nil {
			return nil, err
		}
		if len(a.Pos) == 0 {
			return nil, expr.TypeError("missing format argument")
		}
		l, err := cachedLayout(t, a.Pos[0])
		if err != nil {
			return nil, err
		}
		return f(l, t, a.Pos[1:])
	}).Forgets()
}

// layout is a Struct.
type layout struct {
	*pystruct.Format
	text string
}

var _ expr.HasType = &layout{}

var (
	layoutSignature     = signature{fn: "Struct()", names: []string{"format"}, required: 1, pos: 1}
	unpackFromFormat    = signature{fn: "unpack_from()", names: []string{"format", "buffer", "offset"}, required: 2, only: 1, pos: 3}
	unpackFromSignature = signature{fn: "unpack_from()", names: []string{"buffer", "offset"}, required: 1, pos: 2}
)

var layoutType = &expr.Type{
	Name: "_struct.Struct",
	New: func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var format expr.Object
		if err := layoutSignature.bind(a, &format); err != nil {
			return nil, err
		}
		return newLayout(t, format)
	},
	Attrs: map[string]expr.Object{
		"format": property(func(self expr.Object) expr.Object { return value.Str(self.(*layout).text) }),
		"size":   property(func(self expr.Object) expr.Object { return expr.Int(self.(*layout).Size) }),
		"pack": layoutMethod("pack", -1, func(l *layout, t *expr.Thread, args []expr.Object) (expr.Object, error) {
			return l.pack(t, args)
		}),
		"pack_into": layoutMethod("pack_into", -1, func(l *layout, t *expr.Thread, args []expr.Object) (expr.Object, error) {
			return l.packInto(t, args)
		}),
		"unpack": layoutMethod("unpack", 1, func(l *layout, t *expr.Thread, args []expr.Object) (expr.Object, error) {
			return l.unpack(t, args[0])
		}),
		"iter_unpack": layoutMethod("iter_unpack", 1, func(l *layout, t *expr.Thread, args []expr.Object) (expr.Object, error) {
			return l.iterUnpack(t, args[0])
		}),
		"unpack_from": expr.NewMethod("unpack_from", func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
			var buffer expr.Object
			offset := expr.Int(0)
			if err := unpackFromSignature.bind(a, &buffer, &offset); err != nil {
				return nil, err
			}
			return self.(*layout).unpackFrom(t, buffer, offset)
		}),
	},
}

// layoutMethod makes a method of n arguments; -1: of any number.
func layoutMethod(name string, n int, f func(l *layout, t *expr.Thread, args []expr.Object) (expr.Object, error)) *expr.Method {
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		if err := a.Between("Struct."+name, max(n, 0), n); err != nil {
			return nil, err
		}
		return f(self.(*layout), t, a.Pos)
	})
}

func (*layout) TypeName() string { return layoutType.Name }

func (*layout) Type() *expr.Type { return layoutType }

// cachedLayout reads the format of a function of the module. CPython looks it up
// among those that it has read, for which it must be hashable.
func cachedLayout(t *expr.Thread, o expr.Object) (*layout, error) {
	if _, err := expr.Hash(t, o); err != nil {
		return nil, err
	}
	return newLayout(t, o)
}

func newLayout(t *expr.Thread, o expr.Object) (*layout, error) {
	var text string
	switch o := o.(type) {
	case value.Bytes:
		text = string(o)
	case value.Str:
		b, err := asciiFormat(t, o)
		if err != nil {
			return nil, err
		}
		text = b
	default:
		return nil, expr.TypeError("Struct() argument 1 must be a str or bytes object, not %s", expr.TypeOf(o).ShortName())
	}
	if strings.IndexByte(text, 0) >= 0 {
		return nil, pystruct.Error("embedded null character")
	}
	if err := t.Charge(layoutSize + pystruct.FieldSize*2*int64(len(text))); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(text)) / 2); err != nil {
		return nil, err
	}
	f, err := pystruct.Parse(text)
	if err != nil {
		return nil, err
	}
	return &layout{f, text}, nil
}

// layoutSize is what a Struct takes in memory beside its fields.
const layoutSize = 128

// asciiFormat gives a text as it is, or the error of encoding it as ASCII.
func asciiFormat(t *expr.Thread, s value.Str) (string, error) {
	encode, err := expr.GetAttr(t, s, "encode")
	if err != nil {
		return "", err
	}
	b, err := expr.Call(t, encode, value.Str("ascii"))
	if err != nil {
		return "", err
	}
	return string(b.(value.Bytes)), nil
}

// pack makes bytes of objects.
func (l *layout) pack(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	if err := l.wantItems("pack", len(args)); err != nil {
		return nil, err
	}
	if err := t.Charge(2 * min(l.Size, mostBytes)); err != nil {
		return nil, err
	}
	if err := t.Step(l.Size / packedPerStep); err != nil {
		return nil, err
	}
	out := make([]byte, l.Size)
	if err := l.put(t, out, args); err != nil {
		return nil, err
	}
	return value.Bytes(out), nil
}

// packedPerStep is how many bytes that are only moved are a step.
const packedPerStep = 64

func (l *layout) wantItems(fn string, n int) error {
	if int64(n) != l.Items {
		return pystruct.Error("%s expected %d items for packing (got %d)", fn, l.Items, n)
	}
	return nil
}

// packInto is pack into a part of a bytearray: the arguments are that, where to
// begin, and the objects.
func (l *layout) packInto(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	switch len(args) {
	case 0:
		return nil, pystruct.Error("pack_into expected buffer argument")
	case 1:
		return nil, pystruct.Error("pack_into expected offset argument")
	}
	if err := l.wantItems("pack_into", len(args)-2); err != nil {
		return nil, err
	}
	b, ok := args[0].(*expr.ByteArray)
	if !ok {
		return nil, expr.TypeError("argument must be read-write bytes-like object, not %s", typeShown(args[0]))
	}
	offset, err := expr.Index(args[1])
	if err != nil {
		if isRaised(err, "OverflowError") {
			err = expr.IndexError("cannot fit 'int' into an index-sized integer")
		}
		return nil, err
	}
	dst, err := l.part(b.Bytes(), offset, &packing)
	if err != nil {
		return nil, err
	}
	if err := t.Step(l.Size / packedPerStep); err != nil {
		return nil, err
	}
	clear(dst)
	return expr.None, l.put(t, dst, args[2:])
}

// words are how messages about a part of a buffer begin.
type words struct{ fn, does, tooShort string }

var (
	packing   = words{"pack_into", "packing", "no space to pack"}
	unpacking = words{"unpack_from", "unpacking", "not enough data to unpack"}
)

// part is the part of a buffer that the format describes, from offset on.
func (l *layout) part(b []byte, offset int64, w *words) ([]byte, error) {
	n := int64(len(b))
	if offset < 0 {
		switch {
		case offset+l.Size > 0:
			return nil, pystruct.Error("%s %d bytes at offset %d", w.tooShort, l.Size, offset)
		case offset+n < 0:
			return nil, pystruct.Error("offset %d out of range for %d-byte buffer", offset, n)
		}
		offset += n
	}
	if n-offset < l.Size {
		return nil, pystruct.Error("%s requires a buffer of at least %d bytes for %s %d bytes at offset %d (actual buffer size is %d)",
			w.fn, uint64(l.Size)+uint64(offset), w.does, l.Size, offset, n)
	}
	return b[offset : offset+l.Size], nil
}

// put writes the objects into dst, which is all zeros.
func (l *layout) put(t *expr.Thread, dst []byte, args []expr.Object) error {
	for _, f := range l.Fields {
		for i := range f.Count {
			if err := t.Step(1); err != nil {
				return err
			}
			at := f.Offset + i*f.Size
			if err := l.putItem(t, f.Char, dst[at:at+f.Size], args[0]); err != nil {
				return err
			}
			args = args[1:]
		}
	}
	return nil
}

func (l *layout) putItem(t *expr.Thread, char byte, dst []byte, o expr.Object) error {
	switch char {
	case 's', 'p':
		return putText(char, dst, o)
	case 'c':
		b, ok := o.(value.Bytes)
		if !ok || len(b) != 1 {
			return pystruct.Error("char format requires a bytes object of length 1")
		}
		dst[0] = b[0]
		return nil
	case '?':
		yes, err := expr.Truth(t, o)
		if yes {
			dst[0] = 1
		}
		return err
	case 'e', 'f', 'd':
		x, err := expr.AsFloat(o)
		if err != nil {
			return pystruct.Error("required argument is not a float")
		}
		err = l.PutFloat(char, dst, x)
		if _, ok := expr.AsBig(o); ok && err != nil {
			return pystruct.Error("int too large to convert")
		}
		return err
	}
	i, ok := expr.AsBig(o)
	if !ok {
		return pystruct.Error("required argument is not an integer")
	}
	return l.PutInt(char, dst, i)
}

// putText writes as much of a text as there is room for; that of p has its length
// before it.
func putText(char byte, dst []byte, o expr.Object) error {
	var b string
	switch o := o.(type) {
	case value.Bytes:
		b = string(o)
	case *expr.ByteArray:
		b = string(o.Bytes()[:min(len(o.Bytes()), len(dst))])
	default:
		return pystruct.Error("argument for '%c' must be a bytes object", char)
	}
	if char == 's' {
		copy(dst, b)
	} else if len(dst) > 0 {
		dst[0] = byte(min(copy(dst[1:], b), 255))
	}
	return nil
}

// unpack makes a tuple of bytes, which must be as many as the format describes.
func (l *layout) unpack(t *expr.Thread, buffer expr.Object) (expr.Object, error) {
	b, err := octetsArg(t, buffer)
	if err != nil {
		return nil, err
	}
	if int64(len(b)) != l.Size {
		return nil, pystruct.Error("unpack requires a buffer of %d bytes", l.Size)
	}
	return l.get(t, b)
}

// unpackFrom is unpack of a part of the bytes.
func (l *layout) unpackFrom(t *expr.Thread, buffer, offset expr.Object) (expr.Object, error) {
	b, err := octetsArg(t, buffer)
	if err != nil {
		return nil, err
	}
	at, err := expr.Index(offset)
	if err != nil {
		return nil, err
	}
	part, err := l.part(b, at, &unpacking)
	if err != nil {
		return nil, err
	}
	return l.get(t, part)
}

var unpackIterator = &expr.Type{Name: "_struct.unpack_iterator"}

// iterUnpack unpacks bytes part by part.
func (l *layout) iterUnpack(t *expr.Thread, buffer expr.Object) (expr.Object, error) {
	if l.Size == 0 {
		return nil, pystruct.Error("cannot iteratively unpack with a struct of length 0")
	}
	b, err := octetsArg(t, buffer)
	if err != nil {
		return nil, err
	}
	if int64(len(b))%l.Size != 0 {
		return nil, pystruct.Error("iterative unpacking requires a buffer of a multiple of %d bytes", l.Size)
	}
	next := func(t *expr.Thread) (expr.Object, error) {
		if len(b) == 0 {
			return nil, nil
		}
		part := b[:l.Size]
		b = b[l.Size:]
		return l.get(t, part)
	}
	return &lazy{unpackIterator, next}, t.Charge(lazySize)
}

// get makes a tuple of what src holds.
func (l *layout) get(t *expr.Thread, src []byte) (expr.Object, error) {
	if err := slots(t, l.Items); err != nil {
		return nil, err
	}
	items := make([]expr.Object, 0, l.Items)
	for _, f := range l.Fields {
		for i := range f.Count {
			if err := t.Step(1); err != nil {
				return nil, err
			}
			at := f.Offset + i*f.Size
			o, err := l.getItem(t, f.Char, src[at:at+f.Size])
			if err != nil {
				return nil, err
			}
			items = append(items, o)
		}
	}
	return expr.NewTuple(items...), nil
}

func (l *layout) getItem(t *expr.Thread, char byte, src []byte) (expr.Object, error) {
	switch char {
	case 's', 'c':
		return value.Bytes(src), t.ChargeText(len(src))
	case 'p':
		if len(src) == 0 {
			return nil, expr.Raise("SystemError", "Negative size passed to PyBytes_FromStringAndSize")
		}
		n := min(int(src[0]), len(src)-1)
		return value.Bytes(src[1 : 1+n]), t.ChargeText(n)
	case '?':
		return expr.Bool(src[0] != 0), nil
	case 'e', 'f', 'd':
		return number(l.Float(char, src)), nil
	}
	i := l.Int(char, src)
	if i < 0 && !pystruct.Signed(char) {
		return value.Integer(new(big.Int).SetUint64(uint64(i))), t.Charge(bigSize)
	}
	return expr.Int(i), nil
}

// bigSize is what an int of 64 bits without a sign takes in memory.
const bigSize = 72
