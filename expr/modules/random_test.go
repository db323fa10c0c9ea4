package modules_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"althing/expr"
	"althing/expr/internal/cpython"
)

// TestRandomAsCPython has the errors, and draws after seeds of every kind.
func TestRandomAsCPython(t *testing.T) {
	compare(t, `
		random.seed(42), random.random(), random.random()
		random.seed(a=42), random.random()
		random.seed(-42), random.random()
		random.seed(0), random.random()
		random.seed(True), random.random()
		random.seed(10**1000), random.random()
		random.seed(1.5), random.random()
		random.seed(-0.0), random.random()
		random.seed(-1.5), random.random()
		random.seed(1e300), random.random()
		random.seed(float('-inf')), random.random()
		random.seed('käse'), random.random()
		random.seed(''), random.random()
		random.seed('\ud800'), random.random()
		random.seed(b'a'), random.random()
		random.seed(bytearray(b'a')), random.random()
		random.seed('käse', 1), random.random()
		random.seed('', version=1), random.random()
		random.seed('€😀' * 100, version=1.0), random.random()
		random.seed(b'\xff\x00abc', version=1), random.random()
		random.seed(b'', version=1), random.random()
		random.seed(bytearray(b'a'), version=1), random.random()
		random.seed(3, version=1), random.random()
		random.seed([])
		random.seed(1j)
		random.seed(1, 2, 3)
		random.seed(b=1)
		random.random(1)
		random.random(a=1)
		random.getrandbits()
		random.getrandbits(1, 2)
		random.getrandbits(k=3)
		random.getrandbits(-1)
		random.getrandbits(2**31)
		random.getrandbits(2**70)
		random.getrandbits(-2**70)
		random.getrandbits(1.5)
		random.getrandbits('a')
		random.getrandbits(0)
		random.getrandbits(False)
		random.seed(1), random.getrandbits(63), random.getrandbits(64), random.getrandbits(65), random.getrandbits(1000)
		random.seed(1), random.randbytes(0), random.randbytes(13), random.randbytes(True)
		random.randbytes(-1)
		random.randbytes(2**40)
		random.randbytes('a')
		random.randbytes(1.5)
		random.randbytes([])
		random.randbytes(None)
		random.randbytes()
	`)
}

func TestRandomIntsAsCPython(t *testing.T) {
	compare(t, `
		random.seed(2), [random.randrange(10) for _ in range(20)]
		random.seed(2), [random.randrange(-10, 10, 3) for _ in range(20)]
		random.seed(2), [random.randrange(10, -10, -3) for _ in range(20)]
		random.seed(2), [random.randrange(1) for _ in range(3)], random.random()
		random.seed(2), [random.randint(-5, 5) for _ in range(20)]
		random.seed(2), [random.randint(0, 2**63 - 1) for _ in range(20)]
		random.seed(2), [random.randint(-2**63, 2**63) for _ in range(20)]
		random.seed(2), [random.randrange(10**40, 10**41, 10**3) for _ in range(20)]
		random.seed(2), [random.randrange(2**64) for _ in range(20)]
		random.seed(2), random.randrange(True), random.randrange(False, True)
		random.seed(2), random.randrange(10.0), random.randrange(2.0, 5.0, 1.0), random.randint(1.0, 5.0)
		random.randrange()
		random.randrange(0)
		random.randrange(-5)
		random.randrange(5, 5)
		random.randrange(5, 1)
		random.randrange(5, 1, 2)
		random.randrange(1, 5, -2)
		random.randrange(1, 5, 0)
		random.randrange(1.5)
		random.randrange(1, 2.5)
		random.randrange(1, 5, 1.5)
		random.randrange('5')
		random.randrange('a')
		random.randrange(None)
		random.randrange([])
		random.randrange(1, [])
		random.randrange(1, 5, None)
		random.randrange(1, 5, 'a')
		random.randrange(float('inf'))
		random.randrange(5, step=2)
		random.randrange(5, None, True)
		random.seed(2), random.randrange(5, step=1), random.randrange(5, None)
		random.seed(2), random.randrange(start=2, stop=9, step=3)
		random.randint(5, 1)
		random.randint(1)
		random.randint(1, 2, 3)
		random.randint('a', 'b')
		random.randint('a', 2)
		random.randint(1, None)
		random.randint(10**5000, 1)
		random.randint(10**400, 1)
	`)
}

