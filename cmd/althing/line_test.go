package main

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"althing/fault"
	"althing/value"
)

func TestReadRepr(t *testing.T) {
	for _, text := range []string{
		"None", "[1, 'two', (3,), {4}, set(), {'a': b'\\x00'}]", "inf", "-inf", "(1+infj)", "(-0-infj)", "-0.0", "1e+300", "'it\\'s'", "1180591620717411303424",
	} {
		v, err := readRepr(t.Context(), text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if again, err := readRepr(t.Context(), value.Repr(v)); err != nil || !value.Equal(v, again) {
			t.Errorf("%s: %s is not what it was: %v, %v", text, value.Repr(v), again, err)
		}
	}
	if v, err := readRepr(t.Context(), "nan"); err != nil || !math.IsNaN(float64(v.(value.Float))) {
		t.Errorf("nan: %v, %v", v, err)
	}
	for _, text := range []string{"", "x", "1 +", "lambda: 1", "print", "datetime.date(2020, 1, 1)", "inf = 1", "[0] * 10 ** 12"} {
		if v, err := readRepr(t.Context(), text); err == nil {
			t.Errorf("%q is taken for %s", text, value.Repr(v))
		}
	}
}

func TestBroken(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := broken(ended, target{address: "x"}, os.ErrClosed); !errors.Is(err, context.Canceled) {
		t.Errorf("ended by ourselves: %v", err)
	}
	if err := broken(t.Context(), target{address: "x"}, os.ErrDeadlineExceeded); exitStatus(err) != exitTimeout {
		t.Errorf("nothing was said: %v", err)
	}
	if err := broken(t.Context(), target{address: "x"}, os.ErrClosed); exitStatus(err) != exitNoHub {
		t.Errorf("closed by the hub: %v", err)
	}
}

func TestLineBefore(t *testing.T) {
	for text, want := range map[string]string{
		"Error: SyntaxError: invalid syntax (line 3, column 5)": "Error: SyntaxError: invalid syntax (line 2, column 5)",
		"Error: ValueError: (line 3, column 5) is wrong":        "Error: ValueError: (line 3, column 5) is wrong",
		"(line 3, column 5)": "(line 3, column 5)",
	} {
		if got := place.ReplaceAllStringFunc(text, lineBefore); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add(`[1, 'two\\n']`)
	f.Add("Error: KeyError: 'x'")
	f.Add(`\\\n`)
	f.Fuzz(func(t *testing.T, reply string) {
		text, err := outcome(unescape(reply))
		if err != nil {
			if status := exitStatus(err); status == exitOK || status == exitUsage || status == exitNoHub {
				t.Fatalf("%q: status %d", reply, status)
			}
			return
		}
		if v, err := readRepr(t.Context(), text); err == nil {
			_ = value.Repr(v)
		}
		if escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(text); unescape(escaped) != text {
			t.Fatalf("%q does not come back", text)
		}
	})
}

func FuzzWantsRows(f *testing.F) {
	f.Add("SELECT 1; -- x\n/* */ 'a' \"b\" [c] `d` INSERT RETURNING")
	f.Add("'")
	f.Add("/*")
	f.Fuzz(func(t *testing.T, sql string) {
		for rest := sql; rest != ""; {
			_, shorter := nextWord(rest)
			if len(shorter) >= len(rest) {
				t.Fatalf("%q: nothing was cut off %q", sql, rest)
			}
			rest = shorter
		}
		wantsRows(sql)
	})
}

func TestHubErrorIsAFault(t *testing.T) {
	if err := hubError("LookupError: no client 'x'"); !fault.Is(err, fault.NotFound) || err.Error() != "LookupError: no client 'x'" {
		t.Errorf("%v", err)
	}
}
