package modules

import (
	"bytes"
	"math"

	"althing/expr"
	"althing/expr/internal/bintext"
	"althing/value"
)

// base64Module is Python's base64 without its functions on files.
func base64Module() *expr.Module {
	binary, viewed, encoded, lined := (*codecArgs).binary, (*codecArgs).viewed, (*codecArgs).encoded, (*codecArgs).lined
	return &expr.Module{Name: "base64", Attrs: attrs(
		codec("b64encode", "s altchars?", binary, b64Encode),
		codec("b64decode", "s altchars? validate?", encoded, b64Decode),
		codec("standard_b64encode", "s", binary, b64Encode),
		codec("standard_b64decode", "s", encoded, b64Decode),
		codec("urlsafe_b64encode", "s", binary, urlsafeEncode),
		codec("urlsafe_b64decode", "s", encoded, urlsafeDecode),
		codec("b32encode", "s", viewed, b32Encode(bintext.Base32)),
		codec("b32decode", "s casefold? map01?", encoded, b32Decode(bintext.Base32)),
		codec("b32hexencode", "s", viewed, b32Encode(bintext.Base32Hex)),
		codec("b32hexdecode", "s casefold?", encoded, b32Decode(bintext.Base32Hex)),
		codec("b16encode", "s", binary, b16Encode),
		codec("b16decode", "s casefold?", encoded, b16Decode),
		codec("a85encode", "b * foldspaces? wrapcol? pad? adobe?", viewed, a85Encode),
		codec("a85decode", "b * foldspaces? adobe? ignorechars?", encoded, a85Decode),
		codec("b85encode", "b pad?", viewed, b85Encode),
		codec("b85decode", "b", encoded, b85Decode),
		codec("encodebytes", "s", lined, linesEncode),
		codec("decodebytes", "s", lined, linesDecode),
	)}
}

// codecArgs are the arguments of a function of base64; nil is one left out.
type codecArgs struct {
	t *expr.Thread
	given
	more expr.Object // the fifth
}

// codecFunc works on its arguments, of which b are the data.
type codecFunc func(a *codecArgs, b []byte) (expr.Object, error)

// codec makes a function with that name and those parameters, the first of which
// is read by read.
func codec(name, spec string, read func(a *codecArgs, i int) ([]byte, error), f codecFunc) *expr.Func {
	params := expr.NewParams(name, spec)
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		args := codecArgs{t: t}
		if err := params.Bind(a, &args.given[0], &args.given[1], &args.given[2], &args.given[3], &args.more); err != nil {
			return nil, err
		}
		b, err := read(&args, 0)
		if err != nil {
			return nil, err
		}
		return f(&args, b)
	}).Forgets()
}

// binary is an argument that must be bytes.
func (a *codecArgs) binary(i int) ([]byte, error) { return octetsArg(a.t, a.given[i]) }

// viewed is binary in the words of memoryview().
func (a *codecArgs) viewed(i int) ([]byte, error) {
	b, ok, err := octets(a.t, a.given[i])
	if !ok {
		return nil, expr.TypeError("memoryview: a bytes-like object is required, not '%s'", a.given[i].TypeName())
	}
	return b, err
}

// encoded is an argument with encoded data.
func (a *codecArgs) encoded(i int) ([]byte, error) {
	return asciiOctets(a.t, a.given[i], "argument should be a bytes-like object or ASCII string, not '%s'")
}

// lined is an argument of the functions on lines of base64.
func (a *codecArgs) lined(i int) ([]byte, error) {
	b, ok, err := octets(a.t, a.given[i])
	if !ok {
		return nil, expr.TypeError("expected bytes-like object, not %s", expr.TypeOf(a.given[i]).ShortName())
	}
	return b, err
}

// flag is the truth of an argument.
func (a *codecArgs) flag(o expr.Object) (bool, error) {
	if o == nil {
		return false, nil
	}
	return expr.Truth(a.t, o)
}

// wantLen is CPython's assertion that an alphabet has so many characters.
func (a *codecArgs) wantLen(o expr.Object, want int) error {
	n, err := expr.Len(a.t, o)
	if err != nil || n == want {
		return err
	}
	shown, err := expr.Repr(a.t, o)
	if err != nil {
		return err
	}
	return expr.Raise("AssertionError", "%s", shown)
}

// translate puts each of the characters of to in the place of the same of from.
func (a *codecArgs) translate(b, from, to []byte) ([]byte, error) {
	if err := chargeCodec(a.t, len(b)); err != nil {
		return nil, err
	}
	var table [256]byte
	for i := range table {
		table[i] = byte(i)
	}
	for i, c := range from {
		table[c] = to[i]
	}
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = table[c]
	}
	return out, nil
}

func b64Encode(a *codecArgs, b []byte) (expr.Object, error) {
	if a.or(1, expr.None) == expr.None {
		return a.base64(b, "+/")
	}
	if err := a.wantLen(a.given[1], 2); err != nil {
		return nil, err
	}
	alphabet, err := a.binary(1)
	if err != nil {
		return nil, err
	}
	return a.base64(b, string(alphabet))
}

func urlsafeEncode(a *codecArgs, b []byte) (expr.Object, error) {
	return a.base64(b, "-_")
}

// base64 writes base64 with other characters for + and /.
func (a *codecArgs) base64(b []byte, alphabet string) (expr.Object, error) {
	return coded(a.t, b, func(b []byte) ([]byte, error) {
		out := bintext.EncodeBase64(b)
		if alphabet == "+/" {
			return out, nil
		}
		return a.translate(out, []byte("+/"), []byte(alphabet))
	})
}

