package format

import (
	"bytes"
	"math"
	"strconv"

	"althing/expr/internal/pyerr"
	"althing/value"
)

const (
	maxFloat = math.MaxFloat64
	// maxPrecision is C's largest int, past which CPython refuses a precision.
	maxPrecision = math.MaxInt32
	// allDigits is more significant digits than any float has: an exact
	// expansion has at most 767, and what follows them is zeros.
	allDigits = 800
	// defaultPrecision is that of e, f, g and %.
	defaultPrecision = 6
	// shortest, as the kind of a number, stands for repr()'s digits.
	shortest = 'r'
)

var errPrecision = pyerr.Value("precision too big")

// appendFloat is format(f, spec).
func appendFloat(c Charger, dst []byte, f float64, specText string) ([]byte, error) {
	s, err := parseSpec(specText, "float", 0, '>')
	if err != nil {
		return dst, err
	}
	switch s.kind {
	case 0, 'e', 'E', 'f', 'F', 'g', 'G', 'n', '%':
		return s.appendFloat(c, dst, f)
	}
	return dst, unknownKind(s.kind, "float")
}

func (s *spec) appendFloat(c Charger, dst []byte, f float64) ([]byte, error) {
	style := s.floatStyle()
	if s.precision > maxPrecision {
		return dst, errPrecision
	}
	if err := charge(c, s.width, len(s.fill)); err != nil {
		return dst, err
	}
	if err := style.charge(c); err != nil {
		return dst, err
	}
	if s.kind == '%' {
		f *= 100
	}
	if s.plain() {
		dst = style.append(dst, f)
		if s.kind == '%' {
			dst = append(dst, '%')
		}
		return dst, nil
	}
	var small [64]byte
	n := splitNumber(style.append(small[:0], f))
	if s.kind == '%' {
		n.rest = append(n.rest, '%')
	}
	return s.appendNumber(dst, n), nil
}

// floatStyle is the way of writing that the type and the precision ask for.
func (s *spec) floatStyle() floatStyle {
	style := floatStyle{kind: byte(s.kind), precision: s.precision, alternate: s.alternate, noNegZero: s.noNegZero}
	switch s.kind {
	case 0:
		style.kind, style.dotZero = shortest, true
	case 'n':
		style.kind = 'g'
	case '%':
		style.kind = 'f'
	}
	switch {
	case s.precision < 0 && style.kind != shortest:
		style.precision = defaultPrecision
	case s.precision >= 0 && style.kind == shortest:
		style.kind = 'g'
	}
	return style
}

// floatStyle is one way of writing a float, without width and grouping.
type floatStyle struct {
	kind      byte // e, f, g, their capitals, or shortest
	precision int
	alternate bool // keep the point, and with g the zeros at the end
	dotZero   bool // a whole number gets ".0", if there is no exponent
	noNegZero bool // what is rounded to zero loses its sign
}

// charge asks for the digits that the precision calls for.
func (y floatStyle) charge(c Charger) error {
	if (y.kind == 'g' || y.kind == 'G') && !y.alternate {
		return nil // zeros at the end are not written
	}
	return charge(c, y.precision, 1)
}

// append writes f.
func (y floatStyle) append(dst []byte, f float64) []byte {
	from := len(dst)
	switch {
	case f != f:
		dst = append(dst, "nan"...)
	case math.IsInf(f, 0):
		if f < 0 {
			dst = append(dst, '-')
		}
		dst = append(dst, "inf"...)
	default:
		dst = y.appendFinite(dst, f)
		if y.noNegZero && dst[from] == '-' && !bytes.ContainsAny(dst[from:], "123456789") {
			dst = append(dst[:from], dst[from+1:]...)
		}
	}
	if y.kind == 'E' || y.kind == 'F' || y.kind == 'G' {
		upper(dst[from:])
	}
	return dst
}

func (y floatStyle) appendFinite(dst []byte, f float64) []byte {
	switch y.kind {
	case 'f', 'F':
		dst = strconv.AppendFloat(dst, f, 'f', y.precision, 64)
		if y.alternate && y.precision == 0 {
			dst = append(dst, '.')
		}
		return dst
	case 'e', 'E':
		from := len(dst)
		dst = strconv.AppendFloat(dst, f, 'e', y.precision, 64)
		if y.alternate && y.precision == 0 {
			dst = insertPoint(dst, from)
		}
		return dst
	case shortest:
		if !y.alternate && y.dotZero {
			return value.AppendFloat(dst, f)
		}
	}
	return y.appendGeneral(dst, f)
}

// insertPoint writes a point in front of the exponent of the number at from.
func insertPoint(dst []byte, from int) []byte {
	e := from + bytes.IndexByte(dst[from:], 'e')
	dst = append(dst, 0)
	copy(dst[e+1:], dst[e:])
	dst[e] = '.'
	return dst
}

// appendGeneral writes f as g or repr() do: with an exponent when it is small or
// large.
func (y floatStyle) appendGeneral(dst []byte, f float64) []byte {
	precision := max(y.precision, 1)
	used := -1
	if y.kind != shortest {
		used = min(precision, allDigits) - 1
	}
	var small [32]byte
	text := strconv.AppendFloat(small[:0], f, 'e', used, 64)
	if text[0] == '-' {
		dst, text = append(dst, '-'), text[1:]
	}
	e := bytes.IndexByte(text, 'e')
	exponent, _ := strconv.Atoi(string(text[e+1:])) // strconv wrote it
	digits := append(text[:1:1], text[min(2, e):e]...)
	if !y.alternate || y.kind == shortest {
		digits = trimZeros(digits)
	} else {
		digits = appendFill(digits, "0", precision-len(digits))
	}
	if exponent < -4 || exponent >= y.limit(precision) {
		return y.appendExponent(dst, digits, exponent)
	}
	return y.appendPlain(dst, digits, exponent)
}

// limit is the exponent from which on the number is written with it.
func (y floatStyle) limit(precision int) int {
	switch {
	case y.kind == shortest:
		return 16
	case y.dotZero:
		return precision - 1
	}
	return precision
}

func trimZeros(digits []byte) []byte {
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return digits
}

func (y floatStyle) appendExponent(dst, digits []byte, exponent int) []byte {
	dst = append(dst, digits[0])
	if len(digits) > 1 || y.alternate {
		dst = append(dst, '.')
	}
	dst = append(dst, digits[1:]...)
	sign := byte('+')
	if exponent < 0 {
		sign, exponent = '-', -exponent
	}
	dst = append(dst, 'e', sign)
	if exponent < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, int64(exponent), 10)
}

func (y floatStyle) appendPlain(dst, digits []byte, exponent int) []byte {
	whole := exponent + 1 // digits before the point
	if whole <= 0 {
		dst = append(dst, "0."...)
		dst = appendFill(dst, "0", -whole)
		return append(dst, digits...)
	}
	if whole >= len(digits) {
		dst = append(dst, digits...)
		dst = appendFill(dst, "0", whole-len(digits))
		switch {
		case y.dotZero:
			dst = append(dst, ".0"...)
		case y.alternate:
			dst = append(dst, '.')
		}
		return dst
	}
	dst = append(dst, digits[:whole]...)
	dst = append(dst, '.')
	return append(dst, digits[whole:]...)
}

// splitNumber takes apart the text of a number.
func splitNumber(text []byte) number {
	var n number
	if text[0] == '-' {
		n.negative, text = true, text[1:]
	}
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n.digits, n.rest = text[:end:end], text[end:]
	return n
}
