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
	var ok bool
	if l.src[i] != '.' {
		if i, ok = l.digits(start, i); !ok {
			return
		}
	}
	whole := i
	if l.at(i) == '.' {
		if i++; isDigit(l.at(i)) {
			if i, ok = l.digits(start, i); !ok {
				return
			}
		}
	}
	if l.at(i)|0x20 == 'e' {
		if i, ok = l.exponent(start, i); !ok {
			return
		}
	}
	if l.at(i)|0x20 == 'j' {
		i, kind = i+1, "imaginary"
	}
	integer, word := i == whole, l.at(i)|0x20 == 'e' // an exponent would have been read
	if integer && !word && !l.plainInteger(start, i) {
		return
	}
	l.endNumber(start, i, kind)
	if integer && !l.failed && (!word || l.plainInteger(start, i)) {
		l.limitDigits(start, i)
	}
}

// wrongNumber fails at a number that is wrong up to reach, whatever follows. One
// that the end of the text has cut is left to the parser, which may not want a
// number there at all.
func (l *lexer) wrongNumber(start, at, reach int, msg string) {
	if reach == l.end && !l.explaining {
		l.set(tokNumber, start, reach)
		l.cut = true
		return
	}
	l.lexFail(at, reach, msg)
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
func (l *lexer) digits(start, i int) (end int, ok bool) {
	for {
		for isDigit(l.at(i)) {
			i++
		}
		if l.at(i) != '_' {
			return i, true
		}
		if i++; !isDigit(l.at(i)) {
			l.wrongNumber(start, i-1, i, "invalid decimal literal")
			return i, false
		}
	}
}

// exponent reads an exponent. An e without digits is left where it is: it may
// begin the word else.
func (l *lexer) exponent(start, i int) (end int, ok bool) {
	first := i + 1
	if c := l.at(first); c == '+' || c == '-' {
		if first++; !isDigit(l.at(first)) {
			l.wrongNumber(start, first-1, first, "invalid decimal literal")
			return i, false
		}
	}
	if first == l.end {
		l.wrongNumber(start, i-1, first, "invalid decimal literal")
		return i, false
	}
	if isDigit(l.at(first)) {
		return l.digits(start, first)
	}
	return i, true
}

// plainInteger refuses a decimal integer that begins with a zero. It may still
// become a float.
func (l *lexer) plainInteger(start, stop int) bool {
	text := l.src[start:stop]
	if text[0] == '0' && strings.Trim(text, "0_") != "" {
		l.wrongNumber(start, start, stop, "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers")
		return false
	}
	return true
}

// limitDigits refuses an integer that is too long, in CPython's words. It may
// still become a float.
func (l *lexer) limitDigits(start, stop int) {
	if stop-start <= maxDigits {
		return
	}
	n := stop - start - strings.Count(l.src[start:stop], "_")
	if n <= maxDigits {
		return
	}
	l.wrongNumber(start, start, stop, fmt.Sprintf("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; "+
		"use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
		maxDigits, n))
}

// based reads an integer with a prefix: 0x, 0o or 0b.
func (l *lexer) based(start int, kind string, digit func(byte) bool) {
	i := start + 2
	for {
		if l.at(i) == '_' {
			i++
		}
		if !digit(l.at(i)) {
			l.wrongDigit(start, i, kind)
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
		l.wrongDigit(start, i, kind)
		return
	}
	l.endNumber(start, i, kind)
}

func (l *lexer) wrongDigit(start, i int, kind string) {
	if c := l.at(i); isDigit(c) {
		l.lexFail(i, i, fmt.Sprintf("invalid digit '%c' in %s literal", c, kind))
		return
	}
	l.wrongNumber(start, i-1, i, fmt.Sprintf("invalid %s literal", kind))
}

// endNumber makes src[start:stop] a token, if what follows is not a letter.
// Some keywords may stand directly behind a number, as in `1if x else 2`.
func (l *lexer) endNumber(start, stop int, kind string) {
	if c := classes[l.at(stop)]; c != classLetter && c != classDigit {
		l.set(tokNumber, start, stop)
		return
	}
	rest := l.src[stop:l.end]
	for _, word := range operatorWords {
		if strings.HasPrefix(rest, word) && (word[0] == 'i' || !inName(l.at(stop+len(word)))) {
			l.set(tokNumber, start, stop)
			return
		}
	}
	f := failure{kind: "SyntaxError", msg: fmt.Sprintf("invalid %s literal", kind), at: stop - 1, lexical: true}
	// What follows may become one of those words.
	f.last, f.from, f.reach = tokName, stop, stop
	for f.reach < l.end && classes[l.src[f.reach]] == classLetter {
		f.reach++
	}
	l.failWith(f)
}

// inName reports whether a byte may be part of a name.
func inName(c byte) bool {
	return classes[c] == classLetter || classes[c] == classDigit || classes[c] == classWide
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
