package modules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"althing/expr"
	"althing/expr/internal/cpython"
	"althing/value"
)

// randomPattern is a pattern of what RE2 has.
func randomPattern(r *rand.Rand, depth int) string {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	part := func() string { return randomPattern(r, depth-1) }
	if depth <= 0 {
		return pick("a", "b", "c", "é", ".", `\w`, `\d`, `\s`, `\W`, "[ab]", "[^a]", `[^\w]`, "[b-é]", `\b`, `\B`, "^", "$", `\A`, `\Z`, "", "A", "(?i:É)", "\n", "1")
	}
	switch r.IntN(11) {
	case 0, 1, 2:
		return part() + part()
	case 3:
		return part() + "|" + part()
	case 4, 5:
		return "(" + part() + ")"
	case 6:
		return pick("(?:", "(?i:", "(?s:", "(?m:", "(?-i:") + part() + ")"
	case 7, 8:
		return "(?:" + part() + ")" + pick("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,3}?", "{2,}")
	case 9:
		return pick("a", "[ab]", ".", `\w`, "é") + pick("*", "+", "?", "*?", "+?", "{2}")
	}
	return "(" + part() + ")" + pick("*", "+", "?", "*?", "+?", "??", "{2}", "{0,1}")
}

func randomText(r *rand.Rand) string {
	var text strings.Builder
	for range r.IntN(9) {
		text.WriteString([]string{"a", "b", "a", "b", "c", "é", "É", "A", " ", "\n", "1"}[r.IntN(11)])
	}
	return text.String()
}

// randomMatch is a function of re with a random pattern and text.
func randomMatch(r *rand.Rand) string {
	pattern, text := value.Repr(value.Str(randomPattern(r, 1+r.IntN(4)))), value.Repr(value.Str(randomText(r)))
	template := []string{
		"[(m.span(), m.groups(), m.lastindex) for m in re.finditer(PATTERN, TEXT)]",
		"(lambda m: m and (m.regs, m.lastindex))(re.match(PATTERN, TEXT))",
		"(lambda m: m and (m.regs, m.lastindex))(re.fullmatch(PATTERN, TEXT))",
		"(lambda m: m and (m.regs, m.lastindex))(re.compile(PATTERN).search(TEXT, 2))",
		"(lambda m: m and (m.regs, m.lastindex))(re.compile(PATTERN).search(TEXT, 1, 4))",
		"re.split(PATTERN, TEXT, FLAGS)",
		"re.sub(PATTERN, '<\\\\g<0>>', TEXT)",
		"re.findall(PATTERN, TEXT)",
	}[r.IntN(8)]
	return strings.NewReplacer("PATTERN", pattern, "TEXT", text, "FLAGS", "0, re.I | re.M").Replace(template)
}

func TestRandomREAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	expressions := make([]string, 5000)
	for i := range expressions {
		expressions[i] = randomMatch(r)
	}
	env, refused, wrong := names(), 0, 0
	for i, want := range cpython.Eval(t, "import re", expressions) {
		ours := evaluate(t, env, expressions[i])
		switch {
		case strings.Contains(ours, "not supported at position"):
			refused++
		case ours != want.String():
			if wrong++; wrong <= 20 {
				t.Errorf("%s\n ours %s\n want %s", expressions[i], ours, want)
			}
		}
	}
	t.Logf("%d of %d refused, %d wrong", refused, len(expressions), wrong)
}

// TestRECharactersAsCPython compares what stands for every character of the first
// plane.
func TestRECharactersAsCPython(t *testing.T) {
	const cased = "''.join([c for c in map(chr, range(0x1f000)) if c.lower() != c or c.upper() != c])"
	expressions := []string{"len(" + cased + ")"}
	for from := 0; from < 3000; from += 750 {
		expressions = append(expressions, fmt.Sprintf("(lambda s: [c + ''.join(re.findall(re.escape(c), s, re.I)) for c in s[%d:%d]])(%s)", from, from+750, cased))
	}
	for _, set := range []string{"[a-z]", "[^a-z]", "[à-ÿ]", "[Α-Ω]", "[\u0100-\u0400]", "[\u0370-\uffff]", "[^\u0370-\uffff]"} {
		expressions = append(expressions, fmt.Sprintf("''.join(re.findall('%s', %s, re.I))", set, cased))
	}
	for _, category := range []string{`\w`, `\d`, `\s`, `\W`, `\D`, `\S`} {
		for _, flags := range []string{"0", "re.A"} {
			expressions = append(expressions, fmt.Sprintf("(lambda s: [s := s + len(x) * 31 + ord(x[0]) for x in re.findall('%s+', ''.join(map(chr, range(0x10000))), %s)][-1])(0)", category, flags))
		}
	}
	compareWithin(t, expressions, expr.Limits{Time: time.Minute}) // for the race detector on a busy machine
}
