package format_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"althing/expr/internal/format"
	"althing/value"
)

func TestRoundAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var expressions, ours []string
	add := func(f float64, digits int) {
		rounded, err := format.Round(f, digits)
		expressions = append(expressions, fmt.Sprintf("round(%s, %d)", source(value.Float(f)), digits))
		ours = append(ours, shown(value.Repr(value.Float(rounded)), err))
	}
	for _, f := range []float64{2.675, 0.5, 1.5, 2.5, -0.5, 1e300, math.MaxFloat64, 5e-324, 1e22, 1e23, 25, 35, 5e22, 5e23, math.Inf(1), math.NaN(), math.Copysign(0, -1)} {
		for _, digits := range []int{-400, -309, -308, -300, -299, -24, -23, -22, -2, -1, 0, 1, 2, 17, 22, 323, 324, 400} {
			add(f, digits)
		}
	}
	for range 10000 {
		f := math.Float64frombits(r.Uint64())
		if r.IntN(2) == 0 {
			f = float64(r.IntN(2000000)-1000000) / []float64{1, 2, 4, 8, 10, 100, 1000}[r.IntN(7)]
		}
		add(f, r.IntN(40)-20)
		if math.Abs(f) > 1 {
			add(f, r.IntN(3)-1-int(math.Log10(math.Abs(f))))
		}
	}
	compare(t, "", expressions, ours)
}

func TestRoundIntAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var expressions, ours []string
	add := func(i value.Value, digits int) {
		expressions = append(expressions, fmt.Sprintf("round(%s, %d)", value.Repr(i), digits))
		ours = append(ours, value.Repr(format.RoundInt(i, digits)))
	}
	for i := int64(-60); i <= 60; i++ {
		add(value.Int(i), -1)
		add(value.Int(i*25), -2)
	}
	for range 2000 {
		big := new(big.Int).Lsh(big.NewInt(r.Int64()-r.Int64()), uint(r.IntN(100)))
		add(value.Integer(big), -r.IntN(60))
	}
	add(value.Bool(true), 3)
	add(value.Int(5), math.MinInt32)
	ours[len(ours)-1], expressions[len(ours)-1] = value.Repr(format.RoundInt(value.Int(5), math.MinInt)), "0"
	compare(t, "", expressions, ours)
}

func TestRoundEven(t *testing.T) {
	for f, want := range map[float64]string{0.5: "0", 1.5: "2", 2.5: "2", -2.5: "-2", 1e20: "100000000000000000000", 0x1p63: "9223372036854775808"} {
		if got, err := format.RoundEven(f); err != nil || value.Repr(got) != want {
			t.Errorf("round(%v): %v, %v, want %s", f, got, err, want)
		}
	}
	if _, err := format.RoundEven(math.NaN()); err == nil || err.Error() != "ValueError: cannot convert float NaN to integer" {
		t.Errorf("round(nan): %v", err)
	}
	if _, err := format.RoundEven(math.Inf(-1)); err == nil || err.Error() != "OverflowError: cannot convert float infinity to integer" {
		t.Errorf("round(-inf): %v", err)
	}
}
