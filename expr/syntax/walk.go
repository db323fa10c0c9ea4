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
