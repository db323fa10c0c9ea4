package expr

import (
	"strings"
	"unicode/utf8"

	"althing/expr/internal/pychar"
	"althing/value"
)

var (
	strParams    = newParamsC("str", "object? encoding? errors?")
	encodeParams = newParamsC("encode", "encoding? errors?")
	decodeParams = newParamsC("decode", "encoding? errors?")
)

// newStr is str(o), and str(bytes, encoding, errors).
func newStr(t *Thread, a Args) (Object, error) {
	if len(a.Pos) == 1 && len(a.Names) == 0 {
		if s, ok := a.Pos[0].(value.Str); ok {
			return s, nil
		}
		s, err := Text(t, a.Pos[0])
		if err != nil {
			return nil, err
		}
		return value.Str(s), t.Charge(textHead + int64(len(s)))
	}
	var o, encoding, errors Object
	if err := strParams.Bind(a, &o, &encoding, &errors); err != nil {
		return nil, err
	}
	if encoding == nil && errors == nil {
		if o == nil {
			return value.Str(""), nil
		}
		s, err := Text(t, o)
		return value.Str(s), err
	}
	if _, err := codecOf("str", encoding, errors); err != nil {
		if _, unknown := isRaised(err, "LookupError"); !unknown {
			return nil, err
		}
	}
	if _, ok := o.(value.Str); ok {
		return nil, TypeError("decoding str is not supported")
	}
	b, ok := octets(o)
	if !ok {
		if o == nil {
			return value.Str(""), nil
		}
		return nil, TypeError("decoding to str: need a bytes-like object, %s found", o.TypeName())
	}
	return decode(t, string(b), encoding, errors)
}

func strEncode(t *Thread, self Object, a Args) (Object, error) {
	var encoding, errors Object
	if err := encodeParams.Bind(a, &encoding, &errors); err != nil {
		return nil, err
	}
	b, err := encode(t, string(self.(value.Str)), "encode", encoding, errors)
	return value.Bytes(b), err
}

func bytesDecode(t *Thread, self Object, a Args) (Object, error) {
	var encoding, errors Object
	if err := decodeParams.Bind(a, &encoding, &errors); err != nil {
		return nil, err
	}
	b, _ := octets(self)
	return decode(t, string(b), encoding, errors)
}

// codec is a known encoding and what to do with what it cannot express.
type codec struct {
	name   string
	errors string
	most   rune // the largest code point of a single-byte encoding; 0: a UTF
	unit   int  // bytes of a unit of UTF-16 or UTF-32; 0: another encoding
	big    bool // the highest byte of a unit comes first
	mark   bool // a byte order mark comes first
}

// codecOf reads the arguments encoding and errors.
func codecOf(method string, encoding, errors Object) (codec, error) {
	c := codec{name: "utf-8", errors: "strict"}
	for i, arg := range []struct {
		o  Object
		to *string
	}{{encoding, &c.name}, {errors, &c.errors}} {
		if arg.o == nil {
			continue
		}
		s, ok := strOf(arg.o)
		if !ok {
			return c, TypeError("%s() argument '%s' must be str, not %s", method, [...]string{"encoding", "errors"}[i], argName(arg.o))
		}
		if err := withoutSurrogates(s); err != nil {
			return c, err
		}
		if strings.IndexByte(s, 0) >= 0 {
			return c, ValueError("embedded null character")
		}
		*arg.to = s
	}
	switch strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(c.name)) {
	case "utf-8", "utf8", "u8", "utf":
		c.name = "utf-8"
	case "ascii", "us-ascii", "646":
		c.name, c.most = "ascii", 0x7f
	case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1", "8859", "cp819":
		c.name, c.most = "latin-1", 0xff
	case "utf-8-sig":
		c.name, c.mark = "utf-8", true
	case "utf-16", "utf16", "u16":
		c.name, c.unit, c.mark = "utf-16", 2, true
	case "utf-32", "utf32", "u32":
		c.name, c.unit, c.mark = "utf-32", 4, true
	case "utf-16-le", "utf-16le", "utf16-le":
		c.name, c.unit = orderName(2, false), 2
	case "utf-16-be", "utf-16be", "utf16-be":
		c.name, c.unit, c.big = orderName(2, true), 2, true
	case "utf-32-le", "utf-32le", "utf32-le":
		c.name, c.unit = orderName(4, false), 4
	case "utf-32-be", "utf-32be", "utf32-be":
		c.name, c.unit, c.big = orderName(4, true), 4, true
	default:
		return c, Raise("LookupError", "unknown encoding: %s", c.name)
	}
	return c, nil
}

