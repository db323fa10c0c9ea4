package value

import (
	"bytes"
	"encoding/base64"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"althing/fault"
)

// FromJSON reads what AppendJSON writes, and any other JSON text that means a
// value. A number with a point or an exponent is a float, any other an integer,
// exactly; of equal keys in an object the last wins. An object with a key that
// begins with "$" must be one of the protocol's. Errors have code Invalid, or
// Limit beyond MaxDepth, and say at which byte. The caller bounds the length of
// data; the memory used is in proportion to it.
//
// A reader of our own, because encoding/json replaces lone surrogates and wrong
// UTF-8 without a word, and gives objects without their order.
func FromJSON(data []byte) (Value, error) {
	r := jsonReader{src: data}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if r.peek() != 0 || r.at < len(r.src) {
		return nil, r.wrong("nothing more")
	}
	return v, nil
}

type jsonReader struct {
	src []byte
	at  int
}

// wrong is the error for src not going on as it should.
func (r *jsonReader) wrong(expected string) error {
	if r.at >= len(r.src) {
		return fault.New(fault.Invalid, "the JSON ends too early: expected %s", expected)
	}
	return fault.New(fault.Invalid, "wrong JSON at byte %d: expected %s", r.at+1, expected)
}

// peek gives the next byte that is no white space, 0 at the end.
func (r *jsonReader) peek() byte {
	for ; r.at < len(r.src); r.at++ {
		switch c := r.src[r.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// skip goes past the next byte if it is c.
func (r *jsonReader) skip(c byte) bool {
	if r.peek() != c || r.at == len(r.src) {
		return false
	}
	r.at++
	return true
}

func (r *jsonReader) value(depth int) (Value, error) {
	switch c := r.peek(); c {
	case '"':
		s, err := r.text()
		return Str(s), err
	case '[':
		items, err := r.array(depth)
		return List(items), err
	case '{':
		return r.object(depth)
	case 't':
		return r.word("true", Bool(true))
	case 'f':
		return r.word("false", Bool(false))
	case 'n':
		return r.word("null", None{})
	}
	return r.number()
}

func (r *jsonReader) word(word string, v Value) (Value, error) {
	if len(r.src)-r.at < len(word) || string(r.src[r.at:r.at+len(word)]) != word {
		return nil, r.wrong(word)
	}
	r.at += len(word)
	return v, nil
}

// array reads the items of a container that stands in depth others.
func (r *jsonReader) array(depth int) ([]Value, error) {
	if depth >= MaxDepth {
		return nil, tooDeep()
	}
	items := []Value{}
	err := r.elements(func() error {
		v, err := r.value(depth + 1)
		items = append(items, v)
		return err
	})
	return items, err
}

// elements goes through a JSON list; read takes one element.
func (r *jsonReader) elements(read func() error) error {
	if !r.skip('[') {
		return r.wrong("a list")
	}
	if r.skip(']') {
		return nil
	}
	for {
		if err := read(); err != nil {
			return err
		}
		if r.skip(']') {
			return nil
		}
		if !r.skip(',') {
			return r.wrong("a comma or the end of the list")
		}
	}
}

func (r *jsonReader) object(depth int) (Value, error) {
	r.at++
	r.peek()
	if depth >= MaxDepth && !bytes.HasPrefix(r.src[r.at:], []byte(`"$`)) {
		return nil, tooDeep() // behind "$" it may be no container
	}
	pairs := []Pair{}
	for !r.skip('}') {
		if len(pairs) > 0 && !r.skip(',') {
			return nil, r.wrong("a comma or the end of the object")
		}
		if r.peek() != '"' {
			return nil, r.wrong("a key in quotes")
		}
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		if !r.skip(':') {
			return nil, r.wrong("a colon")
		}
		if key != "" && key[0] == '$' {
			if len(pairs) > 0 {
				return nil, r.wrong("no key that begins with $ beside others; such a dict is sent as $dict")
			}
			return r.tagged(key, depth)
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, Pair{Str(key), v})
	}
	return NewDict(pairs)
}

// tagged reads the value of an object whose first key begins with "$", and the
// end of the object.
func (r *jsonReader) tagged(tag string, depth int) (Value, error) {
	v, err := r.tag(tag, depth)
	if err != nil {
		return nil, err
	}
	if !r.skip('}') {
		return nil, r.wrong("the end of the object after " + strconv.Quote(tag))
	}
	return v, nil
}

func (r *jsonReader) tag(tag string, depth int) (Value, error) {
	switch tag {
	case jsonTuple:
		items, err := r.array(depth)
		return Tuple(items), err
	case jsonSet:
		items, err := r.array(depth)
		if err != nil {
			return nil, err
		}
		return NewSet(items)
	case jsonDict:
		return r.dict(depth)
	case jsonComplex:
		return r.complex(depth)
	}
	if r.peek() != '"' {
		return nil, r.wrong("a text for " + strconv.Quote(tag))
	}
	at := r.at
	s, err := r.text()
	if err != nil {
		return nil, err
	}
	switch tag {
	case jsonBytes:
		if b, err := base64.StdEncoding.Strict().DecodeString(s); err == nil {
			return Bytes(b), nil
		}
	case jsonInt:
		if i, ok := parseInt(s); ok {
			return i, nil
		}
	case jsonFloat:
		if f, ok := specialFloats[s]; ok {
			return Float(f), nil
		}
	}
	r.at = at
	return nil, r.wrong("what belongs to " + strconv.Quote(tag))
}

var specialFloats = map[string]float64{"nan": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1)}

// dict reads the pairs of "$dict".
func (r *jsonReader) dict(depth int) (Value, error) {
	if depth >= MaxDepth {
		return nil, tooDeep()
	}
	pairs := []Pair{}
	err := r.elements(func() error {
		var pair []Value
		if err := r.elements(func() error {
			v, err := r.value(depth + 1)
			pair = append(pair, v)
			return err
		}); err != nil {
			return err
		}
		if len(pair) != 2 {
			return r.wrong(`each item of "$dict" to be [key, value]`)
		}
		pairs = append(pairs, Pair{pair[0], pair[1]})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewDict(pairs)
}

// complex reads the two numbers of "$complex". They stand one deeper than it,
// as items do, so that one within the other comes to an end.
func (r *jsonReader) complex(depth int) (Value, error) {
	if depth > MaxDepth {
		return nil, tooDeep()
	}
	var parts []float64
	err := r.elements(func() error {
		v, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		part, ok := toFloat(v)
		if !ok {
			return r.wrong(`the items of "$complex" to be numbers`)
		}
		parts = append(parts, part)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(parts) != 2 {
		return nil, r.wrong(`two numbers in "$complex"`)
	}
	return Complex(complex(parts[0], parts[1])), nil
}

func toFloat(v Value) (float64, bool) {
	switch v := v.(type) {
	case Float:
		return float64(v), true
	case Int:
		return float64(v), true
	}
	return 0, false
}

// number reads a number; it is called for whatever begins like nothing else.
func (r *jsonReader) number() (Value, error) {
	from := r.at
	if r.at < len(r.src) && r.src[r.at] == '-' {
		r.at++
	}
	if r.at < len(r.src) && r.src[r.at] == '0' {
		r.at++
	} else if !r.digits() {
		return nil, r.wrong("a value")
	}
	whole := true
	if r.at < len(r.src) && r.src[r.at] == '.' {
		whole = false
		r.at++
		if !r.digits() {
			return nil, r.wrong("digits after the point")
		}
	}
	if r.at < len(r.src) && r.src[r.at]|0x20 == 'e' {
		whole = false
		r.at++
		if r.at < len(r.src) && (r.src[r.at] == '+' || r.src[r.at] == '-') {
			r.at++
		}
		if !r.digits() {
			return nil, r.wrong("digits of the exponent")
		}
	}
	s := string(r.src[from:r.at])
	if whole {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return Int(i), nil
		}
		if i, ok := parseInt(s); ok {
			return i, nil
		}
	} else if f, err := strconv.ParseFloat(s, 64); err == nil {
		return Float(f), nil
	}
	r.at = from
	return nil, r.wrong("a smaller number")
}

// parseInt reads the digits of "$int": decimal ones, at most MaxDigits, or
// hexadecimal ones behind 0x, which cost no more than their length.
func parseInt(s string) (Value, bool) {
	digits := s
	if digits != "" && digits[0] == '-' {
		digits = digits[1:]
	}
	base := 10
	if len(digits) > 2 && digits[:2] == "0x" {
		base, digits = 16, digits[2:]
	}
	// SetString would take a second sign.
	if digits == "" || digits[0] == '-' || digits[0] == '+' || base == 10 && len(digits) > MaxDigits {
		return nil, false
	}
	i, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return nil, false
	}
	if s[0] == '-' {
		i.Neg(i)
	}
	return Integer(i), true
}

// digits goes past digits and reports whether there was one.
func (r *jsonReader) digits() bool {
	from := r.at
	for r.at < len(r.src) && r.src[r.at] >= '0' && r.src[r.at] <= '9' {
		r.at++
	}
	return r.at > from
}

// text reads a text in quotes, of which the first has been seen.
func (r *jsonReader) text() (string, error) {
	r.at++
	for at := r.at; at < len(r.src); at++ {
		switch c := r.src[at]; {
		case c == '"':
			raw := r.src[r.at:at]
			if !utf8.Valid(raw) {
				return "", r.wrong("text in UTF-8")
			}
			r.at = at + 1
			return string(raw), nil
		case c == '\\' || c < ' ':
			return r.escapedText()
		}
	}
	r.at = len(r.src)
	return "", r.wrong("the end of a text")
}

// escapedText is text for one with escapes; the first quote has been passed.
func (r *jsonReader) escapedText() (string, error) {
	var text []byte
	for r.at < len(r.src) {
		c := r.src[r.at]
		switch {
		case c == '"':
			r.at++
			return string(text), nil
		case c == '\\':
			decoded, err := r.escape()
			if err != nil {
				return "", err
			}
			text = AppendRune(text, decoded)
		case c < ' ':
			return "", r.wrong("control characters as escapes")
		case c < utf8.RuneSelf:
			text = append(text, c)
			r.at++
		default:
			decoded, n := utf8.DecodeRune(r.src[r.at:])
			if decoded == utf8.RuneError && n == 1 {
				return "", r.wrong("text in UTF-8")
			}
			text = append(text, r.src[r.at:r.at+n]...)
			r.at += n
		}
	}
	return "", r.wrong("the end of a text")
}

var jsonEscapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escape reads one escape; two that are the halves of one code point become it.
func (r *jsonReader) escape() (rune, error) {
	r.at++
	if r.at >= len(r.src) {
		return 0, r.wrong("the rest of an escape")
	}
	c := r.src[r.at]
	if c != 'u' {
		decoded, ok := jsonEscapes[c]
		if !ok {
			return 0, r.wrong("an escape that JSON knows")
		}
		r.at++
		return decoded, nil
	}
	first, ok := r.hex4(r.at + 1)
	if !ok {
		return 0, r.wrong("four hexadecimal digits")
	}
	r.at += 5
	if r.at+1 < len(r.src) && r.src[r.at] == '\\' && r.src[r.at+1] == 'u' {
		second, ok := r.hex4(r.at + 2)
		if pair := utf16.DecodeRune(first, second); ok && pair != utf8.RuneError {
			r.at += 6
			return pair, nil
		}
	}
	return first, nil
}

// hex4 reads the four hexadecimal digits at a place.
func (r *jsonReader) hex4(at int) (rune, bool) {
	if len(r.src)-at < 4 {
		return 0, false
	}
	var code rune
	for _, c := range r.src[at : at+4] {
		digit := strings.IndexByte(hex, c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		code = code<<4 | rune(digit)
	}
	return code, true
}
