package modules

import (
	"math/big"

	"althing/expr"
	"althing/expr/internal/pymath"
	"althing/value"
)

// mathIntegers are the functions of ints.
func mathIntegers() []*expr.Func {
	return []*expr.Func{
		positional("math", "gcd", 0, -1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			return foldInts(t, args, new(big.Int), pymath.GCD)
		}).Forgets(),
		positional("math", "lcm", 0, -1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			return foldInts(t, args, big.NewInt(1), pymath.LCM)
		}).Forgets(),
		positional("math", "factorial", 1, 1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			n, err := index(args[0])
			if err != nil {
				return nil, err
			}
			return integer(pymath.Factorial(t, n))
		}).Forgets(),
		positional("math", "isqrt", 1, 1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			n, err := index(args[0])
			if err != nil {
				return nil, err
			}
			return integer(pymath.Isqrt(t, n))
		}).Forgets(),
		positional("math", "comb", 2, 2, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			return onInts(t, args[0], args[1], pymath.Comb)
		}).Forgets(),
		positional("math", "perm", 1, 2, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			if len(args) == 2 && args[1] != expr.None {
				return onInts(t, args[0], args[1], pymath.Perm)
			}
			n, err := index(args[0])
			if err != nil {
				return nil, err
			}
			return integer(pymath.Factorial(t, n))
		}).Forgets(),
	}
}

// index gives an int or a bool.
func index(o expr.Object) (*big.Int, error) {
	if i, ok := expr.AsBig(o); ok {
		return i, nil
	}
	return nil, expr.TypeError("'%s' object cannot be interpreted as an integer", o.TypeName())
}

// integer makes an int object of a result.
func integer(i *big.Int, err error) (expr.Object, error) {
	if err != nil {
		return nil, err
	}
	return value.Integer(i), nil
}

type intFunc func(b pymath.Budget, x, y *big.Int) (*big.Int, error)

func onInts(t *expr.Thread, x, y expr.Object, fn intFunc) (expr.Object, error) {
	n, err := index(x)
	if err != nil {
		return nil, err
	}
	k, err := index(y)
	if err != nil {
		return nil, err
	}
	return integer(fn(t, n, k))
}

// foldInts takes all arguments together with fn; of one it gives the size.
func foldInts(t *expr.Thread, args []expr.Object, none *big.Int, fn intFunc) (expr.Object, error) {
	result := none
	for i, o := range args {
		n, err := index(o)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			result = new(big.Int).Abs(n)
			continue
		}
		if result, err = fn(t, result, n); err != nil {
			return nil, err
		}
	}
	return value.Integer(result), nil
}
