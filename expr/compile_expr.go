package expr

import "althing/expr/syntax"

// expr makes the node of an expression. The parser has bounded how deep it is.
func (c *compiler) expr(e syntax.Expr) node {
	c.depth++
	c.deepest = max(c.deepest, c.depth)
	n := c.node(e)
	c.depth--
	return n
}

// optional makes the node of an expression that may have been left out.
func (c *compiler) optional(e syntax.Expr) node {
	if e == nil {
		return nil
	}
	return c.expr(e)
}

func (c *compiler) node(e syntax.Expr) node {
	switch e := e.(type) {
	case *syntax.Constant:
		return &constant{e.Value}
	case *syntax.Name:
		return c.name(e)
	case *syntax.BinOp:
		return c.binary(e)
	case *syntax.Call:
		return c.call(e)
	case *syntax.Attribute:
		return &attribute{c.expr(e.Value), e.Attr}
	case *syntax.Subscript:
		return &subscript{c.expr(e.Value), c.expr(e.Index)}
	case *syntax.Compare:
		return c.compare(e)
	case *syntax.UnaryOp:
		return c.unary(e)
	case *syntax.BoolOp:
		if e.Op == syntax.And {
			return &and{c.exprs(e.Values)}
		}
		return &or{c.exprs(e.Values)}
	case *syntax.IfExp:
		return &conditional{c.expr(e.Test), c.expr(e.Body), c.expr(e.OrElse)}
	case *syntax.Lambda:
		return c.lambda(e)
	case *syntax.NamedExpr:
		return &walrus{c.target(e.Target), c.expr(e.Value)}
	}
	return c.display(e)
}

// display makes the nodes of what makes containers, and of texts.
func (c *compiler) display(e syntax.Expr) node {
	switch e := e.(type) {
	case *syntax.List:
		return &listDisplay{c.exprs(e.Elts), hasStar(e.Elts)}
	case *syntax.Tuple:
		return c.tuple(e)
	case *syntax.Set:
		return &setDisplay{c.exprs(e.Elts), hasStar(e.Elts)}
	case *syntax.Dict:
		return c.dict(e)
	case *syntax.ListComp:
		return &listComprehension{c.comprehension("<listcomp>", e.Frame, nil, e.Elt, e.Generators)}
	case *syntax.SetComp:
		return &setComprehension{c.comprehension("<setcomp>", e.Frame, nil, e.Elt, e.Generators)}
	case *syntax.DictComp:
		return &dictComprehension{c.comprehension("<dictcomp>", e.Frame, e.Key, e.Value, e.Generators)}
	case *syntax.GeneratorExp:
		return &generatorExpression{c.comprehension("<genexpr>", e.Frame, nil, e.Elt, e.Generators)}
	case *syntax.Slice:
		return c.slice(e)
	case *syntax.Starred:
		return &starred{c.expr(e.Value)}
	case *syntax.JoinedStr:
		return c.joined(e)
	case *syntax.FormattedValue:
		return c.field(e)
	case *syntax.Ellipsis:
		return &constant{ellipsis{}}
	}
	panic("expr: the parser has an expression that the compiler does not know")
}

func (c *compiler) dict(e *syntax.Dict) node {
	d := &dictDisplay{}
	for _, item := range e.Items {
		if item.Key == nil {
			d.items = make([]dictItem, len(e.Items))
		}
	}
	for i, item := range e.Items {
		key, val := c.optional(item.Key), c.expr(item.Value)
		if d.items != nil {
			d.items[i] = dictItem{key, val}
		} else {
			d.flat = append(d.flat, key, val)
		}
	}
	return d
}

func hasStar(elts []syntax.Expr) bool {
	for _, e := range elts {
		if _, ok := e.(*syntax.Starred); ok {
			return true
		}
	}
	return false
}

func (c *compiler) binary(e *syntax.BinOp) node {
	left, right, op := c.expr(e.Left), c.expr(e.Right), operators[e.Op]
	if n := c.fold(op, left, right); n != nil {
		return n
	}
	return &binary{left, right, binaryFuncs[op]}
}

func (c *compiler) unary(e *syntax.UnaryOp) node {
	x := c.expr(e.Operand)
	if e.Op == syntax.Not {
		return &not{x}
	}
	op := unaryOperators[e.Op]
	if k, ok := x.(*constant); ok && isPlain(k.o) {
		if o, err := Unary(nil, op, k.o); err == nil {
			return &constant{o}
		}
	}
	return &unary{op, x}
}

func (c *compiler) compare(e *syntax.Compare) node {
	if len(e.More) == 0 && e.Op <= syntax.GtE {
		return &comparison{c.expr(e.Left), c.expr(e.Right), comparisons[e.Op]}
	}
	n := &chain{first: c.expr(e.Left), links: make([]link, 1+len(e.More))}
	op, right := e.Op, e.Right
	for i, more := range e.More {
		n.links[i] = link{relationOf(op), c.expr(right)} // which is compared once more
		op, right = more.Op, more.Right
	}
	n.links[len(e.More)] = link{relationOf(op), c.searched(op, right)}
	return n
}

