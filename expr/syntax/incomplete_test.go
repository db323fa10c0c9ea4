package syntax_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"althing/expr/syntax"
)

// state is what Parse says of a source.
func state(t testing.TB, src string) (valid, incomplete bool) {
	t.Helper()
	m, err := syntax.Parse(src)
	if err == nil {
		if len(m.Body) == 0 {
			t.Fatalf("%q: valid, and has no statement", src)
		}
		return true, false
	}
	var e *syntax.Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: %T", src, err)
	}
	return false, e.Incomplete
}

func TestIncomplete(t *testing.T) {
	for _, src := range []string{
		"", " ", "\n", "# nothing", "(", "[1,", "{'a': 1", "f(", "f(a", "f(a=", "f(a=1,", "f(a=1, b", "f(**a, *", "x[", "x[1:", "x.",
		"1 +", "1 + ", "not", "-", "a if b", "a if b else", "lambda", "lambda x", "lambda x:", "lambda *", "lambda *,", "a and",
		"a no", "a not", "a not i", "1 i", "x = ", "x +=", "del", "del f()", "del 1", "1e", "1e+", "0x", "1_", "09",
		"'abc", "'abc\\", "'''abc\n", "f'{", "f'{a", "f'{a!", "f'{a!r", "f'{a:", "f'{a:{b", "f'a}", "f'{a[\"", "f'{a no", "'\\x4", "'\\u12", "b'\\x",
		"1 \\", "1 \\\n", "'abc\\\n", "1 !", "(a:", "f() =", "x = f() =", "1 =", "f(a.b =", "f(1=", "..", "x = ..", "'a' f", "'a' r", "b'a' b", "b'a' r",
		"for", "def", "is", "a.None", "x = yield", "{**", "[x for", "[x for a", "1a", "09e", "[x for a()", "[x for a, ", "[x for a in", "[x fo", "[x for a i",
		"(yield", "é = '\xc3", "'\xe2\x82", "x = \xc3", strings.Repeat("(", 200), strings.Repeat("9", 5000), "lambda a, a", "a; b;c +", "(a\n", "[1, # one\n",
		"a = 'b\\\n", "{", "{1", "{1:", "{1:2,", "{*", "(*", "(*a", "*", "*a", "a = *b", "f(*", "(a for a in b", "f(a for a in b",
	} {
		if ok, incomplete := state(t, src); ok || !incomplete {
			t.Errorf("%.60q: valid %v, incomplete %v; more text could mend it", src, ok, incomplete)
		}
	}
	for _, src := range []string{
		")", "a)", "(]", "1 2", "1 2 ", "a b", "a no ", "a not not", "1 +\n", "not\n", "a if b\n", "lambda x\n", "x =\n", "'abc\n", "\"abc\r", "f'{a\n", "f(a b",
		"(a b", "f() = 1", "f() = ", "1 = 2", "f(a=1, 2", "f(a=1, b.", "f(a=1, b,", "f(a=1, a=", "f(**a, *b", "f(c, a for", "del f(),", "del f()\n", "del a+",
		"del *", "1b", "1__", "0xg", "0b2", "01 ", "1_ ", "'\\xzz", "'\\xz", "b'é", "'a' b'", "b'a' '", "b'a' f'", "f'{}", "f'{a b ", "f'{a)", "f'{\\", "f'{#", "f'{a!x",
		"f'{a:{b:{", "$", "a ? b", "1 \\ ", "1 \\x", "\\x", "a\n b", "a; ; b", "for x", "def f", "import os", "x: int", "[x for f() in", "[x for 1 in",
		"[x for a+", "lambda a, a,", "lambda a=1, b:", "lambda a=1, b,", "lambda *:", "{1:2, 3}", "{1, 2:", "(*a)", "(**", "[**", "x = yield x", "return 1",
		"\xff", "a \xff", "\xc3(", "1 \xc3", "1 + \x00", strings.Repeat("(", 201), strings.Repeat("-", 3000), "a.1", "€", "a.'", "(a:=b:=", "a:=", "a.b:=",
		"[a for a in (b:=", "*a\n", "a = *b\n", "a = *b;",
	} {
		if ok, incomplete := state(t, src); ok || incomplete {
			t.Errorf("%.60q: valid %v, incomplete %v; nothing can mend it", src, ok, incomplete)
		}
	}
}

