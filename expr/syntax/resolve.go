package syntax

// resolve finds out where the names of the module live. A module without a
// lambda, a comprehension or a walrus needs none of it: its names are Free.
func (p *parser) resolve() {
	r := resolver{names: map[string]binding{}}
	r.module(p.module)
	if r.why != nil {
		p.failWith(*r.why)
	}
}

// resolver walks a tree with the names that are bound where it is.
type resolver struct {
	names  map[string]binding
	hidden []hidden // what names meant further out, innermost last
	scopes []scope
	why    *failure
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
	frame         *Frame
	hidden        int // where its part of hidden begins
	comprehension bool
}

func (r *resolver) module(m *Module) {
	assigned := map[string]bool{}
	for _, s := range m.Body {
		for _, t := range statementTargets(s) {
			eachTargetName(t, func(n *Name) { assigned[n.ID] = true })
		}
	}
	r.enter(&m.Frame, false)
	for _, s := range m.Body {
		for _, e := range statementParts(s) {
			r.bindWalruses(e, assigned)
		}
	}
	for _, s := range m.Body {
		for _, e := range statementParts(s) {
			r.walk(e)
		}
	}
}

// statementTargets are the expressions that a statement binds or unbinds.
func statementTargets(s Stmt) []Expr {
	switch s := s.(type) {
	case *Assign:
		return s.Targets
	case *AugAssign:
		return []Expr{s.Target}
	case *Delete:
		return s.Targets
	}
	return nil
}

// statementParts are all expressions of a statement.
func statementParts(s Stmt) []Expr {
	parts := statementTargets(s)
	switch s := s.(type) {
	case *ExprStmt:
		parts = []Expr{s.Value}
	case *Assign:
		parts = append(parts[:len(parts):len(parts)], s.Value)
	case *AugAssign:
		parts = append(parts, s.Value)
	}
	return parts
}

// eachTargetName calls f with the names that a target binds.
func eachTargetName(t Expr, f func(*Name)) {
	switch t := t.(type) {
	case *Name:
		f(t)
	case *Starred:
		eachTargetName(t.Value, f)
	case *Tuple:
		for _, e := range t.Elts {
			eachTargetName(e, f)
		}
	case *List:
		for _, e := range t.Elts {
			eachTargetName(e, f)
		}
	}
}

// enter begins a scope inside the present one.
func (r *resolver) enter(f *Frame, comprehension bool) {
	r.scopes = append(r.scopes, scope{frame: f, hidden: len(r.hidden), comprehension: comprehension})
}

// leave ends the innermost scope. Whether the scope around it must outlive its
// run depends on what kind of scope this was.
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

// bindWalruses binds in the innermost scope, which is the module or a lambda,
// the walruses of an expression: those in comprehensions too, but not those in
// lambdas. At the top level a name that a statement assigns stays free, so that
// one name means one thing.
func (r *resolver) bindWalruses(e Expr, assigned map[string]bool) {
	switch e := e.(type) {
	case *NamedExpr:
		if !assigned[e.Target.ID] {
			r.bind(e.Target.ID)
		}
	case *Lambda:
		for _, param := range e.Params {
			if param.Default != nil {
				r.bindWalruses(param.Default, assigned)
			}
		}
		return
	}
	eachChild(e, func(child Expr) { r.bindWalruses(child, assigned) })
}

// walk resolves the names of an expression.
func (r *resolver) walk(e Expr) {
	switch e := e.(type) {
	case *Name:
		r.name(e)
	case *NamedExpr:
		r.checkWalrus(e)
		r.name(e.Target)
		r.walk(e.Value)
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
		eachChild(e, r.walk)
	}
}

func (r *resolver) lambda(l *Lambda) {
	for _, param := range l.Params {
		if param.Default != nil {
			r.walk(param.Default)
		}
	}
	r.enter(&l.Frame, false)
	for _, param := range l.Params {
		r.bind(param.Name)
	}
	r.bindWalruses(l.Body, nil)
	r.walk(l.Body)
	r.leave(true)
}

func (r *resolver) comprehension(f *Frame, clauses []Comprehension, outlives bool, elements ...Expr) {
	r.walk(clauses[0].Iter)
	r.enter(f, true)
	for _, c := range clauses {
		eachTargetName(c.Target, func(n *Name) { r.bind(n.ID) })
	}
	for i, c := range clauses {
		r.walk(c.Target)
		if i > 0 {
			r.walk(c.Iter)
		}
		for _, e := range c.Ifs {
			r.walk(e)
		}
	}
	for _, e := range elements {
		r.walk(e)
	}
	r.leave(outlives)
}

// checkWalrus refuses to bind the variable of a comprehension around it.
func (r *resolver) checkWalrus(e *NamedExpr) {
	b, ok := r.names[e.Target.ID]
	if r.why != nil || !ok || !r.scopes[b.scope].comprehension {
		return
	}
	r.why = &failure{
		kind: "SyntaxError", at: int(e.Target.Pos), last: tokUnknown,
		msg: "assignment expression cannot rebind comprehension iteration variable '" + e.Target.ID + "'",
	}
}
