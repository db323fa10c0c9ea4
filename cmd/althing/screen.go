package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// What the verbs print was mostly written by others: values, messages, names.
// On a terminal none of it may move the cursor, change the title or type for
// the user. So a terminal is only written to through a screen, which shows
// control characters instead of sending them; a file or a pipe gets the bytes
// as they are. Where one line must stay one line, whatever it goes to, the text
// goes through visible.

// screen is a terminal. It may be used concurrently.
type screen struct {
	mu   sync.Mutex
	w    io.Writer
	part []byte // of a character whose rest comes with the next write
}

// safely gives the writer through which w is to be written.
func safely(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &screen{w: w}
	}
	return w
}

// Write shows p, with newlines and tabs as they are.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := append(s.part, p...)
	s.part = nil
	if cut := incomplete(text); cut < len(text) {
		s.part = append(s.part, text[cut:]...)
		text = text[:cut]
	}
	if _, err := io.WriteString(s.w, escape(string(text), "\n\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// draw puts a line in the place of the one that was drawn before.
func (s *screen) draw(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.w, "\r\x1b[K"+visible(line)) // how far a work is does not stop it
}

// wipe empties the terminal, for what is shown in the place of what was.
func (s *screen) wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.w, "\x1b[H\x1b[2J") // what is shown next matters
}

// incomplete is where a character begins that is not whole at the end of text;
// len(text) when there is none.
func incomplete(text []byte) int {
	for i := max(0, len(text)-utf8.UTFMax+1); i < len(text); i++ {
		if utf8.RuneStart(text[i]) && !utf8.FullRune(text[i:]) {
			return i
		}
	}
	return len(text)
}

// visible makes any text one line that steers nothing.
func visible(text string) string { return escape(text, "") }

// escape writes what could steer a terminal, but for what is kept, as Python
// would: \n, \x1b, \u202e.
func escape(text, keep string) string {
	var b strings.Builder
	plain := 0 // where the text begins that was not yet written
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		broken := r == utf8.RuneError && size == 1
		if broken {
			r = rune(text[i])
		}
		if broken || steers(r) && !strings.ContainsRune(keep, r) {
			b.WriteString(text[plain:i] + escaped(r))
			plain = i + size
		}
		i += size
	}
	if plain == 0 {
		return text
	}
	b.WriteString(text[plain:])
	return b.String()
}

// steers reports whether a terminal acts on a character instead of showing it:
// controls, line separators, and what turns the direction of the text around,
// so that a line reads as what it is not.
func steers(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

func escaped(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r == '\r':
		return `\r`
	case r <= 0xff:
		return fmt.Sprintf(`\x%02x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
