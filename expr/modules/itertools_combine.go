package modules

import (
	"math"

	"althing/expr"
)

// arrangement is what gives one selection of the elements of a pool after the
// other, as places in the pool.
type arrangement struct {
	pool   []expr.Object
	places []int
	begun  bool
	ended  bool
	// advance goes on to the next selection; false when there is none.
	advance func() bool
}

// perPlace is how many places a step goes through.
const perPlace = 8

// next makes a tuple of the selection.
func (s *arrangement) next(t *expr.Thread) (expr.Object, error) {
	if s.ended {
		return nil, nil
	}
	if err := t.Step(int64(len(s.places)) / perPlace); err != nil {
		return nil, err
	}
	if s.begun && !s.advance() {
		s.ended = true
		return nil, nil
	}
	s.begun = true
	if err := t.ChargeSlots(len(s.places)); err != nil {
		return nil, err
	}
	items := make([]expr.Object, len(s.places))
	for i, place := range s.places {
		items[i] = s.pool[place]
	}
	return expr.NewTuple(items...), nil
}

// places makes n places, which begin at 0, 1, 2 when they are counted.
func places(t *expr.Thread, n int64, counted bool) ([]int, error) {
	if err := slots(t, n); err != nil {
		return nil, err
	}
	all := make([]int, n)
	for i := range all {
		if counted {
			all[i] = i
		}
	}
	return all, nil
}

// poolOf is the pool and the size of the selections, both given as arguments.
func poolOf(t *expr.Thread, s *signature, a expr.Args) (pool []expr.Object, r int64, err error) {
	var source, size expr.Object
	if err := s.bind(a, &source, &size); err != nil {
		return nil, 0, err
	}
	if r, err = expr.Index(size); err != nil {
		return nil, 0, err
	}
	if pool, err = expr.Collect(t, source); err != nil {
		return nil, 0, err
	}
	if r < 0 {
		return nil, 0, errNegativeSize
	}
	return pool, r, nil
}

var errNegativeSize = expr.ValueError("r must be non-negative")

var combinationsSignature = signature{fn: "combinations()", names: []string{"iterable", "r"}, required: 2, pos: 2}

func newCombinations(t *expr.Thread, a expr.Args) (nextFunc, error) {
	pool, r, err := poolOf(t, &combinationsSignature, a)
	if err != nil {
		return nil, err
	}
	s := &arrangement{pool: pool, ended: r > int64(len(pool))}
	if s.ended {
		return s.next, nil
	}
	s.places, err = places(t, r, true)
	s.advance = func() bool {
		n, r := len(pool), len(s.places)
		i := r - 1
		for i >= 0 && s.places[i] == i+n-r {
			i--
		}
		if i < 0 {
			return false
		}
		s.places[i]++
		for j := i + 1; j < r; j++ {
			s.places[j] = s.places[j-1] + 1
		}
		return true
	}
	return s.next, err
}

var combinationsAgainSignature = signature{
	fn: "combinations_with_replacement()", names: []string{"iterable", "r"}, required: 2, pos: 2,
}

func newCombinationsAgain(t *expr.Thread, a expr.Args) (nextFunc, error) {
	pool, r, err := poolOf(t, &combinationsAgainSignature, a)
	if err != nil {
		return nil, err
	}
	s := &arrangement{pool: pool, ended: len(pool) == 0 && r > 0}
	if s.ended {
		return s.next, nil
	}
	s.places, err = places(t, r, false)
	s.advance = func() bool {
		i := len(s.places) - 1
		for i >= 0 && s.places[i] == len(pool)-1 {
			i--
		}
		if i < 0 {
			return false
		}
		place := s.places[i] + 1
		for ; i < len(s.places); i++ {
			s.places[i] = place
		}
		return true
	}
	return s.next, err
}

var permutationsSignature = signature{fn: "permutations()", names: []string{"iterable", "r"}, required: 1, pos: 2}