func TestRandomSequencesAsCPython(t *testing.T) {
	compare(t, `
		random.seed(3), [random.choice('abcdef') for _ in range(20)]
		random.seed(3), random.choice([1]), random.choice((1, 2)), random.choice(range(10**15)), random.choice(b'abc'), random.choice('äöü')
		random.choice([])
		random.choice('')
		random.choice({})
		random.choice({1: 2})
		random.seed(3), [random.choice({0: 'a', 1: 'b'}) for _ in range(9)]
		random.choice({1, 2})
		random.choice(5)
		random.choice(x for x in [1])
		random.choice()
		random.choice([1], [2])
		[x := list(range(30)), random.seed(3), random.shuffle(x), x, random.random()]
		[x := bytearray(b'abcdefgh'), random.seed(3), random.shuffle(x), x]
		[x := {0: 'a', 1: 'b', 2: 'c'}, random.seed(3), random.shuffle(x), x]
		[x := [], random.shuffle(x), x]
		[x := [1], random.seed(3), random.shuffle(x), x, random.random()]
		random.shuffle((1, 2))
		random.shuffle((1,))
		random.shuffle('ab')
		random.shuffle(5)
		random.seed(3), random.shuffle({1: 2, 3: 4, 5: 6})
		random.shuffle([1], [2])
		random.seed(4), random.sample(range(100), 5), random.sample(range(100), 6), random.random()
		random.seed(4), random.sample(range(21), 5), random.sample(range(22), 5), random.sample(range(85), 6), random.sample(range(86), 6)
		random.seed(4), random.sample('abcdefgh', 8), random.sample((1, 2, 3), k=2), random.sample([], 0), random.sample(b'abc', 1)
		random.seed(4), random.sample(range(10**12), 10)
		random.seed(4), random.sample(range(-10**6, 10**6, 7), 300)
		random.seed(4), random.sample(['a'] * 30 + ['b'] * 2, 20)
		random.seed(4), random.sample(['red', 'blue'], counts=[4, 2], k=5), random.random()
		random.seed(4), random.sample('abc', counts=(10**9, 10**9, 5), k=12)
		random.seed(4), random.sample('abc', counts=[3, 0, True], k=4)
		random.seed(4), random.sample(range(5), True)
		random.sample([1, 2], 3)
		random.sample([1, 2], -1)
		random.sample([1, 2], 1.0)
		random.sample([1, 2], float('nan'))
		random.sample([1, 2], 'a')
		random.sample([1, 2], None)
		random.sample([1, 2])
		random.sample({1: 2}, 1)
		random.sample({1, 2}, 1)
		random.sample({1: 2}.keys(), 1)
		random.sample((x for x in [1]), 1)
		random.sample(5, 1)
		random.sample([1], 1, [2])
		random.sample([1], 1, counts=5)
		random.sample([1], 1, counts=[1, 2])
		random.sample([], 1, counts=[])
		random.sample([1], 1, counts=['a'])
		random.sample([1, 2], 1, counts=[1, 'a'])
		random.sample([1], 1, counts=[2.0])
		random.sample([1], 1, counts=[0])
		random.sample([1, 2], 1, counts=[1, -10**30])
		random.sample([1], 3, counts=[2])
		random.sample([1, 2], 3, counts=[10**30, 1])
		random.sample([1, 2], 'a', counts=[1, 1])
		random.seed(4), len(random.sample(time.localtime(0), 4))
	`)
}

func TestRandomChoicesAsCPython(t *testing.T) {
	compare(t, `
		random.seed(5), random.choices('abcdef', k=20), random.random()
		random.seed(5), random.choices([1, 2, 3], [5, 0, 1.5], k=20)
		random.seed(5), random.choices([1, 2, 3], weights=[True, 10**30, 1], k=20)
		random.seed(5), random.choices([1, 2, 3], cum_weights=[5, 5, 6.5], k=20)
		random.seed(5), random.choices([1, 2, 3], cum_weights=range(1, 4), k=5)
		random.seed(5), random.choices(range(10**15), k=5)
		random.seed(5), random.choices('ab', (w for w in (1, 2)), k=5)
		random.seed(5), random.choices([7]), random.choices([7], [3]), random.choices([7], k=True)
		random.seed(5), random.choices({0: 'x', 1: 'y'}, k=5)
		random.choices([], k=0)
		random.choices([1], k=-1)
		random.choices([1], [1], k=-1)
		random.choices([1], 5)
		random.choices([1], True)
		random.choices([1], 10**5000)
		random.choices([1], 1.5)
		random.choices([1], k='a')
		random.choices([1], k=1.0)
		random.choices([1], k=None)
		random.choices([1], k=2**70)
		random.choices([], k=1)
		random.choices('', k=1)
		random.choices([], [], k=1)
		random.choices([1, 2], [0, 0])
		random.choices([1, 2], [1, -1])
		random.choices([1, 2], [1j, 0])
		random.choices([1, 2], ['a', 'b'])
		random.choices([1, 2], [1, 'b'])
		random.choices([1, 2], [1, float('nan')])
		random.choices([1, 2], [1, float('inf')])
		random.choices([1, 2], [1, 10**400])
		random.choices([1, 2], [1])
		random.choices([1, 2], [1, 2], cum_weights=[1, 2])
		random.choices([1, 2], cum_weights=['a', 2])
		random.choices([1, 2], cum_weights=5)
		random.choices([1, 2], cum_weights={1: 2, 3: 4})
		random.choices([1, 2], cum_weights=[1])
		random.choices(5)
		random.choices({1: 2}, k=1)
		random.choices({1, 2}, k=1)
		random.choices([1], [1], [1])
		random.choices()
	`)
}

