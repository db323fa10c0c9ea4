package format_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/cpython"
	"althing/expr/internal/format"
	"althing/expr/internal/pyerr"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// purse is a budget of memory.
type purse int64

func (p *purse) Charge(bytes int64) error {
	if *p -= purse(bytes); *p < 0 {
		return pyerr.New("MemoryError", "")
	}
	return nil
}

func budget() *purse {
	p := purse(1 << 20)
	return &p
}

// shown is a result as cpython shows one.
func shown(text string, err error) string {
	if err != nil {
		return err.Error()
	}
	return text
}

// compare checks our answers against CPython's.
func compare(t *testing.T, prelude string, expressions, ours []string) {
	t.Helper()
	wrong := 0
	for i, answer := range cpython.Eval(t, prelude, expressions) {
		if answer.String() != ours[i] {
			if wrong++; wrong < 20 {
				t.Errorf("%.300s\n ours %.300q\n want %.300q", expressions[i], ours[i], answer)
			}
		}
	}
	t.Logf("%d of %d equal", len(expressions)-wrong, len(expressions))
}

var scalars = []value.Value{
	value.Int(0), value.Int(7), value.Int(-42), value.Int(1234567), value.Int(math.MinInt64), value.Bool(true), value.Bool(false),
	value.Integer(new(big.Int).Lsh(big.NewInt(-3), 100)), value.Integer(new(big.Int).Lsh(big.NewInt(1), 2000)),
	value.Float(0), value.Float(math.Copysign(0, -1)), value.Float(1.5), value.Float(-2.675), value.Float(1234567.891), value.Float(1e16), value.Float(1e22),
	value.Float(123456789012345678), value.Float(1e-5), value.Float(0.0001), value.Float(5e-324), value.Float(math.MaxFloat64),
	value.Float(math.Inf(1)), value.Float(math.Inf(-1)), value.Float(math.NaN()), value.Float(9.9999999), value.Float(-0.004), value.Float(100),
	value.Complex(complex(1, 2)), value.Complex(complex(0, -1.5)), value.Complex(complex(math.Copysign(0, -1), 1e20)), value.Complex(complex(math.NaN(), math.Inf(-1))),
	value.Str(""), value.Str("a"), value.Str("grüße"), value.Str("日本語 text"), value.Str("\xed\xa0\x80x"),
}

// source is a value as a Python expression.
func source(v value.Value) string {
	text := value.Repr(v)
	switch v := v.(type) {
	case value.Float:
		if math.IsInf(float64(v), 0) || math.IsNaN(float64(v)) {
			return "float('" + text + "')"
		}
	case value.Complex:
		return fmt.Sprintf("complex(float('%s'), float('%s'))", strconv.FormatFloat(real(v), 'g', -1, 64), strconv.FormatFloat(imag(v), 'g', -1, 64))
	}
	return text
}

// pick gives one of the choices, the empty one as often as all others.
func pick(r *rand.Rand, choices ...string) string {
	if r.IntN(2) == 0 {
		return ""
	}
	return choices[r.IntN(len(choices))]
}

func randomSpec(r *rand.Rand) string {
	return pick(r, "<", ">", "^", "=", "*<", "0>", "é^", "x=", "{<", "0=", "\xed\xa0\x80>") + pick(r, "+", "-", " ") + pick(r, "z") + pick(r, "#") + pick(r, "0") +
		pick(r, "1", "3", "8", "20", "23", "0", "٣", "40") + pick(r, ",", "_", ",_", "_,", ",,") +
		pick(r, ".0", ".1", ".3", ".17", ".30", ".", ".2") +
		pick(r, "b", "c", "d", "e", "E", "f", "F", "g", "G", "n", "o", "s", "x", "X", "%", "y", "€", "dd", "d", "f", "g")
}

func TestScalarAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var expressions, ours []string
	for range 20000 {
		v, spec := scalars[r.IntN(len(scalars))], randomSpec(r)
		expressions = append(expressions, fmt.Sprintf("format(%s, %s)", source(v), source(value.Str(spec))))
		ours = append(ours, shown(format.Scalar(budget(), v, spec)))
	}
	compare(t, "", expressions, ours)
}

func TestFloatDigitsAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var expressions, ours []string
	for range 5000 {
		f := math.Float64frombits(r.Uint64())
		if r.IntN(2) == 0 {
			f = (r.Float64() - 0.5) * math.Pow10(r.IntN(30)-10)
		}
		spec := fmt.Sprintf(".%d%c", r.IntN(25), "efgEFG%"[r.IntN(7)])
		if r.IntN(4) == 0 {
			spec = pick(r, ".5", "", ".1", "#", "#.17", "#.3g", ",.3f", "012,.1f", "+z.0f")
		}
		v := value.Float(f)
		expressions = append(expressions, fmt.Sprintf("format(%s, %q)", source(v), spec))
		ours = append(ours, shown(format.Scalar(budget(), v, spec)))
	}
	compare(t, "", expressions, ours)
}

func TestGroupingFillsAsCPython(t *testing.T) {
	var expressions, ours []string
	for width := range 30 {
		for _, v := range []value.Value{value.Int(0), value.Int(-1234), value.Int(1234567), value.Float(12345.5)} {
			for _, spec := range []string{"0%d,", "0%d_", "0%d_x", "#0%d_b", "0=+%d,", "*=%d,", "^%d,"} {
				spec = fmt.Sprintf(spec, width)
				expressions = append(expressions, fmt.Sprintf("format(%s, %q)", source(v), spec))
				ours = append(ours, shown(format.Scalar(budget(), v, spec)))
			}
		}
	}
	compare(t, "", expressions, ours)
}

func TestUnsupported(t *testing.T) {
	for _, v := range []value.Value{value.None{}, value.Bytes("x"), value.List{}} {
		_, err := format.Scalar(budget(), v, "d")
		want := "TypeError: unsupported format string passed to " + v.TypeName() + ".__format__"
		if err == nil || err.Error() != want {
			t.Errorf("%T: got %v, want %s", v, err, want)
		}
	}
}

func TestSizesAreChargedFirst(t *testing.T) {
	huge := value.Integer(new(big.Int).Lsh(big.NewInt(1), 1<<24))
	for _, c := range []struct {
		v    value.Value
		spec string
	}{
		{value.Int(1), ">9999999999"},
		{value.Int(1), "9223372036854775807"},
		{value.Str("x"), "\U0001f600^9223372036854775807"},
		{value.Float(1), "09999999999,"},
		{value.Float(1), ".2147483647f"},
		{value.Float(1), "#.2147483647g"},
		{value.Complex(1), ".2147483647e"},
		{value.Complex(1), ">9999999999"},
		{huge, "b"},
		{value.Str(strings.Repeat("x", 2<<20)), ""},
		{value.Str(strings.Repeat("x", 2<<20)), "<5"},
	} {
		_, err := format.Scalar(budget(), c.v, c.spec)
		var e *pyerr.Error
		if !errors.As(err, &e) || e.Type != "MemoryError" {
			t.Errorf("%s %q: %v, want MemoryError", c.v.TypeName(), c.spec, err)
		}
	}
}

func TestDecimalDigitsEnd(t *testing.T) {
	ten := func(n int64) value.Value {
		return value.Integer(new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil))
	}
	if text, err := format.Scalar(budget(), ten(4299), "d"); err != nil || len(text) != 4300 {
		t.Errorf("4,300 digits: %d of them, %v", len(text), err)
	}
	const want = "ValueError: Exceeds the limit (4300 digits) for integer string conversion; " +
		"use sys.set_int_max_str_digits() to increase the limit"
	if _, err := format.Scalar(budget(), ten(4300), "d"); err == nil || err.Error() != want {
		t.Errorf("4,301 digits: %v", err)
	}
}

// withinBudget checks that a text is no larger than the budget it was made from,
// and a tenth.
func withinBudget(t *testing.T, text string, err error) {
	t.Helper()
	if err == nil && int64(len(text)) > int64(*budget())*11/10 {
		t.Errorf("%d bytes", len(text))
	}
}

func FuzzScalar(f *testing.F) {
	for _, spec := range []string{"", "d", ">20", "*^+#012_.3f", "z,", "é<5s", "_X", "c", "1000000", "é>700000", ".1000000f", "01000000,d"} {
		f.Add(uint8(3), spec)
	}
	f.Fuzz(func(t *testing.T, which uint8, spec string) {
		v := scalars[int(which)%len(scalars)]
		text, err := format.Scalar(budget(), v, spec)
		withinBudget(t, text, err)
	})
}

func BenchmarkScalar(b *testing.B) {
	p := purse(math.MaxInt64)
	var dst []byte
	for _, spec := range []string{"", ".2f", ">10.3f", ",.1f"} {
		b.Run(spec, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = format.AppendScalar(&p, dst[:0], value.Float(21.4567), spec)
			}
		})
	}
}
