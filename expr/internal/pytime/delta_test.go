package pytime_test

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"althing/expr/internal/pytime"
	"althing/value"
)

func bigInt(n int64) *big.Int { return big.NewInt(n) }

func randomDelta(r *rand.Rand) pytime.Delta {
	micros := new(big.Int).Mul(bigInt(r.Int64N(1<<40)-1<<39), bigInt([]int64{1, 7, 1000, 1 << 24}[r.IntN(4)]))
	d, err := pytime.DeltaOf(micros)
	if err != nil {
		panic(err)
	}
	return d
}

func TestDeltaAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	var q questions
	source := func(d pytime.Delta) string { return strings.TrimPrefix(d.Repr(), "datetime.") }
	for range 3000 {
		d, e := randomDelta(r), randomDelta(r)
		q.ask(d.String(), "str(%s)", source(d))
		q.ask(value.Repr(value.Float(d.TotalSeconds())), "%s.total_seconds()", source(d))
		sum, err := d.Add(e)
		q.ask(shown(sum, err), "repr(%s + %s)", source(d), source(e))
		quotient, rest, err := d.DivMod(e)
		if err != nil {
			t.Fatal(err)
		}
		q.ask("("+quotient.String()+", "+rest.Repr()+")", "divmod(%s, %s)", source(d), source(e))
		ratio, err := d.Ratio(e)
		if err != nil {
			t.Fatal(err)
		}
		q.ask(value.Repr(value.Float(ratio)), "%s / %s", source(d), source(e))
		n := bigInt(r.Int64N(2001) - 1000)
		times, err := d.Times(n, bigInt(1))
		q.ask(shown(times, err), "repr(%s * %d)", source(d), n)
		part, err := d.Times(bigInt(1), n)
		q.ask(shown(part, err), "repr(%s / %d)", source(d), n)
		floor, err := d.FloorDiv(n)
		q.ask(shown(floor, err), "repr(%s // %d)", source(d), n)
		q.ask([]string{"(True, False)", "(False, True)", "(False, False)"}[d.Compare(e)+1], "(%s < %s, %s == %s)", source(d), source(e), source(d), source(e))
	}
	q.check(t)
}

func TestDeltaSumAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var q questions
	units := []struct {
		name string
		unit int64
	}{
		{"microseconds", pytime.MicrosUnit},
		{"milliseconds", pytime.MillisUnit},
		{"seconds", pytime.SecondUnit},
		{"minutes", pytime.MinuteUnit},
		{"hours", pytime.HourUnit},
		{"days", pytime.DayUnit},
		{"weeks", pytime.WeekUnit},
	}
	for range 6000 {
		var sum pytime.DeltaSum
		var arguments []string
		var fault error
		for _, u := range units { // CPython adds them up in this order
			var err error
			switch r.IntN(4) {
			case 0:
				n := bigInt(r.Int64N(20001) - 10000)
				arguments = append(arguments, u.name+"="+n.String())
				err = sum.AddInt(n, u.unit)
			case 1:
				f := float64(r.IntN(2001)-1000) / []float64{1, 2, 4, 10, 1000, 1e6, 1e7}[r.IntN(7)]
				if r.IntN(100) == 0 {
					f *= 1e15
				}
				arguments = append(arguments, u.name+"="+value.Repr(value.Float(f)))
				err = sum.AddFloat(f, u.unit)
			}
			if fault == nil {
				fault = err
			}
		}
		d, err := sum.Delta()
		if fault != nil {
			err = fault
		}
		q.ask(shown(d, err), "repr(timedelta(%s))", strings.Join(arguments, ", "))
	}
	q.check(t)
}
