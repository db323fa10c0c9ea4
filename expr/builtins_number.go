package expr

import (
	"cmp"
	"math/big"
	"strconv"

	"althing/expr/internal/bigwork"
	"althing/expr/internal/format"
	"althing/value"
)

func defineBuiltinsNumber() {
	defineBuiltins(
		builtin("abs", 1, 1, func(t *Thread, args []Object) (Object, error) { return Unary(t, Abs, args[0]) }),
		builtin("divmod", 2, 2, func(t *Thread, args []Object) (Object, error) { return divmod(t, args[0], args[1]) }),
		builtin("bin", 1, 1, inBase("0b", 2)),
		builtin("oct", 1, 1, inBase("0o", 8)),
		builtin("hex", 1, 1, inBase("0x", 16)),
		builtin("hash", 1, 1, func(t *Thread, args []Object) (Object, error) {
			h, err := Hash(t, args[0])
			return Int(h), err
		}),
		&Func{name: "pow", fn: builtinPow},
		&Func{name: "round", fn: builtinRound},
	)
}

// inBase makes bin, oct and hex.
func inBase(prefix string, base int) func(t *Thread, args []Object) (Object, error) {
	return func(t *Thread, args []Object) (Object, error) {
		if i, ok := args[0].(value.Int); ok && i >= 0 {
			var room [66]byte
			return value.Str(strconv.AppendInt(append(room[:0], prefix...), int64(i), base)), t.Charge(textHead)
		}
		i, ok := AsBig(args[0])
		if !ok {
			return nil, TypeError("'%s' object cannot be interpreted as an integer", args[0].TypeName())
		}
		if err := t.ChargeText(i.BitLen()); err != nil {
			return nil, err
		}
		if i.Sign() < 0 {
			prefix := "-" + prefix
			return value.Str(new(big.Int).Neg(i).Append([]byte(prefix), base)), nil
		}
		return value.Str(i.Append([]byte(prefix), base)), nil
	}
}

// divmod is (a // b, a % b).
func divmod(t *Thread, a, b Object) (Object, error) {
	if isFloat(a) || isFloat(b) {
		if x, err := AsFloat(a); err == nil {
			if y, err := AsFloat(b); err == nil {
				if y == 0 {
					return nil, Raise("ZeroDivisionError", "float divmod()")
				}
				quotient, rest := divmodFloat(x, y)
				return NewTuple(value.Float(quotient), value.Float(rest)), nil
			}
		}
	}
	_, aText := a.(value.Str)
	if aText || isComplex(a) || isComplex(b) {
		return nil, unsupported("divmod()", a, b)
	}
	var parts [2]Object
	var failed error
	for i, op := range []Op{FloorDiv, Mod} {
		var err error
		parts[i], err = arith(t, op, a, b)
		if _, ok := isRaised(err, "TypeError"); ok { // also where the other divides by zero
			return nil, unsupported("divmod()", a, b)
		}
		failed = cmp.Or(failed, err)
	}
	if failed != nil {
		return nil, failed
	}
	return NewTuple(parts[0], parts[1]), nil
}

var powParams = newParamsC("pow", "base exp mod?")

func builtinPow(t *Thread, a Args) (Object, error) {
	mod := None
	var x, y Object
	if err := powParams.Bind(a, &x, &y, &mod); err != nil {
		return nil, err
	}
	if mod == None {
		return arith(t, Pow, x, y)
	}
	var ints [3]*big.Int
	whole := true
	for i, o := range []Object{x, y, mod} {
		n, ok := AsBig(o)
		ints[i], whole = n, whole && ok
	}
	if !whole {
		return nil, powModError(x, y, mod)
	}
	return PowMod(t, ints[0], ints[1], ints[2])
}

// powModError words what is wrong with pow(x, y, mod), of which one at least is no
// int: the first that is a number of another type decides.
func powModError(x, y, mod Object) error {
	for _, o := range []Object{x, y, mod} {
		switch {
		case isFloat(o):
			return TypeError("pow() 3rd argument not allowed unless all arguments are integers")
		case isComplex(o) && isNumber(x) && isNumber(y):
			return complexModulo(x, y)
		}
	}
	return TypeError("unsupported operand type(s) for ** or pow(): '%s', '%s', '%s'",
		x.TypeName(), y.TypeName(), mod.TypeName())
}

// complexModulo: CPython notices the modulus when it has made x and y complex.
func complexModulo(x, y Object) error {
	for _, o := range []Object{x, y} {
		if _, err := AsComplex(o); err != nil {
			return err
		}
	}
	return ValueError("complex modulo")
}

var roundParams = newParamsC("round", "number ndigits?")

func builtinRound(t *Thread, a Args) (Object, error) {
	digits := None
	var o Object
	if err := roundParams.Bind(a, &o, &digits); err != nil {
		return nil, err
	}
	if r, ok := o.(hasRound); ok {
		return r.Round(t, digits)
	}
	if !isNumber(o) || isComplex(o) {
		return nil, TypeError("type %s doesn't define __round__ method", o.TypeName())
	}
	whole := digits == None
	n := 0
	if !whole {
		i, err := Index(digits)
		if err != nil {
			return nil, err
		}
		// More digits than any number has, either way, change nothing any more.
		n = int(min(max(i, -1<<30), 1<<30))
	}
	switch o := o.(type) {
	case value.Float:
		if whole {
			return format.RoundEven(float64(o))
		}
		f, err := format.Round(float64(o), n)
		return value.Float(f), err
	}
	return roundInt(t, o, n)
}

// hasRound is an object of the host that round() can take.
type hasRound interface {
	Object
	Round(t *Thread, digits Object) (Object, error)
}

func roundInt(t *Thread, o Object, digits int) (Object, error) {
	i, _ := AsBig(o)
	v := value.Integer(i)
	if digits >= 0 {
		return v, nil
	}
	if i.BitLen() < -digits*3 {
		return Int(0), nil
	}
	if err := t.budgetBig(i.BitLen(), 2*bigwork.Div(i.BitLen(), -digits*4)); err != nil {
		return nil, err
	}
	return format.RoundInt(v, digits), nil
}
