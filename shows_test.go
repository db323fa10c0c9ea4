package althing

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Styles are for terminals, and for those who want them.
func TestStylesAreForTerminals(t *testing.T) {
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // as much of one as there is everywhere
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "console"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, test := range []struct {
		to             io.Writer
		noColor, term  string
		noStyles, want bool
	}{
		{to: terminal, want: true},
		{to: terminal, noColor: "1"},
		{to: terminal, term: "dumb"},
		{to: terminal, noStyles: true},
		{to: file},
		{to: &strings.Builder{}},
	} {
		t.Setenv("NO_COLOR", test.noColor)
		t.Setenv("TERM", test.term)
		var v voice

		v.prepare(test.to, Output{}, test.noStyles, nil, false)
		if v.styled != test.want {
			t.Errorf("%+v: %t", test, v.styled)
		}
	}
}
