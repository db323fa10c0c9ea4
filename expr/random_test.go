package expr_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"althing/expr"
	"althing/expr/internal/cpython"
)

var (
	random    = flag.Duration("random", 0, "how long to compare random programs with CPython; 0: one batch")
	firstSeed = flag.Uint64("seed", 0, "of the first random batch, the next has the next; 0: any, or 1 for one batch")
	seeds     = flag.Uint64("seeds", 0, "how many batches at most; 0: as many as the time allows")
)

// batch is how many programs one CPython is asked.
const batch = 2000

// TestRandomAsCPython compares random programs with CPython. What differs is made
// as small as it can be, and kept as a line of testdata/found.txt.
func TestRandomAsCPython(t *testing.T) {
	d := newDuel(t)
	g := readGrammar(t, d.modules)
	workers, first := 1, max(*firstSeed, 1)
	if *random > 0 {
		// A CPython and a thread of ours take turns, so this keeps all cores busy.
		workers = runtime.GOMAXPROCS(0)
		if *firstSeed == 0 {
			first = uint64(time.Now().UnixNano())
		}
	}
	t.Logf("from -seed %d", first)
	// Workers take the next seed each, so that a slow one leaves none out.
	var taken atomic.Uint64
	begin := time.Now()
	t.Run("seeds", func(t *testing.T) {
		for range workers {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for !t.Failed() {
					n := taken.Add(1)
					if *seeds > 0 && n > *seeds {
						taken.Add(^uint64(0))
						return
					}
					d.round(t, g, first+n-1)
					if time.Since(begin) >= *random {
						return
					}
				}
			})
		}
	})
	t.Logf("%d random programs compared with CPython %s, to -seed %d", taken.Load()*batch, cpython.Version, first+taken.Load()-1)
}

// TestFoundAsCPython repeats what was found.
func TestFoundAsCPython(t *testing.T) {
	d := newDuel(t)
	sources := lines(t, "found.txt")
	for i, difference := range d.differences(t, sources) {
		if difference != "" {
			t.Errorf("%s\n%s", sources[i], difference)
		}
	}
}

// duel is what the programs may use, here and there.
type duel struct {
	modules expr.Vars
	prelude string
}

func newDuel(t *testing.T) *duel {
	t.Helper()
	all := standard()
	return &duel{all, "import " + strings.Join(slices.Collect(maps.Keys(all)), ", ")}
}

// round compares one batch.
func (d *duel) round(t *testing.T, g grammar, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	trees := make([]*tree, batch)
	for i := range trees {
		trees[i] = g.grow(r, "PA"[r.IntN(2)], 1+r.IntN(4))
	}
	var differ []*tree
	for i, difference := range d.compare(t, trees) {
		if difference != "" {
			differ = append(differ, trees[i])
		}
	}
	for source, difference := range d.shrink(t, g, differ) {
		t.Errorf("seed %d: %s\n%s", seed, source, difference)
		if *random > 0 {
			keep(t, source)
		}
	}
}

// keep makes a case of a program.
func keep(t *testing.T, source string) {
	t.Helper()
	f, err := os.OpenFile("testdata/found.txt", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintln(f, source)
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Error(err)
	}
}

// shrink makes programs simpler as long as they differ, all at the same time, and
// gives the difference of each that is left. Of those that differ alike, one is.
func (d *duel) shrink(t *testing.T, g grammar, trees []*tree) map[string]string {
	t.Helper()
	small := map[string]string{}
	for len(trees) > 0 {
		var simpler []*tree
		var of []int // which tree it is a simpler one of
		for i, tr := range trees {
			for _, s := range append(g.simpler(tr), tr) {
				simpler, of = append(simpler, s), append(of, i)
			}
		}
		best := make([]*tree, len(trees))
		how := make([]string, len(trees))
		for i, difference := range d.compare(t, simpler) {
			if s := simpler[i]; difference != "" && (best[of[i]] == nil || s.size() < best[of[i]].size()) {
				best[of[i]], how[of[i]] = s, difference
			}
		}
		alike := map[string]bool{}
		var next []*tree
		for i, tr := range trees {
			switch {
			case best[i] == nil || alike[how[i]]:
			case best[i].size() < tr.size():
				next = append(next, best[i])
			default:
				small[tr.String()] = how[i]
			}
			alike[how[i]] = true
		}
		trees = next
	}
	return small
}

