package expr

import "iter"

// Set is a set, or a frozenset. It keeps the order in which members were put in,
// where Python promises none.
type Set struct {
	table
	frozen bool
}

// NewSet makes an empty set.
func NewSet() *Set { return &Set{} }

// NewFrozenSet makes an empty frozenset, which its maker fills before anybody
// else sees it.
func NewFrozenSet() *Set { return &Set{frozen: true} }

// TypeName is "set" or "frozenset".
func (s *Set) TypeName() string {
	if s.frozen {
		return "frozenset"
	}
	return "set"
}

// Frozen says whether it is a frozenset.
func (s *Set) Frozen() bool { return s.frozen }

// Len is the number of members.
func (s *Set) Len() int { return s.live }

// Add adds a member; the error is for one that cannot be hashed.
func (s *Set) Add(t *Thread, o Object) error { return s.put(t, o, nil) }

// Has says whether o is a member.
func (s *Set) Has(t *Thread, o Object) (bool, error) {
	_, ok, err := s.get(t, o)
	return ok, err
}

// All gives the members in order. The set must not be changed meanwhile.
func (s *Set) All() iter.Seq[Object] {
	return func(yield func(Object) bool) {
		for i := range s.entries {
			if key := s.entries[i].key; key != nil && !yield(key) {
				return
			}
		}
	}
}
