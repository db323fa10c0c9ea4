package bigwork_test

import (
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/bigwork"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestWorkGrows: more bits are never less work, whichever operand has them, and
// twice as many are at most four times as much and a little.
func TestWorkGrows(t *testing.T) {
	for n := 64; n < 1<<28; n *= 2 {
		for m := 64; m <= n; m *= 2 {
			one, two := bigwork.Mul(n, m), bigwork.Mul(2*n, 2*m)
			if one <= 0 || two <= one || two > 5*one+1000 || one != bigwork.Mul(m, n) {
				t.Errorf("%d by %d bits: %d, twice as many %d, turned around %d", n, m, one, two, bigwork.Mul(m, n))
			}
			if d := bigwork.Div(2*n, m); d <= 0 || d > bigwork.Div(4*n, m) {
				t.Errorf("%d bits divided by %d: %d, twice as many %d", 2*n, m, d, bigwork.Div(4*n, m))
			}
		}
	}
}
