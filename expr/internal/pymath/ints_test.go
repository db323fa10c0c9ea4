package pymath_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"althing/expr/internal/cpython"
	"althing/expr/internal/pyerr"
	"althing/expr/internal/pymath"
)

// purse is a budget of memory and work.
type purse struct{ bytes, ns int64 }

func (p *purse) Charge(bytes int64) error {
	if p.bytes -= bytes; p.bytes < 0 {
		return pyerr.New("MemoryError", "")
	}
	return nil
}

func (p *purse) Work(ns int64) error {
	if p.ns -= ns; p.ns < 0 {
		return pyerr.New("TimeoutError", "")
	}
	return nil
}

func budget() *purse { return &purse{32 << 20, 1e9} }

func bigInt(r *rand.Rand) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(r.Int64()-r.Int64()), uint(r.IntN(200)))
	if r.IntN(2) == 0 {
		return big.NewInt(int64(r.IntN(40) - 5))
	}
	return n
}

func TestIntsAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var expressions, ours []string
	ask := func(result *big.Int, err error, format string, arguments ...any) {
		expressions = append(expressions, fmt.Sprintf(format, arguments...))
		if err != nil {
			ours = append(ours, err.Error())
		} else {
			ours = append(ours, result.String())
		}
	}
	for range 2000 {
		x, y := bigInt(r), bigInt(r)
		gcd, err := pymath.GCD(budget(), x, y)
		ask(gcd, err, "math.gcd(%d, %d)", x, y)
		lcm, err := pymath.LCM(budget(), x, y)
		ask(lcm, err, "math.lcm(%d, %d)", x, y)
		root, err := pymath.Isqrt(budget(), x)
		ask(root, err, "math.isqrt(%d)", x)
		n, k := big.NewInt(int64(r.IntN(120)-3)), big.NewInt(int64(r.IntN(120)-3))
		comb, err := pymath.Comb(budget(), n, k)
		ask(comb, err, "math.comb(%d, %d)", n, k)
		perm, err := pymath.Perm(budget(), n, k)
		ask(perm, err, "math.perm(%d, %d)", n, k)
		if x.Sign() > 0 {
			comb, err = pymath.Comb(budget(), x, big.NewInt(5))
			ask(comb, err, "math.comb(%d, 5)", x)
			comb, err = pymath.Comb(budget(), x, new(big.Int).Sub(x, big.NewInt(3)))
			ask(comb, err, "math.comb(%d, %d-3)", x, x)
		}
	}
	for n := range int64(300) {
		factorial, err := pymath.Factorial(budget(), big.NewInt(n-2))
		ask(factorial, err, "math.factorial(%d)", n-2)
	}
	huge := new(big.Int).Lsh(big.NewInt(1), 70)
	for _, f := range []struct {
		name string
		f    func(pymath.Budget, *big.Int, *big.Int) (*big.Int, error)
	}{{"comb", pymath.Comb}, {"perm", pymath.Perm}} {
		n := new(big.Int).Lsh(huge, 5)
		result, err := f.f(budget(), n, huge)
		ask(result, err, "math.%s(%d, %d)", f.name, n, huge)
	}
	factorial, err := pymath.Factorial(budget(), huge)
	ask(factorial, err, "math.factorial(%d)", huge)
	wrong := 0
	for i, answer := range cpython.Eval(t, "import math", expressions) {
		if answer.String() != ours[i] {
			wrong++
			t.Errorf("%s: %.200s, want %.200s", expressions[i], ours[i], answer)
		}
	}
	t.Logf("%d of %d equal", len(expressions)-wrong, len(expressions))
}

