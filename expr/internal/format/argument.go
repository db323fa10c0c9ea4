package format

import (
	"math"
	"math/big"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// integerOf is what %d and its like make of an argument: an int, or for the
// decimal types the whole part of a float.
func integerOf(o Object, kind rune) (integer, error) {
	switch o := o.(type) {
	case value.Int:
		return integer{small: int64(o)}, nil
	case value.Bool:
		return integer{small: boolInt(o)}, nil
	case value.Big:
		return integer{big: o}, nil
	case value.Float:
		if base, _ := baseOf(kind); base == 10 {
			return truncated(float64(o))
		}
	}
	if base, _ := baseOf(kind); base != 10 {
		return integer{}, pyerr.Type("%%%c format: an integer is required, not %s", kind, o.TypeName())
	}
	return integer{}, pyerr.Type("%%%c format: a real number is required, not %s", kind, o.TypeName())
}

func truncated(f float64) (integer, error) {
	v, err := Trunc(f)
	if err != nil {
		return integer{}, err
	}
	if small, ok := v.(value.Int); ok {
		return integer{small: int64(small)}, nil
	}
	return integer{big: v.(value.Big)}, nil
}

// Trunc is int(f): the whole part.
func Trunc(f float64) (value.Value, error) {
	switch {
	case f != f:
		return nil, pyerr.Value("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return nil, pyerr.Overflow("cannot convert float infinity to integer")
	case f >= -1<<63 && f < 1<<63:
		return value.Int(f), nil
	}
	whole, _ := big.NewFloat(f).Int(nil)
	return value.Integer(whole), nil
}

// TruncBig is int(f) as a big.Int of the caller's own.
func TruncBig(f float64) (*big.Int, error) {
	if _, err := Trunc(f); err != nil {
		return nil, err
	}
	whole, _ := big.NewFloat(f).Int(nil)
	return whole, nil
}

// floatOf is what %f and its like make of an argument.
func floatOf(o Object) (float64, error) {
	switch o := o.(type) {
	case value.Float:
		return float64(o), nil
	case value.Int:
		return float64(o), nil
	case value.Bool:
		return float64(boolInt(o)), nil
	case value.Big:
		return BigFloat(o.Int())
	}
	return 0, pyerr.Type("must be real number, not %s", o.TypeName())
}

// charOf is what %c makes of an argument.
func charOf(o Object) (string, error) {
	switch o := o.(type) {
	case value.Str:
		if length(string(o)) == 1 {
			return string(o), nil
		}
	case value.Int:
		return char(int64(o))
	case value.Bool:
		return char(boolInt(o))
	case value.Big:
		return char(-1)
	}
	return "", pyerr.Type("%%c requires int or char")
}
