package syntax

// Walk calls f with every expression of a module, those further out first.
func Walk(m *Module, f func(Expr)) {
	var visit func(Expr)
	visit = func(e Expr) {
		f(e)
		eachChild(e, visit)
	}
	for _, s := range m.Body {
		eachPart(s, visit)
	}
}

// WalkDepth calls f with the depth of every expression of a module, statements
// being 1, and what is in a statement 2.
func WalkDepth(m *Module, f func(int)) {
	depth := 2
	var visit func(Expr)
	visit = func(e Expr) {
		f(depth)
		depth++
		eachChild(e, visit)
		depth--
	}
	for _, s := range m.Body {
		eachPart(s, visit)
	}
}
