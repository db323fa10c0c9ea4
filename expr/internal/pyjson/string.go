package pyjson

import (
	"strings"

	"althing/value"
)

// string reads a string, at whose quote d stands.
func (d *decoder[O]) string() (string, error) {
	begin := d.at
	rest := d.text[begin+1:]
	// Most strings have no escapes, and are not copied.
	if end := strings.IndexAny(rest, "\"\\"); end >= 0 && rest[end] == '"' {
		if at := d.control(rest[:end]); at >= 0 {
			return "", d.fault("Invalid control character at", begin+1+at)
		}
		d.at = begin + 1 + end + 1
		return rest[:end], nil
	}
	return d.escaped(begin)
}

// control finds the first control character that strictness forbids; -1: none.
func (d *decoder[O]) control(s string) int {
	if d.strict {
		for i := range len(s) {
			if s[i] < ' ' {
				return i
			}
		}
	}
	return -1
}

// escaped reads a string with escapes.
func (d *decoder[O]) escaped(begin int) (string, error) {
	var dst []byte
	at := begin + 1
	for {
		rest := d.text[at:]
		end := strings.IndexAny(rest, "\"\\")
		if end < 0 {
			end = len(rest)
		}
		if bad := d.control(rest[:end]); bad >= 0 {
			return "", d.fault("Invalid control character at", at+bad)
		}
		if err := d.Charge(2*int64(end) + 8); err != nil {
			return "", err
		}
		dst = append(dst, rest[:end]...)
		at += end
		switch {
		case at == len(d.text):
			return "", d.fault("Unterminated string starting at", begin)
		case d.text[at] == '"':
			d.at = at + 1
			return string(dst), nil
		case at+1 == len(d.text):
			return "", d.fault("Unterminated string starting at", begin)
		}
		r, size, err := d.escape(at)
		if err != nil {
			return "", err
		}
		dst = value.AppendRune(dst, r)
		at += size
	}
}

// escape reads the escape at a place, of which there are at least two bytes.
func (d *decoder[O]) escape(at int) (r rune, size int, err error) {
	if i := strings.IndexByte(`"\/bfnrt`, d.text[at+1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2, nil
	}
	if d.text[at+1] != 'u' {
		return 0, 0, d.fault(`Invalid \escape`, at)
	}
	const unicodeEscape = 6 // bytes of \uXXXX
	// CPython wants to see one character more than the digits.
	r, ok := d.hex4(at + 2)
	if !ok || at+unicodeEscape == len(d.text) {
		return 0, 0, d.fault(`Invalid \uXXXX escape`, at+1)
	}
	second := at + unicodeEscape
	if r < 0xd800 || r > 0xdbff || !strings.HasPrefix(d.text[second:], `\u`) || second+unicodeEscape >= len(d.text) {
		return r, unicodeEscape, nil
	}
	low, ok := d.hex4(second + 2)
	if !ok {
		return 0, 0, d.fault(`Invalid \uXXXX escape`, second+1)
	}
	if low < 0xdc00 || low > 0xdfff {
		return r, unicodeEscape, nil
	}
	return 0x10000 + (r-0xd800)<<10 + (low - 0xdc00), 2 * unicodeEscape, nil
}

// hex4 reads four hexadecimal digits.
func (d *decoder[O]) hex4(at int) (rune, bool) {
	if at+4 > len(d.text) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(d.text[at : at+4]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}

// AppendString appends a text as a JSON string, as ASCII where wanted.
func AppendString(dst []byte, s string, ascii bool) []byte {
	dst = append(dst, '"')
	plain := 0 // where the run of bytes that stand for themselves began
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f && c != '"' && c != '\\' || c >= 0x7f && !ascii {
			i++
			continue
		}
		dst = append(dst, s[plain:i]...)
		r, n := value.DecodeRune(s[i:])
		dst = appendEscape(dst, r)
		i += n
		plain = i
	}
	dst = append(dst, s[plain:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, r rune) []byte {
	if r < 0x80 {
		if i := strings.IndexByte("\"\\\b\f\n\r\t", byte(r)); i >= 0 {
			return append(dst, '\\', `"\bfnrt`[i])
		}
	}
	if r >= 0x10000 {
		r -= 0x10000
		return appendHex4(appendHex4(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return appendHex4(dst, r)
}

func appendHex4(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
