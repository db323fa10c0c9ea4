package modules_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// Random iterators upon iterators: $ stands for one, # for a small number. An
// endless one is cut by the list around it.
var (
	someIterators = []string{
		"[]", "[1, 2, 3]", "(5, 0, 7, 7)", "range(6)", "[0, 0, 1, 1, 0]", "[True, 2.5, -1]", "iter([4])", "{3: 1, 9: 2}", "(v for v in [2, 1])",
	}
	iteratorRules = []string{
		"itertools.accumulate($)", "itertools.accumulate($, max)", "itertools.accumulate($, lambda a, b: a * 2 + b, initial=#)",
		"itertools.chain($, $)", "itertools.chain.from_iterable([$, $, $])", "itertools.compress($, $)",
		"itertools.dropwhile(lambda v: v < #, $)", "itertools.takewhile(lambda v: v < #, $)", "itertools.filterfalse(None, $)",
		"itertools.filterfalse(lambda v: v % 2, $)", "itertools.islice($, #)", "itertools.islice($, #, #)", "itertools.islice($, #, None, #)",
		"itertools.starmap(lambda a, b: a - b, itertools.pairwise($))", "itertools.starmap(max, zip($, $))",
		"map(sum, itertools.zip_longest($, $, fillvalue=#))", "map(sum, itertools.product(itertools.islice($, 3), itertools.islice($, 3)))",
		"map(sum, itertools.combinations(itertools.islice($, 5), #))", "map(max, itertools.permutations(itertools.islice($, 4), #))",
		"map(min, itertools.combinations_with_replacement(itertools.islice($, 4), #))", "(k * len(list(g)) for k, g in itertools.groupby($))",
		"(next(g) for k, g in itertools.groupby($, lambda v: v // 2))", "itertools.tee($)[1]", "map(lambda a, b: a - b, *itertools.tee($))",
		"itertools.islice(itertools.cycle($), #)", "itertools.islice(itertools.count(#, #), #)", "itertools.repeat(#, #)",
		"itertools.chain(*itertools.tee($, 3))", "[functools.reduce(lambda a, b: a - b, $, #)]", "[functools.reduce(max, $)]",
		"sorted($, key=functools.cmp_to_key(lambda a, b: b - a))", "map(functools.partial(pow, #), itertools.islice($, 4))",
	}
)

// randomIterator makes one of at most that depth.
func randomIterator(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(5) == 0 {
		return someIterators[r.IntN(len(someIterators))]
	}
	var out strings.Builder
	for _, c := range iteratorRules[r.IntN(len(iteratorRules))] {
		switch c {
		case '$':
			out.WriteString(randomIterator(r, depth-1))
		case '#':
			out.WriteString(strconv.Itoa(r.IntN(4)))
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

func TestItertoolsAtRandomAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	all := make([]string, 1500)
	for i := range all {
		all[i] = "list(itertools.islice(" + randomIterator(r, 1+r.IntN(3)) + ", 30))"
	}
	compareAll(t, all)
}
