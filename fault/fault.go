// Package fault is the one error of althing: a code for machines and a line for people.
//
// The code is what crosses every wire: a JSON-RPC error carries it, the text
// port shows the Python exception that belongs to it, the command line ends
// with the exit status that belongs to it. The message says what was wrong,
// with what, and what to do; it never holds a secret.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of failure it was. The list is the one of
// the session protocol; it is the same on every wire.
type Code string

// The codes, in the order of the session protocol.
const (
	NotFound    Code = "not_found"   // a key, client, group, command … that is not there
	Denied      Code = "denied"      // there, but not for this caller
	Invalid     Code = "invalid"     // the question makes no sense as it was asked
	Conflict    Code = "conflict"    // something changed in between
	Limit       Code = "limit"       // more than one caller may ask for
	Timeout     Code = "timeout"     // it took too long
	Unavailable Code = "unavailable" // not now: try again later
	Full        Code = "full"        // no room: an inbox, a disk
	Closed      Code = "closed"      // the other side has gone
	Internal    Code = "internal"    // a mistake of ours
)

// exceptions are the Python exceptions by which the text port names the codes
// (specification of the text protocol, "Messaging", last point).
var exceptions = map[Code]string{
	NotFound:    "LookupError",
	Denied:      "PermissionError",
	Invalid:     "ValueError",
	Conflict:    "RuntimeError",
	Limit:       "OverflowError",
	Timeout:     "TimeoutError",
	Unavailable: "ConnectionError",
	Full:        "OverflowError",
	Closed:      "ConnectionError",
	Internal:    "SystemError",
}

// Error is a failure with a code. It is immutable once made, so that it may be
// shared between goroutines.
type Error struct {
	Code Code
	// Exception is the Python exception to show where the code's own would be
	// too coarse: ZeroDivisionError, TypeError, MemoryError. Empty: the code's.
	Exception string
	// Message is one line for people. Newlines are blanked when it is shown.
	Message string
	// Err is the cause, for errors.Is and the log; it is never sent.
	Err error
}

// New makes an error; the message is formatted as by fmt.Sprintf.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Python makes an error that the text port shows as the given Python exception.
func Python(code Code, exception, format string, args ...any) *Error {
	return &Error{Code: code, Exception: exception, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error that remembers its cause. The message stands alone: the
// cause is for the log.
func Wrap(err error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// Error is the message, and the cause behind it when there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Type is the Python exception by which the text port names the error.
func (e *Error) Type() string {
	if e.Exception != "" {
		return e.Exception
	}
	return exceptions[e.Code]
}

// Line is the error as the text port sends it: one line,
// "Error: LookupError: no client 'x'".
func (e *Error) Line() string {
	if e.Message == "" {
		return "Error: " + e.Type()
	}
	return "Error: " + e.Type() + ": " + oneLine.Replace(e.Message)
}

var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// Of finds the Error in err's chain. An error that is none of ours is a mistake
// of ours: its text stays in the log, the caller reads "internal error".
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Code: Internal, Message: "internal error; the hub's log says more", Err: err}
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}
