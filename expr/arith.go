package expr

import "althing/value"

// binaryFunc works out a binary operation.
type binaryFunc func(t *Thread, a, b Object) (Object, error)

// binaryFuncs are the operators in the order of Op. Each begins with the pairs
// of types that are met most; the others go through arith.
var binaryFuncs = [...]binaryFunc{
	Add: add, Sub: sub, Mul: mul, Div: div,
	FloorDiv: func(t *Thread, a, b Object) (Object, error) { return arith(t, FloorDiv, a, b) },
	Mod:      mod,
	Pow:      func(t *Thread, a, b Object) (Object, error) { return arith(t, Pow, a, b) },
	LShift:   func(t *Thread, a, b Object) (Object, error) { return arith(t, LShift, a, b) },
	RShift:   func(t *Thread, a, b Object) (Object, error) { return arith(t, RShift, a, b) },
	BitAnd:   func(t *Thread, a, b Object) (Object, error) { return arith(t, BitAnd, a, b) },
	BitOr:    func(t *Thread, a, b Object) (Object, error) { return arith(t, BitOr, a, b) },
	BitXor:   func(t *Thread, a, b Object) (Object, error) { return arith(t, BitXor, a, b) },
	MatMul:   func(t *Thread, a, b Object) (Object, error) { return arith(t, MatMul, a, b) },
}

// Binary is a op b, for the operators from Add to MatMul.
func Binary(t *Thread, op Op, a, b Object) (Object, error) { return binaryFuncs[op](t, a, b) }

func add(t *Thread, a, b Object) (Object, error) {
	switch x := a.(type) {
	case value.Int:
		if y, ok := b.(value.Int); ok {
			if sum := x + y; (sum > x) == (y > 0) {
				return Int(int64(sum)), nil
			}
		}
	case value.Float:
		if y, ok := b.(value.Float); ok {
			return x + y, nil
		}
	case value.Str:
		if y, ok := b.(value.Str); ok {
			return concat(t, x, y)
		}
	}
	return arith(t, Add, a, b)
}

func sub(t *Thread, a, b Object) (Object, error) {
	switch x := a.(type) {
	case value.Int:
		if y, ok := b.(value.Int); ok {
			if diff := x - y; (diff < x) == (y > 0) {
				return Int(int64(diff)), nil
			}
		}
	case value.Float:
		if y, ok := b.(value.Float); ok {
			return x - y, nil
		}
	}
	return arith(t, Sub, a, b)
}

func mul(t *Thread, a, b Object) (Object, error) {
	switch x := a.(type) {
	case value.Int:
		if y, ok := b.(value.Int); ok {
			if z, ok := timesSmall(int64(x), int64(y)); ok {
				return Int(z), nil
			}
		}
	case value.Float:
		if y, ok := b.(value.Float); ok {
			return x * y, nil
		}
	}
	return arith(t, Mul, a, b)
}

func div(t *Thread, a, b Object) (Object, error) {
	if x, ok := a.(value.Float); ok {
		if y, ok := b.(value.Float); ok && y != 0 {
			return x / y, nil
		}
	}
	return arith(t, Div, a, b)
}

func mod(t *Thread, a, b Object) (Object, error) {
	if x, ok := a.(value.Int); ok {
		if y, ok := b.(value.Int); ok && x >= 0 && y > 0 {
			return Int(int64(x % y)), nil
		}
	}
	return arith(t, Mod, a, b)
}

// arith works out any operation: as numbers, as sequences and sets, by the
// objects themselves, or not at all.
func arith(t *Thread, op Op, a, b Object) (Object, error) {
	if isNumber(a) && isNumber(b) {
		if o, err := arithNumbers(t, op, a, b); o != nil || err != nil {
			return o, err
		}
		return nil, unsupported(op.String(), a, b)
	}
	o, err := arithObjects(t, op, a, b)
	if o != nil || err != nil {
		return o, err
	}
	if x, ok := a.(HasBinary); ok {
		if o, err := x.Binary(t, op, b, false); o != nil || err != nil {
			return o, err
		}
	}
	if y, ok := b.(HasBinary); ok {
		if o, err := y.Binary(t, op, a, true); o != nil || err != nil {
			return o, err
		}
	}
	return nil, mismatch(op, a, b)
}

func unsupported(op string, a, b Object) error {
	return TypeError("unsupported operand type(s) for %s: '%s' and '%s'", op, a.TypeName(), b.TypeName())
}

// mismatch words the error for two objects that do not go together. Sequences
// have messages of their own.
func mismatch(op Op, a, b Object) error {
	switch op {
	case Add:
		switch a.(type) {
		case value.Str, *List, *Tuple:
			return TypeError("can only concatenate %s (not \"%s\") to %s", a.TypeName(), b.TypeName(), a.TypeName())
		case value.Bytes, *ByteArray:
			return TypeError("can't concat %s to %s", b.TypeName(), a.TypeName())
		}
	case Mul:
		if isSequence(a) {
			return TypeError("can't multiply sequence by non-int of type '%s'", b.TypeName())
		}
		if isSequence(b) {
			return TypeError("can't multiply sequence by non-int of type '%s'", a.TypeName())
		}
	}
	return unsupported(op.String(), a, b)
}

func isSequence(o Object) bool {
	switch o.(type) {
	case value.Str, value.Bytes, *ByteArray, *List:
		return true
	}
	return typeOf(o).Is(typeTuple)
}

// arithNumbers converts two numbers to the wider type of the two. A nil object
// says that numbers of that type do not have the operator.
func arithNumbers(t *Thread, op Op, a, b Object) (Object, error) {
	if x, ok := smallInt(a); ok {
		if y, ok := smallInt(b); ok {
			return arithSmall(t, op, a, b, x, y)
		}
	}
	switch {
	case op >= LShift && (isComplex(a) || isComplex(b) || isFloat(a) || isFloat(b)):
		return nil, nil // also for an int that is too large to be converted
	case isComplex(a) || isComplex(b):
		x, err := AsComplex(a)
		if err != nil {
			return nil, err
		}
		y, err := AsComplex(b)
		if err != nil {
			return nil, err
		}
		return arithComplex(op, x, y)
	case isFloat(a) || isFloat(b):
		x, err := AsFloat(a)
		if err != nil {
			return nil, err
		}
		y, err := AsFloat(b)
		if err != nil {
			return nil, err
		}
		return arithFloat(op, x, y)
	}
	return arithBig(t, op, toBig(a), toBig(b))
}

func isComplex(o Object) bool { _, ok := o.(value.Complex); return ok }

func isFloat(o Object) bool { _, ok := o.(value.Float); return ok }

// Unary is op o: Sub for -o, Add for +o, Invert for ~o, Abs for abs(o).
func Unary(t *Thread, op Op, o Object) (Object, error) {
	if isNumber(o) {
		if o, err := unaryNumber(t, op, o); o != nil || err != nil {
			return o, err
		}
	} else if u, ok := o.(HasUnary); ok {
		if o, err := u.Unary(t, op); o != nil || err != nil {
			return o, err
		}
	}
	if op == Abs {
		return nil, TypeError("bad operand type for abs(): '%s'", o.TypeName())
	}
	return nil, TypeError("bad operand type for unary %s: '%s'", op, o.TypeName())
}
