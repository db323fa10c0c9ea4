package expr

import "slices"

// ranked is an element with what it is sorted by.
type ranked struct{ rank, o Object }

// sorter sorts stably, asking only whether one object is less than another, as
// CPython does.
type sorter struct {
	t      *Thread
	room   []ranked
	failed error
}

// sortItems sorts items in place, by key when there is one; down keeps the order
// of equals too.
func sortItems(t *Thread, items []Object, key Object, down bool) error {
	if err := t.ChargeSlots(4 * len(items)); err != nil {
		return err
	}
	all := make([]ranked, len(items))
	for i, o := range items {
		all[i] = ranked{o, o}
		if key == nil || key == None {
			continue
		}
		rank, err := Call(t, key, o)
		if err != nil {
			return err
		}
		all[i].rank = rank
	}
	s := sorter{t: t, room: make([]ranked, len(items))}
	if down {
		slices.Reverse(all)
	}
	s.sort(all)
	if s.failed != nil {
		return s.failed
	}
	if down {
		slices.Reverse(all)
	}
	for i := range all {
		items[i] = all[i].o
	}
	return nil
}

// shortRun is the length up to which inserting is faster than merging.
const shortRun = 12

func (s *sorter) sort(all []ranked) {
	if len(all) <= shortRun {
		s.insert(all)
		return
	}
	half := len(all) / 2
	s.sort(all[:half])
	s.sort(all[half:])
	// What is sorted already costs one comparison.
	if s.failed != nil || !s.less(&all[half], &all[half-1]) {
		return
	}
	s.merge(all, half)
}

func (s *sorter) insert(all []ranked) {
	for i := 1; i < len(all); i++ {
		x := all[i]
		j := i
		for j > 0 && s.less(&x, &all[j-1]) {
			all[j] = all[j-1]
			j--
		}
		all[j] = x
	}
}

func (s *sorter) merge(all []ranked, half int) {
	left := s.room[:copy(s.room, all[:half])]
	right := all[half:]
	for at := 0; len(left) > 0; at++ {
		if len(right) > 0 && s.less(&right[0], &left[0]) {
			all[at], right = right[0], right[1:]
		} else {
			all[at], left = left[0], left[1:]
		}
	}
}

func (s *sorter) less(a, b *ranked) bool {
	if s.failed != nil {
		return false
	}
	if s.failed = s.t.Step(1); s.failed != nil {
		return false
	}
	ok, err := Compare(s.t, Lt, a.rank, b.rank)
	s.failed = err
	return ok
}
