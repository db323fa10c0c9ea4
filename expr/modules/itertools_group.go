package modules

import "althing/expr"

// groups is groupby: it and its groups go through one iterator together.
type groups struct {
	it         expr.Iterator
	key        expr.Object // nil: the element itself
	value, now expr.Object // the element that waits to be given, and its key
	wanted     expr.Object // the key of the group at hand
	current    *lazy       // that group; an older one is at its end
}

var (
	groupBySignature = signature{fn: "groupby()", names: []string{"iterable", "key"}, required: 1, pos: 2}
	grouperType      = &expr.Type{Name: "itertools._grouper"}
)

func newGroupBy(t *expr.Thread, a expr.Args) (nextFunc, error) {
	var source expr.Object
	g := &groups{key: expr.None}
	if err := groupBySignature.bind(a, &source, &g.key); err != nil {
		return nil, err
	}
	if g.key == expr.None {
		g.key = nil
	}
	var err error
	g.it, err = expr.Iterate(t, source)
	return g.next, err
}

// advance takes the next element; false at the end.
func (g *groups) advance(t *expr.Thread) (bool, error) {
	o, err := expr.Next(t, g.it)
	if o == nil || err != nil {
		return false, err
	}
	key := o
	if g.key != nil {
		if key, err = expr.Call(t, g.key, o); err != nil {
			return false, err
		}
	}
	g.value, g.now = o, key
	hold(t, o, key)
	return true, nil
}

// next goes on to where another key begins, and gives that key and its group.
func (g *groups) next(t *expr.Thread) (expr.Object, error) {
	g.current = nil
	for {
		if g.now != nil {
			if g.wanted == nil {
				break
			}
			if same, err := identical(t, g.wanted, g.now); err != nil {
				return nil, err
			} else if !same {
				break
			}
		}
		if ok, err := g.advance(t); !ok || err != nil {
			return nil, err
		}
	}
	wanted := g.now
	g.wanted = wanted
	group := &lazy{typ: grouperType}
	group.next = func(t *expr.Thread) (expr.Object, error) {
		if g.current != group {
			return nil, nil
		}
		return g.nextOf(t, wanted)
	}
	g.current = group
	if err := t.Charge(objectSize); err != nil {
		return nil, err
	}
	return tuple(t, wanted, group)
}

// nextOf gives the next element of the group with that key.
func (g *groups) nextOf(t *expr.Thread, wanted expr.Object) (expr.Object, error) {
	if g.value == nil {
		if ok, err := g.advance(t); !ok || err != nil {
			return nil, err
		}
	}
	if same, err := identical(t, wanted, g.now); !same || err != nil {
		return nil, err
	}
	o := g.value
	g.value, g.now = nil, nil
	return o, nil
}

// tee is one of the iterators of tee(): at is the element that it gave last.
type tee struct {
	*teeSource
	at *teeItem
}

// teeSource is what the iterators of one tee() have in common: they read from one
// list of elements, which grows at its end.
type teeSource struct {
	it      expr.Iterator
	readers int
	running bool
	// spare is how many elements were charged and are behind all readers now.
	spare int
}

type teeItem struct {
	o       expr.Object
	next    *teeItem
	waiting int // readers that are not here yet
}

var (
	_ expr.Iterator = &tee{}
	_ expr.HasType  = &tee{}
)

var teeType = &expr.Type{Name: "itertools._tee"}

const (
	teeSize     = 64
	teeItemSize = 48 // with a number
)

func (*tee) TypeName() string { return teeType.Name }

func (*tee) Type() *expr.Type { return teeType }

func itertoolsTee(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	n := int64(2)
	if len(args) == 2 {
		var err error
		if n, err = expr.Index(args[1]); err != nil {
			return nil, err
		}
	}
	switch {
	case n < 0:
		return nil, expr.ValueError("n must be >= 0")
	case n == 0:
		return tuple(t)
	}
	if err := slots(t, n); err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, args[0])
	if err != nil {
		return nil, err
	}
	first, ok := it.(*tee)
	if !ok {
		first = &tee{&teeSource{it: it, readers: 1}, &teeItem{}}
	}
	if err := t.Charge(n * teeSize); err != nil {
		return nil, err
	}
	all := make([]expr.Object, n)
	all[0] = first
	for i := 1; i < len(all); i++ {
		all[i] = &tee{first.teeSource, first.at}
	}
	return expr.NewTuple(all...), first.joined(t, int(n)-1)
}

// joined counts n more readers that begin where r is.
func (r *tee) joined(t *expr.Thread, n int) error {
	r.readers += n
	for item := r.at.next; item != nil; item = item.next {
		if err := t.Step(1); err != nil {
			return err
		}
		item.waiting += n
	}
	return nil
}

// Next gives the next element, which is read when no other iterator has done so.
func (r *tee) Next(t *expr.Thread) (expr.Object, error) {
	if r.at.next == nil {
		item, err := r.read(t)
		if item == nil || err != nil {
			return orEnd(nil, err)
		}
		r.at.next = item
	}
	r.at = r.at.next
	if r.at.waiting--; r.at.waiting == 0 {
		r.spare++
	}
	return r.at.o, nil
}

func (r *tee) read(t *expr.Thread) (*teeItem, error) {
	if r.running {
		return nil, expr.Raise("RuntimeError", "cannot re-enter the tee iterator")
	}
	r.running = true
	o, err := expr.Next(t, r.it)
	r.running = false
	if o == nil || err != nil {
		return nil, err
	}
	if r.spare == 0 || !light(o) {
		t.Keep()
	}
	if r.spare > 0 {
		r.spare--
	} else if err := t.Charge(teeItemSize); err != nil {
		return nil, err
	}
	return &teeItem{o: o, waiting: r.readers}, nil
}
