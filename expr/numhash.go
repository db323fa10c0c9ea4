package expr

import (
	"math"
	"math/big"

	"althing/value"
)

// Python's hash of a number is its value modulo the Mersenne prime 2⁶¹-1, which
// makes equal numbers of all types have equal hashes.
const (
	hashBits    = 61
	hashModulus = 1<<hashBits - 1
	hashInf     = 314159
	hashImag    = 1000003
)

var bigHashModulus = big.NewInt(hashModulus)

// numberHash is Python's hash of a number; false for anything else.
func numberHash(o Object) (int64, bool) {
	switch o := o.(type) {
	case value.Bool:
		if o {
			return 1, true
		}
		return 0, true
	case value.Int:
		return intHash(int64(o)), true
	case value.Big:
		m := new(big.Int).Rem(o.Int(), bigHashModulus)
		return notMinusOne(m.Int64()), true
	case value.Float:
		return floatHash(float64(o)), true
	case value.Complex:
		h := uint64(floatHash(real(o))) + hashImag*uint64(floatHash(imag(o)))
		return notMinusOne(int64(h)), true
	}
	return 0, false
}

// notMinusOne keeps -1 for C's errors, as CPython does.
func notMinusOne(h int64) int64 {
	if h == -1 {
		return -2
	}
	return h
}

func intHash(i int64) int64 { return notMinusOne(i % hashModulus) }

func floatHash(f float64) int64 {
	switch {
	case math.IsInf(f, 1):
		return hashInf
	case math.IsInf(f, -1):
		return -hashInf
	case math.IsNaN(f):
		return 0
	}
	m, e := math.Frexp(math.Abs(f))
	var x uint64
	for m != 0 {
		x = (x<<28)&hashModulus | x>>(hashBits-28)
		m *= 1 << 28
		e -= 28
		y := uint64(m)
		m -= float64(y)
		if x += y; x >= hashModulus {
			x -= hashModulus
		}
	}
	e = ((e % hashBits) + hashBits) % hashBits
	x = (x<<e)&hashModulus | x>>(hashBits-e)
	if f < 0 {
		return notMinusOne(-int64(x))
	}
	return int64(x)
}
