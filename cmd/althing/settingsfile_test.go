package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzSettings: whatever a settings file holds, every mistake has a place in it,
// and what is taken from it can be set.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{
		"", "lan = true", "guest = 1\nlan = 'x'\n", "name = \"\"\"a\nb", "[a]\nb = 1\n", "a.b = 1", "lan = true\nlan = true",
		"max-inbox = 7", "max_inbox = 7\nmax-inbox = 8", "text = [1, {a = 2}]", "\x00", "a = 2020-01-01", "help = true", strings.Repeat("=\n", 30),
	} {
		f.Add(text)
	}
	names := settingFlags(newServe())
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "althing.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := readSettings(file)
		lines := strings.Count(text, "\n") + 1
		for _, p := range s.problems {
			if p.line < 0 || p.line > lines || p.what == "" {
				t.Errorf("%d lines have the problem %+v", lines, p)
			}
		}
		flags := newServe().Flags()
		for name, v := range s.values {
			if err := flags.Set(name, v.text); err != nil || !slices.Contains(names, name) || v.line > lines {
				t.Errorf("%s = %+v was taken: %v", name, v, err)
			}
		}
	})
}
