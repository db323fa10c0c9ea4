package sqldb

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	lib "modernc.org/sqlite/lib"

	"althing/sqldb/internal/sqlite"
)

// replacements stand in for functions of SQLite's that compare every place of
// one text with all of another: minutes for two that are as long as a value
// may be, in one step that nothing can interrupt. These take time with the sum
// of the lengths and give the same.
var replacements = []struct {
	name      string
	arguments int
	f         func(*sqlite.Call)
}{
	{"instr", 2, instr},
	{"replace", 3, replace},
	{"trim", 2, func(c *sqlite.Call) { trim(c, true, true) }},
	{"ltrim", 2, func(c *sqlite.Call) { trim(c, true, false) }},
	{"rtrim", 2, func(c *sqlite.Call) { trim(c, false, true) }},
	{"unhex", 2, unhex},
}

func (c *conn) replaceFunctions() error {
	for _, r := range replacements {
		if err := c.Function(r.name, r.arguments, r.f); err != nil {
			return err
		}
	}
	return nil
}

// anyNull reports whether one of the first n arguments is NULL, which makes
// the answer NULL.
func anyNull(c *sqlite.Call, n int) bool {
	for i := range n {
		if c.Type(i) == lib.SQLITE_NULL {
			return true
		}
	}
	return false
}

// instr finds the second argument in the first: its first place, counted from
// 1, in characters, or in bytes when both are blobs.
func instr(c *sqlite.Call) {
	if anyNull(c, 2) {
		return
	}
	text, part := c.Text(0), c.Text(1)
	at := strings.Index(text, part)
	if at > 0 && (c.Type(0) != lib.SQLITE_BLOB || c.Type(1) != lib.SQLITE_BLOB) {
		at = characters(text[:at])
	}
	c.Int(int64(at + 1))
}

// characters counts as SQLite does: every byte that does not continue one.
func characters(s string) (n int) {
	for i := range len(s) {
		if s[i]&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

// replace puts the third argument in the place of every second in the first.
func replace(c *sqlite.Call) {
	if anyNull(c, 3) {
		return
	}
	text, old, with := c.Text(0), c.Text(1), c.Text(2)
	if old == "" {
		c.String(text)
		return
	}
	if len(text)+strings.Count(text, old)*(len(with)-len(old)) > valueBytes {
		c.TooBig()
		return
	}
	c.String(strings.ReplaceAll(text, old, with))
}

// trim takes the characters of the second argument off the ends of the first.
func trim(c *sqlite.Call, left, right bool) {
	if anyNull(c, 2) {
		return
	}
	text, cut := c.Text(0), c.Text(1)
	set := make(map[string]bool)
	for cut != "" {
		n := first(cut)
		set[cut[:n]] = true
		cut = cut[n:]
	}
	for left && text != "" && set[text[:first(text)]] {
		text = text[first(text):]
	}
	for right && text != "" && set[text[last(text):]] {
		text = text[:last(text)]
	}
	c.String(text)
}

// first is the length of the first character.
func first(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// last is where the last character begins.
func last(s string) int {
	_, n := utf8.DecodeLastRuneInString(s)
	return len(s) - n
}

// unhex makes bytes of pairs of hexadecimal digits, between which characters
// of the second argument may stand; NULL when it is anything else.
func unhex(c *sqlite.Call) {
	if anyNull(c, 2) {
		return
	}
	text, pass := c.Text(0), make(map[rune]bool)
	for _, r := range c.Text(1) {
		pass[r] = true
	}
	data := make([]byte, 0, len(text)/2)
	for text != "" {
		if r, n := utf8.DecodeRuneInString(text); pass[r] && !isHex(text[0]) {
			text = text[n:]
			continue
		}
		if len(text) < 2 || !isHex(text[0]) || !isHex(text[1]) {
			return
		}
		data, _ = hex.AppendDecode(data, []byte(text[:2]))
		text = text[2:]
	}
	c.Blob(data)
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f'
}
