package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"plain ünïcode 世界 😀":   "plain ünïcode 世界 😀",
		"\x1b[31mred\x07":      `\x1b[31mred\x07`,
		"a\nb\tc\r":            `a\nb\tc\r`,
		"\u009b31m":            `\x9b31m`,
		"\x9b31m\xff":          `\x9b31m\xff`,
		"\u202egnp.exe":        `\u202egnp.exe`,
		"one\u2028two\x7f\x00": `one\u2028two\x7f\x00`,
		`a\nb`:                 `a\nb`,
		"":                     "",
	} {
		if got := visible(text); got != want {
			t.Errorf("%q: %s, not %s", text, got, want)
		}
	}
	if got := escape("a\nb\tc\r\x1b", "\n\t"); got != "a\nb\tc"+`\r\x1b` {
		t.Errorf("%q", got)
	}
}

func TestScreenJoinsWhatIsWrittenInPieces(t *testing.T) {
	const text = "a\u009bb😀\x1b[0m\n世"
	for size := 1; size <= len(text); size++ {
		var shown bytes.Buffer
		s := &screen{w: &shown}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if wrote, err := s.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatalf("%d bytes: %d, %v", n, wrote, err)
			}
			rest = rest[n:]
		}
		if want := `a\x9bb😀\x1b[0m` + "\n世"; shown.String() != want {
			t.Errorf("in pieces of %d: %q, not %q", size, shown.String(), want)
		}
	}
}

func FuzzScreen(f *testing.F) {
	f.Add("\x1b]0;title\x07", 1)
	f.Add("\xf0\x9f\x98", 2)
	f.Add("\u009b世\u202e\n", 3)
	f.Fuzz(func(t *testing.T, text string, size int) {
		var shown bytes.Buffer
		s := &screen{w: &shown}
		for rest := text; rest != ""; {
			n := min(max(size, 1), len(rest))
			if _, err := s.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		for _, r := range shown.String() {
			if r == utf8.RuneError && !strings.ContainsRune(text, utf8.RuneError) || steers(r) && r != '\n' && r != '\t' {
				t.Fatalf("%q is shown as %q", text, shown.String())
			}
		}
	})
}

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "世界": 4, "😀": 2, "ﾊ": 1, "ア": 2} {
		if got := width(text); got != want {
			t.Errorf("%q: %d, not %d", text, got, want)
		}
	}
}
