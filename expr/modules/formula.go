package modules

import (
	"errors"

	"althing/expr"
)

// formula works out a formula on objects as Python does, with whatever numbers
// they are, and keeps the first error: all after it is nil.
type formula struct {
	t   *expr.Thread
	err error
}

func (f *formula) binary(op expr.Op, a, b expr.Object) expr.Object {
	if f.err != nil {
		return nil
	}
	var o expr.Object
	o, f.err = expr.Binary(f.t, op, a, b)
	return o
}

func (f *formula) add(a, b expr.Object) expr.Object { return f.binary(expr.Add, a, b) }
func (f *formula) sub(a, b expr.Object) expr.Object { return f.binary(expr.Sub, a, b) }
func (f *formula) mul(a, b expr.Object) expr.Object { return f.binary(expr.Mul, a, b) }
func (f *formula) div(a, b expr.Object) expr.Object { return f.binary(expr.Div, a, b) }

// holds is a op b; false after an error.
func (f *formula) holds(op expr.CmpOp, a, b expr.Object) bool {
	if f.err != nil {
		return false
	}
	var ok bool
	ok, f.err = expr.Compare(f.t, op, a, b)
	return ok
}

// float is o as functions in C take it; 0 after an error.
func (f *formula) float(o expr.Object) float64 {
	if f.err != nil {
		return 0
	}
	var x float64
	x, f.err = expr.AsFloat(o)
	return x
}

// result gives o, or the first error.
func (f *formula) result(o expr.Object) (expr.Object, error) {
	if f.err != nil {
		return nil, f.err
	}
	return o, nil
}

// isRaised reports whether an error is an exception of that type.
func isRaised(err error, typ string) bool {
	var e *expr.Error
	return errors.As(err, &e) && e.Type == typ
}
