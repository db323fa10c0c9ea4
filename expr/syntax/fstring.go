package syntax

import (
	"fmt"
	"strings"

	"althing/value"
)

// maxFieldDepth is how deep fields may be nested in format specifications, as in
// CPython 3.11.
const maxFieldDepth = 2

// strings = string {string}
//
// Neighbours are one constant; with an f-string among them, one f-string.
func (p *parser) strings() Expr {
	start, bytes, format := p.start, p.text.bytes, false
	from := len(p.scratch)
	f := fstring{}
	for p.tok == tokString {
		f.literal, f.start = p.text, p.start
		if f.bytes != bytes {
			p.wrongString(p.start, "cannot mix bytes and nonbytes literals")
			break
		}
		if f.format {
			format = true
			p.fields(&f, f.body, 0)
		} else {
			f.add(p.plain(f.start, f.literal))
		}
		if f.unended {
			p.unterminated(f.start, p.end, "string literal")
			break
		}
		p.next()
	}
	if format {
		p.flush(&f)
		return &JoinedStr{Pos: Pos(start), Values: p.take(from)}
	}
	c := p.constants.new()
	c.Pos = Pos(start)
	if bytes {
		c.Value = value.Bytes(f.take())
	} else {
		c.Value = value.Str(f.take())
	}
	return c
}

// fstring is a run of string tokens that is being read.
type fstring struct {
	literal     // the present token
	start   int // where it begins
	pieces      // the text since the last field
}

// pieces is a text that is put together; one piece alone is not copied.
type pieces struct {
	one string
	all []byte
}

func (t *pieces) add(s string) {
	switch {
	case t.all != nil:
		t.all = append(t.all, s...)
	case t.one == "":
		t.one = s
	case s != "":
		t.all = append(append(t.all, t.one...), s...)
	}
}

// take gives the text, and begins a new one.
func (t *pieces) take() string {
	s := t.one
	if t.all != nil {
		s = string(t.all)
	}
	*t = pieces{}
	return s
}

// flush puts the text since the last field on the scratch list.
func (p *parser) flush(f *fstring) {
	s := f.take()
	if s == "" {
		return
	}
	c := p.constants.new()
	c.Pos, c.Value = Pos(f.start), value.Str(s)
	p.scratch = append(p.scratch, c)
}

// fields = {text | "{{" | "}}" | "{" field "}"}
//
// The values go on the scratch list. In a format specification (nested is not 0)
// a brace is never doubled, and a closing one ends it: its place is returned.
func (p *parser) fields(f *fstring, i, nested int) int {
	for i < f.tail && !p.failed {
		end := p.textEnd(f, i)
		t := f.literal
		t.unended = f.unended && end == f.tail
		f.add(p.decoded(f.start, p.src[i:end], t))
		if end == f.tail {
			return end
		}
		c := p.src[end]
		switch {
		case nested == 0 && end+1 < f.tail && p.src[end+1] == c:
			f.add(p.src[end : end+1])
			i = end + 2
		case c == '{':
			i = p.field(f, end+1, nested)
		case nested > 0:
			return end
		case end+1 == f.tail && f.unended:
			return f.tail // the next character may double it
		default:
			p.wrongString(f.start, "f-string: single '}' is not allowed")
		}
	}
	return i
}

// textEnd gives the place of the next brace, or the end of the string.
func (p *parser) textEnd(f *fstring, i int) int {
	for i < f.tail {
		switch c := p.src[i]; {
		case c == '{' || c == '}':
			return i
		case c == '\\' && !f.raw && strings.HasPrefix(p.src[i:f.tail], `\N{`):
			n := strings.IndexByte(p.src[i:f.tail], '}')
			if n < 0 {
				return f.tail
			}
			i += n + 1
		case c == '\\' && !f.raw && i+1 < f.tail && p.src[i+1] == '\\':
			i += 2
		default:
			i++
		}
	}
	return i
}

// field = expression ["="] ["!" conversion] [":" fields] "}"
//
// i is behind the opening brace; the place behind the closing one is returned.
func (p *parser) field(f *fstring, i, nested int) int {
	if nested == maxFieldDepth {
		p.wrongString(f.start, "f-string: expressions nested too deeply")
		return i
	}
	v := &FormattedValue{Pos: Pos(i - 1)}
	end := p.fieldEnd(f, i)
	if end == f.tail && !f.unended {
		p.fieldByte(f, end)
	}
	if p.failed {
		return i
	}
	if strings.Trim(p.src[i:end], " \t\n\f\r") != "" {
		v.Value = p.fieldExpression(i, end)
	} else if end < f.tail {
		p.emptyField(f, p.src[end])
	}
	shown := false
	if p.fieldByte(f, end) == '=' {
		for end++; classes[p.fieldByte(f, end)] == classBlank || classes[p.fieldByte(f, end)] == classNewline; {
			end++
		}
		shown = true
		f.add(carriages.Replace(p.src[i:end]))
	}
	p.flush(f)
	if p.fieldByte(f, end) == '!' {
		v.Conversion = p.fieldByte(f, end+1)
		if v.Conversion != 's' && v.Conversion != 'r' && v.Conversion != 'a' {
			p.wrongString(f.start, "f-string: invalid conversion character: expected 's', 'r', or 'a'")
		}
		end += 2
	}
	if p.fieldByte(f, end) == ':' {
		end = p.specification(f, v, end+1, nested)
	}
	if p.fieldByte(f, end) != '}' {
		p.wrongString(f.start, "f-string: expecting '}'")
	}
	if shown && v.Conversion == 0 && v.Spec == nil {
		v.Conversion = 'r'
	}
	p.scratch = append(p.scratch, v)
	return end + 1
}

