package expr

import (
	"errors"

	"althing/expr/internal/pyerr"
)

// Error is a Python exception: its type's name and its message, as CPython has
// them. It is immutable. It prints as the last line of Python's traceback:
// "ZeroDivisionError: division by zero".
type Error = pyerr.Error

// Raise makes an Error of the given type; the message is formatted as by
// fmt.Sprintf when there are arguments.
func Raise(typ, format string, args ...any) error { return pyerr.New(typ, format, args...) }

// TypeError is Raise("TypeError", …), and so on for those that functions raise
// most.
func TypeError(format string, args ...any) error { return pyerr.Type(format, args...) }

// ValueError is Raise("ValueError", …).
func ValueError(format string, args ...any) error { return pyerr.Value(format, args...) }

// IndexError is Raise("IndexError", …).
func IndexError(format string, args ...any) error { return Raise("IndexError", format, args...) }

// OverflowError is Raise("OverflowError", …).
func OverflowError(format string, args ...any) error { return pyerr.Overflow(format, args...) }

// NameError is the error for a name that nobody knows.
func NameError(name string) error {
	return Raise("NameError", "name '%s' is not defined", name)
}

// KeyError is the error for a missing key: its message is the key's repr.
func KeyError(t *Thread, key Object) error {
	text, err := Repr(t, key)
	if err != nil {
		return err
	}
	return &Error{Type: "KeyError", Msg: text}
}

// AttributeError is the error for an attribute that o does not have.
func AttributeError(o Object, name string) error {
	switch o := o.(type) {
	case *Type:
		return Raise("AttributeError", "type object '%s' has no attribute '%s'", o.Name, name)
	case *Module:
		return Raise("AttributeError", "module '%s' has no attribute '%s'", o.Name, name)
	}
	return Raise("AttributeError", "'%s' object has no attribute '%s'", o.TypeName(), name)
}

// isRaised gives the Error that err is, when it is of that type.
func isRaised(err error, typ string) (*Error, bool) {
	e, ok := errors.AsType[*Error](err)
	return e, ok && e.Type == typ
}

var (
	errZeroDivision = Raise("ZeroDivisionError", "division by zero")
	errTime         = Raise("TimeoutError", "the evaluation took too long")
	errSteps        = Raise("TimeoutError", "the evaluation took too many steps")
	errCancelled    = Raise("TimeoutError", "the evaluation was cancelled")
	errMemory       = Raise("MemoryError", "the evaluation needs too much memory")
	errPool         = Raise("MemoryError", "the evaluations together need too much memory; try again later")
	errDepth        = Raise("RecursionError", "maximum recursion depth exceeded")
)
