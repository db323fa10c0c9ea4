// Package value is what the hub keeps and sends: the values that have a Python
// literal form, immutable, with one mapping each to text, bytes, JSON and SQL.
//
// The scalar types are also the evaluator's own, so that a number or a text
// passes between an expression and the registry without being copied.
package value

import "math/big"

// MaxDepth is how deep a value may be nested. Every walk over a value is
// recursive, so that this bound is what keeps a hostile one from the stack;
// CPython's own repr gives up near 1,000, and nobody shares a list that deep.
const MaxDepth = 200

// Value is one immutable value: None, Bool, Int, Big, Float, Complex, Str,
// Bytes, List, Tuple, *Dict or *Set. Values may be shared between goroutines;
// nobody may change the slices inside them.
type Value interface {
	// TypeName is Python's name of the type: "int", "str", "NoneType" …
	TypeName() string
	value()
}

// None is Python's None.
type None struct{}

// Bool is True or False.
type Bool bool

// Int is an integer that fits 64 bits.
type Int int64

// Big is an integer that does not fit an Int; Integer makes the right one of
// the two, so that equal integers always have the same type.
type Big struct{ i *big.Int }

// Float is Python's float.
type Float float64

// Complex is Python's complex.
type Complex complex128

// Str is a text. It is UTF-8; a lone surrogate, which a Python str may hold, is
// kept as its three-byte form (ValidText) and refused where it would have to be
// sent.
type Str string

// Bytes is Python's bytes.
type Bytes string

// List is a list.
type List []Value

// Tuple is a tuple.
type Tuple []Value

// Pair is an entry of a Dict.
type Pair struct{ Key, Value Value }

// Dict is a dict in the order of insertion. Make one with NewDict; the zero
// Dict is empty.
type Dict struct {
	pairs []Pair
	index index
}

// Set is a set in the order of insertion, which is not the order CPython would
// show. Make one with NewSet; the zero Set is empty.
type Set struct {
	items []Value
	index index
}

// Integer makes an Int where it fits, else a Big. i must not be changed later.
func Integer(i *big.Int) Value {
	if i.IsInt64() {
		return Int(i.Int64())
	}
	return Big{i}
}

// Items gives the elements of a list or a tuple; ok is false for anything else.
// They must not be changed.
func Items(v Value) (items []Value, ok bool) {
	switch v := v.(type) {
	case List:
		return v, true
	case Tuple:
		return v, true
	}
	return nil, false
}

// Int gives the number; it must not be changed.
func (b Big) Int() *big.Int { return b.i }

func (None) TypeName() string    { return "NoneType" }
func (Bool) TypeName() string    { return "bool" }
func (Int) TypeName() string     { return "int" }
func (Big) TypeName() string     { return "int" }
func (Float) TypeName() string   { return "float" }
func (Complex) TypeName() string { return "complex" }
func (Str) TypeName() string     { return "str" }
func (Bytes) TypeName() string   { return "bytes" }
func (List) TypeName() string    { return "list" }
func (Tuple) TypeName() string   { return "tuple" }
func (*Dict) TypeName() string   { return "dict" }
func (*Set) TypeName() string    { return "set" }

func (None) value()    {}
func (Bool) value()    {}
func (Int) value()     {}
func (Big) value()     {}
func (Float) value()   {}
func (Complex) value() {}
func (Str) value()     {}
func (Bytes) value()   {}
func (List) value()    {}
func (Tuple) value()   {}
func (*Dict) value()   {}
func (*Set) value()    {}
