package modules

import (
	"math"

	"althing/expr"
	"althing/value"
)

// sequences are the functions that draw from a sequence.
var sequences = []drawing{
	{name: "choice", spec: "seq", draw: randomChoice},
	{name: "shuffle", spec: "x", draw: randomShuffle, changes: true},
	{name: "sample", spec: "population k * counts?", draw: randomSample},
	{name: "choices", spec: "population weights? * cum_weights? k?", draw: randomChoices},
}

func randomChoice(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	n, err := expr.Len(t, g[0])
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, expr.IndexError("Cannot choose from an empty sequence")
	}
	return expr.GetItem(t, g[0], expr.Int(int64(d.Below(uint64(n)))))
}

func randomShuffle(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	if l, ok := g[0].(*expr.List); ok {
		return expr.None, d.shuffleList(t, l.Items())
	}
	n, err := expr.Len(t, g[0])
	if err != nil {
		return nil, err
	}
	for i := n - 1; i > 0; i-- {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		if err := exchange(t, g[0], expr.Int(int64(i)), expr.Int(int64(d.Below(uint64(i)+1)))); err != nil {
			return nil, err
		}
	}
	return expr.None, nil
}

// shuffleList is shuffle for what it is nearly always given.
func (d *draws) shuffleList(t *expr.Thread, items []expr.Object) error {
	for i := len(items) - 1; i > 0; i-- {
		if err := t.Step(1); err != nil {
			return err
		}
		j := d.Below(uint64(i) + 1)
		items[i], items[j] = items[j], items[i]
	}
	return nil
}

// exchange is x[i], x[j] = x[j], x[i].
func exchange(t *expr.Thread, x, i, j expr.Object) error {
	atJ, err := expr.GetItem(t, x, j)
	if err != nil {
		return err
	}
	atI, err := expr.GetItem(t, x, i)
	if err != nil {
		return err
	}
	if err := expr.SetItem(t, x, i, atJ); err != nil {
		return err
	}
	return expr.SetItem(t, x, j, atI)
}

// picked makes a list of n elements of a sequence, of which next gives the
// places.
func picked(t *expr.Thread, sequence expr.Object, n int64, next func() (expr.Object, error)) (expr.Object, error) {
	n = max(n, 0)
	if err := t.ChargeSlots(int(min(n, math.MaxInt32))); err != nil {
		return nil, err
	}
	items := make([]expr.Object, n)
	for i := range items {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		place, err := next()
		if err != nil {
			return nil, err
		}
		if items[i], err = expr.GetItem(t, sequence, place); err != nil {
			return nil, err
		}
	}
	return expr.NewList(items), nil
}

func randomChoices(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	n, err := expr.Len(t, g[0])
	if err != nil {
		return nil, err
	}
	next := func() (expr.Object, error) { return toInt(math.Floor(d.Float64() * float64(n))) }
	if w, cumulative := g.or(1, expr.None), g.or(2, expr.None); w != expr.None || cumulative != expr.None {
		if next, err = d.weighted(t, n, w, cumulative); err != nil {
			return nil, err
		}
	}
	k, err := expr.Index(g.or(3, expr.Int(1)))
	if err != nil {
		return nil, err
	}
	return picked(t, g[0], k, next)
}

// weighted gives what draws places out of n by their weights.
func (d *draws) weighted(t *expr.Thread, n int, weights, cumulative expr.Object) (next func() (expr.Object, error), err error) {
	if cumulative == expr.None {
		if cumulative, err = weightSums(t, weights); err != nil {
			return nil, err
		}
	} else if weights != expr.None {
		return nil, expr.TypeError("Cannot specify both weights and cumulative weights")
	}
	total, err := weightTotal(t, n, cumulative)
	if err != nil {
		return nil, err
	}
	sums, err := expr.Collect(t, cumulative)
	if err != nil {
		return nil, err
	}
	return func() (expr.Object, error) {
		place, err := bisect(t, sums[:n-1], number(d.Float64()*total))
		return expr.Int(int64(place)), err
	}, nil
}

