package modules

import (
	"math"

	"althing/expr"
)

// distinct draws k different numbers from 0 to below n, as sample() does.
func (d *draws) distinct(t *expr.Thread, n int64, k expr.Object) ([]int64, error) {
	f := formula{t: t}
	fits := f.holds(expr.Le, expr.Int(0), k) && f.holds(expr.Le, k, expr.Int(n))
	if f.err != nil {
		return nil, f.err
	}
	if !fits {
		return nil, expr.ValueError("Sample larger than population or is negative")
	}
	count, ok := expr.AsInt(k)
	if !ok {
		return nil, expr.TypeError("can't multiply sequence by non-int of type '%s'", k.TypeName())
	}
	if err := t.Charge(8 * min(count, math.MaxInt32)); err != nil {
		return nil, err
	}
	if n <= poolBound(count) {
		return d.fromPool(t, n, count)
	}
	return d.unlikeBefore(t, n, count)
}

// poolBound is up to how many numbers CPython draws from a list of all of them,
// which takes less memory than a set of those already drawn.
func poolBound(k int64) int64 {
	const small = 21
	if k <= 5 {
		return small
	}
	table := int64(1)
	for table < 3*k {
		table *= 4
	}
	return small + table
}

// fromPool draws from a list of all numbers that are left.
func (d *draws) fromPool(t *expr.Thread, n, k int64) ([]int64, error) {
	if err := t.Charge(8 * n); err != nil {
		return nil, err
	}
	if err := t.Step(n/16 + k); err != nil {
		return nil, err
	}
	pool := make([]int64, n)
	for i := range pool {
		pool[i] = int64(i)
	}
	drawn := make([]int64, k)
	for i := range drawn {
		last := len(pool) - 1
		j := d.Below(uint64(len(pool)))
		drawn[i], pool[j] = pool[j], pool[last]
		pool = pool[:last]
	}
	return drawn, nil
}

// unlikeBefore draws again where it has drawn the same before.
func (d *draws) unlikeBefore(t *expr.Thread, n, k int64) ([]int64, error) {
	const entrySize = 32 // of the set
	if err := t.Charge(entrySize * k); err != nil {
		return nil, err
	}
	seen := make(map[int64]bool, k)
	drawn := make([]int64, 0, k)
	for int64(len(drawn)) < k {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		j := int64(d.Below(uint64(n)))
		if !seen[j] {
			seen[j] = true
			drawn = append(drawn, j)
		}
	}
	return drawn, nil
}
