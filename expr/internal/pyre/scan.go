package pyre

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"althing/expr/internal/pyerr"
	"althing/expr/syntax"
	"althing/value"
)

// token is a character of a pattern, or a backslash and the character behind it.
type token struct {
	r       rune
	escaped bool
}

// end is the token behind the last one.
var end = token{r: -1}

// is says whether the token is that character without a backslash.
func (t token) is(r rune) bool { return t.r == r && !t.escaped }

// in says whether the token is one of those ASCII characters without a backslash.
func (t token) in(chars string) bool {
	return !t.escaped && t.r >= 0 && t.r < utf8.RuneSelf && strings.IndexByte(chars, byte(t.r)) >= 0
}

func (t token) width() int {
	switch {
	case t == end:
		return 0
	case t.escaped:
		return len(`\x`)
	}
	return 1
}

// String is the token as it is written.
func (t token) String() string {
	if t.escaped {
		return `\` + string(value.AppendRune(nil, t.r))
	}
	return string(value.AppendRune(nil, t.r))
}

// scanner gives the tokens of a pattern or template, with one to look ahead.
type scanner struct {
	src     []rune
	isBytes bool
	next    token
	at      int   // where next begins
	err     error // a backslash at the end, which ends everything
}

// newScanner takes bytes for the characters of Latin-1, as Python does.
func newScanner(b Budget, text string, isBytes bool) (*scanner, error) {
	const perRune = 4
	if err := b.Charge(perRune * int64(len(text))); err != nil {
		return nil, err
	}
	if err := b.Step(int64(len(text)) / 32); err != nil {
		return nil, err
	}
	src := make([]rune, 0, len(text))
	for rest := text; rest != ""; {
		r, n := decode(rest, isBytes)
		src, rest = append(src, r), rest[n:]
	}
	s := &scanner{src: src, isBytes: isBytes}
	s.seek(0)
	return s, nil
}

// seek goes to a place.
func (s *scanner) seek(at int) {
	s.at = at
	switch {
	case at >= len(s.src):
		s.next = end
	case s.src[at] != '\\':
		s.next = token{r: s.src[at]}
	case at+1 < len(s.src):
		s.next = token{s.src[at+1], true}
	default:
		s.next = end
		if s.err == nil {
			s.err = s.fail(at, "bad escape (end of pattern)")
		}
	}
}

// get gives the next token and goes on.
func (s *scanner) get() token {
	t := s.next
	s.seek(s.at + t.width())
	return t
}

// match goes on if that character comes next.
func (s *scanner) match(r rune) bool {
	if !s.next.is(r) {
		return false
	}
	s.get()
	return true
}

// while gives the longest run of those characters, at most so many.
func (s *scanner) while(chars string, most int) string {
	begin := s.at
	for ; most > 0 && s.next.in(chars); most-- {
		s.get()
	}
	return s.text(begin, s.at)
}

// name reads a name up to its terminator. what it names is for the errors.
func (s *scanner) name(terminator rune, what string) (string, error) {
	begin := s.at
	for {
		at := s.at
		switch t := s.get(); {
		case t == end && at == begin:
			return "", s.fail(at, "missing "+what)
		case t == end:
			return "", s.fail(begin, "missing "+string(terminator)+", unterminated name")
		case t.is(terminator) && at == begin:
			return "", s.fail(begin, "missing "+what)
		case t.is(terminator):
			return s.text(begin, at), nil
		}
	}
}

const groupName = "group name"

// identifier reads the name of a group that must not be a number.
func (s *scanner) identifier(terminator rune) (string, error) {
	begin := s.at
	name, err := s.name(terminator, groupName)
	if err == nil && !syntax.IsIdentifier(name) {
		err = s.fail(begin, "bad character in group name "+value.Repr(value.Str(name)))
	}
	return name, err
}

// text is a part of the source.
func (s *scanner) text(from, to int) string {
	var dst []byte
	for _, r := range s.src[from:min(to, len(s.src))] {
		dst = value.AppendRune(dst, r)
	}
	return string(dst)
}

// fail makes Python's error about a place in the source, unless there has been
// one before.
func (s *scanner) fail(at int, msg string) error {
	if s.err != nil {
		return s.err
	}
	if s.isBytes {
		msg = escapeBeyondASCII(msg)
	}
	msg += " at position " + strconv.Itoa(at)
	line, begin, several := 1, 0, false
	for i, r := range s.src {
		if r != '\n' {
			continue
		}
		several = true
		if i < at {
			line, begin = line+1, i+1
		}
	}
	if several {
		msg += " (line " + strconv.Itoa(line) + ", column " + strconv.Itoa(at-begin+1) + ")"
	}
	return &pyerr.Error{Type: "error", Msg: msg}
}

// refuse is the error for what Python has and an automaton has not.
func (s *scanner) refuse(at int, what string) error { return s.fail(at, what+" not supported") }

// escapeBeyondASCII writes the characters of Latin-1 that are not ASCII as
// escapes.
func escapeBeyondASCII(msg string) string {
	var dst strings.Builder
	for _, r := range msg {
		if r < utf8.RuneSelf {
			dst.WriteRune(r)
		} else {
			dst.WriteString(`\x` + strconv.FormatInt(int64(r), 16))
		}
	}
	return dst.String()
}

// decode gives the first character of a text that is not empty, and its width.
func decode(s string, isBytes bool) (rune, int) {
	if s[0] < utf8.RuneSelf || isBytes {
		return rune(s[0]), 1
	}
	return value.DecodeRune(s)
}

// decodeLast gives the last character of a text that is not empty.
func decodeLast(s string, isBytes bool) rune {
	last := len(s) - 1
	if s[last] < utf8.RuneSelf || isBytes {
		return rune(s[last])
	}
	for last > 0 && !utf8.RuneStart(s[last]) {
		last--
	}
	r, _ := value.DecodeRune(s[last:])
	return r
}
