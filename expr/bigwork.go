package expr

import (
	"math"
	"math/big"
	"math/bits"
	"time"

	"althing/expr/internal/bigwork"
	"althing/value"
)

// budgetBig counts an int result of so many bits, and the work of making it.
func (t *Thread) budgetBig(bits int, ns int64) error {
	if bits <= 256 {
		return t.Charge(bigHead)
	}
	if err := t.Charge(bigSize(bits)); err != nil {
		return err
	}
	return t.Work(ns)
}

// Work counts work that goes on for so many nanoseconds of a slow machine (some
// four times slower than a server of today) without a call of Step. It is
// refused when the time left is not enough.
func (t *Thread) Work(ns int64) error {
	if ns > int64(time.Millisecond) && t.timeLeft() < time.Duration(ns) {
		return errTime
	}
	return t.Step(ns / 256)
}

// powBig is x ** y for ints.
func powBig(t *Thread, x, y *big.Int) (Object, error) {
	if y.Sign() < 0 {
		return powNegative(x, y)
	}
	switch {
	case y.Sign() == 0:
		return Int(1), nil
	case x.BitLen() <= 1: // 0, 1 and -1 stay small whatever the exponent
		if x.Sign() < 0 && y.Bit(0) == 0 {
			return Int(1), nil
		}
		return value.Integer(x), nil
	case !y.IsInt64():
		return nil, errMemory
	case x.IsInt64():
		if z, ok := powSmall(x.Int64(), y.Int64()); ok {
			return Int(z), nil
		}
	}
	size := float64(x.BitLen()) * float64(y.Int64())
	if size > math.MaxInt32*8 {
		return nil, errMemory
	}
	// Squaring doubles the size each time: the last one is most of the work.
	if err := t.budgetBig(int(size), 2*bigwork.Mul(int(size)/2, int(size)/2)); err != nil {
		return nil, err
	}
	return value.Integer(new(big.Int).Exp(x, y, nil)), nil
}

// powSmall is x ** y where that fits 64 bits.
func powSmall(x, y int64) (z int64, ok bool) {
	z = 1
	for ; y > 0; y >>= 1 {
		if y&1 == 1 {
			if z, ok = timesSmall(z, x); !ok {
				return 0, false
			}
		}
		if y > 1 {
			if x, ok = timesSmall(x, x); !ok {
				return 0, false
			}
		}
	}
	return z, true
}

// timesSmall is x * y where that fits 64 bits.
func timesSmall(x, y int64) (z int64, ok bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	return x * y, hi == 0 && lo < 1<<63
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

// powNegative is x ** y for ints where y < 0: a float.
func powNegative(x, y *big.Int) (Object, error) {
	f, err := AsFloat(value.Integer(x))
	if err != nil {
		return nil, err
	}
	g, err := AsFloat(value.Integer(y))
	if err != nil {
		return nil, err
	}
	return arithFloat(Pow, f, g)
}

// PowMod is pow(x, y, m) for ints.
func PowMod(t *Thread, x, y, m *big.Int) (Object, error) {
	if m.Sign() == 0 {
		return nil, ValueError("pow() 3rd argument cannot be 0")
	}
	n := m.BitLen()
	work := bigwork.Mul(n, n)*int64(y.BitLen())*2 + bigwork.Div(x.BitLen(), n)
	if n > 2048 && y.BitLen() > 64 {
		// Without Montgomery's method every product is divided.
		work *= 2
	}
	if err := t.budgetBig(n+max(n, 64), work); err != nil {
		return nil, err
	}
	if y.Sign() < 0 {
		inverse := new(big.Int).ModInverse(x, new(big.Int).Abs(m))
		if inverse == nil {
			return nil, ValueError("base is not invertible for the given modulus")
		}
		x, y = inverse, new(big.Int).Neg(y)
	}
	z := new(big.Int).Exp(x, y, new(big.Int).Abs(m))
	if m.Sign() < 0 && z.Sign() != 0 {
		z.Add(z, m)
	}
	return value.Integer(z), nil
}
