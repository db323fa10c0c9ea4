package syntax

// eachChild calls f with every expression directly below e, in the order of the
// source but for comprehensions, where the elements come last.
func eachChild(e Expr, f func(Expr)) {
	switch e := e.(type) {
	case *UnaryOp:
		f(e.Operand)
	case *BinOp:
		f(e.Left)
		f(e.Right)
	case *BoolOp:
		each(e.Values, f)
	case *Compare:
		f(e.Left)
		f(e.Right)
		for _, c := range e.More {
			f(c.Right)
		}
	case *Call:
		f(e.Func)
		each(e.Args, f)
		for _, k := range e.Keywords {
			f(k.Value)
		}
	case *Attribute:
		f(e.Value)
	case *Subscript:
		f(e.Value)
		f(e.Index)
	case *Slice:
		each([]Expr{e.Lower, e.Upper, e.Step}, f)
	case *Starred:
		f(e.Value)
	case *Tuple:
		each(e.Elts, f)
	case *List:
		each(e.Elts, f)
	case *Set:
		each(e.Elts, f)
	case *Dict:
		for _, item := range e.Items {
			each([]Expr{item.Key, item.Value}, f)
		}
	case *ListComp:
		eachClause(e.Generators, f, e.Elt)
	case *SetComp:
		eachClause(e.Generators, f, e.Elt)
	case *GeneratorExp:
		eachClause(e.Generators, f, e.Elt)
	case *DictComp:
		eachClause(e.Generators, f, e.Key, e.Value)
	case *Lambda:
		for _, param := range e.Params {
			each([]Expr{param.Default}, f)
		}
		f(e.Body)
	case *IfExp:
		f(e.Body)
		f(e.Test)
		f(e.OrElse)
	case *NamedExpr:
		f(e.Target)
		f(e.Value)
	case *JoinedStr:
		each(e.Values, f)
	case *FormattedValue:
		f(e.Value)
		if e.Spec != nil {
			f(e.Spec)
		}
	}
}

// eachPart calls f with every expression of a statement.
func eachPart(s Stmt, f func(Expr)) {
	eachTarget(s, f)
	switch s := s.(type) {
	case *ExprStmt:
		f(s.Value)
	case *Assign:
		f(s.Value)
	case *AugAssign:
		f(s.Value)
	}
}

// eachTarget calls f with every expression that a statement binds or unbinds.
func eachTarget(s Stmt, f func(Expr)) {
	switch s := s.(type) {
	case *Assign:
		each(s.Targets, f)
	case *AugAssign:
		f(s.Target)
	case *Delete:
		each(s.Targets, f)
	}
}

// eachTargetName calls f with the names that a target binds.
func eachTargetName(target Expr, f func(*Name)) {
	switch t := target.(type) {
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

// each calls f with those that are not nil.
func each(list []Expr, f func(Expr)) {
	for _, e := range list {
		if e != nil {
			f(e)
		}
	}
}

func eachClause(clauses []Comprehension, f func(Expr), elements ...Expr) {
	for _, c := range clauses {
		f(c.Target)
		f(c.Iter)
		each(c.Ifs, f)
	}
	each(elements, f)
}