// withoutSurrogates is the error for a text that has no UTF-8, where CPython hands
// one to C.
func withoutSurrogates(s string) error {
	if utf8.ValidString(s) {
		return nil
	}
	strict := codec{name: "utf-8"}
	at := 0
	for {
		r, n := value.DecodeRune(s)
		if !strict.has(r) {
			return strict.strict(at, s)
		}
		s = s[n:]
		at++
	}
}

func (c codec) unknownErrors() error {
	return Raise("LookupError", "unknown error handler name '%s'", c.errors)
}

// encode makes bytes of a text.
func encode(t *Thread, s, method string, encoding, errors Object) (string, error) {
	c, err := codecOf(method, encoding, errors)
	if err != nil {
		return "", err
	}
	if c.unit > 0 {
		return (&wideCodec{c}).encode(t, s)
	}
	if c.mark {
		s = string(bom) + s
	}
	if c.most == 0 && utf8.ValidString(s) || isASCII(s) {
		return s, t.ChargeText(len(s))
	}
	longest := len(`\U0010ffff`)
	if c.errors == "namereplace" {
		longest = pychar.Longest
	}
	if err := t.ChargeText(longest * len(s)); err != nil {
		return "", err
	}
	var dst []byte
	at := 0
	for rest := s; rest != ""; at++ {
		r, n := value.DecodeRune(rest)
		switch {
		case !c.has(r):
			if dst, err = c.appendBad(dst, r, at, rest); err != nil {
				return "", err
			}
		case c.most > 0:
			dst = append(dst, byte(r))
		default:
			dst = utf8.AppendRune(dst, r)
		}
		rest = rest[n:]
	}
	return string(dst), nil
}

// has says whether the encoding has a code point.
func (c codec) has(r rune) bool {
	if c.most > 0 {
		return r <= c.most
	}
	return r < 0xd800 || r > 0xdfff
}

// appendBad appends what stands for a code point that the encoding lacks, the
// first of rest and at that place in the whole.
func (c codec) appendBad(dst []byte, r rune, at int, rest string) ([]byte, error) {
	switch c.errors {
	case "strict":
		return nil, c.strict(at, rest)
	case "ignore":
		return dst, nil
	case "replace":
		return append(dst, '?'), nil
	case "backslashreplace":
		return append(dst, escaped(r)...), nil
	case "namereplace":
		if name, ok := pychar.Name(r); ok {
			return append(dst, `\N{`+name+`}`...), nil
		}
		return append(dst, escaped(r)...), nil
	case "xmlcharrefreplace":
		return append(dst, "&#"+itoa(int(r))+";"...), nil
	case "surrogateescape":
		if r >= 0xdc80 && r <= 0xdcff {
			return append(dst, byte(r-0xdc00)), nil
		}
		return nil, c.strict(at, rest)
	case "surrogatepass":
		if c.most == 0 {
			return value.AppendRune(dst, r), nil
		}
		return nil, c.strict(at, rest)
	}
	return nil, c.unknownErrors()
}

// strict is the error for a code point that the encoding lacks, and all that
// follow it and are lacking too.
func (c codec) strict(at int, rest string) error {
	why := "surrogates not allowed"
	if c.most > 0 {
		why = "ordinal not in range(" + itoa(int(c.most)+1) + ")"
	}
	first, n := value.DecodeRune(rest)
	end := at
	for rest = rest[n:]; rest != ""; end++ {
		r, n := value.DecodeRune(rest)
		if c.has(r) {
			break
		}
		rest = rest[n:]
	}
	if end > at {
		return Raise("UnicodeEncodeError", "'%s' codec can't encode characters in position %d-%d: %s", c.name, at, end, why)
	}
	return Raise("UnicodeEncodeError", "'%s' codec can't encode character '%s' in position %d: %s", c.name, escaped(first), at, why)
}

