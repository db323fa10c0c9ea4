package pytime

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// Budget is told what is about to be done and made, and refuses.
type Budget interface {
	Step(n int64) error
	Charge(bytes int64) error
}

// bytesPerChar is what the taking apart of a format needs for each of its
// characters, the stack included.
const bytesPerChar = 256

// ParseFormat is datetime.strptime(text, format) in the C locale; zoneNames are
// those that %Z takes beside UTC and GMT.
func ParseFormat(b Budget, text, format string, zoneNames []string) (DateTime, error) {
	p, err := parseFormat(b, text, format, zoneNames)
	if err != nil {
		return DateTime{}, err
	}
	date, err := p.date()
	if err != nil {
		return DateTime{}, err
	}
	clock, err := p.clock()
	return DateTime{date, clock}, err
}

func parseFormat(b Budget, text, format string, zoneNames []string) (*parsed, error) {
	if err := b.Charge(bytesPerChar * int64(len(format))); err != nil {
		return nil, err
	}
	tokens, err := tokenize(format)
	if err != nil {
		return nil, err
	}
	m := matcher{Budget: b, text: text, tokens: tokens, zoneNames: zoneNames, failed: map[[2]int]bool{}}
	end, err := m.match(0, 0)
	switch {
	case err != nil:
		return nil, err
	case end < 0:
		return nil, pyerr.Value("time data %s does not match format %s", value.Repr(value.Str(text)), value.Repr(value.Str(format)))
	case end < len(text):
		return nil, pyerr.Value("unconverted data remains: %s", text[end:])
	}
	return newParsed(m.found)
}

// token is a directive, a stretch of white space, or one character of a format.
type token struct {
	kind byte // the directive's letter, or one of the two below
	char rune // of a literal
}

const (
	literal = 0
	space   = ' '
)

// expansions are the directives that stand for several.
var expansions = map[byte]string{'c': "%a %b %d %H:%M:%S %Y", 'x': "%m/%d/%y", 'X': "%H:%M:%S"}

// tokenize takes a format apart.
func tokenize(format string) ([]token, error) {
	return formatTokens(format, format, map[byte]int{})
}

// formatTokens takes text apart, which is a format or what stands for one of its
// directives; groups are the directives so far, by their numbers.
func formatTokens(text, format string, groups map[byte]int) ([]token, error) {
	var tokens []token
	for rest := text; rest != ""; {
		r, n := value.DecodeRune(rest)
		switch {
		case r == '%':
			if len(rest) == 1 {
				return nil, pyerr.Value("stray %% in format '%s'", format)
			}
			kind, size := utf8.DecodeRuneInString(rest[1:])
			rest = rest[1+size:]
			if kind == '%' {
				tokens = append(tokens, token{char: '%'})
				continue
			}
			more, err := directiveTokens(kind, format, groups)
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, more...)
		case isSpace(r):
			tokens = append(tokens, token{kind: space})
			rest = strings.TrimLeftFunc(rest, isSpace)
		default:
			tokens = append(tokens, token{char: r})
			rest = rest[n:]
		}
	}
	return tokens, nil
}

// directiveTokens is one directive, or the several that it stands for.
func directiveTokens(kind rune, format string, groups map[byte]int) ([]token, error) {
	if kind >= utf8.RuneSelf || !strings.ContainsRune("dfHIGjmMSUwuVyYzAaBbpZWcxX", kind) {
		if isSpace(kind) || strings.ContainsRune(`\.^$*+?(){}[]|`, kind) {
			kind = '%'
		}
		return nil, pyerr.Value("'%c' is a bad directive in format '%s'", kind, format)
	}
	letter := byte(kind)
	if text, ok := expansions[letter]; ok {
		return formatTokens(text, format, groups)
	}
	if before, ok := groups[letter]; ok {
		return nil, pyerr.New("error", "redefinition of group name '%c' as group %d; was group %d", kind, len(groups)+1, before)
	}
	groups[letter] = len(groups) + 1
	return []token{{kind: letter}}, nil
}

// isSpace is what Python's regular expressions take for white space.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// matcher finds the way, as a regular expression would, in which the tokens match
// the text: each directive tries its choices in order. What failed once is not
// tried again, so that the work is bounded by the product of both lengths.
type matcher struct {
	Budget
	text      string
	tokens    []token
	zoneNames []string
	failed    map[[2]int]bool
	found     []finding // the last directive first
}

// finding is what a directive matched.
type finding struct {
	kind byte
	text string
}

// match matches the tokens from the i-th on with the text at that place. It gives
// where the match ends, or -1.
func (m *matcher) match(i, at int) (int, error) {
	if err := m.Step(1); err != nil {
		return -1, err
	}
	for i < len(m.tokens) && m.tokens[i].kind == literal {
		n := sameLetter(m.text[at:], m.tokens[i].char)
		if n == 0 {
			return -1, nil
		}
		i, at = i+1, at+n
	}
	if i == len(m.tokens) {
		return at, nil
	}
	place := [2]int{i, at}
	if m.failed[place] {
		return -1, nil
	}
	for _, n := range m.choices(m.tokens[i].kind, m.text[at:]) {
		end, err := m.match(i+1, at+n)
		if err != nil {
			return -1, err
		}
		if end >= 0 {
			m.found = append(m.found, finding{m.tokens[i].kind, m.text[at : at+n]})
			return end, nil
		}
	}
	m.failed[place] = true
	return -1, nil
}

