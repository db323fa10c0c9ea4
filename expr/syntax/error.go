package syntax

import (
	"fmt"
	"unicode/utf8"
)

// Error is why a source is not a program. Type and Msg are CPython's where it
// has the same rule; it is immutable once made.
type Error struct {
	Type string // SyntaxError, IndentationError, RecursionError or MemoryError
	Msg  string // one line
	Line int    // from 1
	Col  int    // from 1, in characters
	// Incomplete: more text at the end could make the source valid. An empty
	// source is incomplete.
	Incomplete bool
}

// Error is the message with its place: "invalid syntax (line 1, column 5)".
func (e *Error) Error() string {
	return fmt.Sprintf("%s (line %d, column %d)", e.Msg, e.Line, e.Col)
}

// generic is what is said when nothing better is known.
const generic = "invalid syntax"

func newError(src string, why failure) *Error {
	line, col := position(src, why.at)
	return &Error{Type: why.kind, Msg: why.msg, Line: line, Col: col}
}

// Position gives the line and the column of a place in the source, both from 1;
// columns are counted in characters. It takes time in proportion to the place.
func (m *Module) Position(at Pos) (line, col int) {
	return position(m.Source, int(at))
}

func position(src string, at int) (line, col int) {
	line, begin := 1, 0
	for i := 0; i < at; {
		next := lineBreak(src, i)
		if next > i {
			line, begin = line+1, next
		} else {
			next = i + 1
		}
		i = next
	}
	return line, utf8.RuneCountInString(src[min(begin, at):at]) + 1
}

// lineOf is the number of the line of a place.
func lineOf(src string, at int) int {
	line, _ := position(src, at)
	return line
}

// decodeMessage is what Python's codec says about the byte at a place.
func decodeMessage(src string, at int) string {
	why := "invalid start byte"
	switch rest := src[at:]; {
	case !utf8.FullRuneInString(rest):
		why = "unexpected end of data"
	case rest[0] >= 0xc2 && rest[0] <= 0xf4:
		why = "invalid continuation byte"
	}
	return fmt.Sprintf("(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %d: %s", src[at], at, why)
}