// escaped is the backslash escape of a code point.
func escaped(r rune) string {
	const hex = "0123456789abcdef"
	digits, out := 8, `\U`
	switch {
	case r <= 0xff:
		digits, out = 2, `\x`
	case r <= 0xffff:
		digits, out = 4, `\u`
	}
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		out += string(hex[r>>shift&15])
	}
	return out
}

// decode makes a text of bytes.
func decode(t *Thread, b string, encoding, errors Object) (Object, error) {
	c, err := codecOf("decode", encoding, errors)
	if _, unknown := isRaised(err, "LookupError"); unknown && b == "" {
		return value.Str(""), nil // CPython does not look the encoding up
	}
	if err != nil {
		return nil, err
	}
	if c.unit > 0 {
		return (&wideCodec{c}).decode(t, b)
	}
	if c.mark {
		b = strings.TrimPrefix(b, string(bom))
	}
	if isASCII(b) || c.most == 0 && utf8.ValidString(b) {
		return value.Str(b), t.ChargeText(len(b))
	}
	if err := t.ChargeText(4 * len(b)); err != nil {
		return nil, err
	}
	var dst []byte
	for at := 0; at < len(b); {
		if one := b[at]; one < utf8.RuneSelf || c.most == 0xff {
			dst = utf8.AppendRune(dst, rune(one))
			at++
			continue
		}
		n, why := 1, "ordinal not in range(128)"
		if c.most == 0 {
			if r, size := utf8.DecodeRuneInString(b[at:]); r != utf8.RuneError || size > 1 {
				dst = append(dst, b[at:at+size]...)
				at += size
				continue
			}
			if r, size := value.DecodeRune(b[at:]); size > 1 && c.errors == "surrogatepass" {
				dst = value.AppendRune(dst, r)
				at += size
				continue
			}
			n, why = badUTF8(b[at:])
		}
		if dst, err = c.appendUndecoded(dst, b, at, n, why); err != nil {
			return nil, err
		}
		at += n
	}
	return value.Str(dst), nil
}

// badUTF8 says how many bytes at the beginning of b make up what cannot be
// decoded, and why.
func badUTF8(b string) (n int, why string) {
	var need int
	low, high := byte(0x80), byte(0xbf)
	switch c := b[0]; {
	case c >= 0xc2 && c <= 0xdf:
		need = 2
	case c >= 0xe0 && c <= 0xef:
		need = 3
		if c == 0xe0 {
			low = 0xa0
		}
		if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		need = 4
		if c == 0xf0 {
			low = 0x90
		}
		if c == 0xf4 {
			high = 0x8f
		}
	default:
		return 1, "invalid start byte"
	}
	for n = 1; n < need; n++ {
		if n == len(b) {
			return n, "unexpected end of data"
		}
		if b[n] < low || b[n] > high {
			break
		}
		low, high = 0x80, 0xbf
	}
	return n, "invalid continuation byte"
}

// appendUndecoded appends what stands for n bytes that cannot be decoded.
func (c codec) appendUndecoded(dst []byte, b string, at, n int, why string) ([]byte, error) {
	switch c.errors {
	case "strict", "surrogatepass":
		where := "byte 0x" + escaped(rune(b[at]))[2:] + " in position " + itoa(at)
		if n > 1 {
			where = "bytes in position " + itoa(at) + "-" + itoa(at+n-1)
		}
		return nil, Raise("UnicodeDecodeError", "'%s' codec can't decode %s: %s", c.name, where, why)
	case "ignore":
		return dst, nil
	case "replace":
		return utf8.AppendRune(dst, utf8.RuneError), nil
	case "backslashreplace":
		for _, one := range []byte(b[at : at+n]) {
			dst = append(dst, escaped(rune(one))...)
		}
		return dst, nil
	case "surrogateescape":
		for _, one := range []byte(b[at : at+n]) {
			dst = value.AppendRune(dst, 0xdc00+rune(one))
		}
		return dst, nil
	case "namereplace", "xmlcharrefreplace":
		return nil, TypeError("don't know how to handle UnicodeDecodeError in error callback")
	}
	return nil, c.unknownErrors()
}
