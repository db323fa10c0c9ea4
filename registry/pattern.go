package registry

import (
	"strings"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
)

// MaxPattern is the longest pattern in bytes: several times the longest key,
// and far from where compiling one would be felt.
const MaxPattern = 4096

// Pattern is a compiled pattern with the meaning of Python's
// fnmatch.fnmatchcase: '*' is anything, '?' one character, '[seq]' one of
// those, '[!seq]' one of the others; a '[' that is never closed is itself. It
// is immutable.
//
// Between the stars lie segments of a known number of characters. The first
// and the last stand at the ends of the name; of those between, each is taken
// where it comes first, which never takes room from the next. So no choice is
// made twice, and a hostile '*a*a*a*b' costs no more than another.
type Pattern struct {
	prefix string // what every match begins with
	exact  bool   // the prefix is all of it
	starry bool   // there is a star; otherwise first is all of it
	first  segment
	middle []segment
	last   segment
}

// everything is the pattern '*'.
var everything = &Pattern{starry: true}

// Compile makes a pattern. Every text is one; only one too long is refused.
func Compile(text string) (*Pattern, error) {
	if len(text) > MaxPattern {
		return nil, fault.New(fault.Limit, "the pattern has %d bytes and may have %d", len(text), MaxPattern)
	}
	p := &Pattern{}
	p.first, text = parseSegment(text)
	p.prefix = p.first.leading()
	p.exact = text == "" && p.first.plain()
	for text != "" {
		p.starry = true
		p.last, text = parseSegment(strings.TrimLeft(text, "*"))
		if text != "" {
			p.middle = append(p.middle, p.last)
		}
	}
	return p, nil
}

// Exactly is the pattern that only one name matches.
func Exactly(name string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(name)
}

// Match reports whether the whole name matches.
func (p *Pattern) Match(name string) bool {
	name, ok := p.first.match(name)
	if !ok {
		return false
	}
	if !p.starry {
		return name == ""
	}
	end, ok := p.last.matchEnd(name)
	if !ok {
		return false
	}
	name = name[:end]
	for i := range p.middle {
		if name, ok = p.middle[i].find(name); !ok {
			return false
		}
	}
	return true
}

// segment is what stands in a row between two stars.
type segment struct {
	pieces []piece
	chars  int // how many characters it takes
}

// piece is a text, or one character: of a class, or any when there is none.
type piece struct {
	text  string
	class *class
}

// parseSegment reads up to the next star or the end of the pattern.
func parseSegment(pattern string) (s segment, rest string) {
	for pattern != "" && pattern[0] != '*' {
		s.chars++
		if pattern[0] == '?' {
			s.pieces = append(s.pieces, piece{})
			pattern = pattern[1:]
			continue
		}
		if pattern[0] == '[' {
			if set, after, closed := parseClass(pattern[1:]); closed {
				s.pieces = append(s.pieces, piece{class: set})
				pattern = after
				continue
			}
		}
		_, size := value.DecodeRune(pattern)
		s.addText(pattern[:size])
		pattern = pattern[size:]
	}
	return s, pattern
}

// addText adds a letter to the text at the end, which it begins when there is
// none.
func (s *segment) addText(letter string) {
	if last := len(s.pieces) - 1; last >= 0 && s.pieces[last].text != "" {
		s.pieces[last].text += letter
		return
	}
	s.pieces = append(s.pieces, piece{text: letter})
}

// leading is the text that the segment begins with.
func (s *segment) leading() string {
	if len(s.pieces) == 0 {
		return ""
	}
	return s.pieces[0].text
}

// plain reports whether the segment is all text.
func (s *segment) plain() bool {
	return len(s.pieces) == 0 || len(s.pieces) == 1 && s.pieces[0].text != ""
}

// match takes the segment from the start of name and gives what follows it.
func (s *segment) match(name string) (rest string, ok bool) {
	for _, p := range s.pieces {
		if p.text != "" {
			if !strings.HasPrefix(name, p.text) {
				return "", false
			}
			name = name[len(p.text):]
			continue
		}
		if name == "" {
			return "", false
		}
		r, size := value.DecodeRune(name)
		if p.class != nil && !p.class.has(r) {
			return "", false
		}
		name = name[size:]
	}
	return name, true
}

// matchEnd takes the segment from the end of name and gives where it begins.
func (s *segment) matchEnd(name string) (start int, ok bool) {
	start = len(name)
	for range s.chars {
		if start == 0 {
			return 0, false
		}
		for start--; start > 0 && !utf8.RuneStart(name[start]); start-- {
		}
	}
	rest, ok := s.match(name[start:])
	return start, ok && rest == ""
}

// find takes the segment from where it first stands in name and gives what
// follows it.
func (s *segment) find(name string) (rest string, ok bool) {
	leading := s.leading()
	for s.chars <= len(name) {
		at := strings.Index(name, leading)
		if at < 0 {
			return "", false
		}
		name = name[at:]
		if rest, ok = s.match(name); ok {
			return rest, true
		}
		if name == "" {
			return "", false
		}
		_, size := value.DecodeRune(name)
		name = name[size:]
	}
	return "", false
}
