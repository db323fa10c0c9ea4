package repl

import (
	"errors"
	"strings"

	"althing/expr/syntax"
)

// state is what a text is, as far as it was typed.
type state int

const (
	nothing    state = iota // blank, or a comment
	unfinished              // more lines can make it whole
	whole
	wrong // no line can
)

// cheapParse is the size up to which the parser is asked after every line. It
// reads the whole text each time, so that of a longer one, the text of a large
// dict in a pipe, it is asked only when the brackets are closed.
const cheapParse = 4 << 10

// draft gathers the lines of a query until it is whole.
type draft struct {
	text strings.Builder
	open brackets
}

func (d *draft) empty() bool { return d.text.Len() == 0 }

// take gives the text, and begins a new one.
func (d *draft) take() string {
	text := strings.TrimRight(d.text.String(), "\n")
	*d = draft{}
	return text
}

// add takes a line, or several, and says what the text is now; of one that is
// wrong, why.
func (d *draft) add(line string) (state, *syntax.Error) {
	line = strings.TrimRight(line, "\r\n")
	if rest := strings.TrimSpace(line); d.empty() && (rest == "" || rest[0] == '#' && !strings.Contains(rest, "\n")) {
		return nothing, nil
	}
	d.text.WriteString(line + "\n")
	d.open.add(line)
	if d.text.Len() > longestQuery {
		return wrong, &syntax.Error{Type: "MemoryError", Msg: "the query is too long", Line: 1, Col: 1}
	}
	if d.open.any() && d.text.Len() > cheapParse {
		return unfinished, nil
	}
	e := d.missing()
	switch {
	case e == nil:
		return whole, nil
	case e.Incomplete:
		return unfinished, nil
	}
	return wrong, e
}

// missing is what is wrong with the text as it is; nil when it is whole.
func (d *draft) missing() *syntax.Error {
	_, err := syntax.Parse(d.text.String())
	var e *syntax.Error
	errors.As(err, &e)
	return e
}

// brackets follows a text line by line, and tells whether it certainly goes on:
// within brackets or a string. What it says of a text that is no Python does not
// matter.
type brackets struct {
	depth int
	quote string // of the string that is open
}

func (b *brackets) any() bool { return b.depth > 0 || b.quote != "" }

func (b *brackets) add(line string) {
	goesOn := false // the line ends in a backslash
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\':
			i++
			goesOn = i == len(line)
		case b.quote != "":
			if strings.HasPrefix(line[i:], b.quote) {
				i += len(b.quote) - 1
				b.quote = ""
			}
		case c == '#':
			i = len(line)
		case c == '\'' || c == '"':
			b.quote = line[i : i+1]
			if three := strings.Repeat(b.quote, 3); strings.HasPrefix(line[i:], three) {
				b.quote = three
				i += 2
			}
		case strings.IndexByte("([{", c) >= 0:
			b.depth++
		case strings.IndexByte(")]}", c) >= 0:
			b.depth--
		}
	}
	if len(b.quote) == 1 && !goesOn {
		b.quote = ""
	}
}
