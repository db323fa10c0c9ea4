package syntax_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"althing/expr/syntax"
)

// pieces cuts a source into what a mutation moves about.
var pieces = regexp.MustCompile(`[A-Za-z_]+|[0-9]+|\s+|[^\sA-Za-z_0-9]`)

// mutant makes a source of two: pieces are lost, doubled, swapped, and put in
// from the other.
func mutant(random *rand.Rand, a, b string) string {
	list, other := pieces.FindAllString(a, -1), pieces.FindAllString(b, -1)
	for range 1 + random.IntN(3) {
		if len(list) == 0 || len(other) == 0 {
			break
		}
		i := random.IntN(len(list))
		from := random.IntN(len(other))
		to := from + 1 + random.IntN(len(other)-from)
		switch random.IntN(5) {
		case 0:
			list = append(list[:i:i], list[i+1:]...)
		case 1:
			list = append(list[:i+1:i+1], list[i:]...)
		case 2:
			j := random.IntN(len(list))
			list[i], list[j] = list[j], list[i]
		case 3:
			list = append(append(list[:i:i], other[from]), list[i:]...)
		case 4:
			list = append(append(list[:i:i], other[from:to]...), list[i:]...)
		}
	}
	return strings.Join(list, "")
}

// oddBeginning is a comment or a joined line before the first statement, which
// CPython does not want indented.
var oddBeginning = regexp.MustCompile(`^\s*[\\#]`)

// What is made of valid and wrong sources at random is valid or wrong where
// CPython says so.
func TestMutantsAreCPythons(t *testing.T) {
	seed, count := uint64(1), 4000
	if s := os.Getenv("ALTHING_MUTANTS"); s != "" { // "seed" for more than the usual
		seed, _ = strconv.ParseUint(s, 10, 64)
		count = 40_000
	}
	random := rand.New(rand.NewPCG(seed, 0))
	from := append(flat(valid), flat(wrong)...)
	var sources []string
	for len(sources) < count {
		src := strings.TrimLeft(mutant(random, from[random.IntN(len(from))], from[random.IntN(len(from))]), " \t\f\r\n")
		if len(src) < 300 {
			sources = append(sources, src)
		}
	}
	messages, places, total := 0, 0, 0
	for i, want := range askPython(t, sources) {
		src := sources[i]
		m, err := syntax.Parse(src)
		var got *syntax.Error
		switch errors.As(err, &got); {
		case got != nil && strings.Contains(got.Msg, "not available here"):
		case want.Tree == "Module(body=[])": // nothing is not an expression
		case strings.ContainsAny(src, "\u0301\uff11"): // names are not normalised
		case want.Type == "MemoryError": // its parser's stack is smaller
		case want.Type == "IndentationError" && oddBeginning.MatchString(src):
		case got == nil && want.Type == "":
			if dumpModule(m) != want.Tree {
				t.Errorf("%q:\n got %s\nwant %s", src, dumpModule(m), want.Tree)
			}
		case got == nil:
			t.Errorf("%q is valid; CPython: %s: %s", src, want.Type, want.Msg)
		case got.Type != want.Type:
			t.Errorf("%q: %s: %s; CPython: %s: %s", src, got.Type, got.Msg, want.Type, want.Msg)
		default:
			total++
			if got.Msg == want.Msg {
				messages++
			} else if seed != 1 {
				t.Logf("%q\n\t%s\n\t%s", src, got.Msg, want.Msg)
			}
			if got.Line == want.Line && got.Col == want.Col {
				places++
			}
		}
	}
	t.Logf("of %d errors: %d messages, %d places", total, messages, places)
	if messages*100 < total*99 || places*100 < total*90 {
		t.Errorf("of %d errors only %d messages and %d places are CPython's", total, messages, places)
	}
}
