package repl

import "strings"

// An excerpt of a long line has so many characters at most, and so many of them
// before the place in question.
const (
	excerptWidth  = 72
	excerptBefore = 40
)

// indent is as wide as the prompt, so that a caret also fits under what was
// typed behind it.
const indent = "    "

// Excerpt shows a place in a text: its line and below it a caret. line and col
// count from 1, col in characters. It ends in a newline, and is empty when the
// text has no such line.
func Excerpt(text string, line, col int) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	if line < 1 || line > len(lines) || col < 1 {
		return ""
	}
	shown := []rune(strings.ReplaceAll(lines[line-1], "\t", " "))
	at := min(col-1, len(shown))
	if len(shown) > excerptWidth {
		from := max(0, min(at-excerptBefore, len(shown)-excerptWidth))
		shown = shown[from:min(len(shown), from+excerptWidth)]
		at -= from
	}
	return indent + string(shown) + "\n" + caret(at)
}

// caret stands under the character at a place.
func caret(at int) string { return indent + strings.Repeat(" ", at) + "^\n" }
