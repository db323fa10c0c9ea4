package syntax

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"althing/value"
)

// maxDigits is CPython's own bound on the decimal digits of an integer: reading
// them costs the square of their number.
const maxDigits = 4300

// number reads a number. What it is worth is worked out by numberValue.
func (l *lexer) number(start int) {
	if l.src[start] == '0' {
		switch l.at(start+1) | 0x20 {
		case 'x':
			l.based(start, "hexadecimal", isHex)
			return
		case 'o':
			l.based(start, "octal", func(c byte) bool { return c >= '0' && c <= '7' })
			return
		case 'b':
			l.based(start, "binary", func(c byte) bool { return c == '0' || c == '1' })
			return
		}
	}
	i, kind := start, "decimal"
	if l.src[i] != '.' {
		if i = l.digits(i); l.failed {
			return
		}
	}
	whole := i
	if l.at(i) == '.' {
		if i++; isDigit(l.at(i)) {
			if i = l.digits(i); l.failed {
				return
			}
		}
	}
	if l.at(i)|0x20 == 'e' {
		if i = l.exponent(i); l.failed {
			return
		}
	}
	if l.at(i)|0x20 == 'j' {
		i, kind = i+1, "imaginary"
	}
	if i == whole && !l.plainInteger(start, i) {
		return
	}
	l.endNumber(start, i, kind)
}

// at gives the byte at a place, 0 at the end.
func (l *lexer) at(i int) byte {
	if i < l.end {
		return l.src[i]
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// digits reads decimal digits and the single underscores between them.
func (l *lexer) digits(i int) int {
	for {
		for isDigit(l.at(i)) {
			i++
		}
		if l.at(i) != '_' {
			return i
		}
		if i++; !isDigit(l.at(i)) {
			l.lexFail(i-1, i, "invalid decimal literal")
			return i
		}
	}
}

// exponent reads an exponent. An e without digits is left where it is: it may
// begin the word else.
func (l *lexer) exponent(i int) int {
	first := i + 1
	if c := l.at(first); c == '+' || c == '-' {
		if first++; !isDigit(l.at(first)) {
			l.lexFail(first-1, first, "invalid decimal literal")
			return i
		}
	}
	if isDigit(l.at(first)) {
		return l.digits(first)
	}
	return i
}

// plainInteger refuses a decimal integer that begins with a zero, or is too long.
// Either may still become a float.
func (l *lexer) plainInteger(start, stop int) bool {
	text := l.src[start:stop]
	if text[0] == '0' && strings.Trim(text, "0_") != "" {
		l.lexFail(start, stop, "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers")
		return false
	}
	if n := len(text) - strings.Count(text, "_"); len(text) > maxDigits && n > maxDigits {
		l.lexFail(start, stop, fmt.Sprintf("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; "+
			"use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
			maxDigits, n))
		return false
	}
	return true
}

// based reads an integer with a prefix: 0x, 0o or 0b.
func (l *lexer) based(start int, kind string, digit func(byte) bool) {
	i := start + 2
	for {
		if l.at(i) == '_' {
			i++
		}
		if !digit(l.at(i)) {
			l.wrongDigit(i, kind)
			return
		}
		for digit(l.at(i)) {
			i++
		}
		if l.at(i) != '_' {
			break
		}
	}
	if isDigit(l.at(i)) {
		l.wrongDigit(i, kind)
		return
	}
	l.endNumber(start, i, kind)
}

func (l *lexer) wrongDigit(i int, kind string) {
	if c := l.at(i); isDigit(c) {
		l.lexFail(i, i, fmt.Sprintf("invalid digit '%c' in %s literal", c, kind))
		return
	}
	l.lexFail(i-1, i, fmt.Sprintf("invalid %s literal", kind))
}

// endNumber makes src[start:stop] a token, if what follows is not a letter.
// Some keywords may stand directly behind a number, as in `1if x else 2`.
func (l *lexer) endNumber(start, stop int, kind string) {
	if c := classes[l.at(stop)]; c != classLetter && c != classWide {
		l.set(tokNumber, start, stop)
		return
	}
	rest := l.src[stop:l.end]
	for _, word := range [...]string{"and", "else", "for", "if", "in", "is", "not", "or"} {
		if strings.HasPrefix(rest, word) {
			l.set(tokNumber, start, stop)
			return
		}
		if strings.HasPrefix(word, rest) {
			l.lexFail(stop-1, l.end, fmt.Sprintf("invalid %s literal", kind))
			return
		}
	}
	l.lexFail(stop-1, stop, fmt.Sprintf("invalid %s literal", kind))
}

// numberValue is what a number is worth.
func numberValue(text string) value.Value {
	if len(text) <= 18 {
		// Up to 18 digits fit an Int whatever they are.
		n, i := int64(0), 0
		for ; i < len(text) && isDigit(text[i]); i++ {
			n = n*10 + int64(text[i]-'0')
		}
		if i == len(text) {
			return value.Int(n)
		}
	}
	text = strings.ReplaceAll(text, "_", "")
	if len(text) > 2 && text[0] == '0' {
		switch text[1] | 0x20 {
		case 'x':
			return bitsValue(text[2:], 4)
		case 'o':
			return bitsValue(text[2:], 3)
		case 'b':
			return bitsValue(text[2:], 1)
		}
	}
	if last := len(text) - 1; text[last]|0x20 == 'j' {
		return value.Complex(complex(floatValue(text[:last]), 0) * 1i)
	}
	if strings.ContainsAny(text, ".eE") {
		return value.Float(floatValue(text))
	}
	n, _ := new(big.Int).SetString(text, 10)
	return value.Integer(n)
}

// floatValue reads a float. The lexer has seen to the form; what is too large is
// infinite, as in Python.
func floatValue(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// bitsValue reads digits of so many bits each. It is linear, where
// big.Int.SetString takes the square of the length.
func bitsValue(digits string, width uint) value.Value {
	bytes := make([]byte, (uint(len(digits))*width+7)/8)
	held, bits, out := uint(0), uint(0), len(bytes)
	for i := len(digits) - 1; i >= 0; i-- {
		held |= uint(hexDigit(digits[i])) << bits
		if bits += width; bits >= 8 {
			out--
			bytes[out] = byte(held)
			held, bits = held>>8, bits-8
		}
	}
	if bits > 0 {
		bytes[out-1] = byte(held)
	}
	return value.Integer(new(big.Int).SetBytes(bytes))
}
