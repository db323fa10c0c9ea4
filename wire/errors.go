package wire

import (
	"errors"

	"althing/fault"
)

// ErrUnknownMethod is the cause in the answer to a Call that nobody has.
var ErrUnknownMethod = errors.New("unknown method")

// ErrMuted is the cause in the answer to a muted client, which a protocol may keep
// to itself.
var ErrMuted = errors.New("muted")

// ErrUnsuited is the cause of a Dial's error when whoever answers is no server of
// the protocol, or has another port for what connects.
var ErrUnsuited = errors.New("unsuited")

// UnknownMethod is the answer to a Call that nobody has.
func UnknownMethod(name string) *fault.Error {
	return fault.Wrap(ErrUnknownMethod, fault.NotFound, "there is no method %.60q", name)
}

// ErrParams is the cause in the answer to a Call that cannot be made with its
// params.
var ErrParams = errors.New("wrong params")

// WrongParams is the answer to a Call that cannot be made with its params.
func WrongParams(format string, args ...any) *fault.Error {
	return fault.Wrap(ErrParams, fault.Invalid, format, args...)
}