func TestRandomDistributionsAsCPython(t *testing.T) {
	compare(t, `
		random.seed(6), random.uniform(1, 2), random.uniform(2, 1), random.uniform(-1.5, 10**20), random.uniform(0, 10**400)
		random.seed(6), random.uniform(datetime.timedelta(0), datetime.timedelta(1))
		random.uniform('a', 'b')
		random.uniform(None, 2)
		random.uniform(1)
		random.uniform(1, 2, 3)
		random.uniform(1, 2, self=3)
		random.uniform(1, b=2, c=3)
		random.seed(6), random.triangular(), random.triangular(1, 5), random.triangular(1, 5, 1), random.triangular(high=3, mode=2.5)
		random.triangular(1, 1, 1)
		random.triangular('x', 'x', 1)
		random.seed(6), random.triangular(1, 1)
		[random.seed(6), [random.triangular(1, 2, 5) for _ in range(50)]]
		random.triangular(2, 3, 'a')
		random.seed(4), random.triangular('a', 2)
		random.triangular(1, 2, 1j)
		random.seed(6), random.gauss(), random.gauss(5), random.gauss(5, 2), random.gauss(mu=1, sigma=10), random.seed(6), random.gauss()
		random.gauss('a')
		random.gauss(1, 'a')
		random.gauss(1, 2, 3)
		random.seed(6), random.normalvariate(), random.normalvariate(3, 10), random.normalvariate(sigma=2)
		random.normalvariate([], 1)
		random.lognormvariate(1000, 1)
		random.lognormvariate(0)
		random.lognormvariate(1j, 1)
		random.expovariate(0)
		random.expovariate('a')
		random.expovariate()
		random.paretovariate(0)
		random.seed(7), random.paretovariate(1e-5)
		random.paretovariate('a')
		random.weibullvariate(1, 0)
		random.weibullvariate('a', 1)
		random.seed(7), random.weibullvariate(2, 1e-5)
		random.gammavariate('a', 1)
		random.gammavariate(1, 'a')
		random.gammavariate(1j, 1)
		random.gammavariate(-1, 1)
		random.gammavariate(1, 0)
		random.gammavariate(10**400, 1)
		random.gammavariate(2, 10**400)
		random.betavariate(0, 1)
		random.betavariate(1, 0)
		random.betavariate(1, None)
		random.vonmisesvariate(1, 'a')
		random.seed(4), random.vonmisesvariate('a', 1)
		random.seed(4), random.vonmisesvariate('a', 0)
		random.vonmisesvariate(1, 10**400)
		random.seed(6), random.vonmisesvariate(1, 0), random.vonmisesvariate(1, -5), random.vonmisesvariate(1, float('inf'))
	`)
}

// TestRandomRowsAsCPython draws long rows from the distributions: their loops
// must go the same way, and the last digits be the same but for the few where
// the C library does not round its logarithms and powers correctly.
func TestRandomRowsAsCPython(t *testing.T) {
	const row, mostWrong = 200, 0.002
	expressions := randomRows(row)
	env, total, wrong := names(), 0, 0
	for i, answer := range cpython.Eval(t, "import random", expressions) {
		got, want := rowOf(evaluate(t, env, expressions[i])), rowOf(answer.String())
		if len(got) != row || len(want) != row {
			t.Fatalf("%s\n ours %v\n want %v", expressions[i], got, want)
		}
		for j := range got {
			total++
			if got[j] == want[j] {
				continue
			}
			wrong++
			x, _ := strconv.ParseFloat(got[j], 64)
			y, _ := strconv.ParseFloat(want[j], 64)
			// A digit wrong at the end of a logarithm grows with the power that is
			// made of it.
			if math.Abs(x-y) > 1e-12*math.Abs(y) {
				t.Errorf("%s: draw %d: ours %s, want %s", expressions[i], j, got[j], want[j])
			}
		}
	}
	if t.Logf("%d of %d equal", total-wrong, total); float64(wrong) > mostWrong*float64(total) {
		t.Errorf("%d of %d draws have another last digit", wrong, total)
	}
}

