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
	g.open = append(g.room[:0], openLoop{it: it})
	return g, nil
}

// openLoop is a loop that a generator is in.
type openLoop struct {
	it Iterator
	// cost is what was charged for making what is iterated over, and kept the
	// mark (see settle) at that time.
	cost int64
	kept int
}

// generator works a comprehension out one element at a time. It stands still
// between two elements as the iterators of the loops that are open.
type generator struct {
	c       *comprehension
	f       *frame
	open    []openLoop
	room    [1]openLoop
	running bool
	// own counts how often the generator itself has moved the mark Thread.kept.
	own int
	// opaque: an element may refer to others, so that nothing can be said about
	// what is still needed when a loop has ended.
	opaque bool
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
		g.keep(t)
	}
	if _, scalar := scalarSize(o); !scalar {
		g.opaque = true
	}
	return o, nil
}

// keep says that the generator holds on to something.
func (g *generator) keep(t *Thread) {
	t.kept++
	g.own++
}

func (g *generator) advance(t *Thread) (Object, error) {
	for len(g.open) > 0 {
		level := len(g.open) - 1
		l := &g.c.loops[level]
		before := t.used
		more, err := l.advance(t, g.f, g.open[level].it)
		if err != nil {
			return nil, err
		}
		if !more {
			g.close(t)
			continue
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
		before, kept := t.used, t.kept
		it, err := g.c.inner(t, g.f, level+1)
		if err != nil {
			return nil, err
		}
		inner := openLoop{it: it, kept: t.kept - g.own}
		if t.kept == kept {
			inner.cost = t.used - before
		}
		g.keep(t)
		g.open = append(g.open, inner)
	}
	return nil, nil
}

// close ends the innermost loop. What it went through is given back when nobody
// can have got hold of a part of it.
func (g *generator) close(t *Thread) {
	last := len(g.open) - 1
	if l := g.open[last]; !g.opaque && t.kept-g.own == l.kept {
		t.used -= l.cost
	}
	g.open = g.open[:last]
}

// asRuntimeError turns a StopIteration that was raised inside a generator into
// what it really is, a mistake.
func asRuntimeError(err error) error {
	if _, ok := isRaised(err, "StopIteration"); ok {
		return Raise("RuntimeError", "generator raised StopIteration")
	}
	return err
}
