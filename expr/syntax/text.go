package syntax

import (
	"fmt"
	"strings"
)

// literal is what the lexer knows of a string token.
type literal struct {
	body, tail int // the text between the quotes is src[body:tail]
	bytes      bool
	raw        bool
	format     bool
	escaped    bool // has a backslash
	carriage   bool // has a carriage return
	wide       bool // has characters beyond ASCII
	unended    bool // the source ends inside
}

// isPrefix reports whether a name of two characters at most may stand before a
// quote.
func isPrefix(s string) bool {
	switch s {
	case "", "r", "R", "b", "B", "f", "F", "u", "U":
		return true
	}
	if len(s) != 2 {
		return false
	}
	a, b := s[0]|0x20, s[1]|0x20
	return a == 'r' && (b == 'b' || b == 'f') || b == 'r' && (a == 'b' || a == 'f')
}

// string reads a string whose prefix is src[start:quote].
func (l *lexer) string(start, quote int) {
	t := literal{}
	for _, c := range []byte(l.src[start:quote]) {
		switch c | 0x20 {
		case 'b':
			t.bytes = true
		case 'r':
			t.raw = true
		case 'f':
			t.format = true
		}
	}
	q, size := l.src[quote], 1
	if l.at(quote+1) == q && l.at(quote+2) == q {
		size = 3
	}
	t.body = quote + size
	src, i := l.src[:l.end], t.body
	for i < len(src) {
		c := src[i]
		switch {
		case c == q:
			if size == 1 || l.at(i+1) == q && l.at(i+2) == q {
				t.tail = i
				l.text = t
				l.set(tokString, start, i+size)
				return
			}
		case c == '\\':
			t.escaped = true
			i++
			if i+1 < len(src) && src[i] == '\r' && src[i+1] == '\n' {
				t.carriage = true
				i++
			}
			if i < len(src) {
				t.carriage = t.carriage || src[i] == '\r'
				t.wide = t.wide || src[i] >= 0x80
			}
		case c == '\n' || c == '\r':
			if size == 1 {
				l.unterminated(start, i, "string literal")
				return
			}
			t.carriage = t.carriage || c == '\r'
		case c >= 0x80:
			t.wide = true
		}
		i++
	}
	l.unended(start, size, t)
}

// unended is a string in which the text ends. What is inside may be wrong
// already, which the parser finds out.
func (l *lexer) unended(start, size int, t literal) {
	kind := "string literal"
	if size == 3 {
		kind = "triple-quoted string literal"
	}
	if l.explaining || l.end < len(l.src) {
		l.unterminated(start, l.end, kind)
		return
	}
	t.tail, t.unended = l.end, true
	l.text = t
	l.set(tokString, start, l.end)
}

func (l *lexer) unterminated(start, end int, kind string) {
	line := lineOf(l.src, end)
	if end == len(l.src) && classes[l.src[end-1]] == classNewline {
		line-- // the last line that has something on it
	}
	l.lexFail(start, end, fmt.Sprintf("unterminated %s (detected at line %d)", kind, line))
}

// plain gives the text that a string token without fields stands for.
func (p *parser) plain(start int, t literal) string {
	if t.bytes && t.wide {
		p.wrongString(start, "bytes can only contain ASCII literal characters")
		return ""
	}
	return p.decoded(start, p.src[t.body:t.tail], t)
}

// wrongString is fail for what is wrong inside a string.
func (p *parser) wrongString(at int, msg string) {
	if !p.failed {
		p.fail(at, msg)
		p.why.literal = true
	}
}

// decoded gives the text that a part of a string token stands for.
func (p *parser) decoded(start int, s string, t literal) string {
	if t.carriage {
		s = carriages.Replace(s)
	}
	if !t.escaped || t.raw || strings.IndexByte(s, '\\') < 0 {
		return p.own(s)
	}
	text, bad := unescape(s, t.bytes)
	if bad != nil {
		if t.unended && bad.cut {
			p.set(tokEOF, p.end, p.end)
		}
		p.wrongString(start, bad.message(s, t.bytes))
	}
	return text
}

var carriages = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// own gives a text that does not keep much more than itself in memory: values
// outlive the source that they were cut from.
func (p *parser) own(s string) string {
	const slack = 256 // bytes of source that a short value may keep
	if len(p.src) > 4*len(s)+slack {
		return strings.Clone(s)
	}
	return s
}
