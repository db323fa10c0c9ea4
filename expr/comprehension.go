package expr

// comprehension is what list, set and dict comprehensions and generator
// expressions have in common.
type comprehension struct {
	loops    []loop
	key      node // of a dict comprehension
	elt      node
	slots    int
	captured bool
	scope    *scope
}

// loop is one for target in source if … if ….
type loop struct {
	target target
	source node
	ifs    []node
	// pair are the two parts of a target like k, v.
	pair []target
}

// pairIterator is an iterator that gives tuples of two, and can give the two
// without the tuple.
type pairIterator interface {
	Iterator
	// nextPair gives a nil a at the end.
	nextPair(t *Thread) (a, b Object, err error)
}

// advance binds the target to the next object; false at the end.
func (l *loop) advance(t *Thread, f *frame, it Iterator) (bool, error) {
	if l.pair != nil {
		if p, ok := it.(pairIterator); ok {
			return l.advancePair(t, f, p)
		}
	}
	o, err := t.next(it)
	if o == nil || err != nil {
		return false, err
	}
	return true, l.target.set(t, f, o)
}

func (l *loop) advancePair(t *Thread, f *frame, it pairIterator) (bool, error) {
	if err := t.Step(1); err != nil {
		return false, err
	}
	if err := t.enter(); err != nil {
		return false, err
	}
	a, b, err := it.nextPair(t)
	t.leave()
	if a == nil || err != nil {
		return false, err
	}
	if err := l.pair[0].set(t, f, a); err != nil {
		return false, err
	}
	return true, l.pair[1].set(t, f, b)
}

// passes evaluates the conditions.
func (l *loop) passes(t *Thread, f *frame) (bool, error) {
	for _, n := range l.ifs {
		if ok, err := truthOf(t, f, n); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// start evaluates the first source, which is outside of the comprehension.
func (c *comprehension) start(t *Thread, outside *frame) (Iterator, error) {
	o, err := c.loops[0].source.eval(t, outside)
	if err != nil {
		return nil, err
	}
	return Iterate(t, o)
}

// gatherer is where a comprehension puts what it makes.
type gatherer struct {
	list *List
	set  *Set
	dict *Dict
	// held are the bytes that the elements and their places take; opaque: one of
	// the elements may refer to others, so that nothing can be said.
	held   int64
	opaque bool
}

// add evaluates the element of one round and keeps it.
func (g *gatherer) add(t *Thread, f *frame, c *comprehension) error {
	var key Object
	var err error
	if c.key != nil {
		if key, err = c.key.eval(t, f); err != nil {
			return err
		}
		g.hold(key)
	}
	o, err := c.elt.eval(t, f)
	if err != nil {
		return err
	}
	g.hold(o)
	before := t.used
	switch {
	case g.list != nil:
		err = g.list.Append(t, o)
	case g.set != nil:
		err = g.set.put(t, o, nil)
	default:
		err = g.dict.put(t, key, o)
	}
	g.held += t.used - before
	return err
}

func (g *gatherer) hold(o Object) {
	size, ok := scalarSize(o)
	g.held += size
	g.opaque = g.opaque || !ok
}

// run goes through one loop and those inside it. After every round the memory of
// all that was made on the way and not kept is given back.
func (c *comprehension) run(t *Thread, f *frame, level int, it Iterator, g *gatherer) error {
	l := &c.loops[level]
	for {
		used, kept, held := t.used, t.kept, g.held
		more, err := l.advance(t, f, it)
		if !more || err != nil {
			return err
		}
		if l.ifs != nil {
			ok, err := l.passes(t, f)
			if err != nil {
				return err
			}
			if !ok {
				g.release(t, used, kept, held)
				continue
			}
		}
		if err := c.inside(t, f, level, g); err != nil {
			return err
		}
		g.release(t, used, kept, held)
	}
}

// inside does what is inside of one round: the next loop, or the element.
func (c *comprehension) inside(t *Thread, f *frame, level int, g *gatherer) error {
	if level+1 == len(c.loops) {
		return g.add(t, f, c)
	}
	it, err := c.inner(t, f, level+1)
	if err != nil {
		return err
	}
	return c.run(t, f, level+1, it, g)
}

// inner begins a loop that is not the first.
func (c *comprehension) inner(t *Thread, f *frame, level int) (Iterator, error) {
	o, err := c.loops[level].source.eval(t, f)
	if err != nil {
		return nil, err
	}
	return Iterate(t, o)
}

func (g *gatherer) release(t *Thread, used int64, kept int, held int64) {
	if t.kept == kept && !g.opaque {
		t.used = min(t.used, used+g.held-held)
	}
}

// gather runs a comprehension to its end.
func (c *comprehension) gather(t *Thread, outside *frame, g *gatherer) error {
	it, err := c.start(t, outside)
	if err != nil {
		return err
	}
	if err := t.Charge(headSize); err != nil {
		return err
	}
	f, err := t.newFrame(outside, c.slots)
	if err != nil {
		return err
	}
	if g.list != nil && len(c.loops) == 1 && c.loops[0].ifs == nil {
		if n := sizeHint(it); n > 0 {
			if err := g.list.grow(t, n); err != nil {
				return err
			}
		}
	}
	if err := c.run(t, f, 0, it, g); err != nil {
		return err
	}
	if !c.captured {
		t.dropFrame(f)
	}
	return nil
}

// listComprehension is [elt for …].
type listComprehension struct{ comprehension }

func (n *listComprehension) eval(t *Thread, f *frame) (Object, error) {
	l := &List{}
	if err := n.gather(t, f, &gatherer{list: l}); err != nil {
		return nil, err
	}
	return l, nil
}

// setComprehension is {elt for …}.
type setComprehension struct{ comprehension }

func (n *setComprehension) eval(t *Thread, f *frame) (Object, error) {
	s := NewSet()
	if err := n.gather(t, f, &gatherer{set: s}); err != nil {
		return nil, err
	}
	return s, nil
}

// dictComprehension is {key: elt for …}.
type dictComprehension struct{ comprehension }

func (n *dictComprehension) eval(t *Thread, f *frame) (Object, error) {
	d := NewDict()
	if err := n.gather(t, f, &gatherer{dict: d}); err != nil {
		return nil, err
	}
	return d, nil
}
