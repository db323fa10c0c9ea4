package expr

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"althing/value"
)

func defineBytesMethods() {
	typeBytes.New = func(t *Thread, a Args) (Object, error) {
		b, err := newOctets(t, "bytes", a)
		return value.Bytes(b), err
	}
	typeByteArray.New = func(t *Thread, a Args) (Object, error) {
		b, err := newOctets(t, "bytearray", a)
		return &ByteArray{bytes.Clone(b)}, err
	}
	for _, ty := range []*Type{typeBytes, typeByteArray} {
		builtins[ty.Name] = ty
		ty.methods(
			NewMethod("decode", bytesDecode),
			NewMethod("hex", bytesHex),
			method("find", 1, 3, bytesFind(bytes.Index, "")),
			method("rfind", 1, 3, bytesFind(bytes.LastIndex, "")),
			method("index", 1, 3, bytesFind(bytes.Index, "subsection not found")),
			method("rindex", 1, 3, bytesFind(bytes.LastIndex, "subsection not found")),
			method("count", 1, 3, bytesCount),
			method("startswith", 1, 3, bytesAffix("startswith", bytes.HasPrefix)),
			method("endswith", 1, 3, bytesAffix("endswith", bytes.HasSuffix)),
			method("removeprefix", 1, 1, bytesRemove(bytes.TrimPrefix)),
			method("removesuffix", 1, 1, bytesRemove(bytes.TrimSuffix)),
			method("join", 1, 1, bytesJoin),
			method("replace", 2, 3, bytesReplace),
		)
		from := ty
		ty.define(map[string]Object{
			"fromhex": builtin("fromhex", 1, 1, func(t *Thread, args []Object) (Object, error) {
				b, err := fromHex(t, args[0])
				if from == typeByteArray {
					return &ByteArray{b}, err
				}
				return value.Bytes(b), err
			}).Forgets(),
			"maketrans": builtin("maketrans", 2, 2, bytesMakeTrans).Forgets(),
		})
	}
}

var (
	bytesParams     = newParamsC("bytes", "source? encoding? errors?")
	bytearrayParams = newParamsC("bytearray", "source? encoding? errors?")
	bytesHexParams  = newParamsC("hex", "sep? bytes_per_sep?")
	errMakeTransLen = ValueError("maketrans arguments must have same length")
)

// newOctets is bytes(…) and bytearray(…).
func newOctets(t *Thread, kind string, a Args) ([]byte, error) {
	var o, encoding, errors Object
	params := bytesParams
	if kind == "bytearray" {
		params = bytearrayParams
	}
	if err := params.Bind(a, &o, &encoding, &errors); err != nil {
		return nil, err
	}
	if _, err := codecOf(kind, encoding, errors); err != nil {
		if _, unknown := isRaised(err, "LookupError"); !unknown {
			return nil, err
		}
	}
	if s, ok := strOf(o); ok {
		if encoding == nil {
			return nil, TypeError("string argument without an encoding")
		}
		b, err := encode(t, s, kind, encoding, errors)
		return []byte(b), err
	}
	switch {
	case encoding != nil:
		return nil, TypeError("encoding without a string argument")
	case errors != nil:
		return nil, TypeError("errors without a string argument")
	case o == nil:
		return nil, nil
	}
	if _, ok := AsBig(o); ok {
		n, err := Index(o)
		if err != nil {
			return nil, OverflowError("cannot fit 'int' into an index-sized integer")
		}
		if n < 0 {
			return nil, ValueError("negative count")
		}
		if err := t.chargeRepeat(1, n, 1); err != nil {
			return nil, err
		}
		return make([]byte, n), nil
	}
	b, err := octetsOf(t, o, kind)
	if err == nil {
		err = t.ChargeText(len(b))
	}
	return b, err
}

func bytesHex(t *Thread, self Object, a Args) (Object, error) {
	b, _ := octets(self)
	var sep Object
	per := Int(1)
	if err := bytesHexParams.Bind(a, &sep, &per); err != nil {
		return nil, err
	}
	n, err := Index(per)
	if err != nil {
		return nil, err
	}
	if err := t.ChargeText(3 * len(b)); err != nil {
		return nil, err
	}
	if sep == nil {
		return value.Str(hex.EncodeToString(b)), nil
	}
	mark, err := HexMark(t, sep, utf8.RuneSelf)
	if err != nil {
		return nil, err
	}
	return value.Str(groupedHex(b, mark, n)), nil
}

