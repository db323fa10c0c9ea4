package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"althing/expr/complete"
)

const (
	// shownWords is how many completions are listed: a screen full.
	shownWords = 100
	// usualWidth is a terminal's that does not tell.
	usualWidth = 80
)

// tab is what the key gives where there is nothing to complete.
const tab = "    "

// editor reads lines from a terminal, which is in raw mode. For one goroutine.
type editor struct {
	keys     *keyboard
	out      io.Writer
	size     func() (width, height int, err error)
	history  *history
	complete func(before string) complete.Completion

	line  *term.Terminal
	shown io.Writer // what others wrote, onto the terminal
	// Ctrl-R goes on from the entry it has found, for as long as that stands.
	wanted, found string
	next          int
}

// begin makes the line anew. It is how what was typed is thrown away: a Terminal
// cannot forget it.
func (e *editor) begin(screen func(io.Writer) io.Writer) {
	e.line = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{e.keys, e.out}, "")
	e.line.History = e.history
	e.line.AutoCompleteCallback = e.key
	e.shown = screen(e.line)
}

// read reads a line, which may hold newlines when it comes from the history.
func (e *editor) read(prompt string) (string, error) {
	if width, height, err := e.size(); err == nil && width > 0 && height > 0 {
		if err := e.line.SetSize(width, height); err != nil {
			return "", err
		}
	}
	e.line.SetPrompt(prompt)
	line, err := e.line.ReadLine()
	if errors.Is(err, term.ErrPasteIndicator) {
		err = nil
	}
	return e.history.unfold(line), err
}

// key is asked about every key that the Terminal has no use for. pos counts bytes.
func (e *editor) key(line string, pos int, key rune) (string, int, bool) {
	switch key {
	case '\t':
		return e.tab(line, pos)
	case ctrlR:
		return e.search(line, pos)
	}
	return "", 0, false
}

// tab completes the word before the cursor as far as that is clear, or lists
// what it can be.
func (e *editor) tab(line string, pos int) (string, int, bool) {
	before, after := line[:pos], line[pos:]
	if blank(before) {
		return before + tab + after, pos + len(tab), true
	}
	can := e.complete(before)
	switch len(can.Words) {
	case 0:
		return line, pos, true
	case 1:
		typed := before[:can.From] + can.Words[0]
		if !strings.HasPrefix(after, can.End) || can.End == "" {
			typed += can.End
		}
		return typed + after, len(typed), true
	}
	typed := before[:can.From] + complete.Common(can.Words)
	if typed == before {
		e.list(can.Words)
	}
	return typed + after, len(typed), true
}

// list shows what the word can be, in columns.
func (e *editor) list(words []string) {
	more := ""
	if len(words) > shownWords {
		more = fmt.Sprintf("and %d more\n", len(words)-shownWords)
		words = words[:shownWords]
	}
	width, _, err := e.size()
	if err != nil || width <= 0 {
		width = usualWidth
	}
	fmt.Fprint(e.shown, columns(words, width)+more)
}

// columns sets words in columns of one width, row after row.
func columns(words []string, width int) string {
	longest := 0
	for _, w := range words {
		longest = max(longest, utf8.RuneCountInString(w))
	}
	const gap = 2
	inRow := max(1, (width-1+gap)/(longest+gap))
	var text strings.Builder
	for row := range slices.Chunk(words, inRow) {
		for _, w := range row[:len(row)-1] {
			fmt.Fprintf(&text, "%-*s", longest+gap, w)
		}
		text.WriteString(row[len(row)-1] + "\n")
	}
	return text.String()
}

// search puts the latest query that holds what is typed in its place; again, the
// one before it.
func (e *editor) search(line string, pos int) (string, int, bool) {
	if line != e.found || line == "" {
		e.wanted, e.next = line, 0
	}
	i, found := e.history.search(e.wanted, e.next)
	if !found {
		return line, pos, true
	}
	e.next = i + 1
	e.found = e.history.At(i)
	return e.found, len(e.found), true
}

// completeWithin makes a function that completes until Ctrl-C.
func completeWithin(ctx context.Context, keys *keyboard, c *complete.Completer) func(string) complete.Completion {
	return func(before string) complete.Completion {
		ctx, stop := keys.untilInterrupt(ctx)
		defer stop()
		return c.At(ctx, before)
	}
}

// blank reports whether there is nothing to complete.
func blank(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) }) < 0
}
