package repl

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func open(t *testing.T, file string) *history {
	t.Helper()
	h, err := openHistory(file, func(text string) bool { return strings.Contains(text, "secret") })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a", "history")
	h := open(t, file)
	for _, query := range []string{"1", "'\\n'", "[1,\n2]", "[1,\n2]", "secret", "", "'\x1b'", "a\n'↵'", "'↵'", strings.Repeat("x", longestEntry+1)} {
		if err := h.keep(query); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"1", "'\\n'", "[1,\n2]", "'↵'"}
	if !slices.Equal(h.entries, want) {
		t.Errorf("%q", h.entries)
	}
	about, err := os.Stat(file)
	if err != nil || about.Mode() != 0o600 {
		t.Errorf("%v, %v", about.Mode(), err)
	}
	again := open(t, file)
	if !slices.Equal(again.entries, want) {
		t.Errorf("read again: %q", again.entries)
	}
	if got := again.unfold(again.At(0)); got != "'↵'" {
		t.Errorf("a text of its own became %q", got)
	}
	if got := again.At(1); got != "[1,↵2]" || again.unfold(got) != "[1,\n2]" {
		t.Errorf("several lines: %q", got)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	var text strings.Builder
	for i := range 2*keptEntries + 1 {
		fmt.Fprintln(&text, i)
	}
	if err := os.WriteFile(file, []byte(text.String()+"half a li"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := open(t, file)
	if h.Len() != keptEntries || h.At(0) != fmt.Sprint(2*keptEntries) {
		t.Errorf("%d entries, the latest %q", h.Len(), h.At(0))
	}
	if again := open(t, file); !slices.Equal(again.entries, h.entries) {
		t.Errorf("the file was left with %d entries", again.Len())
	}
	if about, err := os.Stat(file); err != nil || about.Mode() != 0o600 {
		t.Errorf("%v, %v", about.Mode(), err)
	}
}

func TestHistoryThatCannotBeKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	h, err := openHistory(file, nil)
	var wrong *os.PathError
	if !errors.As(err, &wrong) {
		t.Errorf("reading a folder: %v", err)
	}
	if err := h.keep("1"); !errors.As(err, &wrong) || h.Len() != 1 {
		t.Errorf("writing to a folder: %v", err)
	}
}

func FuzzHistory(f *testing.F) {
	f.Add("1\n'a\\nb'\\n\n\x1b[2J\n\xff\n")
	file := filepath.Join(f.TempDir(), "history")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h := open(t, file)
		for i := range h.Len() {
			shown := h.At(i)
			if strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
				t.Fatalf("%q steers the terminal", shown)
			}
			if entry := h.entries[h.Len()-1-i]; h.unfold(shown) != entry {
				t.Fatalf("%q came back as another than %q", shown, entry)
			}
		}
	})
}