func b64Decode(a *codecArgs, b []byte) (expr.Object, error) {
	if a.or(1, expr.None) != expr.None {
		alphabet, err := a.encoded(1)
		if err != nil {
			return nil, err
		}
		if err := a.wantLen(asBytes(alphabet, a.given[1]), 2); err != nil {
			return nil, err
		}
		if b, err = a.translate(b, alphabet, []byte("+/")); err != nil {
			return nil, err
		}
	}
	strict, err := cFlag(a.or(2, expr.False))
	if err != nil {
		return nil, err
	}
	return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.DecodeBase64(b, strict) })
}

func urlsafeDecode(a *codecArgs, b []byte) (expr.Object, error) {
	b, err := a.translate(b, []byte("-_"), []byte("+/"))
	if err != nil {
		return nil, err
	}
	return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.DecodeBase64(b, false) })
}

func b32Encode(alphabet string) codecFunc {
	return func(a *codecArgs, b []byte) (expr.Object, error) {
		return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.EncodeBase32(alphabet, b), nil })
	}
}

func b32Decode(alphabet string) codecFunc {
	return func(a *codecArgs, b []byte) (expr.Object, error) {
		if len(b)%8 != 0 {
			return nil, bintext.Error("Incorrect padding")
		}
		if a.or(2, expr.None) != expr.None {
			one, err := a.encoded(2)
			if err != nil {
				return nil, err
			}
			if err := a.wantLen(asBytes(one, a.given[2]), 1); err != nil {
				return nil, err
			}
			if b, err = a.translate(b, []byte("01"), append([]byte("O"), one...)); err != nil {
				return nil, err
			}
		}
		b, err := a.folded(b)
		if err != nil {
			return nil, err
		}
		return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.DecodeBase32(alphabet, b) })
	}
}

// folded makes small letters large when the second argument says so.
func (a *codecArgs) folded(b []byte) ([]byte, error) {
	fold, err := a.flag(a.given[1])
	if !fold || err != nil {
		return b, err
	}
	if err := chargeCodec(a.t, len(b)); err != nil {
		return nil, err
	}
	return upper(b), nil
}

// upper makes the small letters of ASCII large.
func upper(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if c >= 'a' && c <= 'z' {
			out[i] = c - 'a' + 'A'
		}
	}
	return out
}

func b16Encode(a *codecArgs, b []byte) (expr.Object, error) {
	return coded(a.t, b, func(b []byte) ([]byte, error) { return upper(bintext.EncodeHex(b, 0, 0)), nil })
}

func b16Decode(a *codecArgs, b []byte) (expr.Object, error) {
	b, err := a.folded(b)
	if err != nil {
		return nil, err
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return nil, bintext.Error("Non-base16 digit found")
		}
	}
	return coded(a.t, b, bintext.DecodeHex)
}

func a85Encode(a *codecArgs, b []byte) (expr.Object, error) {
	var fold, pad, adobe bool
	for _, flag := range []struct {
		o  expr.Object
		to *bool
	}{{a.given[1], &fold}, {a.given[3], &pad}, {a.more, &adobe}} {
		var err error
		if *flag.to, err = a.flag(flag.o); err != nil {
			return nil, err
		}
	}
	width, err := a.width(a.or(2, expr.Int(0)))
	if err != nil {
		return nil, err
	}
	return coded(a.t, b, func(b []byte) ([]byte, error) {
		return bintext.FrameA85(bintext.EncodeA85(b, pad, fold), width, adobe), nil
	})
}

// width is how long lines of Ascii85 may be; 0 is for one line.
func (a *codecArgs) width(o expr.Object) (int, error) {
	wrap, err := expr.Truth(a.t, o)
	if !wrap || err != nil {
		return 0, err
	}
	wide, err := expr.Compare(a.t, expr.Gt, o, expr.Int(1))
	if err != nil {
		return 0, err
	}
	if !wide {
		return 1, nil
	}
	i, err := index(o)
	switch {
	case err != nil:
		return 0, err
	case i.BitLen() > 31:
		return math.MaxInt32, nil // longer than any text
	}
	return int(i.Int64()), nil
}

func a85Decode(a *codecArgs, b []byte) (expr.Object, error) {
	adobe, err := a.flag(a.given[2])
	if err != nil {
		return nil, err
	}
	if adobe {
		if b, err = bintext.UnframeA85(b); err != nil {
			return nil, err
		}
	}
	fold, err := a.flag(a.given[1])
	if err != nil {
		return nil, err
	}
	ignored := func(c byte) (bool, error) {
		if a.given[3] == nil {
			return bytes.IndexByte([]byte(" \t\n\r\v"), c) >= 0, nil
		}
		return expr.Contains(a.t, a.given[3], expr.Int(int64(c)))
	}
	return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.DecodeA85(b, fold, ignored) })
}

func b85Encode(a *codecArgs, b []byte) (expr.Object, error) {
	pad, err := a.flag(a.given[1])
	if err != nil {
		return nil, err
	}
	return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.EncodeBase85(b, pad), nil })
}

func b85Decode(a *codecArgs, b []byte) (expr.Object, error) {
	return coded(a.t, b, bintext.DecodeBase85)
}

func linesEncode(a *codecArgs, b []byte) (expr.Object, error) {
	return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.EncodeBase64Lines(b), nil })
}

func linesDecode(a *codecArgs, b []byte) (expr.Object, error) {
	return coded(a.t, b, func(b []byte) ([]byte, error) { return bintext.DecodeBase64(b, false) })
}

// asBytes is what CPython made of an argument that may have been a text.
func asBytes(b []byte, was expr.Object) expr.Object {
	if array, ok := was.(*expr.ByteArray); ok {
		return array
	}
	return value.Bytes(b)
}
