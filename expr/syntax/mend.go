package syntax

import (
	"strings"
	"unicode/utf8"
)

// mendable reports whether more text at the end could make a source valid that
// failed so. The parser notes the first token that cannot be where it is. When
// that is the end of the source, anything may still come. When it is a token
// that touches the end, it may be the beginning of a longer one.
func mendable(src string, why failure) bool {
	if why.reach < len(src) {
		return false
	}
	if why.last == tokEOF {
		return true
	}
	for _, ending := range endings(why.last, src[why.from:]) {
		longer := src + ending
		_, again := parse(longer)
		if again == nil || again.last == tokEOF && again.reach == len(longer) {
			return true
		}
	}
	return false
}

// endings are what may make another token of one that cannot be where it is.
func endings(last token, text string) []string {
	switch last {
	case tokAssign:
		return []string{"="} // f() =
	case tokColon:
		return []string{"="} // (a:
	case tokStar:
		return []string{"*"} // f(**a, *
	case tokTwoDots:
		return []string{"."}
	case tokDot:
		return []string{"..", "0"}
	case tokUnknown:
		if text == "!" {
			return []string{"="}
		}
	case tokEOF, tokNewline, tokNumber, tokString:
		return nil
	}
	if last == tokName || last >= tokAnd {
		return nameEndings(text)
	}
	return nil
}

// nameEndings make another name, an operator, or the prefix of a string of a
// name.
func nameEndings(text string) []string {
	list := []string{"_"}
	for _, word := range operatorWords {
		if rest, ok := strings.CutPrefix(word, text); ok && rest != "" {
			list = append(list, rest)
		}
	}
	for _, rest := range [...]string{"'", "b'", "r'"} {
		if q := text + rest[:len(rest)-1]; len(q) <= 2 && isPrefix(q) {
			list = append(list, rest)
		}
	}
	return list
}

// invalidUTF8 is the error of a source that is no text. A character of which
// only the beginning is there may still become whole.
func invalidUTF8(src string) *Error {
	at := 0
	for at < len(src) {
		r, n := utf8.DecodeRuneInString(src[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	e := newError(src, failure{kind: "SyntaxError", at: at})
	e.Msg = decodeMessage(src, at)
	if !utf8.FullRuneInString(src[at:]) {
		whole := src[:at] + "é"
		_, why := parse(whole)
		e.Incomplete = why == nil || mendable(whole, *why)
	}
	return e
}
