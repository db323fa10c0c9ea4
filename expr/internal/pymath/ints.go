package pymath

import (
	"math"
	"math/big"
	"time"

	"althing/expr/internal/bigwork"
	"althing/expr/internal/pyerr"
)

// Budget is asked before anything large is made or done.
type Budget interface {
	// Charge counts bytes.
	Charge(bytes int64) error
	// Work counts nanoseconds of a slow machine, during which nobody looks at
	// the clock.
	Work(ns int64) error
}

// refuse is the work that no budget has time for.
const refuse = int64(24 * time.Hour)

// mostBits is the size from which on a result is refused without working it out:
// half a gigabyte.
const mostBits = 1 << 32

// allow asks for a result of so many bits, put together from small factors.
func allow(b Budget, bits float64) error {
	if bits > mostBits {
		if err := b.Charge(mostBits / 8); err != nil {
			return err
		}
		return b.Work(refuse)
	}
	return b.Charge(int64(bits/4) + 64) // the result, and what it is made from
}

// product is lo·(lo+1)·…·hi, put together from halves, so that large factors meet
// large ones.
func product(b Budget, lo, hi *big.Int) (*big.Int, error) {
	const few = 16
	width := new(big.Int).Sub(hi, lo)
	if width.Cmp(big.NewInt(few)) < 0 {
		result, factor := big.NewInt(1), new(big.Int).Set(lo)
		for ; factor.Cmp(hi) <= 0; factor.Add(factor, big.NewInt(1)) {
			result.Mul(result, factor)
		}
		return result, b.Work(few * bigwork.PerProduct * int64(bigwork.Words(result.BitLen())))
	}
	middle := width.Add(lo, width.Rsh(width, 1))
	left, err := product(b, lo, middle)
	if err != nil {
		return nil, err
	}
	right, err := product(b, middle.Add(middle, big.NewInt(1)), hi)
	if err != nil {
		return nil, err
	}
	if err := b.Work(bigwork.Mul(left.BitLen(), right.BitLen())); err != nil {
		return nil, err
	}
	return left.Mul(left, right), nil
}

// Factorial is math.factorial(n).
func Factorial(b Budget, n *big.Int) (*big.Int, error) {
	switch {
	case n.Sign() < 0:
		return nil, pyerr.Value("factorial() not defined for negative values")
	case !n.IsInt64():
		return nil, pyerr.Overflow("factorial() argument should not exceed %d", int64(math.MaxInt64))
	}
	return Perm(b, n, n)
}

// Perm is math.perm(n, k): the ways to choose k of n things in order.
func Perm(b Budget, n, k *big.Int) (*big.Int, error) {
	switch {
	case n.Sign() < 0:
		return nil, pyerr.Value("n must be a non-negative integer")
	case k.Sign() < 0:
		return nil, pyerr.Value("k must be a non-negative integer")
	case k.Cmp(n) > 0:
		return new(big.Int), nil
	case !k.IsInt64():
		return nil, pyerr.Overflow("k must not exceed %d", int64(math.MaxInt64))
	}
	if err := allow(b, float64(k.Int64())*float64(n.BitLen())); err != nil {
		return nil, err
	}
	first := new(big.Int).Sub(n, k)
	return product(b, first.Add(first, big.NewInt(1)), n)
}

// Comb is math.comb(n, k): the ways to choose k of n things.
func Comb(b Budget, n, k *big.Int) (*big.Int, error) {
	if n.Sign() >= 0 && k.Sign() >= 0 && k.Cmp(n) <= 0 {
		if rest := new(big.Int).Sub(n, k); rest.Cmp(k) < 0 {
			k = rest
		}
		if !k.IsInt64() {
			return nil, pyerr.Overflow("min(n - k, k) must not exceed %d", int64(math.MaxInt64))
		}
	}
	over, err := Perm(b, n, k)
	if err != nil || over.Sign() == 0 {
		return over, err
	}
	under, err := Perm(b, k, k)
	if err != nil {
		return nil, err
	}
	// A division is some products of the quotient's and the divisor's sizes.
	if err := b.Work(3 * bigwork.Mul(over.BitLen(), under.BitLen())); err != nil {
		return nil, err
	}
	return over.Quo(over, under), nil
}

// GCD is the greatest common divisor of two ints, never negative.
func GCD(b Budget, x, y *big.Int) (*big.Int, error) {
	if err := allow(b, float64(min(x.BitLen(), y.BitLen()))); err != nil {
		return nil, err
	}
	if err := b.Work(int64(bigwork.Words(x.BitLen()) * bigwork.Words(y.BitLen()) * bigwork.PerProduct)); err != nil {
		return nil, err
	}
	return new(big.Int).GCD(nil, nil, new(big.Int).Abs(x), new(big.Int).Abs(y)), nil
}

// LCM is the least common multiple of two ints, never negative.
func LCM(b Budget, x, y *big.Int) (*big.Int, error) {
	if x.Sign() == 0 || y.Sign() == 0 {
		return new(big.Int), nil
	}
	divisor, err := GCD(b, x, y)
	if err != nil {
		return nil, err
	}
	if err := allow(b, float64(x.BitLen()+y.BitLen())); err != nil {
		return nil, err
	}
	if err := b.Work(4 * bigwork.Mul(x.BitLen(), y.BitLen())); err != nil {
		return nil, err
	}
	multiple := new(big.Int).Quo(x, divisor)
	return multiple.Abs(multiple.Mul(multiple, y)), nil
}

// Isqrt is math.isqrt(n): the whole part of the square root.
func Isqrt(b Budget, n *big.Int) (*big.Int, error) {
	if n.Sign() < 0 {
		return nil, pyerr.Value("isqrt() argument must be nonnegative")
	}
	if err := allow(b, float64(n.BitLen())); err != nil {
		return nil, err
	}
	// Each of a few steps of Newton's method is a division.
	const steps = 8
	if err := b.Work(steps * 3 * bigwork.Mul(n.BitLen()/2, n.BitLen()/2)); err != nil {
		return nil, err
	}
	return new(big.Int).Sqrt(n), nil
}

// BigLog is a logarithm of an int too large for a float; log is that function of
// floats.
func BigLog(n *big.Int, log func(float64) float64) float64 {
	var mantissa big.Float
	exponent := new(big.Float).SetPrec(53).SetInt(n).MantExp(&mantissa)
	m, _ := mantissa.Float64()
	return log(m) + float64(log(2)*float64(exponent))
}
