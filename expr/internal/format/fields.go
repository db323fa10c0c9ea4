package format

import (
	"strings"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// Arguments are those of str.format: Len positional ones, given by At, and named
// ones, given by Named with the error for one that is not there. Len -1 means
// str.format_map, which has no positional ones at all.
type Arguments struct {
	Len   int
	At    func(i int) Object
	Named func(name string) (Object, error)
}

// maxNesting is how deep fields may stand in one another: one in the
// specification of another, as in CPython.
const maxNesting = 2

// Fields is Python's format.format(*args, **kwargs).
func Fields(h Host, format string, args Arguments) (string, error) {
	f := fields{Host: h, Arguments: args}
	dst, err := f.expand(nil, format, maxNesting)
	if err != nil {
		return "", err
	}
	return string(dst), nil
}

// fields is one run over a format and the formats nested in it.
type fields struct {
	Host
	Arguments
	numbering numbering
	auto      int // the next number of automatic numbering
}

// numbering is how the fields are numbered; a format has to keep to one way.
type numbering uint8

const (
	undecided numbering = iota
	automatic
	manual
)

// expand appends format with its fields filled in.
func (f *fields) expand(dst []byte, format string, nesting int) ([]byte, error) {
	if nesting == 0 {
		return dst, pyerr.Value("Max string recursion exceeded")
	}
	for format != "" {
		literal, rest, isField, err := takeLiteral(format)
		if err != nil {
			return dst, err
		}
		if err := f.Charge(int64(len(literal))); err != nil {
			return dst, err
		}
		dst, format = append(dst, literal...), rest
		if !isField {
			continue
		}
		var m markup
		if m, format, err = takeMarkup(format); err != nil {
			return dst, err
		}
		if dst, err = f.fill(dst, m, nesting); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// takeLiteral reads up to a field, whose bracket it takes, or up to and
// including the first of two doubled brackets.
func takeLiteral(format string) (literal, rest string, isField bool, err error) {
	end := strings.IndexAny(format, "{}")
	if end < 0 {
		return format, "", false, nil
	}
	bracket, rest := format[end], format[end+1:]
	if rest != "" && rest[0] == bracket {
		return format[:end+1], rest[1:], false, nil
	}
	if bracket == '}' || rest == "" {
		return "", "", false, pyerr.Value("Single '%c' encountered in format string", bracket)
	}
	return format[:end], rest, true, nil
}

// markup is a field: {name!conversion:spec}.
type markup struct {
	name       string
	conversion rune // 0: none
	spec       string
	nested     bool // there are fields in the spec
}

// takeMarkup reads a field, whose opening bracket is already taken.
func takeMarkup(text string) (m markup, rest string, err error) {
	end, err := nameEnd(text)
	if err != nil {
		return m, "", err
	}
	m.name, rest = text[:end], text[end+1:]
	switch text[end] {
	case '}':
		return m, rest, nil
	case '!':
		var closed bool
		if m.conversion, rest, closed, err = takeConversion(rest); closed || err != nil {
			return m, rest, err
		}
	}
	end = specEnd(rest)
	if end < 0 {
		return m, "", pyerr.Value("unmatched '{' in format spec")
	}
	m.spec = rest[:end]
	m.nested = strings.IndexByte(m.spec, '{') >= 0
	return m, rest[end+1:], nil
}

// nameEnd finds the '}', '!' or ':' behind a field's name. In square brackets
// these stand for themselves.
func nameEnd(text string) (int, error) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '}', '!', ':':
			return i, nil
		case '{':
			return 0, pyerr.Value("unexpected '{' in field name")
		case '[':
			if end := strings.IndexByte(text[i:], ']'); end >= 0 {
				i += end
				continue
			}
			return 0, errUnclosed
		}
	}
	return 0, errUnclosed
}

var errUnclosed = pyerr.Value("expected '}' before end of string")

// takeConversion reads the character behind '!' and what ends it; closed says
// that it was the field's bracket.
func takeConversion(text string) (conversion rune, rest string, closed bool, err error) {
	if text == "" {
		return 0, "", false, pyerr.Value("end of string while looking for conversion specifier")
	}
	conversion, n := value.DecodeRune(text)
	rest = text[n:]
	if rest == "" {
		return conversion, "", false, nil
	}
	if rest[0] != '}' && rest[0] != ':' {
		return 0, "", false, pyerr.Value("expected ':' after conversion specifier")
	}
	return conversion, rest[1:], rest[0] == '}', nil
}

