package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"althing/expr/syntax"
	"althing/fault"
)

// echo answers with the query, and fails where it says so.
func echo(_ context.Context, query string) (string, error) {
	if strings.Contains(query, "fail") {
		return "", fault.Python(fault.NotFound, "NameError", "NameError: %s", query)
	}
	return "<" + query + ">", nil
}

// to prints replies on lines.
func to(out io.Writer) func(string) error {
	return func(reply string) error {
		_, err := fmt.Fprintln(out, reply)
		return err
	}
}

func TestBatch(t *testing.T) {
	for _, test := range []struct{ in, out, err string }{
		{"", "", ""},
		{"1\n2", "<1>\n<2>\n", ""},
		{"\n# a comment\n\t\n1 # two\r\n", "<1 # two>\n", ""},
		{"[1,\n\n# within\n2]\n3\n", "<[1,\n\n# within\n2]>\n<3>\n", ""},
		{"'''a\n# no comment'''\n", "<'''a\n# no comment'''>\n", ""},
		{"1 + \\\n2\n", "<1 + \\\n2>\n", ""},
		{"x = 1; y = 2\n", "<x = 1; y = 2>\n", ""},
		{"1\nfail\n3\n", "<1>\n", "line 2: NameError: fail"},
		{"1\n\n(2,\nfail)\n", "<1>\n", "line 3: NameError: (2,\nfail)"},
		{"1\n2 +\n3\n", "<1>\n", "SyntaxError: invalid syntax (line 2, column 4)"},
		{"1\n(2\n+* 3)\n", "<1>\n", "SyntaxError: invalid syntax (line 3, column 2)"},
		{"1\n\n{\n", "<1>\n", "SyntaxError: '{' was never closed (line 3, column 1)"},
		{"1\nexit\n2\n", "<1>\n", ""},
		{"exit(1)\n", "<exit(1)>\n", ""},
	} {
		var out strings.Builder
		err := Batch(t.Context(), echo, strings.NewReader(test.in), to(&out))
		if said := message(err); out.String() != test.out || said != test.err {
			t.Errorf("%q: wrote %q, said %q; want %q and %q", test.in, &out, said, test.out, test.err)
		}
	}
	if err := Batch(t.Context(), echo, strings.NewReader("fail\n"), to(io.Discard)); !fault.Is(err, fault.NotFound) {
		t.Errorf("the error is no longer the hub's: %v", err)
	}
}

// TestLongTextsAreNotParsedAgainAndAgain wants the text of a large dict to be
// read in one go: a parse a line takes minutes.
func TestLongTextsAreNotParsedAgainAndAgain(t *testing.T) {
	const lines = 50_000
	text := "x = {\n" + strings.Repeat("  ')': [1, 2], # (\n", lines) + "}\n5\n"
	var out strings.Builder
	if err := Batch(t.Context(), echo, strings.NewReader(text), to(&out)); err != nil || strings.Count(out.String(), "<") != 2 {
		t.Errorf("%v, %d replies", err, strings.Count(out.String(), "<"))
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("x", 100) + "!" + strings.Repeat("y", 100)
	for _, test := range []struct {
		text      string
		line, col int
		want      string
	}{
		{"1 +* 2", 1, 4, "    1 +* 2\n       ^\n"},
		{"a\r\nb +\rc", 2, 4, "    b +\n       ^\n"},
		{"\tä ?", 1, 4, "     ä ?\n       ^\n"},
		{"x", 1, 9, "    x\n     ^\n"},
		{"x", 2, 1, ""},
		{"x", 0, 1, ""},
		{"x", 1, 0, ""},
		{long, 1, 101, "    " + strings.Repeat("x", 40) + "!" + strings.Repeat("y", 31) + "\n" + strings.Repeat(" ", 44) + "^\n"},
		{long, 1, 202, "    " + strings.Repeat("y", 72) + "\n" + strings.Repeat(" ", 76) + "^\n"},
	} {
		if got := Excerpt(test.text, test.line, test.col); got != test.want {
			t.Errorf("%q: %d, %d:\n%q, want\n%q", test.text, test.line, test.col, got, test.want)
		}
	}
}

// FuzzBrackets holds what is said to spare the parser against the parser: a text
// that is whole has nothing open.
func FuzzBrackets(f *testing.F) {
	for _, text := range []string{
		"[1,\n2]", "'''a'\n(''' + \"\"\"\n\\\"\"\"\"", "'a\\\n(' # (", "{1: (2)} \\\n+ 3", "r'\\' + f'{x[\"(\"]}'", "b'(' ')'",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\r") {
			return // a line ends in a newline here
		}
		var b brackets
		for line := range strings.SplitSeq(text, "\n") {
			b.add(line)
		}
		if _, err := syntax.Parse(text); err == nil && b.any() {
			t.Errorf("%q is whole, and %+v", text, b)
		}
	})
}

func TestKeyboard(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	in, typing := io.Pipe()
	k := listen(ctx, in)
	buf := make([]byte, 3)
	read := func(want string, wantErr error) {
		t.Helper()
		if n, err := k.Read(buf); string(buf[:n]) != want || !errors.Is(err, wantErr) {
			t.Fatalf("%q, %v; want %q, %v", buf[:n], err, want, wantErr)
		}
	}
	types := func(text string) {
		t.Helper()
		if _, err := typing.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	types("abcd")
	read("abc", nil)
	read("d", nil)

	// Ctrl-C takes away what was typed before it, also the rest of a read.
	types("abcd")
	read("abc", nil)
	types("e\x03f")
	types("g") // now the pump is done with the one before
	read("", errInterrupted)
	read("f", nil)
	read("g", nil)

	// While something else is waited for, Ctrl-C ends that.
	waiting, stop := k.untilInterrupt(ctx)
	types("ahead")
	types("\x03")
	<-waiting.Done()
	if !stop() {
		t.Error("it was Ctrl-C")
	}
	types("h")
	read("h", nil)
	if _, stop = k.untilInterrupt(ctx); stop() {
		t.Error("it was not Ctrl-C")
	}
	typing.Close()
	read("", io.EOF)
}
