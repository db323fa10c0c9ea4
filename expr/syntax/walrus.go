package syntax

// walruses are the names that walruses and comprehensions bind in the present
// lambda or module: Python has rules on which may meet.
type walruses struct {
	count     int // of walruses so far
	last      map[string]walrus
	loops     nameStack // the variables of the comprehensions around
	iterating int       // in the iterables of how many comprehensions
}

// walrus is the last one that binds a name.
type walrus struct {
	number int // from 1
	at     int
}

// lambda gives the walruses as they are to be again behind a lambda, whose own
// are another matter.
func (w *walruses) lambda() (outer walruses) {
	outer = *w
	w.last, w.loops = nil, nameStack{}
	return outer
}

// bindWalrus notes a walrus. It must not bind the variable of a comprehension
// around it, nor stand in what one iterates over.
func (p *parser) bindWalrus(n *Name) {
	w := &p.walruses
	if w.iterating > 0 {
		p.postpone(int(n.Pos), "assignment expression cannot be used in a comprehension iterable expression")
	}
	if w.loops.has(n.ID) {
		p.postpone(int(n.Pos), rebinds(n.ID))
	}
	if w.last == nil {
		w.last = map[string]walrus{}
	}
	w.count++
	w.last[n.ID] = walrus{w.count, int(n.Pos)}
}

// bindLoop notes the variables of a comprehension, which must not be the names
// of walruses in it. Those after the first outer ones are in it; those up to the
// number element are in its element.
func (p *parser) bindLoop(target Expr, outer, element int) {
	w := &p.walruses
	eachTargetName(target, func(n *Name) {
		switch last := w.last[n.ID]; {
		case last.number > element:
			p.postpone(int(n.Pos), "comprehension inner loop cannot rebind assignment expression target '"+n.ID+"'")
		case last.number > outer:
			p.postpone(last.at, rebinds(n.ID))
		}
		w.loops.push(n.ID)
	})
}

// endLoops forgets the variables of a comprehension.
func (p *parser) endLoops(clauses []Comprehension) {
	for _, c := range clauses {
		eachTargetName(c.Target, func(n *Name) { p.walruses.loops.pop(n.ID) })
	}
}

func rebinds(name string) string {
	return "assignment expression cannot rebind comprehension iteration variable '" + name + "'"
}
