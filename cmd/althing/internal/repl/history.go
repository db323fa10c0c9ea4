package repl

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// keptEntries is how many queries the history has: a year of a curious user.
	keptEntries = 1000
	// longestEntry is the longest query that is kept: what is longer was made by a
	// program. The editor takes no longer lines either.
	longestEntry = 4096
	// longestHistory is how much is read of a file that others may have written:
	// twice what a full history can be.
	longestHistory = 2 * keptEntries * longestEntry
)

// newline stands for one where a query of several lines is shown in one.
const newline = "↵"

// history is what was typed before. It is the Terminal's History, in which the
// latest entry has the index 0. Not for concurrent use.
type history struct {
	file    string
	secret  func(string) bool
	entries []string // the latest last
	folded  bool     // an entry of several lines was shown since the last unfold
}

// openHistory reads a history. An empty name is one without a file.
func openHistory(file string, secret func(string) bool) (*history, error) {
	h := &history{file: file, secret: secret}
	if file == "" {
		return h, nil
	}
	text, err := readEnd(file)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	for line := range strings.Lines(text) {
		entry := unescape.Replace(strings.TrimSuffix(line, "\n"))
		if strings.HasSuffix(line, "\n") && fit(entry) {
			h.entries = append(h.entries, entry)
		}
	}
	if err == nil && len(h.entries) > 2*keptEntries {
		h.entries = h.entries[len(h.entries)-keptEntries:]
		err = h.rewrite()
	}
	return h, err
}

// readEnd reads a file, of a very long one the end.
func readEnd(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it is only read
	about, err := f.Stat()
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.NewSectionReader(f, max(0, about.Size()-longestHistory), longestHistory))
	return string(text), err
}

// fit reports whether a text can be shown in the editor as it is.
func fit(text string) bool {
	if text == "" || len(text) > longestEntry || !utf8.ValidString(text) {
		return false
	}
	if strings.Contains(text, "\n") && strings.Contains(text, newline) {
		return false // it could not be told from its newlines
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}

// keep adds a query, here and to the file, unless it must not be there or is the
// last one again.
func (h *history) keep(query string) error {
	last := len(h.entries) - 1
	if !fit(query) || h.secret != nil && h.secret(query) || last >= 0 && h.entries[last] == query {
		return nil
	}
	h.entries = append(h.entries, query)
	if h.file == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(h.file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(h.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(escape.Replace(query) + "\n")
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// rewrite makes the file anew, so that it does not grow for ever.
func (h *history) rewrite() error {
	var text bytes.Buffer
	for _, entry := range h.entries {
		text.WriteString(escape.Replace(entry) + "\n")
	}
	fresh, err := os.CreateTemp(filepath.Dir(h.file), "new-*") // its mode is 0600
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name())
	_, err = fresh.Write(text.Bytes())
	if closed := fresh.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(fresh.Name(), h.file)
}

// An entry is a line of the file.
var (
	escape   = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n")
)

// Add does nothing: the Terminal adds lines, and what is kept are queries.
func (h *history) Add(string) {}

// Len is the number of entries.
func (h *history) Len() int { return len(h.entries) }

// At gives an entry as one line; 0 is the latest.
func (h *history) At(i int) string {
	entry := h.entries[len(h.entries)-1-i]
	if !strings.Contains(entry, "\n") {
		return entry
	}
	h.folded = true
	return strings.ReplaceAll(entry, "\n", newline)
}

// unfold gives a line that was edited as the text that it stands for.
func (h *history) unfold(line string) string {
	if !h.folded {
		return line
	}
	h.folded = false
	return strings.ReplaceAll(line, newline, "\n")
}

// search finds the latest entry from an index on that holds a text.
func (h *history) search(text string, from int) (i int, found bool) {
	for i := from; i < h.Len(); i++ {
		if strings.Contains(h.entries[len(h.entries)-1-i], text) {
			return i, true
		}
	}
	return 0, false
}