// HexMark is the one character between groups of hexadecimal digits, of those
// below the given one.
func HexMark(t *Thread, sep Object, below rune) (byte, error) {
	n, err := Len(t, sep)
	if err != nil {
		return 0, err
	}
	if n != 1 {
		return 0, ValueError("sep must be length 1.")
	}
	var mark rune
	switch sep := sep.(type) {
	case value.Str:
		mark, _ = value.DecodeRune(string(sep))
	case value.Bytes:
		mark = rune(sep[0])
	default:
		return 0, TypeError("sep must be str or bytes.")
	}
	if mark >= below {
		return 0, ValueError("sep must be ASCII.")
	}
	return byte(mark), nil
}

// groupedHex puts a mark between every n bytes, counted from the right, or from
// the left when n is negative.
func groupedHex(b []byte, mark byte, n int64) string {
	if n == 0 {
		return hex.EncodeToString(b)
	}
	out := make([]byte, 0, 3*len(b))
	for i, one := range b {
		from := int64(len(b) - i)
		if n < 0 {
			from = -int64(i)
		}
		if i > 0 && from%n == 0 {
			out = append(out, mark)
		}
		out = hex.AppendEncode(out, []byte{one})
	}
	return string(out)
}

func fromHex(t *Thread, o Object) ([]byte, error) {
	s, ok := strOf(o)
	if !ok {
		return nil, TypeError("fromhex() argument must be str, not %s", argName(o))
	}
	if err := t.ChargeText(len(s)); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(s)) / 16); err != nil {
		return nil, err
	}
	if at := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }); at >= 0 {
		return nil, notHex(at) // CPython tells of these first
	}
	var out []byte
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r' {
			i++
			continue
		}
		var one [1]byte
		if i+1 < len(s) {
			if _, err := hex.Decode(one[:], []byte(s[i:i+2])); err == nil {
				out = append(out, one[0])
				i += 2
				continue
			}
		}
		at := i
		if isHexDigit(s[i]) {
			at++
		}
		return nil, notHex(at)
	}
	return out, nil
}

func notHex(at int) error {
	return ValueError("non-hexadecimal number found in fromhex() arg at position %d", at)
}

func isHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// octetsArg is the part that a search looks for: bytes, or the number of one.
func octetsArg(o Object) ([]byte, error) {
	if b, ok := octets(o); ok {
		return b, nil
	}
	if _, ok := AsBig(o); !ok {
		return nil, TypeError("argument should be integer or bytes-like object, not '%s'", o.TypeName())
	}
	one, err := octet(o)
	return []byte{one}, err
}

// octetsWindow is the part that the arguments start and stop leave.
func octetsWindow(b []byte, args []Object) (from, to int, ok bool, err error) {
	from, to, err = bounds(args, len(b))
	if err != nil || from > to || from > len(b) {
		return 0, 0, false, err
	}
	return from, to, true, nil
}

func bytesFind(search func(b, sub []byte) int, missing string) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		b, _ := octets(self)
		from, to, ok, err := octetsWindow(b, args[1:])
		if err != nil {
			return nil, err
		}
		sub, err := octetsArg(args[0])
		if err != nil {
			return nil, err
		}
		if err := t.Step(int64(len(b)) / 256); err != nil {
			return nil, err
		}
		if ok {
			if at := search(b[from:to], sub); at >= 0 {
				return Int(int64(from + at)), nil
			}
		}
		if missing != "" {
			return nil, ValueError("%s", missing)
		}
		return Int(-1), nil
	}
}

func bytesCount(t *Thread, self Object, args []Object) (Object, error) {
	b, _ := octets(self)
	from, to, ok, err := octetsWindow(b, args[1:])
	if err != nil {
		return nil, err
	}
	sub, err := octetsArg(args[0])
	if !ok || err != nil {
		return Int(0), err
	}
	if err := t.Step(int64(len(b)) / 256); err != nil {
		return nil, err
	}
	if len(sub) == 0 {
		return Int(int64(to - from + 1)), nil
	}
	return Int(int64(bytes.Count(b[from:to], sub))), nil
}