// fieldByte gives the byte at a place in a string. At its end a field is not
// finished.
func (p *parser) fieldByte(f *fstring, i int) byte {
	if i < f.tail {
		return p.src[i]
	}
	if f.unended {
		p.unterminated(f.start, p.end, "string literal")
	}
	p.wrongString(f.start, "f-string: expecting '}'")
	return 0
}

// specification reads what follows the colon, up to the closing brace.
func (p *parser) specification(f *fstring, v *FormattedValue, i, nested int) int {
	v.Spec = &JoinedStr{Pos: Pos(i)}
	from := len(p.scratch)
	p.enter()
	end := p.fields(f, i, nested+1)
	p.leave()
	p.flush(f)
	v.Spec.Values = p.take(from)
	return end
}

// emptyField refuses a field without an expression.
func (p *parser) emptyField(f *fstring, end byte) {
	if end == '}' {
		p.wrongString(f.start, "f-string: empty expression not allowed")
		return
	}
	p.wrongString(f.start, fmt.Sprintf("f-string: expression required before '%c'", end))
}

// fieldExpression parses src[i:end] as if the braces were brackets.
func (p *parser) fieldExpression(i, end int) Expr {
	outer, outerEnd, outerBase := p.cursor, p.end, p.base
	p.open(i - 1)
	p.base, p.end = p.level, end
	p.tok, p.stop = tokUnknown, i
	p.next()
	p.enter()
	e := p.parenthesised(i-1, tokEOF)
	p.leave()
	if p.tok != tokEOF {
		p.unexpected()
	}
	if p.failed {
		p.stopped, p.why.literal = outer, true
		if !p.why.lexical && !strings.HasPrefix(p.why.msg, "f-string") {
			p.why.msg = "f-string: " + p.why.msg
		}
	}
	p.end, p.base = outerEnd, outerBase
	p.restore(outer)
	return e
}

const noBackslash = "f-string expression part cannot include a backslash"

// fieldEnd finds where the expression of a field ends: at a brace, a colon, an
// equals sign or an exclamation mark that is neither in a bracket, nor in a
// string, nor part of a comparison. In a string that is not ended it may be the
// end of the text.
func (p *parser) fieldEnd(f *fstring, i int) int {
	var open []byte
	for i < f.tail && !p.failed {
		switch c := p.src[i]; c {
		case '\\':
			p.wrongString(f.start, noBackslash)
		case '#':
			p.wrongString(f.start, "f-string expression part cannot include '#'")
		case '\'', '"':
			i = p.fieldString(f, i)
			continue
		case '(', '[', '{':
			if len(open) == maxBrackets {
				p.wrongString(f.start, "f-string: too many nested parenthesis")
			}
			open = append(open, c)
		case '=', '!', '<', '>':
			if i+1 < f.tail && p.src[i+1] == '=' {
				i++
			} else if len(open) == 0 && (c == '=' || c == '!') {
				return i
			}
		case ':':
			if len(open) == 0 {
				return i
			}
		case ')', ']', '}':
			if len(open) == 0 && c == '}' {
				return i
			}
			open = p.fieldBracket(f, open, c)
		}
		i++
	}
	if len(open) > 0 && !f.unended {
		p.wrongString(f.start, fmt.Sprintf("f-string: unmatched '%c'", open[len(open)-1]))
	}
	return f.tail
}

// fieldBracket closes the last of the open brackets.
func (p *parser) fieldBracket(f *fstring, open []byte, c byte) []byte {
	if len(open) == 0 {
		p.wrongString(f.start, fmt.Sprintf("f-string: unmatched '%c'", c))
		return nil
	}
	last := open[len(open)-1]
	if !closes(last, c) {
		p.wrongString(f.start, fmt.Sprintf("f-string: closing parenthesis '%c' does not match opening parenthesis '%c'", c, last))
	}
	return open[:len(open)-1]
}

// fieldString gives the place behind the string at i inside a field.
func (p *parser) fieldString(f *fstring, i int) int {
	text := p.src[i:f.tail]
	quote := text[:1]
	if strings.HasPrefix(text, `"""`) || strings.HasPrefix(text, "'''") {
		quote = text[:3]
	}
	size := len(text)
	n := strings.Index(text[len(quote):], quote)
	if n >= 0 {
		size = n + 2*len(quote)
	}
	switch {
	case strings.IndexByte(text[:size], '\\') >= 0:
		p.wrongString(f.start, noBackslash)
	case n < 0 && !f.unended:
		p.wrongString(f.start, "f-string: unterminated string")
	}
	return i + size
}
