package syntax

// trunk is the root of every tree, and in the same piece of memory room for the
// nodes of a short request: most are parsed with two or three allocations.
type trunk struct {
	module     Module
	body       [1]Stmt
	statement  [1]ExprStmt
	names      [2]Name
	constants  [2]Constant
	binOps     [1]BinOp
	calls      [1]Call
	attributes [1]Attribute
	list       [2]Expr
	scratch    [4]Expr // only while parsing
}

// slabs hand out nodes from pieces of memory that hold several.
type slabs struct {
	statements slab[ExprStmt]
	names      slab[Name]
	constants  slab[Constant]
	binOps     slab[BinOp]
	calls      slab[Call]
	attributes slab[Attribute]
	list       []Expr
	listSize   int // of the last piece of lists
}

// slabs begin in the trunk.
func (t *trunk) slabs() slabs {
	return slabs{
		statements: slab[ExprStmt]{free: t.statement[:]},
		names:      slab[Name]{free: t.names[:]},
		constants:  slab[Constant]{free: t.constants[:]},
		binOps:     slab[BinOp]{free: t.binOps[:]},
		calls:      slab[Call]{free: t.calls[:]},
		attributes: slab[Attribute]{free: t.attributes[:]},
		list:       t.list[:],
	}
}

// slab is a piece of memory with free nodes of one type.
type slab[T any] struct {
	free []T
	size int // of the last piece
}

// new gives the next node.
func (s *slab[T]) new() *T {
	if len(s.free) == 0 {
		s.grow()
	}
	t := &s.free[0]
	s.free = s.free[1:]
	return t
}

// grow makes a piece twice as large as the one before, up to a bound, so that
// little is left over.
func (s *slab[T]) grow() {
	const least, most = 4, 128
	s.size = min(max(least, 2*s.size), most)
	s.free = make([]T, s.size)
}

// take gives the elements of the scratch list from there on as a list of their
// own.
func (p *parser) take(from int) []Expr {
	elements := p.scratch[from:]
	p.scratch = p.scratch[:from]
	n := len(elements)
	if n == 0 {
		return nil
	}
	if n > len(p.list) {
		const least, most = 8, 64
		if n >= least {
			return append([]Expr(nil), elements...)
		}
		p.listSize = min(max(least, 2*p.listSize), most)
		p.list = make([]Expr, p.listSize)
	}
	list := p.list[:n:n]
	p.list = p.list[n:]
	copy(list, elements)
	return list
}
