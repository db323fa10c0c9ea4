package pyrand_test

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/cpython"
	"althing/expr/internal/pyrand"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestDraws has the answers of CPython 3.11 for where it is not installed.
func TestDraws(t *testing.T) {
	var s pyrand.Source
	for _, c := range []struct {
		name string
		draw func() any
		want string
	}{
		{"random", func() any { return s.Float64() }, "0.6394267984578837"},
		{"getrandbits(0)", func() any { return s.Bits(0) }, "0"},
		{"getrandbits(1)", func() any { return s.Bits(1) }, "1"},
		{"getrandbits(32)", func() any { return s.Bits(32) }, "2746317213"},
		{"getrandbits(33)", func() any { return s.Bits(33) }, "2746317213"},
		{"getrandbits(64)", func() any { return s.Bits(64) }, "2053695854357871005"},
		{"getrandbits(100)", func() any { return s.BigBits(100) }, "873491343714207852616756591005"},
		{"randrange(1)", func() any { return s.Below(1) }, "0"},
		{"randrange(10**9)", func() any { return s.Below(1e9) }, "686579303"},
		{"randbytes(0)", func() any { return filled(&s, 0) }, ""},
		{"randbytes(4)", func() any { return filled(&s, 4) }, "9d79b1a3"},
		{"randbytes(7)", func() any { return filled(&s, 7) }, "9d79b1a331801c"},
	} {
		s.SeedInt(big.NewInt(42))
		if got := fmt.Sprint(c.draw()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func filled(s *pyrand.Source, n int) string {
	dst := make([]byte, n)
	s.Fill(dst)
	return hex.EncodeToString(dst)
}

// seeding is how to seed here and in CPython.
type seeding struct {
	argument string
	seed     func(s *pyrand.Source)
}

func seedings(r *rand.Rand) []seeding {
	all := []seeding{{"b''", func(s *pyrand.Source) { s.SeedBytes(nil) }}}
	for _, bits := range []uint{0, 1, 31, 32, 33, 63, 64, 65, 96, 127, 128, 1000, 624 * 32, 625*32 + 1, 30000} {
		n := new(big.Int).Lsh(big.NewInt(1), bits)
		for _, n := range []*big.Int{n, new(big.Int).Sub(n, big.NewInt(1)), new(big.Int).Neg(n)} {
			all = append(all, seeding{fmt.Sprintf("int('%x', 16)", n), func(s *pyrand.Source) { s.SeedInt(n) }})
		}
	}
	for range 50 {
		text := make([]byte, r.IntN(100))
		for i := range text {
			text[i] = byte(r.Uint32())
		}
		all = append(all, seeding{value.Repr(value.Bytes(text)), func(s *pyrand.Source) { s.SeedBytes(text) }})
	}
	return all
}

// TestAsCPython seeds here and there, and compares long rows of draws of all
// kinds.
func TestAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var expressions, ours []string
	for _, c := range seedings(r) {
		var s pyrand.Source
		c.seed(&s)
		calls := []string{"g.seed(" + c.argument + ")"}
		draws := []string{"None"}
		add := func(draw any, format string, args ...any) {
			calls = append(calls, "g."+fmt.Sprintf(format, args...))
			draws = append(draws, fmt.Sprint(draw))
		}
		for range 40 {
			k, n := r.IntN(65), 1+r.IntN(200)
			below := 1 + r.Uint64()>>r.IntN(64)
			long := new(big.Int).Lsh(big.NewInt(3), uint(n))
			add("'"+filled(&s, n)+"'", "randbytes(%d).hex()", n)
			add(s.Bits(k), "getrandbits(%d)", k)
			add(s.BigBits(n), "getrandbits(%d)", n)
			add(s.Below(below), "randrange(%d)", below)
			add(s.BigBelow(long), "randrange(3 << %d)", n)
			add(value.Repr(value.Float(s.Float64())), "random()")
		}
		expressions = append(expressions, "["+strings.Join(calls, ", ")+"]")
		ours = append(ours, "["+strings.Join(draws, ", ")+"]")
	}
	for i, answer := range cpython.Eval(t, "import random; g = random.Random()", expressions) {
		if answer.String() != ours[i] {
			t.Errorf("%.200s: got %.200s, want %.200s", expressions[i], ours[i], answer)
		}
	}
}

func BenchmarkFloat64(b *testing.B) {
	var s pyrand.Source
	s.SeedInt(big.NewInt(1))
	for b.Loop() {
		s.Float64()
	}
}

func BenchmarkSeed(b *testing.B) {
	var s pyrand.Source
	for b.Loop() {
		s.SeedInt(big.NewInt(1))
	}
}
