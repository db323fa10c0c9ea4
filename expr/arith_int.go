package expr

import (
	"math"
	"math/big"

	"althing/expr/internal/bigwork"
	"althing/value"
)

// arithSmall works out an operation on ints of 64 bits; what does not fit goes
// through big ones. a and b are the same as objects: bool & bool is a bool.
func arithSmall(t *Thread, op Op, a, b Object, x, y int64) (Object, error) {
	switch op {
	case Add:
		if sum := x + y; (sum > x) == (y > 0) {
			return Int(sum), nil
		}
	case Sub:
		if diff := x - y; (diff < x) == (y > 0) {
			return Int(diff), nil
		}
	case Mul:
		if z, ok := timesSmall(x, y); ok {
			return Int(z), nil
		}
	case Pow:
		if y >= 0 {
			if z, ok := powSmall(x, y); ok {
				return Int(z), nil
			}
		}
	case Div:
		return divideSmall(x, y)
	case FloorDiv, Mod:
		if y != 0 && (x != math.MinInt64 || y != -1) {
			quotient, rest := floorDivide(x, y)
			if op == Mod {
				return Int(rest), nil
			}
			return Int(quotient), nil
		}
	case LShift:
		if y >= 0 && y < 63 && magnitude(x) < 1<<(63-y) {
			return Int(x << y), nil
		}
	case RShift:
		if y >= 0 {
			return Int(x >> min(y, 63)), nil
		}
	case BitAnd, BitOr, BitXor:
		return bitwise(op, a, b, x, y), nil
	}
	return arithBig(t, op, big.NewInt(x), big.NewInt(y))
}

func bitwise(op Op, a, b Object, x, y int64) Object {
	switch op {
	case BitAnd:
		x &= y
	case BitOr:
		x |= y
	default:
		x ^= y
	}
	_, isBool := a.(value.Bool)
	if _, also := b.(value.Bool); isBool && also {
		return Bool(x != 0)
	}
	return Int(x)
}

// floorDivide rounds towards minus infinity, as Python does.
func floorDivide(x, y int64) (quotient, rest int64) {
	quotient, rest = x/y, x%y
	if rest != 0 && (rest < 0) != (y < 0) {
		quotient--
		rest += y
	}
	return quotient, rest
}

func divideSmall(x, y int64) (Object, error) {
	const exact = 1 << 53
	if y == 0 {
		return nil, errZeroDivision
	}
	if -exact <= x && x <= exact && -exact <= y && y <= exact {
		return value.Float(float64(x) / float64(y)), nil
	}
	f, err := divideBig(big.NewInt(x), big.NewInt(y))
	return value.Float(f), err
}

// arithBig works out an operation on ints of any size. Memory and work are
// counted before anything is done.
func arithBig(t *Thread, op Op, x, y *big.Int) (Object, error) {
	n, m := x.BitLen(), y.BitLen()
	switch op {
	case Pow:
		return powBig(t, x, y)
	case LShift, RShift:
		return shift(t, op, x, y)
	case Mul:
		if err := t.budgetBig(n+m, bigwork.Mul(n, m)); err != nil {
			return nil, err
		}
		return value.Integer(new(big.Int).Mul(x, y)), nil
	case Div, FloorDiv, Mod:
		if err := t.budgetBig(max(n, m), bigwork.Div(n, m)); err != nil {
			return nil, err
		}
		return divideBigs(op, x, y)
	}
	if err := t.budgetBig(max(n, m)+1, int64(max(n, m))/64); err != nil {
		return nil, err
	}
	z := new(big.Int)
	switch op {
	case Add:
		z.Add(x, y)
	case Sub:
		z.Sub(x, y)
	case BitAnd:
		z.And(x, y)
	case BitOr:
		z.Or(x, y)
	case BitXor:
		z.Xor(x, y)
	default:
		return nil, nil
	}
	return value.Integer(z), nil
}

