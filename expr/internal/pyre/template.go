package pyre

import (
	"strconv"
	"strings"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// Part is a part of a template: a text, or a group when Group is not negative.
type Part struct {
	Text  string
	Group int
}

// Template reads what sub() and expand() put in the place of a match: \1 and
// \g<name> stand for groups. It is bytes or a str, whatever the
// program's texts are.
func (p *Program) Template(b Budget, template string, isBytes bool) ([]Part, error) {
	if strings.IndexByte(template, '\\') < 0 {
		return []Part{{template, -1}}, b.Step(int64(len(template)) / 64)
	}
	s, err := newScanner(b, template, isBytes)
	if err != nil {
		return nil, err
	}
	t := templateReader{scanner: s, program: p}
	for s.next != end {
		const partSize = 32
		if err := b.Charge(partSize); err != nil {
			return nil, err
		}
		if err := b.Step(1); err != nil {
			return nil, err
		}
		if err := t.part(); err != nil {
			return nil, err
		}
	}
	t.flush()
	return t.parts, s.err
}

type templateReader struct {
	*scanner
	program *Program
	parts   []Part
	text    []byte // not yet a part
}

// flush makes a part of the text read so far.
func (t *templateReader) flush() {
	if len(t.text) > 0 {
		t.parts = append(t.parts, Part{string(t.text), -1})
		t.text = t.text[:0]
	}
}

func (t *templateReader) char(r rune) {
	if t.isBytes {
		t.text = append(t.text, byte(r))
	} else {
		t.text = value.AppendRune(t.text, r)
	}
}

// part reads a character, an escape or a group.
func (t *templateReader) part() error {
	begin := t.at
	next := t.get()
	switch c := next.r; {
	case !next.escaped:
		t.char(c)
	case c == 'g':
		return t.named()
	case c == '0':
		r, err := t.octal(begin)
		t.char(r)
		return err
	case c >= '1' && c <= '9':
		return t.numbered(c, begin)
	case c == 'b':
		t.char('\b')
	case controls[c] != 0:
		t.char(controls[c])
	case isASCIILetter(c):
		return t.badEscape(begin)
	default:
		t.text = append(t.text, '\\')
		t.char(c)
	}
	return nil
}

// numbered reads \1 and its like: three octal digits are a character.
func (t *templateReader) numbered(c rune, begin int) error {
	if t.next.in(decDigits) {
		second := t.get()
		if c <= '7' && second.in(octDigits) && t.next.in(octDigits) {
			r, err := t.octal(begin)
			t.char(r)
			return err
		}
	}
	return t.group(t.src[begin+1:t.at], begin+1)
}

// named reads the rest of \g<name>.
func (t *templateReader) named() error {
	if !t.match('<') {
		return t.fail(t.at, "missing <")
	}
	begin := t.at
	name, err := t.name('>', groupName)
	if err != nil {
		return err
	}
	if name[0] >= '0' && name[0] <= '9' && strings.Trim(name, decDigits) == "" {
		return t.group([]rune(name), begin)
	}
	t.seek(begin)
	if _, err := t.identifier('>'); err != nil {
		return err
	}
	group, ok := t.program.Group(name)
	if !ok {
		return pyerr.New("IndexError", "unknown group name %s", value.Repr(value.Str(name)))
	}
	t.flush()
	t.parts = append(t.parts, Part{Group: group})
	return nil
}

// group adds the group with that number.
func (t *templateReader) group(digits []rune, at int) error {
	group, err := strconv.Atoi(string(digits))
	if err != nil || group > t.program.Groups() {
		number := strings.TrimLeft(string(digits), "0")
		return t.fail(at, "invalid group reference "+number)
	}
	t.flush()
	t.parts = append(t.parts, Part{Group: group})
	return nil
}
