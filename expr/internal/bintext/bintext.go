// Package bintext writes bytes as text and reads them back, as CPython's binascii
// and base64 do: with their leniency and their messages. Its functions are pure,
// and take time in proportion to their argument; the result is at most so many
// times as long as the argument as MaxGrowth says.
package bintext

import "althing/expr/internal/pyerr"

// MaxGrowth bounds how much longer a result is than what it was made of, and
// Overhead what comes on top of that: a line's end, padding.
const (
	MaxGrowth = 4
	Overhead  = 64
)

// Error makes a binascii.Error.
func Error(format string, args ...any) error { return pyerr.New("Error", format, args...) }
