package hub

import (
	"errors"

	"althing/expr"
	"althing/expr/syntax"
	"althing/fault"
)

// codes are what kind of failure a Python exception is, where it is not that the
// question made no sense as it was asked.
var codes = map[string]fault.Code{
	"KeyError":        fault.NotFound,
	"LookupError":     fault.NotFound,
	"NameError":       fault.NotFound,
	"PermissionError": fault.Denied,
	"TimeoutError":    fault.Timeout,
	"MemoryError":     fault.Limit,
	"RecursionError":  fault.Limit,
}

// Fault gives any error of a query as the one that crosses the wires: a failed
// evaluation becomes one with the Python exception's name.
func Fault(err error) *fault.Error {
	var raised *expr.Error
	var wrong *syntax.Error
	switch {
	case errors.As(err, &raised):
		code, known := codes[raised.Type]
		if !known {
			code = fault.Invalid
		}
		return &fault.Error{Code: code, Exception: raised.Type, Message: raised.Msg}
	case errors.As(err, &wrong):
		return fault.Python(fault.Invalid, wrong.Type, "%s", wrong.Error())
	}
	return fault.Of(err)
}
