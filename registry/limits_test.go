package registry_test

import (
	"math/big"
	"testing"

	"althing/registry"
	"althing/value"
)

// TestWeights keeps the weights what they are: a log was accepted under them,
// and must be accepted again on every machine. Do not mend the numbers here.
func TestWeights(t *testing.T) {
	dict, err := value.NewDict([]value.Pair{{Key: value.Str("a"), Value: value.Int(1)}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := value.NewSet([]value.Value{value.Int(1), value.Str("abc")})
	if err != nil {
		t.Fatal(err)
	}
	const key = 224 + 1 // of one letter
	for _, c := range []struct {
		v    value.Value
		want int64
	}{
		{value.None{}, 16},
		{value.Bool(true), 16},
		{value.Int(-1 << 62), 24},
		{value.Float(1.5), 24},
		{value.Complex(1), 32},
		{value.Integer(new(big.Int).Lsh(big.NewInt(1), 100)), 53},
		{value.Str(""), 32},
		{value.Str("größe"), 39},
		{value.Bytes("abc"), 35},
		{value.List{}, 40},
		{value.Tuple{value.Int(1), value.List{value.Str("a")}}, 137},
		{set, 163},
		{dict, 153},
	} {
		s := newShelf(t, registry.Limits{})
		s.set("k", c.v)
		if got := s.Bytes() - key; got != c.want {
			t.Errorf("%s weighs %d, not %d", value.Repr(c.v), got, c.want)
		}
		s.set("k", value.None{})
		if got := s.HistoryBytes() - 40; got != c.want {
			t.Errorf("%s weighs %d in the history, not %d", value.Repr(c.v), got, c.want)
		}
	}
}
