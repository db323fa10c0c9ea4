package syntax_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"althing/expr/syntax"
	"althing/value"
)

// hostile are sources of up to a mebibyte that have cost parsers their stack, or
// the square of their length. The number is how often the middle is repeated.
var hostile = map[string]string{
	"brackets":               repeat("", "(", 100_000, ""),
	"square brackets":        repeat("", "[", 1<<20, ""),
	"minus":                  repeat("", "-", 100_000, "1"),
	"not":                    repeat("", "not ", 1<<18, "1"),
	"power":                  repeat("1", "**1", 1<<18, ""),
	"sum":                    repeat("1", "+1", 1<<19, ""),
	"chain of comparisons":   repeat("1", "<1", 1<<19, ""),
	"and":                    repeat("a", " and a", 1<<17, ""),
	"attributes":             repeat("a", ".b", 1<<19, ""),
	"calls":                  repeat("a", "()", 1<<19, ""),
	"subscripts":             repeat("a", "[0]", 1<<18, ""),
	"conditionals":           repeat("", "1 if 1 else ", 1<<16, "1"),
	"conditionals inside":    repeat("", "(1 if ", 190, "1") + strings.Repeat(" else 2)", 190),
	"lambdas":                repeat("", "lambda:", 1<<17, "1"),
	"parameters":             repeat("lambda ", "a,", 1<<19, ":1"),
	"different parameters":   "lambda " + letters(1<<17) + ":1",
	"keyword arguments":      "f(" + strings.ReplaceAll(letters(1<<17), ",", "=1,") + ")",
	"the same argument":      repeat("f(", "a=1,", 1<<18, ")"),
	"a long string":          repeat("'", "x", 1<<20, "'"),
	"a long open string":     repeat("'", "x", 1<<20, ""),
	"many strings":           repeat("", "'' ", 1<<18, ""),
	"many f-strings":         repeat("", "f'' 'a' ", 1<<17, ""),
	"braces":                 repeat("f'", "{{", 1<<19, "'"),
	"fields":                 repeat("f'", "{a}", 1<<18, "'"),
	"escapes":                repeat("'", `\`+"\n", 1<<19, "'"),
	"fields that are open":   repeat("f'", "{", 1<<20, ""),
	"specifications":         repeat("f'", "{a:", 1<<18, ""),
	"quotes in fields":       repeat(`f"{`, `''`, 1<<19, `}"`),
	"a string in strings":    strings.Repeat(`f'''{f"{f'{f"""{`, 1<<16),
	"hexadecimal digits":     repeat("0x", "f", 1<<20, ""),
	"digits":                 repeat("", "9", 1<<20, ""),
	"digits of a float":      repeat("0.", "9", 1<<20, ""),
	"underscores":            repeat("1", "_1", 1<<19, ""),
	"commas":                 repeat("", "a,", 1<<19, ""),
	"targets":                repeat("", "a=", 1<<19, "1"),
	"targets of a loop":      repeat("[a for ", "a,", 1<<19, " in b]"),
	"clauses":                repeat("[a ", "for a in a ", 1<<16, "]"),
	"generators":             repeat("", "(a for a in ", 190, "b") + strings.Repeat(")", 190),
	"loops in targets":       repeat("", "[x for a[", 95, strings.Repeat("b,", 1<<18)) + "$",
	"missing commas":         repeat("", "(a ", 190, strings.Repeat("b ", 1<<18)),
	"print":                  repeat("(", "print ", 1<<17, ")"),
	"single equals signs":    repeat("", "(a = ", 190, "b"+strings.Repeat(" c", 1<<18)),
	"equals signs in calls":  repeat("", "f(a.b = ", 190, "b"+strings.Repeat(" c", 1<<18)),
	"walruses and variables": "[(" + strings.ReplaceAll(letters(1<<15), ",", ":=1,(") + "a:=1" + strings.Repeat(")", 5) + " for " + letters(1<<15) + " in b]",
	"walruses":               repeat("[", "(a:=1),", 1<<17, "]"),
	"statements":             repeat("", "a;", 1<<19, ""),
	"lines":                  repeat("", "a\n", 1<<19, "  b"),
	"comments":               repeat("", "#\n", 1<<19, ""),
	"joined lines":           repeat("", "\\\n", 1<<19, "1"),
	"carriage returns":       repeat("'''", "\r", 1<<20, "'''"),
	"names beyond ASCII":     repeat("", "é", 1<<19, ""),
	"dictionaries":           repeat("", "{1:", 1<<18, ""),
	"dictionary":             repeat("{", "1:1,", 1<<18, "}"),
	"dictionary of one kind": repeat("{", "1:1,", 1<<18, "2}"),
	"deletions":              repeat("del ", "a,", 1<<19, ""),
	"deleted brackets":       repeat("del ", "(", 190, strings.Repeat("a,", 1<<18)) + "1" + strings.Repeat(")", 190),
	"names in lambdas":       repeat("", "lambda a:", 1900, "[") + strings.Repeat("b,", 1<<18) + "]",
	"unfinished words":       repeat("(", "a,", 1<<19, "a no"),
}

func repeat(before, s string, n int, after string) string {
	return before + strings.Repeat(s, n) + after
}

// letters are n different names, each with a comma.
func letters(n int) string {
	var b strings.Builder
	for i := range n {
		for ; ; i /= 26 {
			b.WriteByte('a' + byte(i%26))
			if i < 26 {
				break
			}
		}
		b.WriteString("_,")
	}
	return b.String()
}

// No source may take longer than its length warrants, nor go deeper than the
// stack.
func TestHostileSources(t *testing.T) {
	// The slowest takes half a second alone on a small machine, ten with the race
	// detector on a busy one; what grows with the square takes many minutes.
	const most = time.Minute
	for name, src := range hostile {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			m, err := syntax.Parse(src)
			if took := time.Since(began); took > most {
				t.Errorf("%d bytes took %v", len(src), took)
			} else {
				t.Logf("%d bytes took %v: %.80v", len(src), took.Round(time.Millisecond), err)
			}
			if err == nil && depth(m) > syntax.MaxDepth {
				t.Errorf("the tree is %d deep", depth(m))
			}
		})
	}
}

// depth is how many nodes the longest path of a tree has.
func depth(m *syntax.Module) int {
	deepest := 0
	syntax.WalkDepth(m, func(depth int) { deepest = max(deepest, depth) })
	return deepest
}

// Just below the bound a source is valid, whatever makes it deep; and what was
// taken is never deeper.
func TestDepthIsBounded(t *testing.T) {
	for _, parts := range [][3]string{
		{"", "-", "1"},
		{"", "not ", "1"},
		{"1", "**1", ""},
		{"1", "+1", ""},
		{"1", " + 1 * 1", ""},
		{"a", ".b", ""},
		{"a", "()", ""},
		{"a", "[0]", ""},
		{"a", ".b(c)[0]", ""},
		{"", "1 if 1 else ", "1"},
		{"", "lambda: ", "1"},
		{"", "lambda a=1: ", "1"},
		{"", "-+~", "1"},
	} {
		low, high := 1, 2*syntax.MaxDepth // how many are taken, how many are not
		for low+1 < high {
			n := (low + high) / 2
			if m, err := syntax.Parse(repeat(parts[0], parts[1], n, parts[2])); err != nil {
				high = n
			} else if low = n; depth(m) > syntax.MaxDepth {
				t.Fatalf("%d times %q: %d deep", n, parts[1], depth(m))
			}
		}
		m, _ := syntax.Parse(repeat(parts[0], parts[1], low, parts[2]))
		if depth(m) < syntax.MaxDepth/2 {
			t.Errorf("%q is refused beyond %d times, which is only %d deep", parts[1], low, depth(m))
		}
		_, err := syntax.Parse(repeat(parts[0], parts[1], high, parts[2]))
		var e *syntax.Error
		if !errors.As(err, &e) || e.Type != "RecursionError" || e.Incomplete {
			t.Errorf("%d times %q: %v", high, parts[1], err)
		}
	}
}

// Brackets, and what is in them, add up to a depth too.
func TestDepthInBrackets(t *testing.T) {
	inner := func(s string, n int) string { return repeat("", s, n, "1") }
	for _, src := range []string{
		repeat("", "["+strings.Repeat("-", 9), 199, "1") + strings.Repeat("]", 199),
		repeat("", "("+strings.Repeat("-", 9), 199, "1") + strings.Repeat(")", 199),
		repeat("", "f(a if ", 199, "1") + strings.Repeat(" else 1)", 199),
		repeat("", "[a if ", 199, "1") + strings.Repeat(" else 1]", 199),
		repeat("", "(1", 199, "") + strings.Repeat("+1+1+1)", 199),
		repeat("", "(", 199, "1") + strings.Repeat("+1+1+1+1+1+1+1+1)", 199),
		repeat("", "(", 199, "1") + strings.Repeat("+1+1+1+1+1+1+1+1+1+1+1+1)", 199),
		repeat("", "{1:{*x[1:", 66, "1") + strings.Repeat("]}}", 66),
		repeat("", "[a for a in x[*b, ", 66, "1") + strings.Repeat(":2]]", 66),
		repeat("", "f(*a if (b:=", 66, "1") + strings.Repeat(") else c)", 66),
		repeat("", "f(**x[a:", 66, "1") + strings.Repeat(":c])", 66),
		repeat("", "[lambda a=", 199, "1") + strings.Repeat(": 1]", 199),
		`f"""{f'''{f"{f'{` + inner("-", 1000) + `}'}"}'''}"""`,
		`f"{1:{` + inner("-", 1980) + `}}"`,
		`f"{` + inner("-", 1980) + `}"`,
		"(" + inner("-", 1980) + ",)", "[" + inner("-", 1980) + " for a in b]", "x[" + inner("-", 1980) + ":]", "a = " + inner("-", 1980) + ",",
	} {
		if m, err := syntax.Parse(src); err == nil && depth(m) > syntax.MaxDepth {
			t.Errorf("%.60q… is %d deep", src, depth(m))
		}
	}
}

func TestBracketsAreBounded(t *testing.T) {
	if _, err := syntax.Parse(strings.Repeat("(", 200) + strings.Repeat(")", 200)); err != nil {
		t.Error(err)
	}
	_, err := syntax.Parse(strings.Repeat("(", 201) + strings.Repeat(")", 201))
	if err == nil || err.Error() != "too many nested parentheses (line 1, column 201)" {
		t.Error(err)
	}
}

// Huge integers with a power of two as their base are read in linear time, and
// right.
func TestHugeIntegers(t *testing.T) {
	for _, digits := range []struct {
		prefix, digits string
		base           int
	}{
		{"0x", "123456789abcdefABCDEF", 16}, {"0o", "1234567", 8}, {"0b", "1101", 2},
	} {
		for _, n := range []int{1, 7, 40} {
			text := strings.Repeat(digits.digits, n)
			for cut := range len(digits.digits) {
				want, _ := new(big.Int).SetString(text[cut:], digits.base)
				m, err := syntax.Parse(digits.prefix + text[cut:])
				if err != nil {
					t.Fatal(err)
				}
				switch got := m.Body[0].(*syntax.ExprStmt).Value.(*syntax.Constant).Value.(type) {
				case value.Int:
					if !want.IsInt64() || want.Int64() != int64(got) {
						t.Errorf("%s%s is %d", digits.prefix, text[cut:], got)
					}
				case value.Big:
					if want.IsInt64() || want.Cmp(got.Int()) != 0 {
						t.Errorf("%s%s is %d", digits.prefix, text[cut:], got.Int())
					}
				}
			}
		}
	}
}
