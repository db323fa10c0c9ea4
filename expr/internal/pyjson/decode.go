// Package pyjson reads and writes JSON as CPython's module json does, down to
// the places and words of its errors. It is pure: what a text is made into is
// its caller's affair.
package pyjson

import (
	"strings"
	"unicode/utf8"

	"althing/expr/internal/pyerr"
)

// Pair is an entry of an object of JSON's.
type Pair[O any] struct {
	Key   string
	Value O
}

// Builder makes objects, of type O, of what a text says. An error ends the
// reading.
type Builder[O any] interface {
	// Charge counts bytes, Step work, before they are made or done.
	Charge(bytes int64) error
	Step(n int64) error
	Null() O
	Bool(b bool) O
	String(s string) O
	// Int, Float and Constant make numbers of their texts; the constants are
	// NaN, Infinity and -Infinity.
	Int(text string) (O, error)
	Float(text string) (O, error)
	Constant(text string) (O, error)
	// List and Dict may keep what they are given.
	List(items []O) (O, error)
	Dict(pairs []Pair[O]) (O, error)
}

// maxDepth is how deep lists and objects may be nested; CPython's stack ends near
// it too.
const maxDepth = 990

// slotSize is the memory of one element while its list is being read, pairSize
// that of an entry.
const (
	slotSize = 24
	pairSize = 48
)

// Decode reads a text that holds one value. With strict, control characters in
// strings are refused.
func Decode[O any](b Builder[O], text string, strict bool) (o O, err error) {
	// One look at each byte, and one more for the place of an error.
	if err := b.Step(int64(len(text)) / 64); err != nil {
		return o, err
	}
	d := decoder[O]{Builder: b, text: text, strict: strict}
	if strings.HasPrefix(text, "\ufeff") {
		return o, d.fault("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
	}
	d.space()
	if o, err = d.value(); err != nil {
		return o, err
	}
	if d.space(); d.at < len(text) {
		return o, d.fault("Extra data", d.at)
	}
	return o, nil
}

// decoder is one reading of a text.
type decoder[O any] struct {
	Builder[O]
	text   string
	at     int // in bytes
	depth  int
	strict bool
}

// fault is JSONDecodeError at a place in the text.
func (d *decoder[O]) fault(msg string, at int) error {
	at = min(at, len(d.text))
	before := d.text[:at]
	line := strings.Count(before, "\n") + 1
	column := length(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return pyerr.New("JSONDecodeError", "%s: line %d column %d (char %d)", msg, line, column, length(before))
}

// length counts code points, a lone surrogate being one.
func length(s string) int {
	n := 0
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

func (d *decoder[O]) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// peek gives the next byte, or 0 at the end, which stands for nothing in JSON
// either.
func (d *decoder[O]) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// take skips a word if it stands there.
func (d *decoder[O]) take(word string) bool {
	if !strings.HasPrefix(d.text[d.at:], word) {
		return false
	}
	d.at += len(word)
	return true
}

func (d *decoder[O]) value() (o O, err error) {
	if err := d.Step(1); err != nil {
		return o, err
	}
	switch d.peek() {
	case '"':
		text, err := d.string()
		return d.String(text), err
	case '{':
		return d.nested("object", d.object)
	case '[':
		return d.nested("array", d.array)
	case 'n':
		if d.take("null") {
			return d.Null(), nil
		}
	case 't':
		if d.take("true") {
			return d.Bool(true), nil
		}
	case 'f':
		if d.take("false") {
			return d.Bool(false), nil
		}
	}
	for _, name := range [...]string{"NaN", "Infinity", "-Infinity"} {
		if d.take(name) {
			return d.Constant(name)
		}
	}
	return d.number()
}

// nested reads a list or an object, one level deeper.
func (d *decoder[O]) nested(what string, read func() (O, error)) (o O, err error) {
	if d.depth == maxDepth {
		return o, pyerr.New("RecursionError", "maximum recursion depth exceeded while decoding a JSON %s from a unicode string", what)
	}
	d.depth++
	defer func() { d.depth-- }()
	d.at++
	d.space()
	return read()
}

func (d *decoder[O]) array() (o O, err error) {
	var items []O
	if d.peek() == ']' {
		d.at++
		return d.List(items)
	}
	for {
		item, err := d.value()
		if err != nil {
			return o, err
		}
		if err := d.Charge(slotSize); err != nil {
			return o, err
		}
		items = append(items, item)
		more, err := d.next(']')
		if err != nil {
			return o, err
		}
		if !more {
			return d.List(items)
		}
	}
}

func (d *decoder[O]) object() (o O, err error) {
	var pairs []Pair[O]
	if d.peek() == '}' {
		d.at++
		return d.Dict(pairs)
	}
	for {
		pair, err := d.pair()
		if err != nil {
			return o, err
		}
		if err := d.Charge(pairSize); err != nil {
			return o, err
		}
		pairs = append(pairs, pair)
		more, err := d.next('}')
		if err != nil {
			return o, err
		}
		if !more {
			return d.Dict(pairs)
		}
	}
}

// pair reads "key": value.
func (d *decoder[O]) pair() (Pair[O], error) {
	if d.peek() != '"' {
		return Pair[O]{}, d.fault("Expecting property name enclosed in double quotes", d.at)
	}
	key, err := d.string()
	if err != nil {
		return Pair[O]{}, err
	}
	if d.space(); d.peek() != ':' {
		return Pair[O]{}, d.fault("Expecting ':' delimiter", d.at)
	}
	d.at++
	d.space()
	o, err := d.value()
	return Pair[O]{key, o}, err
}

// next reads what stands behind an element: a comma, or the end.
func (d *decoder[O]) next(end byte) (more bool, err error) {
	d.space()
	switch d.peek() {
	case end:
		d.at++
		return false, nil
	case ',':
		d.at++
		d.space()
		return true, nil
	}
	return false, d.fault("Expecting ',' delimiter", d.at)
}

// number reads a number, as far as it goes.
func (d *decoder[O]) number() (o O, err error) {
	start, at := d.at, d.at
	if at < len(d.text) && d.text[at] == '-' {
		at++
	}
	whole := d.digits(at)
	switch {
	case whole == at:
		return o, d.fault("Expecting value", start)
	case d.text[at] == '0':
		whole = at + 1
	}
	end := d.exponent(d.fraction(whole))
	d.at = end
	if end == whole {
		return d.Int(d.text[start:end])
	}
	return d.Float(d.text[start:end])
}

// digits gives where the digits from a place on end.
func (d *decoder[O]) digits(at int) int {
	for at < len(d.text) && d.text[at] >= '0' && d.text[at] <= '9' {
		at++
	}
	return at
}

// fraction skips .digits, if it stands there.
func (d *decoder[O]) fraction(at int) int {
	if at < len(d.text) && d.text[at] == '.' {
		if end := d.digits(at + 1); end > at+1 {
			return end
		}
	}
	return at
}

// exponent skips e+digits, if it stands there.
func (d *decoder[O]) exponent(at int) int {
	if at == len(d.text) || d.text[at] != 'e' && d.text[at] != 'E' {
		return at
	}
	from := at + 1
	if from < len(d.text) && (d.text[from] == '+' || d.text[from] == '-') {
		from++
	}
	if end := d.digits(from); end > from {
		return end
	}
	return at
}
