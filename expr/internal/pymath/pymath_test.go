package pymath_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/cpython"
	"althing/expr/internal/pymath"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hex is a float as a Python expression.
func hex(f float64) string {
	return "float.fromhex('" + strconv.FormatFloat(f, 'x', -1, 64) + "')"
}

// steps is how many floats lie between a and b.
func steps(a, b float64) uint64 {
	if a == b || a != a && b != b {
		return 0
	}
	order := func(f float64) int64 {
		bits := int64(math.Float64bits(f))
		if bits < 0 {
			return math.MinInt64 - bits
		}
		return bits
	}
	x, y := order(a), order(b)
	if x > y {
		x, y = y, x
	}
	return uint64(y - x)
}

func wide(r *rand.Rand) float64 {
	return math.Copysign(math.Exp(r.Float64()*60-30), r.Float64()-0.5)
}
func positive(r *rand.Rand) float64 { return math.Abs(wide(r)) }
func unit(r *rand.Rand) float64     { return r.Float64()*2 - 1 }
func small(r *rand.Rand) float64    { return r.Float64()*20 - 10 }
func anyBits(r *rand.Rand) float64  { return math.Float64frombits(r.Uint64()) }
func day(r *rand.Rand) float64      { return float64(r.IntN(20001)-10000) / 100 }
func spread(f float64) func(r *rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return (r.Float64()*2 - 1) * f }
}

// functions says what share of random arguments has to give CPython's digits, and
// how many floats the others may be off.
var functions = []struct {
	name  string
	f     func(float64) float64
	from  []func(*rand.Rand) float64
	share float64
	most  uint64
}{
	{"exp", pymath.Exp, []func(*rand.Rand) float64{small, spread(740), unit, day}, 99, 1},
	{"exp2", pymath.Exp2, []func(*rand.Rand) float64{small, spread(1000), unit}, 99, 1},
	{"log", pymath.Log, []func(*rand.Rand) float64{positive, anyBits, day, func(r *rand.Rand) float64 { return 1 + unit(r)/100 }}, 99, 1},
	{"log2", pymath.Log2, []func(*rand.Rand) float64{positive, anyBits, day, func(r *rand.Rand) float64 { return 1 + unit(r)/100 }}, 99, 1},
	{"log10", pymath.Log10, []func(*rand.Rand) float64{positive, anyBits, day, func(r *rand.Rand) float64 { return 1 + unit(r)/100 }}, 99, 1},
	{"sin", pymath.Sin, []func(*rand.Rand) float64{small, wide, anyBits, spread(1e6), day}, 99, 1},
	{"cos", pymath.Cos, []func(*rand.Rand) float64{small, wide, anyBits, spread(1e6), day}, 99, 1},
	{"tan", pymath.Tan, []func(*rand.Rand) float64{small, wide, anyBits, spread(1e6), day}, 99, 1},
	{"asin", pymath.Asin, []func(*rand.Rand) float64{unit}, 99, 1},
	{"acos", pymath.Acos, []func(*rand.Rand) float64{unit}, 99, 1},
	{"atan", pymath.Atan, []func(*rand.Rand) float64{small, wide, anyBits}, 99, 1},
	{"sinh", pymath.Sinh, []func(*rand.Rand) float64{small, unit, spread(715)}, 99, 2},
	{"cosh", pymath.Cosh, []func(*rand.Rand) float64{small, unit, spread(715)}, 99, 1},
	{"tanh", pymath.Tanh, []func(*rand.Rand) float64{small, unit, wide}, 99, 2},
	{"asinh", pymath.Asinh, []func(*rand.Rand) float64{small, wide, anyBits}, 99, 1},
	{"acosh", pymath.Acosh, []func(*rand.Rand) float64{positive, func(r *rand.Rand) float64 { return 1 + r.Float64() }}, 99, 1},
	{"atanh", pymath.Atanh, []func(*rand.Rand) float64{unit}, 99, 1},
	{"expm1", pymath.Expm1, []func(*rand.Rand) float64{small, unit, spread(700)}, 99, 1},
	{"log1p", pymath.Log1p, []func(*rand.Rand) float64{unit, positive, anyBits}, 99, 1},
	{"cbrt", pymath.Cbrt, []func(*rand.Rand) float64{small, wide, anyBits}, 45, 3}, // C's is up to 3 off
	{"erf", pymath.Erf, []func(*rand.Rand) float64{small, unit}, 95, 1},
	{"erfc", pymath.Erfc, []func(*rand.Rand) float64{small, unit, spread(27)}, 80, 2}, // C's is up to 2 off
	{"gamma", pymath.Gamma, []func(*rand.Rand) float64{small, unit, spread(172)}, 99, 2},
	{"lgamma", pymath.Lgamma, []func(*rand.Rand) float64{small, unit, positive, spread(200)}, 99, 2},
}

// question is what a function of ours gave, and the expression that asks CPython
// for the same.
type question struct {
	expression string
	our        float64
}

// group is the questions about one function, and what share of the answers has to
// be equal, the others being no more than so many floats off.
type group struct {
	name      string
	questions []question
	share     float64
	most      uint64
}

