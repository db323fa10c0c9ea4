package value

import "slices"

// NewDict makes a dict as Python does: of equal keys (1, 1.0 and True are
// equal) the first stays as the key and the last value wins. It takes over
// pairs. A key that holds a list, a dict or a set is a TypeError.
func NewDict(pairs []Pair) (*Dict, error) {
	d := &Dict{pairs: pairs[:0], index: newIndex(len(pairs))}
	for _, p := range pairs {
		h, err := Hash(p.Key)
		if err != nil {
			return nil, err
		}
		if i := d.find(p.Key, h); i >= 0 {
			d.pairs[i].Value = p.Value
			continue
		}
		d.index.add(h, len(d.pairs))
		d.pairs = append(d.pairs, p)
	}
	clear(pairs[len(d.pairs):])
	return d, nil
}

// Pairs gives the entries in order; they must not be changed.
func (d *Dict) Pairs() []Pair { return d.pairs }

// Len is the number of entries.
func (d *Dict) Len() int { return len(d.pairs) }

// Get gives the value of a key. A key that no dict can hold is not there.
func (d *Dict) Get(key Value) (Value, bool) {
	h, err := Hash(key)
	if err != nil {
		return nil, false
	}
	if i := d.find(key, h); i >= 0 {
		return d.pairs[i].Value, true
	}
	return nil, false
}

// find gives the position of the key whose hash is h, or -1.
func (d *Dict) find(key Value, h uint64) int {
	if d.index == nil {
		return slices.IndexFunc(d.pairs, func(p Pair) bool { return Equal(p.Key, key) })
	}
	return d.index.find(h, func(i int) bool { return Equal(d.pairs[i].Key, key) })
}

// NewSet makes a set; of equal members the first stays. It takes over items. A
// member that holds a list, a dict or a set is a TypeError.
func NewSet(items []Value) (*Set, error) {
	s := &Set{items: items[:0], index: newIndex(len(items))}
	for _, v := range items {
		h, err := Hash(v)
		if err != nil {
			return nil, err
		}
		if s.find(v, h) >= 0 {
			continue
		}
		s.index.add(h, len(s.items))
		s.items = append(s.items, v)
	}
	clear(items[len(s.items):])
	return s, nil
}

// Items gives the members; they must not be changed.
func (s *Set) Items() []Value { return s.items }

// Len is the number of members.
func (s *Set) Len() int { return len(s.items) }

// Has reports whether v is a member.
func (s *Set) Has(v Value) bool {
	h, err := Hash(v)
	return err == nil && s.find(v, h) >= 0
}

// find gives the position of the member whose hash is h, or -1.
func (s *Set) find(v Value, h uint64) int {
	if s.index == nil {
		return slices.IndexFunc(s.items, func(m Value) bool { return Equal(m, v) })
	}
	return s.index.find(h, func(i int) bool { return Equal(s.items[i], v) })
}
