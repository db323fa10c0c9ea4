package format

import (
	"math/big"
	"strconv"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// integer is an int or a bool on its way to be written.
type integer struct {
	small    int64
	big      value.Big // its Int is nil: small holds it
	typeName string    // "int" or "bool", for the messages
}

func (i integer) isSmall() bool { return i.big.Int() == nil }

// appendInteger is format(i, spec).
func appendInteger(c Charger, dst []byte, i integer, specText string) ([]byte, error) {
	s, err := parseSpec(specText, i.typeName, 'd', '>')
	if err != nil {
		return dst, err
	}
	switch s.kind {
	case 'b', 'c', 'd', 'o', 'x', 'X', 'n':
	case 'e', 'E', 'f', 'F', 'g', 'G', '%':
		f, err := i.float()
		if err != nil {
			return dst, err
		}
		return s.appendFloat(c, dst, f)
	default:
		return dst, unknownKind(s.kind, i.typeName)
	}
	if err := s.checkInteger(); err != nil {
		return dst, err
	}
	if err := charge(c, s.width, len(s.fill)); err != nil {
		return dst, err
	}
	if s.kind == 'c' {
		return s.appendChar(dst, i)
	}
	return s.appendBased(c, dst, i)
}

// checkInteger refuses what an integer has no use for.
func (s *spec) checkInteger() error {
	switch {
	case s.precision >= 0:
		return pyerr.Value("Precision not allowed in integer format specifier")
	case s.noNegZero:
		return pyerr.Value("Negative zero coercion (z) not allowed in integer format specifier")
	case s.kind == 'c' && s.sign != 0:
		return pyerr.Value("Sign not allowed with integer format specifier 'c'")
	case s.kind == 'c' && s.alternate:
		return pyerr.Value("Alternate form (#) not allowed with integer format specifier 'c'")
	}
	return nil
}

// appendChar writes the character of that code point.
func (s *spec) appendChar(dst []byte, i integer) ([]byte, error) {
	if !i.isSmall() {
		return dst, pyerr.Overflow("Python int too large to convert to C long")
	}
	char, err := char(i.small)
	if err != nil {
		return dst, err
	}
	return s.appendPadded(dst, char, 1), nil
}

func char(code int64) (string, error) {
	if code < 0 || code > 0x10ffff {
		return "", pyerr.Overflow("%%c arg not in range(0x110000)")
	}
	return string(value.AppendRune(nil, rune(code))), nil
}

// appendBased writes the digits in the base that the type names.
func (s *spec) appendBased(c Charger, dst []byte, i integer) ([]byte, error) {
	base, prefix := baseOf(s.kind)
	var small [72]byte // 64 binary digits and a sign
	digits, err := i.append(c, small[:0], base)
	if err != nil {
		return dst, err
	}
	if s.kind == 'X' {
		upper(digits)
	}
	n := number{digits: digits}
	if digits[0] == '-' {
		n.negative, n.digits = true, digits[1:]
	}
	if s.alternate {
		n.prefix = prefix
	}
	return s.appendNumber(dst, n), nil
}

func baseOf(kind rune) (base int, prefix string) {
	switch kind {
	case 'b':
		return 2, "0b"
	case 'o':
		return 8, "0o"
	case 'x':
		return 16, "0x"
	case 'X':
		return 16, "0X"
	}
	return 10, ""
}

// append writes the digits of i, charged for before they are made; Python
// writes at most 4,300 decimal ones.
func (i integer) append(c Charger, dst []byte, base int) ([]byte, error) {
	if i.isSmall() {
		return strconv.AppendInt(dst, i.small, base), nil
	}
	if base == 10 {
		return AppendBig(c, dst, i.big)
	}
	if err := charge(c, i.big.Int().BitLen(), 1); err != nil {
		return dst, err
	}
	return i.big.Int().Append(dst, base), nil
}

// AppendBig appends the decimal digits of i: str(i). Past value.MaxDigits of
// them it is CPython's ValueError.
func AppendBig(c Charger, dst []byte, i value.Big) ([]byte, error) {
	if !i.Decimal() {
		return dst, pyerr.Value("Exceeds the limit (%d digits) for integer string conversion; "+
			"use sys.set_int_max_str_digits() to increase the limit", value.MaxDigits)
	}
	return value.AppendText(dst, i), charge(c, value.MaxDigits, 1)
}

// float is float(i).
func (i integer) float() (float64, error) {
	if i.isSmall() {
		return float64(i.small), nil
	}
	return BigFloat(i.big.Int())
}

// BigFloat is float(i): the nearest one, or OverflowError.
func BigFloat(i *big.Int) (float64, error) {
	if i.BitLen() > 1024 {
		return 0, errNoFloat
	}
	f, _ := new(big.Float).SetInt(i).Float64()
	if f > maxFloat || f < -maxFloat {
		return 0, errNoFloat
	}
	return f, nil
}

var errNoFloat = pyerr.Overflow("int too large to convert to float")

// upper makes the letters of a number's ASCII text capitals.
func upper(text []byte) {
	for i, c := range text {
		if c >= 'a' && c <= 'z' {
			text[i] = c - 'a' + 'A'
		}
	}
}

// hexadecimal is %x of a rune.
func hexadecimal(r rune) string { return strconv.FormatInt(int64(r), 16) }