func divideBigs(op Op, x, y *big.Int) (Object, error) {
	if y.Sign() == 0 {
		switch op {
		case Div:
			return nil, errZeroDivision
		case Mod:
			return nil, Raise("ZeroDivisionError", "integer modulo by zero")
		}
		return nil, Raise("ZeroDivisionError", "integer division or modulo by zero")
	}
	if op == Div {
		f, err := divideBig(x, y)
		return value.Float(f), err
	}
	quotient, rest := floorDivideBig(x, y)
	if op == Mod {
		return value.Integer(rest), nil
	}
	return value.Integer(quotient), nil
}

func floorDivideBig(x, y *big.Int) (quotient, rest *big.Int) {
	quotient, rest = new(big.Int).QuoRem(x, y, new(big.Int))
	if rest.Sign() != 0 && (rest.Sign() < 0) != (y.Sign() < 0) {
		quotient.Sub(quotient, big.NewInt(1))
		rest.Add(rest, y)
	}
	return quotient, rest
}

// divideBig is the float nearest to x / y: a quotient of at least 64 bits, made
// odd when something is left, is rounded once.
func divideBig(x, y *big.Int) (float64, error) {
	scale := 66 - (x.BitLen() - y.BitLen())
	n, d := new(big.Int).Abs(x), new(big.Int).Abs(y)
	if scale > 0 {
		n.Lsh(n, uint(scale))
	} else {
		d.Lsh(d, uint(-scale))
	}
	quotient, rest := n.QuoRem(n, d, new(big.Int))
	if rest.Sign() != 0 {
		quotient.SetBit(quotient, 0, 1)
	}
	exact := new(big.Float).SetInt(quotient)
	exact.SetMantExp(exact, -scale)
	f, _ := exact.Float64()
	if math.IsInf(f, 0) {
		return 0, OverflowError("integer division result too large for a float")
	}
	if (x.Sign() < 0) != (y.Sign() < 0) {
		f = -f // also a zero
	}
	return f, nil
}

func shift(t *Thread, op Op, x, y *big.Int) (Object, error) {
	if y.Sign() < 0 {
		return nil, ValueError("negative shift count")
	}
	if x.Sign() == 0 {
		return Int(0), nil
	}
	by := int64(math.MaxInt64)
	if y.IsInt64() {
		by = y.Int64()
	}
	n := int64(x.BitLen())
	if op == RShift {
		by = min(by, n+1)
		if err := t.budgetBig(int(n), n/64); err != nil {
			return nil, err
		}
		return value.Integer(new(big.Int).Rsh(x, uint(by))), nil
	}
	if by > math.MaxInt64/2 {
		return nil, OverflowError("too many digits in integer")
	}
	if err := t.budgetBig(int(n+by), (n+by)/64); err != nil {
		return nil, err
	}
	return value.Integer(new(big.Int).Lsh(x, uint(by))), nil
}

// unaryNumber gives nil for an operator that the number does not have.
func unaryNumber(t *Thread, op Op, o Object) (Object, error) {
	switch o := o.(type) {
	case value.Float:
		return unaryFloat(op, float64(o)), nil
	case value.Complex:
		return unaryComplex(op, complex128(o)), nil
	case value.Big:
		return unaryBig(t, op, o.Int())
	}
	i, _ := smallInt(o)
	switch {
	case op == Invert:
		return Int(^i), nil
	case i == math.MinInt64 && op != Add:
		return unaryBig(t, op, big.NewInt(i))
	case op == Sub || op == Abs && i < 0:
		return Int(-i), nil
	}
	return Int(i), nil
}

func unaryBig(t *Thread, op Op, i *big.Int) (Object, error) {
	if err := t.budgetBig(i.BitLen(), int64(i.BitLen())/64); err != nil {
		return nil, err
	}
	z := new(big.Int)
	switch op {
	case Sub:
		z.Neg(i)
	case Invert:
		z.Not(i)
	case Abs:
		z.Abs(i)
	default:
		z = i
	}
	return value.Integer(z), nil
}
