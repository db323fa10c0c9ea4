package expr

import (
	"strings"
	"unicode"

	"althing/expr/syntax"
	"althing/value"
)

func defineStrIs() {
	typeStr.methods(
		method("isalnum", 0, 0, strAll(func(r rune) bool { return unicode.IsLetter(r) || isNumeric(r) })),
		method("isalpha", 0, 0, strAll(unicode.IsLetter)),
		method("isdecimal", 0, 0, strAll(isDecimal)),
		method("isdigit", 0, 0, strAll(func(r rune) bool { return isDecimal(r) || unicode.Is(digits, r) })),
		method("isnumeric", 0, 0, strAll(isNumeric)),
		method("isspace", 0, 0, strAll(isSpace)),
		method("isascii", 0, 0, func(t *Thread, self Object, _ []Object) (Object, error) {
			return Bool(isASCII(string(self.(value.Str)))), t.Step(int64(len(self.(value.Str))) / 256)
		}),
		method("isprintable", 0, 0, strIsPrintable),
		method("isidentifier", 0, 0, strIsIdentifier),
		method("islower", 0, 0, strIsCase(isLower, func(r rune) bool { return isUpper(r) || unicode.IsTitle(r) })),
		method("isupper", 0, 0, strIsCase(isUpper, func(r rune) bool { return isLower(r) || unicode.IsTitle(r) })),
		method("istitle", 0, 0, strIsTitle),
	)
}

func isDecimal(r rune) bool { return unicode.Is(unicode.Nd, r) }

func isNumeric(r rune) bool {
	return unicode.In(r, unicode.Nd, unicode.Nl, unicode.No, digits, ideographs)
}

// strAll makes a method that asks something of every code point of a text that
// is not empty.
func strAll(is func(r rune) bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, _ []Object) (Object, error) {
		s := string(self.(value.Str))
		if err := t.Step(int64(len(s)) / 64); err != nil {
			return nil, err
		}
		return Bool(s != "" && strings.IndexFunc(s, func(r rune) bool { return !is(r) }) < 0), nil
	}
}

// strIsPrintable asks whether repr would leave the text as it is, quotes and
// backslashes aside.
func strIsPrintable(t *Thread, self Object, _ []Object) (Object, error) {
	s := string(self.(value.Str))
	if err := t.Charge(4 * int64(len(s))); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(s)) / 32); err != nil {
		return nil, err
	}
	plain := strings.NewReplacer(`\`, "", `'`, "", `"`, "").Replace(s)
	return Bool(len(value.AppendQuoted(nil, plain)) == len(plain)+len("''")), nil
}

func strIsIdentifier(t *Thread, self Object, _ []Object) (Object, error) {
	s := string(self.(value.Str))
	if err := t.Step(int64(len(s)) / 64); err != nil {
		return nil, err
	}
	return Bool(syntax.IsIdentifier(s)), nil
}

// strIsCase asks whether there are letters of one case and none of the others.
func strIsCase(is, not func(r rune) bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, _ []Object) (Object, error) {
		s := string(self.(value.Str))
		if err := t.Step(int64(len(s)) / 32); err != nil {
			return nil, err
		}
		found := false
		for _, r := range s {
			if not(r) {
				return False, nil
			}
			found = found || is(r)
		}
		return Bool(found), nil
	}
}

func strIsTitle(t *Thread, self Object, _ []Object) (Object, error) {
	s := string(self.(value.Str))
	if err := t.Step(int64(len(s)) / 32); err != nil {
		return nil, err
	}
	found, inside := false, false
	for _, r := range s {
		switch {
		case isUpper(r) || unicode.IsTitle(r):
			if inside {
				return False, nil
			}
			found, inside = true, true
		case isLower(r):
			if !inside {
				return False, nil
			}
			found = true
		default:
			inside = false
		}
	}
	return Bool(found), nil
}