func bytesAffix(name string, has func(b, affix []byte) bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(_ *Thread, self Object, args []Object) (Object, error) {
		b, _ := octets(self)
		from, to, ok, err := octetsWindow(b, args[1:])
		if err != nil {
			return nil, err
		}
		several := []Object{args[0]}
		if tu, is := args[0].(*Tuple); is {
			several = tu.items
		} else if _, is := octets(args[0]); !is {
			return nil, TypeError("%s first arg must be bytes or a tuple of bytes, not %s", name, args[0].TypeName())
		}
		for _, o := range several {
			affix, err := bytesLike(o)
			if err != nil {
				return nil, err
			}
			if ok && has(b[from:to], affix) {
				return True, nil
			}
		}
		return False, nil
	}
}

// bytesLike wants a bytes-like argument.
func bytesLike(o Object) ([]byte, error) {
	b, ok := octets(o)
	if !ok {
		return nil, TypeError("a bytes-like object is required, not '%s'", o.TypeName())
	}
	return b, nil
}

// result makes what a method of bytes or bytearray gives: a new object of the
// same type, charged.
func (t *Thread) result(self Object, b []byte) (Object, error) {
	if err := t.ChargeText(len(b)); err != nil {
		return nil, err
	}
	if _, ok := self.(*ByteArray); ok {
		b = bytes.Clone(b)
	}
	return likeOctets(self, b), nil
}

func bytesRemove(trim func(b, affix []byte) []byte) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		b, _ := octets(self)
		affix, err := bytesLike(args[0])
		if err != nil {
			return nil, err
		}
		return t.result(self, trim(b, affix))
	}
}

func bytesJoin(t *Thread, self Object, args []Object) (Object, error) {
	sep, _ := octets(self)
	if !isIterable(args[0]) {
		return nil, TypeError("can only join an iterable")
	}
	items, err := Collect(t, args[0])
	if err != nil {
		return nil, err
	}
	parts := make([][]byte, len(items))
	n := len(sep) * len(items)
	for i, o := range items {
		b, ok := octets(o)
		if !ok {
			return nil, TypeError("sequence item %d: expected a bytes-like object, %s found", i, o.TypeName())
		}
		parts[i] = b
		n += len(b)
	}
	if err := t.ChargeText(n); err != nil {
		return nil, err
	}
	return likeOctets(self, bytes.Join(parts, sep)), nil
}

func bytesReplace(t *Thread, self Object, args []Object) (Object, error) {
	b, _ := octets(self)
	old, err := bytesLike(args[0])
	if err != nil {
		return nil, err
	}
	with, err := bytesLike(args[1])
	if err != nil {
		return nil, err
	}
	n := -1
	if len(args) == 3 {
		i, err := Index(args[2])
		if err != nil {
			return nil, err
		}
		n = int(min(max(i, -1), 1<<30))
	}
	if err := t.Step(int64(len(b)) / 64); err != nil {
		return nil, err
	}
	times := len(b) + 1
	if len(old) > 0 {
		times = bytes.Count(b, old)
	}
	if n >= 0 {
		times = min(times, n)
	}
	if err := t.chargeRepeat(len(with)+1, int64(times), 1); err != nil {
		return nil, err
	}
	if len(old) == 0 {
		// Package bytes would put with between code points.
		return t.result(self, interleave(b, with, times))
	}
	return t.result(self, bytes.Replace(b, old, with, n))
}

// interleave puts with before each of the first n bytes, and at the end when n
// goes that far.
func interleave(b, with []byte, n int) []byte {
	var out []byte
	for i := range len(b) + 1 {
		if i < n {
			out = append(out, with...)
		}
		if i < len(b) {
			out = append(out, b[i])
		}
	}
	return out
}

func bytesMakeTrans(t *Thread, args []Object) (Object, error) {
	from, err := bytesLike(args[0])
	if err != nil {
		return nil, err
	}
	to, err := bytesLike(args[1])
	if err != nil {
		return nil, err
	}
	if len(from) != len(to) {
		return nil, errMakeTransLen
	}
	table := make([]byte, 256)
	for i := range table {
		table[i] = byte(i)
	}
	for i, c := range from {
		table[c] = to[i]
	}
	return value.Bytes(table), t.ChargeText(256)
}
