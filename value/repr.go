package value

import (
	"math"
	"math/big"
	"strconv"
)

// MaxDigits is how many decimal digits an integer may have to be written in
// decimals: CPython's bound, for its reason, that the work grows with the
// square of the digits. CPython refuses a longer one with ValueError. Here a
// value always has a text, so that a longer one is written in hexadecimal
// (0x1f…), which is quick, is a Python literal, and reads back as the same
// number; who must refuse it asks Big.Decimal.
const MaxDigits = 4300

var tooManyDigits = new(big.Int).Exp(big.NewInt(10), big.NewInt(MaxDigits), nil)

// Decimal reports whether the number has at most MaxDigits decimal digits.
func (b Big) Decimal() bool { return b.i.CmpAbs(tooManyDigits) < 0 }

// Repr is Python's repr(v).
func Repr(v Value) string { return string(AppendRepr(nil, v)) }

// Text is Python's str(v): a Str as it is, anything else as Repr.
func Text(v Value) string {
	if s, ok := v.(Str); ok {
		return string(s)
	}
	return Repr(v)
}

// AppendText appends Text(v).
func AppendText(dst []byte, v Value) []byte {
	if s, ok := v.(Str); ok {
		return append(dst, s...)
	}
	return AppendRepr(dst, v)
}

// AppendRepr appends Repr(v). It allocates nothing but room in dst, except for
// a Big.
func AppendRepr(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case Bool:
		if v {
			return append(dst, "True"...)
		}
		return append(dst, "False"...)
	case Int:
		return strconv.AppendInt(dst, int64(v), 10)
	case Big:
		return appendBig(dst, v)
	case Float:
		return AppendFloat(dst, float64(v))
	case Complex:
		return appendComplex(dst, complex128(v))
	case Str:
		return AppendQuoted(dst, string(v))
	case Bytes:
		return appendQuotedBytes(dst, string(v))
	case List:
		return append(appendItems(append(dst, '['), v), ']')
	case Tuple:
		dst = appendItems(append(dst, '('), v)
		if len(v) == 1 {
			dst = append(dst, ',')
		}
		return append(dst, ')')
	case *Dict:
		return appendDict(dst, v)
	case *Set:
		if v.Len() == 0 {
			return append(dst, "set()"...)
		}
		return append(appendItems(append(dst, '{'), v.items), '}')
	}
	return append(dst, "None"...)
}

func appendItems(dst []byte, items []Value) []byte {
	for i, v := range items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendRepr(dst, v)
	}
	return dst
}

func appendDict(dst []byte, d *Dict) []byte {
	dst = append(dst, '{')
	for i, p := range d.pairs {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendRepr(dst, p.Key)
		dst = append(dst, ": "...)
		dst = AppendRepr(dst, p.Value)
	}
	return append(dst, '}')
}

func appendBig(dst []byte, b Big) []byte {
	if b.Decimal() {
		return b.i.Append(dst, 10)
	}
	if b.i.Sign() < 0 {
		dst = append(dst, '-')
	}
	dst = append(dst, "0x"...)
	return new(big.Int).Abs(b.i).Append(dst, 16)
}

// AppendFloat appends Python's repr of a float: the shortest digits that give
// the same float again, with an exponent below 1e-4 and from 1e16 on.
func AppendFloat(dst []byte, f float64) []byte {
	from := len(dst)
	dst = appendNumber(dst, f)
	for _, c := range dst[from:] {
		if c != '-' && (c < '0' || c > '9') {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// appendNumber is AppendFloat without the ".0" of a whole number, as the parts
// of a complex are written.
func appendNumber(dst []byte, f float64) []byte {
	size := math.Abs(f)
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case size > math.MaxFloat64:
		if f < 0 {
			dst = append(dst, '-')
		}
		return append(dst, "inf"...)
	case size == 0 || size >= 1e-4 && size < 1e16:
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'e', -1, 64)
}

func appendComplex(dst []byte, c complex128) []byte {
	re, im := real(c), imag(c)
	if re == 0 && !math.Signbit(re) {
		return append(appendNumber(dst, im), 'j')
	}
	dst = appendNumber(append(dst, '('), re)
	if math.IsNaN(im) || !math.Signbit(im) {
		dst = append(dst, '+')
	}
	return append(appendNumber(dst, im), "j)"...)
}
