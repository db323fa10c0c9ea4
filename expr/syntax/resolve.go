package syntax

// resolve finds out where the names of a module live. A module without a lambda,
// a comprehension or a walrus needs none of it: its names are Free.
func resolve(m *Module, walruses bool) {
	r := resolver{names: map[string]binding{}}
	r.visit = r.walk
	r.enter(&m.Frame)
	if walruses {
		r.bindTop(m)
	}
	for _, s := range m.Body {
		eachPart(s, r.visit)
	}
}

// resolver walks a tree with the names that are bound where it is.
type resolver struct {
	names  map[string]binding
	hidden []hidden // what names meant further out, innermost last
	scopes []scope
	visit  func(Expr) // walk, made a function once
}

// binding is what a name means: a slot of the frame of a scope.
type binding struct {
	scope int
	slot  int32
}

// hidden is what a name meant before the innermost scope bound it.
type hidden struct {
	name  string
	was   binding
	bound bool
}

// scope is a frame that is being filled.
type scope struct {
	frame  *Frame
	hidden int // where its part of hidden begins
}

// enter begins a scope inside the present one.
func (r *resolver) enter(f *Frame) {
	r.scopes = append(r.scopes, scope{frame: f, hidden: len(r.hidden)})
}

// leave ends the innermost scope. A scope that may outlive the run of the one
// around it captures that one's frame, and so does what captures its own.
func (r *resolver) leave(outlives bool) {
	last := len(r.scopes) - 1
	s := r.scopes[last]
	for _, h := range r.hidden[s.hidden:] {
		if h.bound {
			r.names[h.name] = h.was
		} else {
			delete(r.names, h.name)
		}
	}
	r.hidden = r.hidden[:s.hidden]
	r.scopes = r.scopes[:last]
	if outlives || s.frame.Captured {
		r.scopes[last-1].frame.Captured = true
	}
}

// bind gives a name a slot in the innermost scope, unless it has one.
func (r *resolver) bind(name string) {
	inner := len(r.scopes) - 1
	was, bound := r.names[name]
	if bound && was.scope == inner {
		return
	}
	f := r.scopes[inner].frame
	r.hidden = append(r.hidden, hidden{name, was, bound})
	r.names[name] = binding{inner, int32(len(f.Names))}
	f.Names = append(f.Names, name)
}

// name says where a name lives.
func (r *resolver) name(n *Name) {
	b, ok := r.names[n.ID]
	if !ok {
		return
	}
	n.Place = Place{Scope: Local, Depth: uint16(len(r.scopes) - 1 - b.scope), Slot: b.slot}
	if b.scope == 0 {
		n.Scope = Top
	}
}

// bindTop binds the walruses of a module. A name that a statement assigns stays
// free, so that one name is in one place.
func (r *resolver) bindTop(m *Module) {
	assigned := map[string]bool{}
	for _, s := range m.Body {
		eachTarget(s, func(target Expr) {
			eachTargetName(target, func(n *Name) { assigned[n.ID] = true })
		})
	}
	for _, s := range m.Body {
		eachPart(s, func(e Expr) { r.bindWalruses(e, assigned) })
	}
}

// bindWalruses binds in the innermost scope, which is the module or a lambda,
// the walruses of an expression: those in comprehensions too, but not those in
// lambdas.
func (r *resolver) bindWalruses(e Expr, but map[string]bool) {
	switch e := e.(type) {
	case *NamedExpr:
		if !but[e.Target.ID] {
			r.bind(e.Target.ID)
		}
	case *Lambda:
		for _, param := range e.Params {
			if param.Default != nil {
				r.bindWalruses(param.Default, but)
			}
		}
		return
	}
	eachChild(e, func(child Expr) { r.bindWalruses(child, but) })
}

// walk resolves the names of an expression.
func (r *resolver) walk(e Expr) {
	switch e := e.(type) {
	case *Name:
		r.name(e)
	case *Lambda:
		r.lambda(e)
	case *ListComp:
		r.comprehension(&e.Frame, e.Generators, false, e.Elt)
	case *SetComp:
		r.comprehension(&e.Frame, e.Generators, false, e.Elt)
	case *GeneratorExp:
		r.comprehension(&e.Frame, e.Generators, true, e.Elt)
	case *DictComp:
		r.comprehension(&e.Frame, e.Generators, false, e.Key, e.Value)
	default:
		eachChild(e, r.visit)
	}
}

func (r *resolver) lambda(l *Lambda) {
	for _, param := range l.Params {
		if param.Default != nil {
			r.walk(param.Default)
		}
	}
	r.enter(&l.Frame)
	for _, param := range l.Params {
		r.bind(param.Name)
	}
	if l.walruses {
		r.bindWalruses(l.Body, nil)
	}
	r.walk(l.Body)
	r.leave(true)
}

func (r *resolver) comprehension(f *Frame, clauses []Comprehension, outlives bool, elements ...Expr) {
	r.walk(clauses[0].Iter)
	r.enter(f)
	for _, c := range clauses {
		eachTargetName(c.Target, func(n *Name) { r.bind(n.ID) })
	}
	for i, c := range clauses {
		r.walk(c.Target)
		if i > 0 {
			r.walk(c.Iter)
		}
		each(c.Ifs, r.visit)
	}
	each(elements, r.visit)
	r.leave(outlives)
}
