package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"althing/expr/internal/pychar"
)

// escapeError is an escape sequence that stands for nothing: s[from:to].
type escapeError struct {
	from, to int
	msg      string
	cut      bool // the text ends in it: more could make it whole
}

// unescape gives what s stands for in a str or in a bytes. An escape that Python
// does not know stays as it is.
func unescape(s string, bytes bool) (string, *escapeError) {
	dst := make([]byte, 0, len(s))
	for i := 0; ; {
		n := strings.IndexByte(s[i:], '\\')
		if n < 0 || i+n+1 == len(s) {
			return string(append(dst, s[i:]...)), nil
		}
		dst = append(dst, s[i:i+n]...)
		i += n
		c := s[i+1]
		switch {
		case c == '\n':
			i += 2
		case simpleEscapes[c] != 0:
			dst = append(dst, simpleEscapes[c])
			i += 2
		case c >= '0' && c <= '7':
			r, end := rune(0), i+1
			for end < len(s) && end < i+4 && s[end] >= '0' && s[end] <= '7' {
				r = r<<3 | rune(s[end]-'0')
				end++
			}
			dst = appendChar(dst, r, bytes)
			i = end
		case c == 'x', !bytes && (c == 'u' || c == 'U'):
			r, end, bad := hexEscape(s, i)
			if bad != nil {
				return "", bad
			}
			dst = appendChar(dst, r, bytes)
			i = end
		case c == 'N' && !bytes:
			r, end, bad := namedEscape(s, i)
			if bad != nil {
				return "", bad
			}
			dst = utf8.AppendRune(dst, r)
			i = end
		default:
			dst = append(dst, '\\')
			i++
		}
	}
}

// simpleEscapes are the escapes of one letter that stand for one byte.
var simpleEscapes = [256]byte{
	'\\': '\\', '\'': '\'', '"': '"', 'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// hexEscape reads \x, \u or \U with its digits.
func hexEscape(s string, from int) (r rune, end int, bad *escapeError) {
	digits, truncated := 2, `truncated \xXX escape`
	switch s[from+1] {
	case 'u':
		digits, truncated = 4, `truncated \uXXXX escape`
	case 'U':
		digits, truncated = 8, `truncated \UXXXXXXXX escape`
	}
	n := uint32(0)
	for end = from + 2; end < from+2+digits; end++ {
		if end == len(s) || !isHex(s[end]) {
			missing := 4 * (from + 2 + digits - end)
			cut := end == len(s) && n<<missing <= utf8.MaxRune
			return 0, 0, &escapeError{from, end, truncated, cut}
		}
		n = n<<4 | uint32(hexDigit(s[end]))
	}
	if n > utf8.MaxRune {
		return 0, 0, &escapeError{from: from, to: end, msg: "illegal Unicode character"}
	}
	return rune(n), end, nil
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// namedEscape reads \N{…}.
func namedEscape(s string, from int) (r rune, end int, bad *escapeError) {
	const malformed = `malformed \N character escape`
	brace := from + 2
	if brace == len(s) || s[brace] != '{' {
		return 0, 0, &escapeError{from: from, to: brace, msg: malformed}
	}
	n := strings.IndexByte(s[brace:], '}')
	if n < 0 {
		return 0, 0, &escapeError{from: from, to: len(s), msg: malformed}
	}
	end = brace + n + 1
	if n == 1 {
		return 0, 0, &escapeError{from: from, to: brace + 1, msg: malformed}
	}
	r, ok := pychar.Lookup(s[brace+1 : end-1])
	if !ok {
		return 0, 0, &escapeError{from: from, to: end, msg: "unknown Unicode character name"}
	}
	return r, end, nil
}

// appendChar appends a character of a str, or a byte of a bytes. A surrogate
// gets the three bytes that it would have if it were a character, as value.Str
// has it.
func appendChar(dst []byte, r rune, bytes bool) []byte {
	switch {
	case bytes:
		return append(dst, byte(r))
	case r >= 0xd800 && r <= 0xdfff:
		return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(dst, r)
}

// message is what CPython says about the escape. Its codec sees a text in which
// characters beyond ASCII are written as escapes already, and counts in that.
func (e *escapeError) message(s string, bytes bool) string {
	if bytes {
		return fmt.Sprintf(`(value error) invalid \x escape at position %d`, e.from)
	}
	from := 0
	for i, r := range s[:e.from] {
		switch {
		case r < utf8.RuneSelf:
			from++
		case i > 0 && s[i-1] == '\\':
			from += len(`u005c`) + len(`\U00000000`)
		default:
			from += len(`\U00000000`)
		}
	}
	return fmt.Sprintf("(unicode error) 'unicodeescape' codec can't decode bytes in position %d-%d: %s",
		from, from+e.to-e.from-1, e.msg)
}
