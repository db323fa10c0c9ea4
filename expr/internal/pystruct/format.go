// Package pystruct reads the formats of CPython's module struct and moves single
// numbers between Go and the bytes that a format describes. Native sizes and
// alignment are those of Linux on 64-bit x86, where CPython's users are.
package pystruct

import (
	"encoding/binary"
	"math"

	"althing/expr/internal/pyerr"
)

// Error makes a struct.error.
func Error(format string, args ...any) error { return pyerr.New("error", format, args...) }

var errTooLong = Error("total struct size too long")

// Format is a format that was read. It is immutable.
type Format struct {
	Fields []Field
	// Size is how many bytes it describes, Items how many objects.
	Size, Items int64

	order binary.ByteOrder
	mode  mode
}

// Field is one or more items of the same kind, side by side.
type Field struct {
	Char byte
	// Offset is where the first item stands, Size how long each is, Count how
	// many there are.
	Offset, Size, Count int64
}

// mode is in which of its tables CPython finds a format. They differ in size,
// alignment and messages.
type mode uint8

const (
	native       mode = iota // with alignment, and sizes as the C compiler has them
	littleEndian             // standard sizes, in the order of the machine
	bigEndian                // standard sizes, in the other order
)

// standardSizes and nativeSizes are the lengths of an item. One that is native
// stands at a multiple of its length.
var (
	standardSizes = map[byte]int64{
		'x': 1, 'c': 1, 'b': 1, 'B': 1, '?': 1, 'h': 2, 'H': 2, 'e': 2, 'i': 4, 'I': 4, 'l': 4, 'L': 4, 'f': 4,
		'q': 8, 'Q': 8, 'd': 8, 's': 1, 'p': 1,
	}
	nativeSizes = map[byte]int64{
		'x': 1, 'c': 1, 'b': 1, 'B': 1, '?': 1, 'h': 2, 'H': 2, 'e': 2, 'i': 4, 'I': 4, 'l': 8, 'L': 8, 'f': 4,
		'q': 8, 'Q': 8, 'd': 8, 's': 1, 'p': 1, 'n': 8, 'N': 8, 'P': 8,
	}
)

// Parse reads a format. Its work and memory are in proportion to the length of
// the text: at most FieldSize bytes for each of its own.
func Parse(text string) (*Format, error) {
	f := &Format{order: binary.LittleEndian}
	if text != "" {
		switch text[0] {
		case '<', '=':
			f.mode = littleEndian
		case '>', '!':
			f.mode, f.order = bigEndian, binary.BigEndian
		}
		if f.mode != native || text[0] == '@' {
			text = text[1:]
		}
	}
	for len(text) > 0 {
		if isSpace(text[0]) {
			text = text[1:]
			continue
		}
		count, rest, err := repeat(text)
		if err != nil {
			return nil, err
		}
		if err := f.add(rest[0], count); err != nil {
			return nil, err
		}
		text = rest[1:]
	}
	return f, nil
}

// FieldSize is what a field takes in memory.
const FieldSize = 48

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// repeat reads the number before a character; rest begins with that.
func repeat(text string) (count int64, rest string, err error) {
	if text[0] < '0' || text[0] > '9' {
		return 1, text, nil
	}
	for i := range len(text) {
		c := text[i]
		if c < '0' || c > '9' {
			return count, text[i:], nil
		}
		digit := int64(c - '0')
		if count > (math.MaxInt64-digit)/10 {
			return 0, "", errTooLong
		}
		count = count*10 + digit
	}
	return 0, "", Error("repeat count given without format specifier")
}

// add puts items behind what is there.
func (f *Format) add(char byte, count int64) error {
	sizes := standardSizes
	if f.mode == native {
		sizes = nativeSizes
	}
	size, ok := sizes[char]
	if !ok {
		return Error("bad char in struct format")
	}
	at := f.Size
	if f.mode == native {
		if at > math.MaxInt64-(size-1) {
			return errTooLong
		}
		at = (at + size - 1) / size * size
	}
	if count > (math.MaxInt64-at)/size {
		return errTooLong
	}
	f.Size = at + count*size
	field := Field{Char: char, Offset: at, Size: size, Count: count}
	switch char {
	case 'x':
		return nil
	case 's', 'p': // the number is the length of one text
		field.Size, field.Count = count, 1
	}
	if field.Count > 0 {
		f.Fields = append(f.Fields, field)
		f.Items += field.Count
	}
	return nil
}
