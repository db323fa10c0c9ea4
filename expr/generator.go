package expr

// generatorExpression is (elt for …).
type generatorExpression struct{ comprehension }

func (n *generatorExpression) eval(t *Thread, f *frame) (Object, error) {
	it, err := n.start(t, f)
	if err != nil {
		return nil, err
	}
	if err := t.Charge(headSize + int64(len(n.loops))*slotSize); err != nil {
		return nil, err
	}
	inside, err := t.newFrame(f, n.slots)
	if err != nil {
		return nil, err
	}
	g := &generator{c: &n.comprehension, f: inside}
	g.open = append(g.room[:0], it)
	return g, nil
}

// generator works a comprehension out one element at a time. It stands still
// between two elements as the iterators of the loops that are open.
type generator struct {
	c       *comprehension
	f       *frame
	open    []Iterator
	room    [1]Iterator
	running bool
	// cost is what was charged for the item that the innermost loop is at, when
	// that is worth counting: it lives until the next one.
	cost int64
}

// smallItem is the size up to which the item that a generator holds on to is
// left out of the account.
const smallItem = 256

func (*generator) TypeName() string { return "generator" }

// Next works out the next element. All that was made on the way is given back,
// but for the element and the item it came from.
func (g *generator) Next(t *Thread) (Object, error) {
	if g.running {
		return nil, ValueError("generator already executing")
	}
	g.running = true
	used, kept, cost := t.used, t.kept, g.cost
	o, err := g.advance(t)
	g.running = false
	if o == nil || err != nil {
		// It has ended, in one way or the other, and will never go on.
		g.open, g.f = nil, nil
		return nil, asRuntimeError(err)
	}
	t.settle(used-cost+g.cost, kept, o)
	if g.cost > 0 {
		t.kept++
	}
	return o, nil
}

func (g *generator) advance(t *Thread) (Object, error) {
	for len(g.open) > 0 {
		level := len(g.open) - 1
		l := &g.c.loops[level]
		before := t.used
		o, err := t.next(g.open[level])
		if err != nil {
			return nil, err
		}
		if o == nil {
			g.open = g.open[:level]
			continue
		}
		if err := l.target.set(t, g.f, o); err != nil {
			return nil, err
		}
		if g.cost = t.used - before; g.cost <= smallItem {
			g.cost = 0
		}
		if ok, err := l.passes(t, g.f); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		if level+1 == len(g.c.loops) {
			return g.c.elt.eval(t, g.f)
		}
		it, err := g.c.inner(t, g.f, level+1)
		if err != nil {
			return nil, err
		}
		// The generator itself keeps the source of the inner loop.
		t.kept++
		g.open = append(g.open, it)
	}
	return nil, nil
}

// asRuntimeError turns a StopIteration that was raised inside a generator into
// what it really is, a mistake.
func asRuntimeError(err error) error {
	if e, ok := err.(*Error); ok && e.Type == "StopIteration" {
		return Raise("RuntimeError", "generator raised StopIteration")
	}
	return err
}
