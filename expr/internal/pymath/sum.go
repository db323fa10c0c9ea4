package pymath

import (
	"math"

	"althing/expr/internal/pyerr"
)

// Sum adds floats without any error and rounds once: math.fsum. Its memory is
// bounded, since floats of all sizes fit a few dozen parts. The zero Sum is empty.
type Sum struct {
	parts    []float64 // not overlapping, growing in size
	infinite float64   // the sum of the infinities
	special  float64   // of the infinities and NaNs
}

// Add adds one float.
func (s *Sum) Add(f float64) error {
	x, kept := f, s.parts[:0]
	for _, y := range s.parts {
		sum := twoSum(x, y)
		if sum.l != 0 {
			kept = append(kept, sum.l)
		}
		x = sum.h
	}
	switch {
	case x == 0:
	case !math.IsInf(x, 0) && x == x:
		kept = append(kept, x)
	case !math.IsInf(f, 0) && f == f:
		return pyerr.Overflow("intermediate overflow in fsum")
	default:
		if math.IsInf(f, 0) {
			s.infinite += f
		}
		s.special += f
		kept = kept[:0]
	}
	s.parts = kept
	return nil
}

// Total gives the sum, correctly rounded.
func (s *Sum) Total() (float64, error) {
	if s.infinite != s.infinite {
		return 0, pyerr.Value("-inf + inf in fsum")
	}
	if s.special != 0 {
		return s.special, nil
	}
	n := len(s.parts)
	if n == 0 {
		return 0, nil
	}
	sum := dd{s.parts[n-1], 0}
	for n--; n > 0 && sum.l == 0; n-- {
		sum = fastTwoSum(sum.h, s.parts[n-1])
	}
	// What lies halfway is settled by the sign of the parts below.
	if n > 0 && sum.l != 0 && math.Signbit(sum.l) == math.Signbit(s.parts[n-1]) {
		if up := twoSum(sum.h, 2*sum.l); up.l == 0 {
			return up.h, nil
		}
	}
	return sum.h, nil
}

// ULP is math.ulp(x): the value of the last digit of x.
func ULP(x float64) float64 {
	x = math.Abs(x)
	if x != x || x > math.MaxFloat64 {
		return x
	}
	next := math.Nextafter(x, math.Inf(1))
	if math.IsInf(next, 0) {
		return x - math.Nextafter(x, 0)
	}
	return next - x
}