// slice makes one of constants once.
func (c *compiler) slice(e *syntax.Slice) node {
	parts := [3]syntax.Expr{e.Lower, e.Upper, e.Step}
	var nodes [3]node
	objects := [3]Object{None, None, None}
	constants := true
	for i, part := range parts {
		if part == nil {
			continue
		}
		nodes[i] = c.expr(part)
		if k, ok := nodes[i].(*constant); ok {
			objects[i] = k.o
		} else {
			constants = false
		}
	}
	if constants {
		return &constant{&Slice{objects[0], objects[1], objects[2]}}
	}
	return &slicing{nodes[0], nodes[1], nodes[2]}
}

// searched is the right side of in: a list that is made only to be searched can
// be made once.
func (c *compiler) searched(op syntax.CmpOperator, e syntax.Expr) node {
	if l, ok := e.(*syntax.List); ok && (op == syntax.In || op == syntax.NotIn) {
		return c.tuple(&syntax.Tuple{Pos: l.Pos, Elts: l.Elts})
	}
	return c.expr(e)
}

func relationOf(op syntax.CmpOperator) relation {
	switch op {
	case syntax.Is:
		return isSame
	case syntax.IsNot:
		return isNotSame
	case syntax.In:
		return isIn
	case syntax.NotIn:
		return isNotIn
	}
	cmp := comparisons[op]
	return func(t *Thread, a, b Object) (bool, error) { return Compare(t, cmp, a, b) }
}

// tuple makes one of constants once.
func (c *compiler) tuple(e *syntax.Tuple) node {
	elts := c.exprs(e.Elts)
	if items := constants(elts); items != nil {
		return &constant{NewTuple(items...)}
	}
	return &tupleDisplay{elts, hasStar(e.Elts)}
}

func (c *compiler) call(e *syntax.Call) node {
	if len(e.Keywords) > 0 || hasStar(e.Args) {
		n := &callAll{fn: c.expr(e.Func), args: c.exprs(e.Args)}
		for _, k := range e.Keywords {
			n.keywords = append(n.keywords, keyword{k.Name, c.expr(k.Value)})
		}
		return n
	}
	if of, ok := e.Func.(*syntax.Attribute); ok {
		n := &methodCall{attribute: attribute{c.expr(of.Value), of.Attr}, args: c.exprs(e.Args)}
		n.consts, n.methods = constants(n.args), methodTables[of.Attr]
		return n
	}
	n := &call{fn: c.expr(e.Func), consts: literals(e.Args)}
	if n.consts == nil {
		n.args = c.exprs(e.Args)
		n.consts = constants(n.args)
	}
	return n
}

func (c *compiler) lambda(e *syntax.Lambda) node {
	n := &lambdaCode{params: e.Params, slots: len(e.Names), captured: e.Captured, simple: true}
	n.defaults = make([]node, len(e.Params))
	for i, p := range e.Params {
		if p.Default != nil {
			n.defaults[i] = c.expr(p.Default)
			n.simple = false
		}
		if p.Kind > syntax.PositionalOrKeyword {
			n.simple = false
		}
	}
	outside := *c
	n.scope = &scope{c.scope, lambdaName}
	*c = compiler{scope: n.scope}
	n.body = c.expr(e.Body)
	n.depth = c.deepest
	*c = outside
	return n
}

func (c *compiler) comprehension(name string, f syntax.Frame, key, elt syntax.Expr, loops []syntax.Comprehension) comprehension {
	outside := c.scope
	inside := &scope{outside, name}
	defer func() { c.scope = outside }()
	n := comprehension{slots: len(f.Names), captured: f.Captured, scope: inside, loops: make([]loop, len(loops))}
	for i, l := range loops {
		// The source of the first loop is outside.
		source := c.expr(l.Iter)
		c.scope = inside
		n.loops[i] = loop{target: c.target(l.Target), source: source, ifs: c.exprs(l.Ifs)}
		if u, ok := n.loops[i].target.(*unpacking); ok && u.star < 0 && len(u.targets) == 2 {
			n.loops[i].pair = u.targets
		}
	}
	n.key, n.elt = c.optional(key), c.expr(elt)
	return n
}

func (c *compiler) joined(e *syntax.JoinedStr) *joined { return &joined{c.exprs(e.Values)} }

func (c *compiler) field(e *syntax.FormattedValue) *field {
	n := &field{value: c.expr(e.Value), conversion: e.Conversion}
	if e.Spec != nil {
		n.spec = c.joined(e.Spec)
	}
	return n
}

// literals puts literal arguments together without a node for each: a query of
// a device is nearly always one call with literals, and is run once.
func literals(args []syntax.Expr) []Object {
	for _, a := range args {
		if _, ok := a.(*syntax.Constant); !ok {
			return nil
		}
	}
	out := make([]Object, len(args))
	for i, a := range args {
		out[i] = a.(*syntax.Constant).Value
	}
	return out
}
