package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// The code points that UTF-16 sets aside; UTF-8 has no form for them.
const (
	surrogateMin = 0xd800
	surrogateMax = 0xdfff
	// A byte that is no UTF-8 is read as this plus the byte, as Python's error
	// handler surrogateescape does.
	surrogateEscape = 0xdc00
)

// DecodeRune gives the first code point of s, which must not be empty, and the
// bytes it takes. It differs from utf8.DecodeRuneInString in what is not UTF-8:
// a lone surrogate in its three-byte form is given as it is, and any other byte
// as the surrogate U+DC00 plus the byte.
func DecodeRune(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	if r != utf8.RuneError || n != 1 {
		return r, n
	}
	if len(s) >= 3 && s[0] == 0xed && s[1] >= 0xa0 && s[1] <= 0xbf && s[2] >= 0x80 && s[2] <= 0xbf {
		return surrogateMin | rune(s[1]&0x1f)<<6 | rune(s[2]&0x3f), 3
	}
	return surrogateEscape + rune(s[0]), 1
}

// AppendRune appends the form of r that a Str has; a surrogate gets its three
// bytes. What is no code point is replaced by U+FFFD.
func AppendRune(dst []byte, r rune) []byte {
	if r >= surrogateMin && r <= surrogateMax {
		return append(dst, 0xed, 0x80|byte(r>>6&0x3f), 0x80|byte(r&0x3f))
	}
	return utf8.AppendRune(dst, r)
}

// ValidText reports whether s is UTF-8 in which surrogates may stand alone.
// Whether it can be sent as UTF-8 is utf8.ValidString.
func ValidText(s string) bool {
	if utf8.ValidString(s) {
		return true
	}
	for len(s) > 0 {
		r, n := DecodeRune(s)
		if n == 1 && r >= utf8.RuneSelf {
			return false
		}
		s = s[n:]
	}
	return true
}

// AppendQuoted appends Python's repr of a str: in single quotes, unless there
// are single quotes in it and no double ones; what is not printable is escaped.
func AppendQuoted(dst []byte, s string) []byte {
	quote := quoteFor(s)
	dst = append(dst, quote)
	plain := 0 // where the run of bytes that stand for themselves began
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != 0x7f && c != quote && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[plain:i]...)
			dst = appendEscapedByte(dst, c, quote)
			i++
			plain = i
			continue
		}
		r, n := DecodeRune(s[i:])
		if !printable(r) {
			dst = append(dst, s[plain:i]...)
			dst = appendEscapedRune(dst, r)
			plain = i + n
		}
		i += n
	}
	return append(append(dst, s[plain:]...), quote)
}

// appendQuotedBytes appends Python's repr of bytes.
func appendQuotedBytes(dst []byte, s string) []byte {
	quote := quoteFor(s)
	dst = append(dst, 'b', quote)
	for i := range len(s) {
		if c := s[i]; c >= ' ' && c < 0x7f && c != quote && c != '\\' {
			dst = append(dst, c)
		} else {
			dst = appendEscapedByte(dst, c, quote)
		}
	}
	return append(dst, quote)
}

func quoteFor(s string) byte {
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		return '"'
	}
	return '\''
}

func appendEscapedByte(dst []byte, c, quote byte) []byte {
	switch c {
	case quote, '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
}

func appendEscapedRune(dst []byte, r rune) []byte {
	letter, digits := byte('U'), 8
	switch {
	case r <= 0xff:
		letter, digits = 'x', 2
	case r <= 0xffff:
		letter, digits = 'u', 4
	}
	dst = append(dst, '\\', letter)
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, hex[r>>shift&15])
	}
	return dst
}

// printable is str.isprintable of CPython 3.11, which knows Unicode 14.
func printable(r rune) bool { return unicode.IsPrint(r) && !unicode.Is(since15, r) }

// since15 are the printable code points that came with Unicode 15.0, the
// version of Go's tables. TestPrintable compares all of them with Python's.
var since15 = &unicode.RangeTable{
	R16: []unicode.Range16{{0x0cf3, 0x0cf3, 1}, {0x0ece, 0x0ece, 1}},
	R32: []unicode.Range32{
		{0x10efd, 0x10eff, 1},
		{0x1123f, 0x11241, 1},
		{0x11b00, 0x11b09, 1},
		{0x11f00, 0x11f10, 1},
		{0x11f12, 0x11f3a, 1},
		{0x11f3e, 0x11f59, 1},
		{0x1342f, 0x1342f, 1},
		{0x13440, 0x13455, 1},
		{0x1b132, 0x1b132, 1},
		{0x1b155, 0x1b155, 1},
		{0x1d2c0, 0x1d2d3, 1},
		{0x1df25, 0x1df2a, 1},
		{0x1e030, 0x1e06d, 1},
		{0x1e08f, 0x1e08f, 1},
		{0x1e4d0, 0x1e4f9, 1},
		{0x1f6dc, 0x1f6dc, 1},
		{0x1f774, 0x1f776, 1},
		{0x1f77b, 0x1f77f, 1},
		{0x1f7d9, 0x1f7d9, 1},
		{0x1fa75, 0x1fa77, 1},
		{0x1fa87, 0x1fa88, 1},
		{0x1faad, 0x1faaf, 1},
		{0x1fabb, 0x1fabd, 1},
		{0x1fabf, 0x1fabf, 1},
		{0x1face, 0x1facf, 1},
		{0x1fada, 0x1fadb, 1},
		{0x1fae8, 0x1fae8, 1},
		{0x1faf7, 0x1faf8, 1},
		{0x2b739, 0x2b739, 1},
		{0x31350, 0x323af, 1},
	},
}
