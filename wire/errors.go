package wire

import (
	"errors"

	"althing/fault"
)

// ErrUnknownMethod is the cause in the answer to a Call that nobody has.
var ErrUnknownMethod = errors.New("unknown method")

// UnknownMethod is the answer to a Call that nobody has.
func UnknownMethod(name string) *fault.Error {
	return fault.Wrap(ErrUnknownMethod, fault.NotFound, "there is no method %.60q", name)
}
