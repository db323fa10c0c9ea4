package pyrand_test

import (
	"math/big"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/pyrand"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSeededDraws(t *testing.T) {
	var s pyrand.Source
	s.SeedInt(big.NewInt(42))
	for i, want := range []float64{0.6394267984578837, 0.025010755222666936, 0.27502931836911926} {
		if got := s.Float64(); got != want {
			t.Errorf("draw %d: %v, want %v", i, got, want)
		}
	}
}