// weightSums adds up the weights one by one.
func weightSums(t *expr.Thread, weights expr.Object) (expr.Object, error) {
	sums, err := accumulated(t, weights)
	if _, ok := expr.AsBig(weights); ok && isRaised(err, "TypeError") {
		shown, err := expr.Repr(t, weights)
		if err != nil {
			return nil, err
		}
		return nil, expr.TypeError("The number of choices must be a keyword argument: k=%s", shown)
	}
	return expr.NewList(sums), err
}

// weightTotal is the last of n sums, which must be a number that can be drawn
// from.
func weightTotal(t *expr.Thread, n int, sums expr.Object) (float64, error) {
	m, err := expr.Len(t, sums)
	if err != nil {
		return 0, err
	}
	if m != n {
		return 0, expr.ValueError("The number of weights does not match the population")
	}
	last, err := expr.GetItem(t, sums, expr.Int(-1))
	if err != nil {
		return 0, err
	}
	f := formula{t: t}
	sum := f.add(last, number(0))
	none := f.holds(expr.Le, sum, number(0))
	total := f.float(sum)
	switch {
	case f.err != nil:
		return 0, f.err
	case none:
		return 0, expr.ValueError("Total of weights must be greater than zero")
	case math.IsInf(total, 0) || total != total:
		return 0, expr.ValueError("Total of weights must be finite")
	}
	return total, nil
}

// accumulated gives the sum of the elements so far, for each of them.
func accumulated(t *expr.Thread, o expr.Object) ([]expr.Object, error) {
	sums, err := expr.Collect(t, o)
	if err != nil {
		return nil, err
	}
	for i := 1; i < len(sums); i++ {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		if sums[i], err = expr.Binary(t, expr.Add, sums[i-1], sums[i]); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// bisect finds the place behind all that are not greater than x.
func bisect(t *expr.Thread, items []expr.Object, x expr.Object) (int, error) {
	low, high := 0, len(items)
	for low < high {
		middle := (low + high) / 2
		less, err := expr.Compare(t, expr.Lt, x, items[middle])
		if err != nil {
			return 0, err
		}
		if less {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}

func randomSample(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	population, k := g[0], g[1]
	if !isSequence(population) {
		return nil, expr.TypeError("Population must be a sequence.  For dicts or sets, use sorted(d).")
	}
	n, err := expr.Len(t, population)
	if err != nil {
		return nil, err
	}
	if counts := g.or(2, expr.None); counts != expr.None {
		return d.sampleCounted(t, population, n, k, counts)
	}
	places, err := d.distinct(t, int64(n), k)
	if err != nil {
		return nil, err
	}
	i := -1
	return picked(t, population, int64(len(places)), func() (expr.Object, error) {
		i++
		return expr.Int(places[i]), nil
	})
}

// isSequence reports whether o is what Python calls a sequence.
func isSequence(o expr.Object) bool {
	switch o.(type) {
	case *expr.List, *expr.Tuple, *expr.Range, *expr.ByteArray, value.Str, value.Bytes:
		return true
	case expr.Mapping:
		return false
	}
	_, sized := o.(expr.Sized)
	_, hasItems := o.(expr.HasItem)
	return sized && hasItems
}

// sampleCounted draws from a population of n in which each element stands for as
// many as the counts say.
func (d *draws) sampleCounted(t *expr.Thread, population expr.Object, n int, k, counts expr.Object) (expr.Object, error) {
	sums, err := accumulated(t, counts)
	switch {
	case err != nil:
		return nil, err
	case len(sums) != n:
		return nil, expr.ValueError("The number of counts does not match the population")
	case n == 0:
		return nil, expr.IndexError("pop from empty list")
	}
	total, ok := expr.AsBig(sums[n-1])
	switch {
	case !ok:
		return nil, expr.TypeError("Counts must be integers")
	case total.Sign() <= 0:
		return nil, expr.ValueError("Total of counts must be greater than zero")
	}
	all, err := expr.Index(sums[n-1])
	if err != nil {
		return nil, err
	}
	places, err := d.distinct(t, all, k)
	if err != nil {
		return nil, err
	}
	i := -1
	return picked(t, population, int64(len(places)), func() (expr.Object, error) {
		i++
		place, err := bisect(t, sums[:n-1], expr.Int(places[i]))
		return expr.Int(int64(place)), err
	})
}
