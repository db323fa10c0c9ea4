package syntax

import "fmt"

// Error is why a text is not a program. Type and Msg are CPython's where it has
// the same rule.
type Error struct {
	Type string // "SyntaxError", "IndentationError", "ValueError", "RecursionError", "MemoryError"
	Msg  string
	Line int // from 1
	Col  int // from 1, in characters
	// Incomplete: more text at the end could make the source valid.
	Incomplete bool
}

// Error is the message with its place: "invalid syntax (line 1, column 5)".
func (e *Error) Error() string {
	return fmt.Sprintf("%s (line %d, column %d)", e.Msg, e.Line, e.Col)
}
