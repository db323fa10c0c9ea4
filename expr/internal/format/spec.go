package format

import (
	"math"
	"unicode"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// spec is a format specification taken apart:
// [[fill]align][sign][z][#][0][width][grouping][.precision][type].
type spec struct {
	fill      string // one code point
	align     byte   // '<', '>', '=' or '^'
	sign      byte   // '+', '-', ' ' or 0
	noNegZero bool   // z
	alternate bool   // #
	width     int    // -1: none
	group     byte   // ',', '_' or 0
	precision int    // -1: none
	kind      rune   // the type
}

// plain reports whether nothing asks for more than the bare number.
func (s *spec) plain() bool {
	return s.width < 0 && s.group == 0 && s.sign != '+' && s.sign != ' '
}

// parseSpec reads a specification for an object of the named type; kind and
// align are what holds when it names none.
func parseSpec(text, typeName string, kind rune, align byte) (spec, error) {
	s := spec{fill: " ", align: align, width: -1, precision: -1, kind: kind}
	rest, filled := s.takeAlign(text)
	rest = s.takeFlags(rest, filled, align)
	rest, err := s.takeSizes(rest)
	if err != nil {
		return s, err
	}
	if rest != "" {
		r, n := value.DecodeRune(rest)
		if n < len(rest) {
			return s, pyerr.Value("Invalid format specifier '%s' for object of type '%s'", text, typeName)
		}
		s.kind = r
	}
	return s, s.checkGroup()
}

// takeAlign reads [[fill]align] and reports whether a fill or an alignment was
// given: a '0' means less then.
func (s *spec) takeAlign(text string) (rest string, given aligned) {
	if text == "" {
		return text, aligned{}
	}
	_, n := value.DecodeRune(text)
	if n < len(text) && isAlign(text[n]) {
		s.fill, s.align = text[:n], text[n]
		return text[n+1:], aligned{fill: true, align: true}
	}
	if isAlign(text[0]) {
		s.align = text[0]
		return text[1:], aligned{align: true}
	}
	return text, aligned{}
}

// aligned says which of fill and alignment a specification gave.
type aligned struct{ fill, align bool }

func isAlign(c byte) bool { return c == '<' || c == '>' || c == '=' || c == '^' }

// takeFlags reads [sign][z][#][0].
func (s *spec) takeFlags(rest string, given aligned, align byte) string {
	if rest != "" && (rest[0] == '+' || rest[0] == '-' || rest[0] == ' ') {
		s.sign, rest = rest[0], rest[1:]
	}
	if rest != "" && rest[0] == 'z' {
		s.noNegZero, rest = true, rest[1:]
	}
	if rest != "" && rest[0] == '#' {
		s.alternate, rest = true, rest[1:]
	}
	if rest != "" && rest[0] == '0' && !given.fill {
		s.fill, rest = "0", rest[1:]
		if !given.align && align == '>' {
			s.align = '='
		}
	}
	return rest
}

// takeSizes reads [width][grouping][.precision].
func (s *spec) takeSizes(rest string) (string, error) {
	var err error
	if s.width, rest, err = takeNumber(rest); err != nil {
		return rest, err
	}
	for rest != "" && (rest[0] == ',' || rest[0] == '_') {
		if s.group != 0 && s.group != rest[0] {
			return rest, pyerr.Value("Cannot specify both ',' and '_'.")
		}
		if s.group != 0 {
			break
		}
		s.group, rest = rest[0], rest[1:]
	}
	if rest == "" || rest[0] != '.' {
		return rest, nil
	}
	if s.precision, rest, err = takeNumber(rest[1:]); err != nil {
		return rest, err
	}
	if s.precision < 0 {
		return rest, pyerr.Value("Format specifier missing precision")
	}
	return rest, nil
}

// checkGroup refuses a grouping that the type does not have.
func (s *spec) checkGroup() error {
	switch s.kind {
	case 'd', 'e', 'f', 'g', 'E', 'G', '%', 'F', 0:
		return nil
	case 'b', 'o', 'x', 'X':
		if s.group != ',' {
			return nil
		}
	}
	if s.group == 0 {
		return nil
	}
	return pyerr.Value("Cannot specify '%c' with %s.", s.group, quoteKind(s.kind))
}

// quoteKind is a type as the messages show it.
func quoteKind(kind rune) string {
	if kind > 32 && kind < 128 {
		return "'" + string(kind) + "'"
	}
	return `'\x` + hexadecimal(kind) + "'"
}

func unknownKind(kind rune, typeName string) error {
	return pyerr.Value("Unknown format code %s for object of type '%s'", quoteKind(kind), typeName)
}

// takeNumber reads the decimal digits at the front of text, of any script as in
// CPython; -1 when there are none.
func takeNumber(text string) (n int, rest string, err error) {
	n = -1
	for rest = text; rest != ""; {
		digit, size := decimal(rest)
		if digit < 0 {
			break
		}
		if n > (math.MaxInt-digit)/10 {
			return n, rest, errDigits
		}
		n, rest = max(n, 0)*10+digit, rest[size:]
	}
	return n, rest, nil
}

var errDigits = pyerr.Value("Too many decimal digits in format string")

// decimal gives the value of the decimal digit that text begins with, or -1.
func decimal(text string) (digit, size int) {
	if c := text[0]; c < 0x80 {
		if c >= '0' && c <= '9' {
			return int(c - '0'), 1
		}
		return -1, 1
	}
	r, size := value.DecodeRune(text)
	for _, span := range unicode.Nd.R16 {
		if r >= rune(span.Lo) && r <= rune(span.Hi) {
			return int(r-rune(span.Lo)) % 10, size // every span is whole tens
		}
	}
	for _, span := range unicode.Nd.R32 {
		if r >= rune(span.Lo) && r <= rune(span.Hi) {
			return int(r-rune(span.Lo)) % 10, size
		}
	}
	return -1, size
}
