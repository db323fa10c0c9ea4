package modules

import (
	"strings"
	"unicode/utf8"

	"althing/expr"
	"althing/expr/internal/pyre"
)

// subject is a text in which matches are looked for. Places in it are in bytes,
// and shown in characters.
type subject struct {
	object  expr.Object
	text    string
	isBytes bool
	chars   int // len(text) when every character is a byte
}

// subject reads the argument string.
func (p *pattern) subject(t *expr.Thread, o expr.Object) (*subject, error) {
	text, isBytes, ok := textOrBytes(o)
	switch {
	case !ok:
		return nil, expr.TypeError("expected string or bytes-like object, got '%s'", expr.TypeOf(o).ShortName())
	case isBytes && !p.Bytes:
		return nil, expr.TypeError("cannot use a string pattern on a bytes-like object")
	case !isBytes && p.Bytes:
		return nil, expr.TypeError("cannot use a bytes pattern on a string-like object")
	}
	if err := t.Step(int64(len(text)) / 128); err != nil {
		return nil, err
	}
	s := &subject{object: o, text: text, isBytes: isBytes, chars: len(text)}
	if !isBytes {
		s.chars = countChars(text)
	}
	return s, nil
}

// countChars is the number of code points, surrogates among them.
func countChars(s string) (n int) {
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// offset is the byte at which a character begins. A place outside of the text is
// the nearest inside.
func (s *subject) offset(char int64) int {
	char = min(max(char, 0), int64(s.chars))
	if s.chars == len(s.text) {
		return int(char)
	}
	for i := range len(s.text) {
		if !utf8.RuneStart(s.text[i]) {
			continue
		}
		if char--; char < 0 {
			return i
		}
	}
	return len(s.text)
}

// part makes an object of a part of the text; one that begins at -1 is empty. It
// has memory of its own, so that it does not keep the text alive.
func (s *subject) part(t *expr.Thread, from, to int) (expr.Object, error) {
	if from < 0 {
		return textObject("", s.isBytes), nil
	}
	if err := t.ChargeText(to - from); err != nil {
		return nil, err
	}
	return textObject(strings.Clone(s.text[from:to]), s.isBytes), nil
}

// finder goes through the matches in a text.
type finder struct {
	p           *pattern
	s           *subject
	run         *regexRun
	pos, endpos int64 // in characters, as Match shows them
	end         int   // of the part of the text that is seen, in bytes
	at          int   // where to look next, in bytes
	how         pyre.How
	// known is a place whose number in characters is known.
	known, knownChars int
}

// finder reads the arguments string, pos and endpos; the last two may be missing.
func (p *pattern) finder(t *expr.Thread, args []expr.Object) (*finder, error) {
	s, err := p.subject(t, args[0])
	if err != nil {
		return nil, err
	}
	run, err := p.run(t)
	if err != nil {
		return nil, err
	}
	f := &finder{p: p, s: s, run: run, endpos: int64(s.chars), end: len(s.text)}
	if len(args) > 1 && args[1] != nil {
		if f.pos, err = expr.Index(plainInt(args[1])); err != nil {
			return nil, err
		}
		f.pos = min(max(f.pos, 0), int64(s.chars))
		f.at = s.offset(f.pos)
	}
	if len(args) > 2 && args[2] != nil {
		if f.endpos, err = expr.Index(plainInt(args[2])); err != nil {
			return nil, err
		}
		f.endpos = min(max(f.endpos, 0), int64(s.chars))
		f.end = s.offset(f.endpos)
	}
	return f, nil
}

// next gives the marks of the next match, which are good until the next search of
// this run; nil when there is none.
func (f *finder) next(t *expr.Thread) ([]int, error) {
	if f.at < 0 {
		return nil, nil
	}
	marks, err := f.run.machine.Find(kept{t}, f.p.Program, f.s.text[:f.end], f.at, f.how)
	if marks == nil || err != nil {
		f.at = -1
		return nil, err
	}
	f.at = marks[1]
	f.how &^= pyre.Further
	if marks[0] == marks[1] {
		f.how |= pyre.Further
	}
	return marks, nil
}

// matchOr makes an object of the next match; otherwise stands for none.
func (f *finder) matchOr(t *expr.Thread, otherwise expr.Object) (expr.Object, error) {
	marks, err := f.next(t)
	switch {
	case err != nil:
		return nil, err
	case marks == nil:
		return otherwise, nil
	}
	m, err := f.match(t, marks)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// match makes an object of marks.
func (f *finder) match(t *expr.Thread, marks []int) (*match, error) {
	const word = 8
	if err := t.Charge(objectSize + 2*word*int64(len(marks))); err != nil {
		return nil, err
	}
	last := len(marks) - 1
	m := &match{p: f.p, s: f.s, pos: f.pos, endpos: f.endpos, last: marks[last]}
	m.marks = append(m.marks, marks[:last]...)
	m.chars = m.marks
	if f.s.chars == len(f.s.text) {
		return m, nil
	}
	m.chars = make([]int, last)
	for i, at := range m.marks {
		if err := t.Step(int64(f.distance(at)) / 128); err != nil {
			return nil, err
		}
		m.chars[i] = f.inChars(at)
	}
	f.known, f.knownChars = m.marks[0], m.chars[0]
	return m, nil
}

// distance is how far a place is from the one that is known.
func (f *finder) distance(at int) int { return max(at-f.known, f.known-at) }

// inChars is the number of characters before a place.
func (f *finder) inChars(at int) int {
	switch {
	case at < 0:
		return -1
	case at < f.known:
		return f.knownChars - countChars(f.s.text[at:f.known])
	}
	return f.knownChars + countChars(f.s.text[f.known:at])
}
