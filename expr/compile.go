package expr

import (
	"althing/expr/syntax"
	"althing/value"
)

// compile turns the tree of a text into the nodes that are evaluated: names are
// already places, the methods of built-in types and the built-in functions are
// looked up by name here, and what is made of constants alone is made once.
func compile(tree *syntax.Module) *Program {
	library()
	c := &compiler{}
	p := &Program{slots: len(tree.Names), captured: tree.Captured}
	p.body = p.one[:]
	if len(tree.Body) > 1 {
		p.body = make([]statement, len(tree.Body))
	}
	for i, s := range tree.Body {
		p.body[i] = c.statement(s)
	}
	_, p.expression = tree.Body[len(tree.Body)-1].(*syntax.ExprStmt)
	return p
}

// compiler keeps count of how deep it is in the tree of a lambda's body.
type compiler struct {
	depth, deepest int
	scope          *scope
	folding        *Thread // made when first needed
}

func (c *compiler) statement(s syntax.Stmt) statement {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		return &expressionStatement{c.expr(s.Value)}
	case *syntax.Assign:
		return &assignment{c.targets(s.Targets), c.expr(s.Value)}
	case *syntax.AugAssign:
		return &augmentation{c.expr(s.Target), operators[s.Op], c.expr(s.Value)}
	case *syntax.Delete:
		return &deletion{c.deleters(nil, s.Targets)}
	}
	return nothing{}
}

func (c *compiler) targets(list []syntax.Expr) []target {
	out := make([]target, len(list))
	for i, e := range list {
		out[i] = c.target(e)
	}
	return out
}

func (c *compiler) target(e syntax.Expr) target {
	switch e := e.(type) {
	case *syntax.Tuple:
		return c.unpacking(e.Elts)
	case *syntax.List:
		return c.unpacking(e.Elts)
	case *syntax.Starred:
		return c.target(e.Value)
	}
	return c.expr(e).(target)
}

func (c *compiler) unpacking(elts []syntax.Expr) target {
	u := &unpacking{c.targets(elts), -1}
	for i, e := range elts {
		if _, ok := e.(*syntax.Starred); ok {
			u.star = i
		}
	}
	return u
}

func (c *compiler) deleters(out []deleter, list []syntax.Expr) []deleter {
	for _, e := range list {
		switch e := e.(type) {
		case *syntax.Tuple:
			out = c.deleters(out, e.Elts)
		case *syntax.List:
			out = c.deleters(out, e.Elts)
		default:
			out = append(out, c.expr(e).(deleter))
		}
	}
	return out
}

var operators = [...]Op{
	syntax.Add: Add, syntax.Sub: Sub, syntax.Mult: Mul, syntax.MatMult: MatMul, syntax.Div: Div,
	syntax.Mod: Mod, syntax.Pow: Pow, syntax.LShift: LShift, syntax.RShift: RShift,
	syntax.BitOr: BitOr, syntax.BitXor: BitXor, syntax.BitAnd: BitAnd, syntax.FloorDiv: FloorDiv,
}

var unaryOperators = [...]Op{syntax.USub: Sub, syntax.UAdd: Add, syntax.Invert: Invert}

var comparisons = [...]CmpOp{
	syntax.Eq: Eq, syntax.NotEq: Ne, syntax.Lt: Lt, syntax.LtE: Le, syntax.Gt: Gt, syntax.GtE: Ge,
}

// name makes the node of a name, which may be read or bound.
func (c *compiler) name(n *syntax.Name) node {
	switch n.Scope {
	case syntax.Local:
		if n.Depth == 0 {
			return &local{int(n.Slot), n.ID}
		}
		return &outer{local{int(n.Slot), n.ID}, int(n.Depth)}
	case syntax.Top:
		return &top{global{n.ID, builtins[n.ID]}, int(n.Depth), int(n.Slot)}
	}
	return &global{n.ID, builtins[n.ID]}
}

func (c *compiler) exprs(list []syntax.Expr) []node {
	if len(list) == 0 {
		return nil
	}
	out := make([]node, len(list))
	for i, e := range list {
		out[i] = c.expr(e)
	}
	return out
}

// constants gives the objects of nodes that are all constants, else nil.
func constants(list []node) []Object {
	out := make([]Object, len(list))
	for i, n := range list {
		k, ok := n.(*constant)
		if !ok {
			return nil
		}
		out[i] = k.o
	}
	return out
}

// fold works out an operation on two constant numbers when that is as cheap as
// to keep the operands, and leaves all else, errors above all, to the run.
func (c *compiler) fold(op Op, left, right node) node {
	a, ok := left.(*constant)
	if !ok {
		return nil
	}
	b, ok := right.(*constant)
	if !ok || !isPlain(a.o) || !isPlain(b.o) {
		return nil
	}
	if c.folding == nil {
		// Plain numbers never need it, but for a result of more than 64 bits.
		c.folding = &Thread{limits: Limits{Memory: bigHead}}
	}
	o, err := Binary(c.folding, op, a.o, b.o)
	if err != nil || !isPlain(o) {
		return nil
	}
	return &constant{o}
}

func isPlain(o Object) bool {
	switch o.(type) {
	case value.Int, value.Float:
		return true
	}
	return false
}