func TestFunctionsAsCPython(t *testing.T) {
	const samples = 6000
	var groups []group
	for i, c := range functions {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		g := group{name: c.name, share: c.share, most: c.most}
		for n := range samples {
			x := c.from[n%len(c.from)](r)
			g.questions = append(g.questions, question{"math." + c.name + "(" + hex(x) + ").hex()", c.f(x)})
		}
		groups = append(groups, g)
	}
	checkShares(t, "import math", groups)
}

// checkShares asks CPython about all groups at once. What CPython refuses is left
// out.
func checkShares(t *testing.T, prelude string, groups []group) {
	t.Helper()
	var expressions []string
	for _, g := range groups {
		for _, q := range g.questions {
			expressions = append(expressions, q.expression)
		}
	}
	answers := cpython.Eval(t, prelude, expressions)
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) { g.check(t, answers[:len(g.questions)]) })
		answers = answers[len(g.questions):]
	}
}

func (g group) check(t *testing.T, answers []cpython.Answer) {
	t.Helper()
	equal, asked, worst := 0, 0, uint64(0)
	for i, q := range g.questions {
		if answers[i].Exception != "" {
			continue
		}
		want, err := strconv.ParseFloat(answers[i].Text, 64)
		if err != nil {
			t.Fatal(err)
		}
		asked++
		off := steps(q.our, want)
		if off == 0 {
			equal++
		}
		if off > g.most {
			t.Errorf("%s: %v, want %v", q.expression, q.our, want)
		}
		worst = max(worst, off)
	}
	got := 100 * float64(equal) / float64(asked)
	report := fmt.Sprintf("%.3f %% of %d equal, the others at most %d off", got, asked, worst)
	if !(got >= g.share) {
		t.Error(report)
	}
	t.Log(report)
}

func TestPairsAsCPython(t *testing.T) {
	const samples = 10000
	bases := []func(*rand.Rand) float64{positive, day, func(r *rand.Rand) float64 { return 1 + unit(r)/100 }, anyBits, func(r *rand.Rand) float64 { return float64(r.IntN(1000)) }}
	exponents := []func(*rand.Rand) float64{small, unit, func(r *rand.Rand) float64 { return float64(r.IntN(41) - 20) }, func(r *rand.Rand) float64 { return float64(r.IntN(9)) / 2 }, spread(300)}
	sides := []func(*rand.Rand) float64{small, wide, anyBits, day}
	var groups []group
	for i, c := range []struct {
		name string
		f    func(x, y float64) float64
		x, y []func(*rand.Rand) float64
	}{
		{"pow", pymath.Pow, bases, exponents},
		{"hypot", func(x, y float64) float64 { return pymath.Hypot(x, y) }, sides, sides},
		{"atan2", pymath.Atan2, sides, sides},
	} {
		r := rand.New(rand.NewPCG(2, uint64(i)))
		g := group{name: c.name, share: 99, most: 1}
		for n := range samples {
			x, y := c.x[n%len(c.x)](r), c.y[n/len(c.x)%len(c.y)](r)
			g.questions = append(g.questions, question{"math." + c.name + "(" + hex(x) + ", " + hex(y) + ").hex()", c.f(x, y)})
		}
		groups = append(groups, g)
	}
	checkShares(t, "import math", groups)
}

// TestCorrectlyRounded compares with CPython's decimal numbers of 60 digits.
func TestCorrectlyRounded(t *testing.T) {
	const prelude = "from decimal import Decimal as D, getcontext\ngetcontext().prec = 60\nln2 = D(2).ln()"
	r := rand.New(rand.NewPCG(3, 3))
	g := group{name: "all", share: 100}
	ask := func(our float64, format string, arguments ...any) {
		g.questions = append(g.questions, question{"float(" + fmt.Sprintf(format, arguments...) + ").hex()", our})
	}
	for range 1000 {
		x, y := positive(r), small(r)
		ask(pymath.Exp(y), "D(%s).exp()", hex(y))
		ask(pymath.Log(x), "D(%s).ln()", hex(x))
		ask(pymath.Log2(x), "D(%s).ln()/ln2", hex(x))
		ask(pymath.Pow(x, y), "D(%s)**D(%s)", hex(x), hex(y))
		ask(pymath.Cbrt(x), "D(%s)**(D(1)/3)", hex(x))
		ask(pymath.Hypot(x, y), "(D(%s)**2+D(%s)**2).sqrt()", hex(x), hex(y))
		y = -740 + r.Float64()*35 // where results are subnormal
		ask(pymath.Exp(y), "D(%s).exp()", hex(y))
	}
	checkShares(t, prelude, []group{g})
}

func BenchmarkFunctions(b *testing.B) {
	for _, c := range functions {
		b.Run(c.name, func(b *testing.B) {
			x := 0.7
			for b.Loop() {
				c.f(x)
			}
		})
	}
	b.Run("pow", func(b *testing.B) {
		for b.Loop() {
			pymath.Pow(2.5, 1.7)
		}
	})
	b.Run("hypot", func(b *testing.B) {
		for b.Loop() {
			pymath.Hypot(3, 4)
		}
	})
}
