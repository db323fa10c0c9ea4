package expr_test

import (
	"flag"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"althing/expr"
	"althing/expr/internal/cpython"
)

var random = flag.Duration("random", 0, "how long to compare random expressions with CPython; 0: one batch that is always the same")

// batch is how many expressions one CPython is asked.
const batch = 2000

// TestRandomAsCPython compares random expressions with CPython. What differs is
// made as small as it can be: it becomes a line of testdata/python.txt.
func TestRandomAsCPython(t *testing.T) {
	seed := uint64(1)
	if *random > 0 {
		seed = uint64(time.Now().UnixNano())
	}
	begin := time.Now()
	for {
		r := rand.New(rand.NewPCG(seed, 0))
		trees := make([]*tree, batch)
		for i := range trees {
			trees[i] = grow(r, 'A', 1+r.IntN(4))
		}
		found := map[string]bool{}
		for i, d := range differences(t, trees) {
			if d == "" {
				continue
			}
			if small, d := shrink(t, trees[i], d); !found[d] {
				found[d] = true
				t.Errorf("seed %d: %s\n%s", seed, small, d)
			}
			if len(found) == 20 {
				break
			}
		}
		seed++
		if t.Failed() || time.Since(begin) >= *random {
			return
		}
	}
}

// shrink makes an expression simpler as long as it differs. d says how.
func shrink(t *testing.T, tr *tree, d string) (small *tree, how string) {
	t.Helper()
	for {
		simpler := tr.simpler()
		ds := differences(t, simpler)
		best := -1
		for i := range simpler {
			if ds[i] != "" && (best < 0 || len(simpler[i].String()) < len(simpler[best].String())) {
				best = i
			}
		}
		if best < 0 || len(simpler[best].String()) >= len(tr.String()) {
			return tr, d
		}
		tr, d = simpler[best], ds[best]
	}
}

// What need not agree: CPython shows addresses, and its budgets are its machine's;
// an iterator over an ASCII text has a type of its own there.
var (
	address  = regexp.MustCompile(` at 0x[0-9a-f]+`)
	tooMuch  = regexp.MustCompile(`^(MemoryError|TimeoutError|OverflowError: (cannot fit|Python int too large|repeated|too many digits)|SyntaxError)`)
	nameless = strings.NewReplacer("str_ascii_iterator", "str_iterator", " object>", ">")
)

// differences evaluates expressions here and there; an empty text says that the
// two agree.
func differences(t *testing.T, trees []*tree) []string {
	t.Helper()
	sources := make([]string, len(trees))
	for i, tr := range trees {
		sources[i] = tr.String()
	}
	out := make([]string, len(trees))
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	for i, want := range cpython.Eval(t, "", sources) {
		got, err := eval(thread, sources[i], expr.Vars{})
		if err != nil {
			if got = err.Error(); !strings.Contains(got, "Error") && got != "StopIteration" {
				got = "SyntaxError: " + got
			}
		}
		there := nameless.Replace(address.ReplaceAllString(want.String(), ""))
		if got = nameless.Replace(got); got == there || tooMuch.MatchString(got) && tooMuch.MatchString(there) || strings.HasPrefix(got, "MemoryError") {
			continue
		}
		out[i] = " got  " + got + "\n want " + there
	}
	return out
}
