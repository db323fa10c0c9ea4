package pyre

import (
	"strconv"
	"unicode"

	"althing/expr/internal/pychar"
	"althing/value"
)

const (
	octDigits = "01234567"
	decDigits = "0123456789"
	hexDigits = "0123456789abcdefABCDEF"
)

// controls are the escapes that stand for one character everywhere but for \b,
// which does so in sets and templates.
var controls = map[rune]rune{
	'a': '\a', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\',
}

// isASCIILetter: a backslash before any other character takes its meaning away.
func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// badEscape is the error for an escape that nobody knows, as far as it was read.
func (s *scanner) badEscape(begin int) error {
	return s.fail(begin, "bad escape "+s.text(begin, s.at))
}

// code reads what is left of an escape that gives a code point by its number; ok
// is false when it is no such escape. begin is the place of the backslash.
func (s *scanner) code(c rune, begin int) (r rune, ok bool, err error) {
	if r, ok := controls[c]; ok {
		return r, true, nil
	}
	var digits int
	switch {
	case c == 'x':
		digits = 2
	case s.isBytes:
		return 0, false, nil
	case c == 'u':
		digits = 4
	case c == 'U':
		digits = 8
	case c == 'N':
		r, err := s.character(begin)
		return r, true, err
	default:
		return 0, false, nil
	}
	number := s.while(hexDigits, digits)
	if len(number) < digits {
		return 0, false, s.fail(begin, "incomplete escape "+s.text(begin, s.at))
	}
	i, err := strconv.ParseInt(number, 16, 64)
	if err != nil || i > unicode.MaxRune {
		return 0, false, s.badEscape(begin)
	}
	return rune(i), true, nil
}

// character reads the rest of \N{name}.
func (s *scanner) character(begin int) (rune, error) {
	if !s.match('{') {
		return 0, s.fail(s.at, "missing {")
	}
	name, err := s.name('}', "character name")
	if err != nil {
		return 0, err
	}
	r, ok := pychar.Lookup(name)
	if !ok {
		return 0, s.fail(begin, "undefined character name "+value.Repr(value.Str(name)))
	}
	return r, nil
}

// octal reads the rest of an octal escape of up to three digits; \400 and above
// are too large for a byte.
func (s *scanner) octal(begin int) (rune, error) {
	s.while(octDigits, begin+len(`\377`)-s.at)
	i, err := strconv.ParseInt(s.text(begin+1, s.at), 8, 32)
	if err != nil || i > 0o377 {
		return 0, s.fail(begin, "octal escape value "+s.text(begin, s.at)+" outside of range 0-0o377")
	}
	return rune(i), nil
}

// setEscape is what an escape in a set stands for: a character, or a category.
func (p *parser) setEscape(c rune, begin int) (member, error) {
	if c == 'b' {
		return member{r: '\b'}, nil
	}
	if kind := categoryOf(c); kind != 0 {
		return member{category: kind}, nil
	}
	r, ok, err := p.code(c, begin)
	switch {
	case ok || err != nil:
		return member{r: r}, err
	case c >= '0' && c <= '7':
		r, err := p.octal(begin)
		return member{r: r}, err
	case c == '8' || c == '9' || isASCIILetter(c):
		return member{}, p.badEscape(begin)
	}
	return member{r: c}, nil
}

// escape is what an escape outside of sets stands for.
func (p *parser) escape(c rune, begin int, flags Flags) (node, error) {
	if kind := categoryOf(c); kind != 0 {
		return p.set([]member{{category: kind}}, false, flags)
	}
	switch c {
	case 'A':
		return assertion(beginText), nil
	case 'Z':
		return assertion(endText), nil
	case 'b', 'B':
		return assertion(boundary(c == 'b', p.narrow(flags))), nil
	case '0':
		r, err := p.octal(begin)
		return p.literal(r, flags), err
	}
	r, ok, err := p.code(c, begin)
	switch {
	case ok || err != nil:
		return p.literal(r, flags), err
	case c >= '1' && c <= '9':
		r, err := p.octalOrReference(c, begin)
		return p.literal(r, flags), err
	case isASCIILetter(c):
		return node{}, p.badEscape(begin)
	}
	return p.literal(c, flags), nil
}

// octalOrReference reads \1 and its like: three octal digits are a character, all
// else is a reference to a group.
func (p *parser) octalOrReference(c rune, begin int) (rune, error) {
	if p.next.in(decDigits) {
		second := p.get()
		if c <= '7' && second.in(octDigits) && p.next.in(octDigits) {
			return p.octal(begin)
		}
	}
	group, _ := strconv.Atoi(p.text(begin+1, p.at))
	switch {
	case group >= len(p.names):
		return 0, p.fail(begin+1, "invalid group reference "+strconv.Itoa(group))
	case p.open[group]:
		return 0, p.fail(begin, "cannot refer to an open group")
	}
	return 0, p.refuse(begin, "a back reference is")
}