// sameLetter gives the length of the character at the front of text if it is r,
// capital or small; else 0.
func sameLetter(text string, r rune) int {
	if text == "" {
		return 0
	}
	c, n := value.DecodeRune(text)
	if c == r || unicode.SimpleFold(c) == r || unicode.SimpleFold(r) == c || unicode.ToLower(c) == unicode.ToLower(r) {
		return n
	}
	return 0
}

// shapes are the forms of the numeric directives, in the order they are tried: d
// is any digit, [38] one from 3 to 8.
var shapes = map[byte][]string{
	'd': {"3[01]", "[12]d", "0[19]", "[19]", " [19]"},
	'H': {"2[03]", "[01]d", "d"},
	'I': {"1[02]", "0[19]", "[19]"},
	'G': {"dddd"},
	'j': {"36[06]", "3[05]d", "[12]dd", "0[19]d", "00[19]", "[19]d", "0[19]", "[19]"},
	'm': {"1[02]", "0[19]", "[19]"},
	'M': {"[05]d", "d"},
	'S': {"6[01]", "[05]d", "d"},
	'U': {"5[03]", "[04]d", "d"},
	'W': {"5[03]", "[04]d", "d"},
	'w': {"[06]"},
	'u': {"[17]"},
	'V': {"5[03]", "0[19]", "[14]d", "d"},
	'y': {"dd"},
	'Y': {"dddd"},
}

// choices gives the lengths that a directive may take of text, best first.
func (m *matcher) choices(kind byte, text string) []int {
	switch kind {
	case space:
		return spaceLengths(text)
	case 'f':
		return fractionLengths(text)
	case 'z':
		return offsetLengths(text)
	case 'Z':
		return nameLengths(text, append([]string{"utc", "gmt"}, m.zoneNames...), 0)
	case 'A':
		return nameLengths(text, dayNames[:], 0)
	case 'a':
		return nameLengths(text, dayNames[:], 3)
	case 'B':
		return nameLengths(text, monthNames[:], 0)
	case 'b':
		return nameLengths(text, monthNames[:], 3)
	case 'p':
		return nameLengths(text, []string{"am", "pm"}, 0)
	}
	var lengths []int
	for _, shape := range shapes[kind] {
		if n := shapeLength(text, shape); n > 0 {
			lengths = append(lengths, n)
		}
	}
	return lengths
}

// spaceLengths is all white space there is, or all but the last blank, which may
// belong to a day of one digit.
func spaceLengths(text string) []int {
	rest := strings.TrimLeftFunc(text, isSpace)
	n := len(text) - len(rest)
	switch {
	case n == 0:
		return nil
	case n > 1 && text[n-1] == ' ':
		return []int{n, n - 1}
	}
	return []int{n}
}

// shapeLength is the length of the front of text that has the shape, or 0.
func shapeLength(text, shape string) int {
	n := 0
	for i := 0; i < len(shape); i++ {
		if n == len(text) {
			return 0
		}
		low, high := shape[i], shape[i]
		switch shape[i] {
		case 'd':
			low, high = '0', '9'
		case '[':
			low, high = shape[i+1], shape[i+2]
			i += 3
		}
		if text[n] < low || text[n] > high {
			return 0
		}
		n++
	}
	return n
}

// fractionLengths is one to six digits, the most first.
func fractionLengths(text string) []int {
	var lengths []int
	for n := 1; n <= 6 && n <= len(text) && isDigit(text[n-1]); n++ {
		lengths = append([]int{n}, lengths...)
	}
	return lengths
}

// offsetLengths is +HH[:]MM[[:]SS[.f]] or Z.
func offsetLengths(text string) []int {
	if text != "" && text[0] == 'Z' {
		return []int{1}
	}
	if text == "" || text[0] != '+' && text[0] != '-' {
		return nil
	}
	minutes := 1 + max(shapeLength(text[1:], "dd:[05]d"), shapeLength(text[1:], "dd[05]d"))
	if minutes == 1 {
		return nil
	}
	lengths := []int{minutes}
	for _, shape := range []string{":[05]d", "[05]d"} {
		n := shapeLength(text[minutes:], shape)
		if n == 0 {
			continue
		}
		seconds := minutes + n
		lengths = append([]int{seconds}, lengths...)
		if seconds < len(text) && text[seconds] == '.' {
			for _, f := range fractionLengths(text[seconds+1:]) {
				lengths = append(lengths, seconds+1+f)
			}
			slices.SortFunc(lengths, func(a, b int) int { return b - a })
		}
	}
	return lengths
}

// nameLengths is the lengths of the names that text begins with, the longest
// first; only so many characters of a name count, if cut is not 0.
func nameLengths(text string, names []string, cut int) []int {
	var lengths []int
	for _, name := range names {
		if cut > 0 {
			name = name[:cut]
		}
		if name != "" && len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
			lengths = append(lengths, len(name))
		}
	}
	slices.SortFunc(lengths, func(a, b int) int { return b - a })
	return lengths
}
