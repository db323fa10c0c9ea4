package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"althing/value"
)

func defineStrCase() {
	typeStr.methods(
		method("lower", 0, 0, strMap(lowerText)),
		method("upper", 0, 0, strMap(upperText)),
		method("casefold", 0, 0, strMap(foldText)),
		method("title", 0, 0, strMap(titleText)),
		method("capitalize", 0, 0, strMap(capitalizeText)),
		method("swapcase", 0, 0, strMap(swapText)),
	)
}

// strMap makes a method of a function from text to text. A code point becomes
// three at most, of no more bytes each.
func strMap(change func(s string) string) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, _ []Object) (Object, error) {
		s := string(self.(value.Str))
		n := len(s)
		if n > 16 && !isASCII(s) {
			n *= 3
		}
		if err := t.ChargeText(n); err != nil {
			return nil, err
		}
		if err := t.Step(int64(len(s)) / 32); err != nil {
			return nil, err
		}
		return value.Str(change(s)), nil
	}
}

// mapRunes joins what becomes of every code point. before is the text so far,
// after what is still to come.
func mapRunes(s string, change func(dst []byte, r rune, before, after string) []byte) string {
	dst := make([]byte, 0, len(s)+utf8.UTFMax)
	for at := 0; at < len(s); {
		r, size := value.DecodeRune(s[at:])
		dst = change(dst, r, s[:at], s[at+size:])
		at += size
	}
	return string(dst)
}

func lowerText(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return mapRunes(s, appendLower)
}

// appendLower appends the small letter of r. A capital sigma at the end of a word
// has a form of its own.
func appendLower(dst []byte, r rune, before, after string) []byte {
	switch r {
	case 'İ':
		return append(dst, "i̇"...)
	case 'Σ':
		if endsWord(before, after) {
			return append(dst, "ς"...)
		}
	}
	return value.AppendRune(dst, unicode.ToLower(r))
}

// endsWord says whether what stands between before and after is the end of a
// word: a letter with case stands before it and none behind, not counting what
// has no say in the matter (Unicode's Final_Sigma).
func endsWord(before, after string) bool {
	letter := false
	for before != "" {
		r, size := lastRune(before)
		if !caseIgnorable(r) {
			letter = isCased(r)
			break
		}
		before = before[:len(before)-size]
	}
	if !letter {
		return false
	}
	for after != "" {
		r, size := value.DecodeRune(after)
		if !caseIgnorable(r) {
			return !isCased(r)
		}
		after = after[size:]
	}
	return true
}

func lastRune(s string) (rune, int) {
	at := len(s) - 1
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	r, size := value.DecodeRune(s[at:])
	return r, size
}

func caseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', '^', '`', 0xa8, 0xad, 0xaf, 0xb4, 0xb7, 0xb8, 0x2018, 0x2019, 0x2024, 0x2027:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

func isCased(r rune) bool { return isLower(r) || isUpper(r) || unicode.IsTitle(r) }

func isLower(r rune) bool { return unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r) }

func isUpper(r rune) bool { return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r) }

func upperText(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return mapRunes(s, func(dst []byte, r rune, _, _ string) []byte { return appendUpper(dst, r) })
}

func appendUpper(dst []byte, r rune) []byte {
	if s, ok := specialUpper[r]; ok {
		return append(dst, s...)
	}
	return value.AppendRune(dst, unicode.ToUpper(r))
}

// appendTitle appends the form of r at the beginning of a title.
func appendTitle(dst []byte, r rune) []byte {
	if s, ok := specialTitle[r]; ok {
		return append(dst, s...)
	}
	title := unicode.ToTitle(r)
	if s, ok := specialUpper[r]; ok && title == r && !unicode.IsTitle(r) {
		return append(dst, s...)
	}
	return value.AppendRune(dst, title)
}

// foldText makes texts equal that differ in case only: small letters of the
// capitals, but for Cherokee, which Unicode folds to its capitals.
func foldText(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return mapRunes(s, func(dst []byte, r rune, _, _ string) []byte {
		switch {
		case r >= 0x13a0 && r <= 0x13fd || r >= 0xab70 && r <= 0xabbf:
			return value.AppendRune(dst, unicode.ToUpper(r))
		case r == 'ı':
			return append(dst, "ı"...)
		case r == 'ẞ':
			return append(dst, "ss"...)
		case r == 'İ':
			return append(dst, "i̇"...)
		}
		upper, ok := specialUpper[r]
		if !ok {
			return value.AppendRune(dst, unicode.ToLower(unicode.ToUpper(r)))
		}
		for _, r := range upper {
			dst = value.AppendRune(dst, unicode.ToLower(r))
		}
		return dst
	})
}

func titleText(s string) string {
	inside := false // a word
	return mapRunes(s, func(dst []byte, r rune, before, after string) []byte {
		was := inside
		inside = isCased(r)
		if was {
			return appendLower(dst, r, before, after)
		}
		return appendTitle(dst, r)
	})
}

func capitalizeText(s string) string {
	return mapRunes(s, func(dst []byte, r rune, before, after string) []byte {
		if before == "" {
			return appendTitle(dst, r)
		}
		return appendLower(dst, r, before, after)
	})
}

func swapText(s string) string {
	return mapRunes(s, func(dst []byte, r rune, before, after string) []byte {
		switch {
		case isUpper(r):
			return appendLower(dst, r, before, after)
		case isLower(r):
			return appendUpper(dst, r)
		}
		return value.AppendRune(dst, r)
	})
}