func newPermutations(t *expr.Thread, a expr.Args) (nextFunc, error) {
	var source expr.Object
	size := expr.None
	if err := permutationsSignature.bind(a, &source, &size); err != nil {
		return nil, err
	}
	pool, err := expr.Collect(t, source)
	if err != nil {
		return nil, err
	}
	r := int64(len(pool))
	if size != expr.None {
		if _, ok := expr.AsBig(size); !ok {
			return nil, expr.TypeError("Expected int as r")
		}
		if r, err = expr.Index(size); err != nil {
			return nil, err
		}
	}
	if r < 0 {
		return nil, errNegativeSize
	}
	s := &arrangement{pool: pool, ended: r > int64(len(pool))}
	if s.ended {
		return s.next, nil
	}
	all, err := places(t, int64(len(pool)), true)
	if err != nil {
		return nil, err
	}
	// What is left of the cycle of each place, before its element goes to the end.
	left, err := places(t, r, false)
	for i := range left {
		left[i] = len(pool) - i
	}
	s.places = all[:r]
	s.advance = func() bool {
		for i := len(left) - 1; i >= 0; i-- {
			if left[i]--; left[i] > 0 {
				j := len(all) - left[i]
				all[i], all[j] = all[j], all[i]
				return true
			}
			gone := all[i]
			copy(all[i:], all[i+1:])
			all[len(all)-1] = gone
			left[i] = len(all) - i
		}
		return false
	}
	return s.next, err
}

// newProduct is the one selection of several pools.
func newProduct(t *expr.Thread, a expr.Args) (nextFunc, error) {
	repeat, err := repeatArg(a)
	if err != nil {
		return nil, err
	}
	n := int64(len(a.Pos))
	if n > 0 && repeat > math.MaxInt64/8/n {
		return nil, expr.OverflowError("repeat argument too large")
	}
	if repeat == 0 {
		n = 0
	}
	pools := make([][]expr.Object, n)
	for i := range pools {
		if pools[i], err = expr.Collect(t, a.Pos[i]); err != nil {
			return nil, err
		}
	}
	at, err := places(t, n*repeat, false)
	if err != nil {
		return nil, err
	}
	return odometer(pools, at), nil
}

// repeatArg is the one keyword argument of product.
func repeatArg(a expr.Args) (int64, error) {
	switch {
	case len(a.Names) > 1:
		return 0, expr.TypeError("product() takes at most 1 keyword argument (%d given)", len(a.Names))
	case len(a.Names) == 0:
		return 1, nil
	case a.Names[0] != "repeat":
		return 0, expr.TypeError("'%s' is an invalid keyword argument for product()", a.Names[0])
	}
	repeat, err := expr.Index(a.Named[0])
	if err == nil && repeat < 0 {
		err = expr.ValueError("repeat argument cannot be negative")
	}
	return repeat, err
}

// odometer gives the elements of the pools at these places, which go on like the
// digits of a number. There are as many places as pools, or a multiple.
func odometer(pools [][]expr.Object, at []int) nextFunc {
	begun, ended := false, false
	advance := func() bool {
		for i := len(at) - 1; i >= 0; i-- {
			if at[i]++; at[i] < len(pools[i%len(pools)]) {
				return true
			}
			at[i] = 0
		}
		return false
	}
	return func(t *expr.Thread) (expr.Object, error) {
		if ended {
			return nil, nil
		}
		if err := t.Step(int64(len(at)) / perPlace); err != nil {
			return nil, err
		}
		if begun && !advance() {
			ended = true
			return nil, nil
		}
		begun = true
		if err := t.ChargeSlots(len(at)); err != nil {
			return nil, err
		}
		items := make([]expr.Object, len(at))
		for i, place := range at {
			pool := pools[i%len(pools)]
			if len(pool) == 0 {
				ended = true
				return nil, nil
			}
			items[i] = pool[place]
		}
		return expr.NewTuple(items...), nil
	}
}