func (d *duel) compare(t *testing.T, trees []*tree) []string {
	t.Helper()
	sources := make([]string, len(trees))
	for i, tr := range trees {
		sources[i] = tr.String()
	}
	return d.differences(t, sources)
}

// differences runs programs here and there; an empty text says that the two agree
// on the value's repr, or on the error's type and message.
func (d *duel) differences(t *testing.T, sources []string) []string {
	t.Helper()
	out := make([]string, len(sources))
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	for i, want := range cpython.Run(t, d.prelude, sources) {
		got, want := d.run(thread, sources[i]), want.String()
		alike := agree(got, want) || elementary.MatchString(sources[i]) && neighbours(got, want)
		if !alike {
			out[i] = " got  " + got + "\n want " + want
		}
	}
	return out
}

// run gives the repr of a program's value, or its error.
func (d *duel) run(thread *expr.Thread, source string) string {
	o, err := run(thread, source, &ownVars{expr.Vars{}, d.modules})
	if err != nil {
		text := err.Error()
		// Not every exception is called so: struct.error.
		_, raised := errors.AsType[*expr.Error](err)
		if name, _, _ := strings.Cut(text, ":"); !raised && !strings.HasSuffix(name, "Error") {
			text = "SyntaxError: " + text
		}
		return text
	}
	if o == nil {
		return "None"
	}
	text, err := expr.Repr(thread, o)
	if err != nil {
		return err.Error()
	}
	return text
}

// ownVars are a program's own names, beside those that all share.
type ownVars struct {
	expr.Vars
	shared expr.Vars
}

func (v *ownVars) Lookup(t *expr.Thread, name string) (expr.Object, bool, error) {
	if o, ok := v.shared[name]; ok && v.Vars[name] == nil {
		return o, true, nil
	}
	return v.Vars.Lookup(t, name)
}

// What need not agree: addresses, which CPython shows; the name of the type of an
// iterator over an ASCII text; whose a method is that bool has from int, which goes
// by how it is called; and how budgets are worded.
var (
	address  = regexp.MustCompile(` (at|@) 0x[0-9a-f]+`)
	budgets  = regexp.MustCompile(`^(MemoryError|TimeoutError|RecursionError|OverflowError: (cannot fit|Python int too large|repeated|too many digits)|SyntaxError)`)
	nameless = strings.NewReplacer("str_ascii_iterator", "str_iterator", " object>", ">",
		"TypeError: bool.", "TypeError: int.")
)

// The C library rounds elementary functions wrong now and then, and not everywhere
// alike: what uses them may differ by a unit in the last place.
var (
	elementary = regexp.MustCompile(`\*\*|pow\(|math\.|statistics\.`)
	decimals   = regexp.MustCompile(`\d+(\.\d+(e[-+]\d+)?|e[-+]\d+)`)
)

// neighbours says whether two texts are the same but for floats next to each other.
func neighbours(got, want string) bool {
	ours, theirs := decimals.FindAllString(got, -1), decimals.FindAllString(want, -1)
	if decimals.ReplaceAllString(got, "") != decimals.ReplaceAllString(want, "") || len(ours) != len(theirs) {
		return false
	}
	for i := range ours {
		x, wrong := strconv.ParseFloat(ours[i], 64)
		y, wrongToo := strconv.ParseFloat(theirs[i], 64)
		if wrong != nil || wrongToo != nil || math.Nextafter(x, y) != y {
			return false
		}
	}
	return true
}

func sorted(text string) string {
	return string(slices.Sorted(slices.Values([]byte(text))))
}

func agree(got, want string) bool {
	want = nameless.Replace(address.ReplaceAllString(want, ""))
	got = nameless.Replace(got)
	switch {
	case got == want:
		return true
	case strings.HasPrefix(got, "MemoryError") || strings.HasPrefix(got, "TimeoutError"):
		return true // CPython has no budget
	case strings.HasPrefix(want, "MemoryError") || strings.HasPrefix(want, "TimeoutError"):
		return true // nor is a budget of its here ours
	case strings.HasPrefix(got, "error: ") && strings.Contains(got, "not supported"):
		return true // a regular expression that only CPython has
	case strings.Contains(want, "{") && sorted(got) == sorted(want):
		return true // sets have other orders
	}
	const compared = "TypeError: '<' not supported between instances of "
	if strings.HasPrefix(got, compared) && strings.HasPrefix(want, compared) {
		return true // what a sort compares first is its own business
	}
	return budgets.MatchString(got) && budgets.MatchString(want)
}