// specEnd finds the bracket that closes the field, or -1.
func specEnd(text string) int {
	open := 1
	for i := range len(text) {
		switch text[i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// fill appends the object that m names, as m wants it written.
func (f *fields) fill(dst []byte, m markup, nesting int) ([]byte, error) {
	object, err := f.object(m.name)
	if err != nil {
		return dst, err
	}
	switch m.conversion {
	case 0:
	case 'r', 's', 'a':
		text, err := convert(f, object, m.conversion)
		if err != nil {
			return dst, err
		}
		object = value.Str(text)
	default:
		return dst, unknownConversion(m.conversion)
	}
	spec := m.spec
	if m.nested {
		expanded, err := f.expand(nil, spec, nesting-1)
		if err != nil {
			return dst, err
		}
		spec = string(expanded)
	}
	text, err := f.Format(object, spec)
	return append(dst, text...), err
}

func unknownConversion(conversion rune) error {
	if conversion > 32 && conversion < 127 {
		return pyerr.Value("Unknown conversion specifier %c", conversion)
	}
	return pyerr.Value(`Unknown conversion specifier \x%x`, conversion)
}

// object finds what a field's name means: a.b[c].
func (f *fields) object(name string) (Object, error) {
	first, rest := name, ""
	if end := strings.IndexAny(name, ".["); end >= 0 {
		first, rest = name[:end], name[end:]
	}
	object, err := f.argument(first)
	for err == nil && rest != "" {
		object, rest, err = f.step(object, rest)
	}
	return object, err
}

// argument finds the argument that a field's name begins with.
func (f *fields) argument(name string) (Object, error) {
	index, err := asIndex(name)
	if err != nil {
		return nil, err
	}
	if name != "" && index < 0 {
		return f.Named(name)
	}
	if err := f.number(name == ""); err != nil {
		return nil, err
	}
	if name == "" {
		index = f.auto
		f.auto++
	}
	switch {
	case f.Len < 0:
		return nil, pyerr.Value("Format string contains positional fields")
	case index >= f.Len:
		return nil, pyerr.New("IndexError", "Replacement index %d out of range for positional args tuple", index)
	}
	return f.At(index), nil
}

// number keeps a format to one way of numbering.
func (f *fields) number(auto bool) error {
	if f.numbering == undecided {
		f.numbering = manual
		if auto {
			f.numbering = automatic
		}
	}
	switch {
	case f.numbering == manual && auto:
		return pyerr.Value("cannot switch from manual field specification to automatic field numbering")
	case f.numbering == automatic && !auto:
		return pyerr.Value("cannot switch from automatic field numbering to manual field specification")
	}
	return nil
}

// step follows one .name or [key].
func (f *fields) step(object Object, path string) (next Object, rest string, err error) {
	if path[0] == '.' {
		name := path[1:]
		if end := strings.IndexAny(name, ".["); end >= 0 {
			name, rest = name[:end], name[end:]
		}
		if name == "" {
			return nil, "", errEmptyAttribute
		}
		next, err = f.Attr(object, name)
		return next, rest, err
	}
	if path[0] != '[' {
		return nil, "", pyerr.Value("Only '.' or '[' may follow ']' in format field specifier")
	}
	name, rest, closed := strings.Cut(path[1:], "]")
	if !closed {
		return nil, "", pyerr.Value("Missing ']' in format string")
	}
	if name == "" {
		return nil, "", errEmptyAttribute
	}
	index, err := asIndex(name)
	if err != nil {
		return nil, "", err
	}
	var key value.Value = value.Str(name)
	if index >= 0 {
		key = value.Int(index)
	}
	next, err = f.Item(object, key)
	return next, rest, err
}

var errEmptyAttribute = pyerr.Value("Empty attribute in format string")

// asIndex is the number that name is, or -1.
func asIndex(name string) (int, error) {
	index, rest, err := takeNumber(name)
	if err != nil || rest != "" {
		return -1, err
	}
	return index, nil
}
