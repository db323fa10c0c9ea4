// Package pyerr is the Python exception that every part of the evaluator raises:
// a type's name and a message, worded as CPython 3.11 words it. It stands below
// package expr so that the libraries under expr/internal can raise it too.
package pyerr

import "fmt"

// Error is a Python exception. It is immutable, so that it may be shared.
type Error struct {
	Type string // "ZeroDivisionError"
	Msg  string // "division by zero"
}

// Error is the last line of Python's traceback: "ZeroDivisionError: division by
// zero".
func (e *Error) Error() string {
	if e.Msg == "" {
		return e.Type
	}
	return e.Type + ": " + e.Msg
}

// New makes an Error of the given type; the message is formatted as by
// fmt.Sprintf.
func New(typ, format string, args ...any) error {
	return &Error{Type: typ, Msg: fmt.Sprintf(format, args...)}
}

// Type makes a TypeError.
func Type(format string, args ...any) error { return New("TypeError", format, args...) }

// Value makes a ValueError.
func Value(format string, args ...any) error { return New("ValueError", format, args...) }

// Overflow makes an OverflowError.
func Overflow(format string, args ...any) error { return New("OverflowError", format, args...) }