// What would take too long or too much is refused, and what is not refused takes
// no longer than it was said to.
func TestIntsAreBounded(t *testing.T) {
	large := new(big.Int).Lsh(big.NewInt(1), 200_000_000)
	large.Add(large, big.NewInt(1))
	n := func(i int64) *big.Int { return big.NewInt(i) }
	for name, run := range map[string]func() (*big.Int, error){
		"factorial(10**9)":        func() (*big.Int, error) { return pymath.Factorial(budget(), n(1e9)) },
		"factorial(10**18)":       func() (*big.Int, error) { return pymath.Factorial(budget(), n(1e18)) },
		"factorial(10**7)":        func() (*big.Int, error) { return pymath.Factorial(budget(), n(1e7)) },
		"perm(10**18, 10**8)":     func() (*big.Int, error) { return pymath.Perm(budget(), n(1e18), n(1e8)) },
		"comb(10**9, 5 * 10**8)":  func() (*big.Int, error) { return pymath.Comb(budget(), n(1e9), n(5e8)) },
		"gcd of 200 million bits": func() (*big.Int, error) { return pymath.GCD(budget(), large, new(big.Int).Sub(large, n(7))) },
		"lcm of 200 million bits": func() (*big.Int, error) { return pymath.LCM(budget(), large, n(3)) },
		"isqrt(2**200000000)":     func() (*big.Int, error) { return pymath.Isqrt(budget(), large) },
	} {
		if result, err := run(); err == nil {
			t.Errorf("%s: %d bits, want an error", name, result.BitLen())
		} else if text := err.Error(); text != "MemoryError" && text != "TimeoutError" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSumAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var expressions, ours []string
	for range 3000 {
		var sum pymath.Sum
		var items []string
		var fault error
		for range r.IntN(12) {
			x := wide(r)
			switch r.IntN(10) {
			case 0:
				x = anyBits(r)
			case 1:
				x = math.Ldexp(1, r.IntN(120)-60)
			case 2:
				x = -math.Ldexp(1, r.IntN(120)-60)
			case 3:
				if r.IntN(10) == 0 {
					x = []float64{math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64}[r.IntN(4)]
				}
			}
			items = append(items, pyFloat(x))
			if fault == nil {
				fault = sum.Add(x)
			}
		}
		total, err := sum.Total()
		if fault != nil {
			err = fault
		}
		expressions = append(expressions, "math.fsum(["+strings.Join(items, ", ")+"]).hex()")
		if err != nil {
			ours = append(ours, err.Error())
		} else {
			ours = append(ours, strconv.FormatFloat(total, 'g', -1, 64))
		}
	}
	for i, answer := range cpython.Eval(t, "import math", expressions) {
		want := answer.String()
		if f, err := strconv.ParseFloat(answer.Text, 64); err == nil {
			want = strconv.FormatFloat(f, 'g', -1, 64)
		}
		if ours[i] != want {
			t.Errorf("%s: %s, want %s", expressions[i], ours[i], want)
		}
	}
}

// pyFloat is hex for what has no literal too.
func pyFloat(f float64) string {
	if f != f || math.IsInf(f, 0) {
		return "float('" + strconv.FormatFloat(f, 'g', -1, 64) + "')"
	}
	return hex(f)
}

func TestExactFunctionsAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	g := group{name: "all", share: 99.9, most: 1}
	ask := func(our float64, format string, arguments ...any) {
		g.questions = append(g.questions, question{"float(" + fmt.Sprintf(format, arguments...) + ").hex()", our})
	}
	for range 1000 {
		x, y := wide(r), small(r)
		if r.IntN(2) == 0 {
			x, y = anyBits(r), anyBits(r)
		}
		ask(pymath.ULP(x), "math.ulp(%s)", pyFloat(x))
		ask(math.Remainder(x, y), "math.remainder(%s, %s)", pyFloat(x), pyFloat(y))
		ask(math.Mod(x, y), "math.fmod(%s, %s)", pyFloat(x), pyFloat(y))
		ask(math.Nextafter(x, y), "math.nextafter(%s, %s)", pyFloat(x), pyFloat(y))
		p, q := []float64{small(r), small(r), small(r)}, []float64{wide(r), small(r), small(r)}
		ask(pymath.Dist(p, q), "math.dist([%s,%s,%s], [%s,%s,%s])", hex(p[0]), hex(p[1]), hex(p[2]), hex(q[0]), hex(q[1]), hex(q[2]))
		n := new(big.Int).Lsh(big.NewInt(1+r.Int64N(1<<40)), uint(1100+r.IntN(3000)))
		ask(pymath.BigLog(n, pymath.Log), "math.log(%d)", n)
	}
	for _, x := range []float64{0, 1, -1, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 0x1p-1022} {
		ask(pymath.ULP(x), "math.ulp(%s)", pyFloat(x))
	}
	checkShares(t, "import math", []group{g})
}
