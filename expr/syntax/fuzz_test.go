package syntax_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"althing/expr/syntax"
)

// FuzzParse parses a source, and the same with more at the end.
func FuzzParse(f *testing.F) {
	for _, src := range append(append(flat(valid), flat(wrong)...), refused...) {
		f.Add(src, ")")
		f.Add(src[:len(src)/2], src[len(src)/2:])
	}
	f.Fuzz(func(t *testing.T, src, more string) {
		const most = 64 << 10 // the mutator makes nothing of longer ones
		if len(src)+len(more) > most {
			t.Skip()
		}
		m, err := syntax.Parse(src)
		if err != nil {
			checkError(t, src, err)
			checkMore(t, src, more, err)
			return
		}
		checkModule(t, m)
		if ok, _ := state(t, src+"\n"); !ok {
			t.Errorf("%q is valid, but not with a newline", src)
		}
	})
}

func checkError(t *testing.T, src string, err error) {
	t.Helper()
	var e *syntax.Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: %T", src, err)
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), "\n")
	if e.Line < 1 || e.Line > len(lines) || e.Col < 1 || e.Col > utf8.RuneCountInString(lines[e.Line-1])+2 {
		t.Errorf("%q: no such place: %v", src, e)
	}
	if e.Type == "" || e.Msg == "" || !utf8.ValidString(e.Msg) || strings.ContainsAny(e.Msg, "\n\r\x00") {
		t.Errorf("%q: %#v", src, e)
	}
}

// checkMore checks that what is beyond mending stays so.
func checkMore(t *testing.T, src, more string, err error) {
	t.Helper()
	var e *syntax.Error
	if errors.As(err, &e); e.Incomplete {
		return
	}
	if ok, incomplete := state(t, src+more); ok || incomplete {
		t.Errorf("%q is beyond mending (%v), but with %q it is valid %v, incomplete %v", src, err, more, ok, incomplete)
	}
}

// checkModule checks that a tree is one that can be relied upon.
func checkModule(t *testing.T, m *syntax.Module) {
	t.Helper()
	if d := depth(m); d > syntax.MaxDepth {
		t.Errorf("%q: %d deep", m.Source, d)
	}
	syntax.Walk(m, func(e syntax.Expr) {
		if e == nil {
			t.Fatalf("%q: an expression is missing", m.Source)
		}
		if at := int(e.Offset()); at < 0 || at >= len(m.Source) {
			t.Errorf("%q: %T is at %d", m.Source, e, at)
		}
	})
	dumpModule(m)
}
