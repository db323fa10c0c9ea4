package pyjson_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/pyerr"
	"althing/expr/internal/pyjson"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plain builds texts that show what was read; it has a budget.
type plain struct{ bytes, steps int64 }

func (p *plain) Charge(bytes int64) error {
	if p.bytes -= bytes; p.bytes < 0 {
		return errors.New("too much memory")
	}
	return nil
}

func (p *plain) Step(n int64) error {
	if p.steps -= n; p.steps < 0 {
		return errors.New("too much time")
	}
	return nil
}

func (*plain) Null() string                        { return "null" }
func (*plain) Bool(b bool) string                  { return fmt.Sprint(b) }
func (*plain) String(s string) string              { return fmt.Sprintf("%+q", s) }
func (*plain) Int(s string) (string, error)        { return "int " + s, nil }
func (*plain) Float(s string) (string, error)      { return "float " + s, nil }
func (*plain) Constant(s string) (string, error)   { return "constant " + s, nil }
func (*plain) List(items []string) (string, error) { return "[" + strings.Join(items, ", ") + "]", nil }

func (*plain) Dict(pairs []pyjson.Pair[string]) (string, error) {
	var parts []string
	for _, p := range pairs {
		parts = append(parts, p.Key+": "+p.Value)
	}
	return "{" + strings.Join(parts, ", ") + "}", nil
}

func decode(text string, strict bool) (string, error) {
	return pyjson.Decode[string](&plain{1 << 20, 1 << 20}, text, strict)
}

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		` [1, -2.5e3, "a\n\u00e9", null, true] `: `[int 1, float -2.5e3, "a\n\u00e9", null, true]`,
		`{"a": {}, "b": [], "a": NaN}`:           `{a: {}, b: [], a: constant NaN}`,
		`"\ud83d\ude00"`:                         `"\U0001f600"`,
		`-Infinity`:                              `constant -Infinity`,
	} {
		if got, err := decode(text, true); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
	if got, err := decode("\"a\nb\"", false); err != nil || got != `"a\nb"` {
		t.Errorf("without strictness: %s, %v", got, err)
	}
}

func TestFaultsNameThePlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                "Expecting value: line 1 column 1 (char 0)",
		"[1,\n 2,\n é]":   "Expecting value: line 3 column 2 (char 9)",
		"[\"é\", x]":      "Expecting value: line 1 column 7 (char 6)",
		"{\"a\" 1}":       "Expecting ':' delimiter: line 1 column 6 (char 5)",
		"{a: 1}":          "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
		"[1 2]":           "Expecting ',' delimiter: line 1 column 4 (char 3)",
		"1 2":             "Extra data: line 1 column 3 (char 2)",
		"\"é":             "Unterminated string starting at: line 1 column 1 (char 0)",
		"\"é\\":           "Unterminated string starting at: line 1 column 1 (char 0)",
		"\"é\\x\"":        `Invalid \escape: line 1 column 3 (char 2)`,
		"\"\\u00g0\"":     `Invalid \uXXXX escape: line 1 column 3 (char 2)`,
		"\"\t\"":          "Invalid control character at: line 1 column 2 (char 1)",
		"\ufeff1":         "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)",
		"\xed\xa0\x80":    "Expecting value: line 1 column 1 (char 0)",
		"\"\xed\xa0\x80x": "Unterminated string starting at: line 1 column 1 (char 0)",
	} {
		_, err := decode(text, true)
		var e *pyerr.Error
		if !errors.As(err, &e) || e.Type != "JSONDecodeError" || e.Msg != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestDecodeIsBounded(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 5000), strings.Repeat(`{"":`, 5000)} {
		var e *pyerr.Error
		if _, err := decode(text, true); !errors.As(err, &e) || e.Type != "RecursionError" {
			t.Errorf("%.10s…: %v, want RecursionError", text, err)
		}
	}
	for name, text := range map[string]string{
		"elements":   "[" + strings.Repeat("0,", 1<<17) + "0]",
		"characters": `"\n` + strings.Repeat("x", 1<<20) + `"`,
	} {
		if _, err := decode(text, true); err == nil {
			t.Errorf("a quarter of a million %s passed a budget of a megabyte", name)
		}
	}
	if _, err := pyjson.Decode[string](&plain{1 << 20, 100}, strings.Repeat(" ", 1<<20), true); err == nil || err.Error() != "too much time" {
		t.Errorf("a megabyte of blanks in 100 steps: %v", err)
	}
}

func TestAppendString(t *testing.T) {
	for _, c := range []struct {
		text  string
		ascii bool
		want  string
	}{
		{"a\"\\\n\x00\x7f", true, `"a\"\\\n\u0000\u007f"`},
		{"a\"\\\n\x00\x7f", false, "\"a\\\"\\\\\\n\\u0000\x7f\""},
		{"é€😀\xed\xa0\x80", true, `"\u00e9\u20ac\ud83d\ude00\ud800"`},
		{"é€😀", false, `"é€😀"`},
		{"", true, `""`},
	} {
		if got := string(pyjson.AppendString(nil, c.text, c.ascii)); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"a": [1, 2.5e-3, "\u00e9\ud83d\ude00", null, NaN]}`)
	f.Add(`["\n", {"": {}}, -0, 01]`)
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = decode(text, true)
		_, _ = decode(text, false)
		if !value.ValidText(text) {
			return
		}
		for _, ascii := range []bool{true, false} {
			written := string(pyjson.AppendString(nil, text, ascii))
			if got, err := decode(written, true); err != nil || got != fmt.Sprintf("%+q", text) {
				// A pair of surrogates that stood apart is read as one character.
				if !strings.Contains(text, "\xed") {
					t.Errorf("%q was written as %s and read as %s, %v", text, written, got, err)
				}
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := `{"name": "garden", "values": [20.5, 21.25, 19, null], "on": true, "place": {"x": 1, "y": -2}}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(text, true); err != nil {
			b.Fatal(err)
		}
	}
}