// A valid source can arrive in any pieces: each beginning of it must be valid,
// or known to be unfinished.
func TestBeginningsAreIncomplete(t *testing.T) {
	for _, src := range flat(valid) {
		for i := range src {
			ok, incomplete := state(t, src[:i])
			if !ok && !incomplete {
				_, err := syntax.Parse(src[:i])
				t.Errorf("%.60q is the beginning of %.60q, and is said to be beyond mending: %v", src[:i], src, err)
			}
			if !utf8.RuneStart(src[i]) {
				t.Fatal("range does not cut characters")
			}
		}
		for i := 1; i < len(src); i++ {
			if !utf8.RuneStart(src[i]) {
				if _, incomplete := state(t, src[:i]); !incomplete {
					t.Errorf("%.60q, cut in a character, is said to be beyond mending", src[:i])
				}
			}
		}
	}
}

// What is said to be incomplete must have an end that makes it valid: it is
// searched for.
func TestIncompleteCanBeCompleted(t *testing.T) {
	endings := []string{
		"x", " x", ")", "]", "nd x", "d x", "r x", "lse x", "se x", "e x", "n x", "f x", "t in x", "r x in x", "or x in x", "in x", "s x", "*x", "*x: x",
		"+x", "\n+x", "\n\n", "x}", "ot in x", "or y in x]", "x).x", "x))", "': x}", ".x in x]", "'.x in x]", "x in x]", "x: x", ": x", "}\"}'", "}", "'", "\"", "'''", "\"\"\"", " in x", " else x", ":x", "=x", ".x", ", x", "0", "j", "=", "r}", "!r}", "..", "' in x", "_",
	}
	seen := map[string]bool{}
	for _, whole := range append(flat(wrong), refused...) {
		if len(whole) > 100 {
			continue
		}
		for i := range len(whole) + 1 {
			src := whole[:i]
			if seen[src] {
				continue
			}
			seen[src] = true
			if _, incomplete := state(t, src); incomplete && utf8.ValidString(src) && !completable(t, src, endings) {
				t.Errorf("%q: incomplete, but no end was found", src)
			}
		}
	}
}

// completable searches for endings that make a source valid, the shortest first.
func completable(t *testing.T, src string, endings []string) bool {
	t.Helper()
	const most = 20_000
	open := []string{src}
	seen := map[string]bool{src: true}
	for n := 0; len(open) > 0 && n < most; {
		s := open[0]
		open = open[1:]
		for _, ending := range endings {
			longer := s + ending
			if seen[longer] {
				continue
			}
			seen[longer] = true
			n++
			ok, incomplete := state(t, longer)
			if ok {
				return true
			}
			if incomplete {
				open = append(open, longer)
			}
		}
	}
	return false
}

func TestLineMode(t *testing.T) {
	for line, want := range map[string]bool{
		"getReg('a')\n":          true,
		"setReg('a', 1)\r\n":     true,
		"1\n":                    true,
		"x = 1\n":                true,
		"x = 1; y\n":             true,
		"1 # one\n":              true,
		"f'{a}'\n":               true,
		"'''a'''\n":              true,
		"1 +\n":                  true, // beyond mending
		"1 2\n":                  true,
		")\n":                    true,
		"'abc\n":                 true,
		"f(a b\n":                true,
		"def f():\n":             true,
		"lambda\n":               true,
		"hello world\n":          true,
		"\xff\n":                 true,
		"getReg(\n":              false,
		"x = [1,\n":              false,
		"{'a': 1,  # one\n":      false,
		"'''abc\n":               false,
		"f'''{a}\n":              false,
		"1 + \\\n":               false,
		"1 + \\\r\n":             false,
		"'abc\\\n":               false,
		"\n":                     false,
		"  \r\n":                 false,
		"# a word to the wise\n": false,
	} {
		if got := syntax.LineMode(line); got != want {
			t.Errorf("LineMode(%q) is %v, want %v", line, got, want)
		}
	}
}
