package format

import (
	"bytes"
	"math"
	"math/big"
	"strconv"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// Beyond these a float has no digits to round: CPython's own bounds.
const (
	mostDigits  = 323  // more: the float itself
	leastDigits = -309 // fewer: zero
)

// Round is round(f, digits): correctly rounded from the float's exact value, a
// tie to the even digit. OverflowError when the result is no float.
func Round(f float64, digits int) (float64, error) {
	switch {
	case f != f || math.IsInf(f, 0) || digits > mostDigits:
		return f, nil
	case digits < leastDigits:
		return 0 * f, nil
	}
	var small [64]byte
	text := small[:0]
	if digits >= 0 {
		text = strconv.AppendFloat(text, f, 'f', digits, 64)
	} else {
		text = roundWhole(text, f, -digits)
	}
	rounded, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, pyerr.Overflow("rounded value too large to represent")
	}
	return rounded, nil
}

// roundWhole writes f rounded to a multiple of 10**zeros.
func roundWhole(dst []byte, f float64, zeros int) []byte {
	exponent := exponentOf(f)
	kept := exponent - zeros // digits behind the first that stay
	if kept >= 0 {
		return strconv.AppendFloat(dst, f, 'e', kept, 64)
	}
	if f < 0 || math.Signbit(f) {
		dst = append(dst, '-')
	}
	if kept == -1 && aboveHalf(math.Abs(f), zeros) {
		return strconv.AppendInt(append(dst, "1e"...), int64(zeros), 10)
	}
	return append(dst, '0')
}

// exponentOf is the power of ten of f's first digit.
func exponentOf(f float64) int {
	var small [32]byte
	text := strconv.AppendFloat(small[:0], f, 'e', -1, 64)
	exponent, _ := strconv.Atoi(string(text[bytes.IndexByte(text, 'e')+1:])) // strconv wrote it
	return exponent
}

// aboveHalf reports whether f is nearer to 10**zeros than to 0; halfway is not.
func aboveHalf(f float64, zeros int) bool {
	const exact = 22 // up to here a power of ten, and five times it, is a float
	if zeros <= exact {
		return f > 5*math.Pow10(zeros-1)
	}
	half := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(zeros-1)), nil)
	half.Mul(half, big.NewInt(5))
	whole, _ := big.NewFloat(f).Int(nil) // f is whole, being larger than 2**53
	return whole.Cmp(half) > 0
}

// RoundInt is round(i, digits) for an Int, a Bool or a Big: a multiple of ten to
// the power -digits, a tie to the even one. The work is one division of i, which
// the caller has to allow for.
func RoundInt(i value.Value, digits int) value.Value {
	x := toBig(i)
	if digits >= 0 {
		return value.Integer(x)
	}
	const bitsPerDigit = 3 // fewer than a digit has
	if digits < -(x.BitLen()/bitsPerDigit + 1) {
		return value.Int(0)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-digits)), nil)
	quotient, rest := new(big.Int).DivMod(x, unit, new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(unit) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		quotient.Add(quotient, new(big.Int).And(quotient, big.NewInt(1)))
	}
	return value.Integer(quotient.Mul(quotient, unit))
}

func toBig(i value.Value) *big.Int {
	switch i := i.(type) {
	case value.Big:
		return i.Int()
	case value.Int:
		return big.NewInt(int64(i))
	case value.Bool:
		return big.NewInt(boolInt(i))
	}
	return new(big.Int)
}

// RoundEven is round(f): the nearest int, a tie to the even one.
func RoundEven(f float64) (value.Value, error) { return Trunc(math.RoundToEven(f)) }
