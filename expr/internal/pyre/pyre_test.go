package pyre

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/pyerr"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// allowance is a budget that ends.
type allowance struct{ bytes, steps int64 }

var (
	errBytes = errors.New("no bytes left")
	errSteps = errors.New("no steps left")
)

func (a *allowance) Charge(n int64) error {
	if a.bytes -= n; a.bytes < 0 {
		return errBytes
	}
	return nil
}

func (a *allowance) Step(n int64) error {
	if a.steps -= n; a.steps < 0 {
		return errSteps
	}
	return nil
}

func plenty() *allowance { return &allowance{32 << 20, 1 << 20} }

func TestFind(t *testing.T) {
	var m Machine
	for _, c := range []struct {
		pattern, text string
		from          int
		how           How
		want          []int
	}{
		{`b+`, "abbc", 0, 0, []int{1, 3, -1}},
		{`b+`, "abbc", 2, 0, []int{2, 3, -1}},
		{`b+`, "abbc", 0, Anchored, nil},
		{`b+?`, "bbb", 1, Anchored, []int{1, 2, -1}},
		{`b+?`, "bbb", 1, Anchored | Whole, []int{1, 3, -1}},
		{`b*`, "abb", 0, 0, []int{0, 0, -1}},
		{`b*`, "abb", 0, Further, []int{1, 3, -1}},
		{`|b`, "b", 0, Further, []int{0, 1, -1}},
		{``, "", 0, Further, nil},
		{`a`, "a", 2, 0, nil},
		{`^b`, "ab", 1, 0, nil},
		{`\bb`, "ab b", 1, 0, []int{3, 4, -1}},
		{`\bb`, "éb b", 2, 0, []int{4, 5, -1}},
		{`b$`, "ab\n", 0, 0, []int{1, 2, -1}},
		{`b\Z`, "ab\n", 0, 0, nil},
		{`(?P<x>é)|(b)`, "aéb", 0, 0, []int{1, 3, 1, 3, -1, -1, 1}},
		{`((a)b)`, "ab", 0, 0, []int{0, 2, 0, 2, 0, 1, 1}},
		{"[\u20ac-\U0010ffff]", "é\xed\xa0\x80", 0, 0, []int{2, 5, -1}},
	} {
		p, err := Compile(plenty(), c.pattern, false, 0)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		got, err := m.Find(plenty(), p, c.text, c.from, c.how)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s in %q from %d: %v, %v, want %v", c.pattern, c.text, c.from, got, err, c.want)
		}
	}
}

// TestBytes: every byte is a character.
func TestBytes(t *testing.T) {
	var m Machine
	p, err := Compile(plenty(), "[\xe9\xff]+\\b", true, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Find(plenty(), p, "\xc3\xe9\xff\xe9a", 0, 0)
	if err != nil || !slices.Equal(got, []int{1, 4, -1}) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestBudgets: compiling and matching end with the budget's own error.
func TestBudgets(t *testing.T) {
	for _, pattern := range []string{"a{9999}", strings.Repeat("a|", 5000), strings.Repeat(`[\w-]`, 5000), strings.Repeat(" ", 1<<20)} {
		if _, err := Compile(&allowance{1 << 16, 1 << 20}, pattern, false, 0); !errors.Is(err, errBytes) {
			t.Errorf("%.10s: %v", pattern, err)
		}
		if _, err := Compile(&allowance{1 << 30, 1000}, pattern, false, 0); !errors.Is(err, errSteps) {
			t.Errorf("%.10s: %v", pattern, err)
		}
	}
	p, err := Compile(plenty(), "(?:(a)?){500}a{500}b", false, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a", 1<<20)
	var m Machine
	if _, err := m.Find(&allowance{0, 1 << 20}, p, text, 0, 0); !errors.Is(err, errBytes) {
		t.Error(err)
	}
	if _, err := m.Find(&allowance{1 << 20, 1 << 12}, p, text, 0, 0); !errors.Is(err, errSteps) {
		t.Error(err)
	}
	if _, err := m.Find(&allowance{0, 1 << 20}, p, "b", 0, 0); err != nil {
		t.Errorf("the machine did not keep its memory: %v", err)
	}
}

func TestTemplate(t *testing.T) {
	p, err := Compile(plenty(), "(?P<first>a)(b)", false, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Template(plenty(), `x\1\g<first>é\n\2\065`, false)
	want := []Part{{"x", -1}, {"", 1}, {"", 1}, {"é\n", -1}, {"", 2}, {"5", -1}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := p.Template(&allowance{100, 100}, `\1`+strings.Repeat("a", 1000), false); !errors.Is(err, errBytes) {
		t.Error(err)
	}
}

// FuzzFind: nothing panics, programs are as small as was counted, and the shortcuts
// of a search change nothing.
func FuzzFind(f *testing.F) {
	for _, c := range [][2]string{
		{`(\w+)\s(?P<x>[^\d-]*?)$`, "hello wörld\n"},
		{`(?i:a{2,3}|\bß)(?#c)|^`, "aAa ẞ"},
		{`(?x) [a-z\]] + # x`, "abc]"},
		{"(?s:.)\\A\\Z\\B[\xff]", "\xff"},
		{`\x41\u00e9\101(?P<a>)`, "Aé"},
		{`(?:(?:a|b*)+c){0,3}`, "abc\xed\xa0\x80"},
		{`\`, ""},
	} {
		f.Add(c[0], c[1], c[1], uint16(2), false)
	}
	f.Fuzz(func(t *testing.T, pattern, text, template string, flags uint16, isBytes bool) {
		if !isBytes && !value.ValidText(pattern+" "+text+" "+template) {
			return // which no str is
		}
		p, err := Compile(plenty(), pattern, isBytes, Flags(flags))
		if err != nil {
			mustBePython(t, err)
			return
		}
		if len(p.insts) > maxSize+2 {
			t.Errorf("%q: %d instructions", pattern, len(p.insts))
		}
		if _, err := p.Template(plenty(), template, isBytes); err != nil {
			mustBePython(t, err)
		}
		plain := *p
		plain.first, plain.fixed = nil, false
		var m, other Machine
		for _, how := range []How{0, Anchored, Anchored | Whole, Further} {
			for from := 0; from <= len(text); from++ {
				got, err := m.Find(plenty(), p, text, from, how)
				if err != nil {
					mustBePython(t, err)
					break
				}
				want, err := other.Find(plenty(), &plain, text, from, how)
				if err != nil {
					mustBePython(t, err)
					break
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q in %q from %d: %v, without shortcuts %v", pattern, text, from, got, want)
				}
				if got != nil && (got[0] < from || got[1] < got[0] || len(text) < got[1]) {
					t.Errorf("%q in %q from %d: %v", pattern, text, from, got)
				}
			}
		}
	})
}

// mustBePython refuses errors that are neither an exception nor the budget's.
func mustBePython(t *testing.T, err error) {
	t.Helper()
	var e *pyerr.Error
	if !errors.As(err, &e) && !errors.Is(err, errBytes) && !errors.Is(err, errSteps) {
		t.Errorf("%v", err)
	}
}
