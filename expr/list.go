package expr

// List is a list.
type List struct{ items []Object }

// NewList makes a list of items, which are the list's from then on. Whoever made
// them has charged them (Thread.ChargeSlots).
func NewList(items []Object) *List { return &List{items} }

// TypeName is "list".
func (*List) TypeName() string { return "list" }

// Items gives the elements; the slice is the list's own.
func (l *List) Items() []Object { return l.items }

// Append adds an element at the end.
func (l *List) Append(t *Thread, o Object) error {
	if len(l.items) == cap(l.items) {
		if err := l.grow(t, 1); err != nil {
			return err
		}
	}
	l.items = append(l.items, o)
	return nil
}

// grow makes room for n more elements, charged before it is made.
func (l *List) grow(t *Thread, n int) error {
	need := len(l.items) + n
	if need <= cap(l.items) {
		return nil
	}
	room := max(need, 4, len(l.items)+len(l.items)/2)
	if len(l.items) < 256 {
		room = max(room, 2*len(l.items))
	}
	if err := t.Charge(int64(room-cap(l.items)) * slotSize); err != nil {
		return err
	}
	items := make([]Object, len(l.items), room)
	copy(items, l.items)
	l.items = items
	return nil
}

// Tuple is a tuple.
type Tuple struct{ items []Object }

var emptyTuple = &Tuple{}

// NewTuple makes a tuple of items, which must not be changed any more. Whoever
// made them has charged them (Thread.ChargeSlots).
func NewTuple(items ...Object) *Tuple {
	if len(items) == 0 {
		return emptyTuple
	}
	return &Tuple{items}
}

// TypeName is "tuple".
func (*Tuple) TypeName() string { return "tuple" }

// Items gives the elements, which must not be changed.
func (tu *Tuple) Items() []Object { return tu.items }

// pair is a tuple of two in one piece of memory: enumerate, zip and items make
// one for every round of a loop.
type pair struct {
	Tuple
	two [2]Object
}

func newPair(t *Thread, a, b Object) (*Tuple, error) {
	if err := t.ChargeSlots(2); err != nil {
		return nil, err
	}
	p := &pair{two: [2]Object{a, b}}
	p.items = p.two[:]
	return &p.Tuple, nil
}
