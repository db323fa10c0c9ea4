package jsonrpc

import (
	"bytes"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
)

// members goes through the members of a JSON object, in their order. Values are
// given as they stand; whoever uses one has it read by value.FromJSON or text,
// which find what is wrong inside it. A scanner of our own, because a body of a
// kilobyte is looked at once here, and no map is made of what is known by name.
func members(object []byte, each func(key string, raw []byte) error) error {
	s := scanner{src: object}
	if !s.skip('{') {
		return s.wrong("an object")
	}
	for first := true; !s.skip('}'); first = false {
		if !first && !s.skip(',') {
			return s.wrong("a comma or the end of the object")
		}
		rawKey, err := s.value()
		if err != nil {
			return err
		}
		key, err := text(rawKey)
		if err != nil {
			return err
		}
		if !s.skip(':') {
			return s.wrong("a colon")
		}
		raw, err := s.value()
		if err != nil {
			return err
		}
		if err := each(key, raw); err != nil {
			return err
		}
	}
	return s.end()
}

// elements goes through the elements of a JSON list.
func elements(list []byte, each func(raw []byte) error) error {
	s := scanner{src: list}
	if !s.skip('[') {
		return s.wrong("a list")
	}
	for first := true; !s.skip(']'); first = false {
		if !first && !s.skip(',') {
			return s.wrong("a comma or the end of the list")
		}
		raw, err := s.value()
		if err != nil {
			return err
		}
		if err := each(raw); err != nil {
			return err
		}
	}
	return s.end()
}

// text reads a JSON text.
func text(raw []byte) (string, error) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", fault.New(fault.Invalid, "wrong JSON: expected a text in quotes")
	}
	if inner := raw[1 : len(raw)-1]; plain(inner) {
		return string(inner), nil
	}
	v, err := value.FromJSON(raw)
	if err != nil {
		return "", err
	}
	return string(v.(value.Str)), nil // what begins with a quote is a text, or an error
}

// plain reports whether s stands between quotes as it is: valid UTF-8, nothing
// to be escaped.
func plain[T string | []byte](s T) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(string(s))
}

// appendText appends s as a JSON text. s is valid UTF-8, or a text that came
// from JSON.
func appendText[T string | []byte](dst []byte, s T) []byte {
	if !plain(s) {
		return value.AppendJSON(dst, value.Str(s))
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// scanner finds where JSON values end. It does not look inside them for more
// than that takes.
type scanner struct {
	src []byte
	at  int
}

func (s *scanner) wrong(expected string) error {
	if s.at >= len(s.src) {
		return fault.New(fault.Invalid, "the JSON ends too early: expected %s", expected)
	}
	return fault.New(fault.Invalid, "wrong JSON at byte %d: expected %s", s.at+1, expected)
}

// peek gives the next byte that is no white space, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.src); s.at++ {
		switch c := s.src[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// skip goes past the next byte if it is c.
func (s *scanner) skip(c byte) bool {
	if s.peek() != c || s.at == len(s.src) {
		return false
	}
	s.at++
	return true
}

// end is nil when nothing more stands behind.
func (s *scanner) end() error {
	if s.peek(); s.at < len(s.src) {
		return s.wrong("nothing more")
	}
	return nil
}

// value takes the next value as it stands.
func (s *scanner) value() ([]byte, error) {
	c := s.peek()
	from := s.at
	switch c {
	case '"':
		if !s.text() {
			return nil, s.wrong("the end of a text")
		}
	case '{', '[':
		if !s.container() {
			return nil, s.wrong("the end of an object or a list")
		}
	default:
		n := bytes.IndexAny(s.src[s.at:], ",:]} \t\r\n")
		if n < 0 {
			n = len(s.src) - s.at
		}
		if n == 0 {
			return nil, s.wrong("a value")
		}
		s.at += n
	}
	return s.src[from:s.at], nil
}

// text goes past a text, of which the opening quote is next. Each byte is looked
// at once for a quote and once for a backslash, however many there are.
func (s *scanner) text() bool {
	s.at++
	for quote := -1; s.at <= len(s.src); {
		if quote < s.at {
			n := bytes.IndexByte(s.src[s.at:], '"')
			if n < 0 {
				break
			}
			quote = s.at + n
		}
		escape := bytes.IndexByte(s.src[s.at:quote], '\\')
		if escape < 0 {
			s.at = quote + 1
			return true
		}
		s.at += escape + 2
	}
	s.at = len(s.src)
	return false
}

// container goes past an object or a list, of which the opening bracket is next.
func (s *scanner) container() bool {
	for depth := 0; s.at < len(s.src); {
		switch s.src[s.at] {
		case '"':
			if !s.text() {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.at++
		if depth == 0 {
			return true
		}
	}
	return false
}