// randomRows are expressions that draw rows from all distributions.
func randomRows(row int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	var expressions []string
	for _, call := range []string{
		"lognormvariate(%v, %v)", "expovariate(%v)", "gammavariate(%v, %v)", "betavariate(%v, %v)", "paretovariate(%v)",
		"vonmisesvariate(%v, %v)", "weibullvariate(%v, %v)", "normalvariate(%v, %v)", "gauss(%v, %v)", "triangular(%v, 10, %v)",
		"uniform(%v, %v)",
	} {
		for _, scale := range []float64{0.01, 1, 1, 1, 5, 100} {
			args := make([]any, strings.Count(call, "%"))
			for i := range args {
				args[i] = 0.02 + r.Float64()*scale
				if scale == 100 {
					args[i] = 1 + r.IntN(5)
				}
			}
			expressions = append(expressions, fmt.Sprintf("[random.seed(%d), [random.%s for _ in range(%d)]][1]", r.Uint64(), fmt.Sprintf(call, args...), row))
		}
	}
	return expressions
}

// rowOf takes a list of numbers apart.
func rowOf(text string) []string { return strings.Split(strings.Trim(text, "[]"), ", ") }

// TestRandomUnseeded: no two runs draw the same, unless they seed; and a seed
// does not outlive its run.
func TestRandomUnseeded(t *testing.T) {
	env := names()
	evaluate(t, env, "random.seed(1)")
	drawn := map[string]bool{}
	for range 20 {
		drawn[evaluate(t, env, "random.random()")] = true
		drawn[evaluate(t, env, "[random.seed(1), random.seed(), random.random()][2]")] = true
		drawn[evaluate(t, env, "[random.seed(1), random.seed(None), random.getrandbits(64)][2]")] = true
	}
	if len(drawn) != 60 {
		t.Errorf("60 draws, %d different", len(drawn))
	}
	one, two := evaluate(t, env, "random.seed(1), random.random()"), evaluate(t, env, "random.seed(1), random.random()")
	if one != two {
		t.Errorf("%s and %s of the same seed", one, two)
	}
}

// TestRandomIsBounded: what would be large or without end is refused in good
// time, and what only looks large is done.
func TestRandomIsBounded(t *testing.T) {
	env := names()
	for _, c := range []struct{ text, want string }{
		{"random.choices([1], k=10**9)", "MemoryError"},
		{"random.choices([1], [1], k=10**18)", "MemoryError"},
		{"random.sample(range(10**12), 10**9)", "MemoryError"},
		{"random.sample(range(10**9), 10**9)", "MemoryError"},
		{"random.sample('ab', counts=[10**12, 10**12], k=10**11)", "MemoryError"},
		{"random.randbytes(10**8)", "MemoryError"},
		{"random.randbytes(10**9)", "OverflowError"},
		{"random.getrandbits(2**31 - 1)", "MemoryError"},
		{"random.gammavariate(float('inf'), 1)", "TimeoutError"},
		{"random.gammavariate(float('nan'), 1)", "TimeoutError"},
		{"random.betavariate(1, float('nan'))", "TimeoutError"},
		{"random.vonmisesvariate(0, float('nan'))", "TimeoutError"},
		{"[x := 10**300000, [random.randrange(x) for _ in iter(int, 1)]]", "MemoryError|TimeoutError"},
		{"[x := 'x' * 10**6, [random.seed(x) for _ in iter(int, 1)]]", "MemoryError|TimeoutError"},
		{"len(random.sample(range(10**12), 10))", "10"},
		{"len(random.sample('ab', counts=[10**17, 10**17], k=1000))", "1000"},
		{"len(random.randbytes(10**6))", "1000000"},
		{"sum(random.random() < 2 for _ in range(100000))", "100000"},
	} {
		begin := time.Now()
		program, err := expr.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		thread := expr.NewThread(expr.Limits{Time: time.Minute, Steps: 2_000_000})
		result, err := thread.Run(t.Context(), program, env)
		got := fmt.Sprint(result)
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), ":")
		}
		thread.Done()
		if !strings.Contains("|"+c.want+"|", "|"+got+"|") {
			t.Errorf("%s: got %.100s, want %s", c.text, got, c.want)
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%s took %v", c.text, took)
		}
	}
}
