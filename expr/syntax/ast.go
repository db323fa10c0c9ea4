package syntax

import "althing/value"

// Pos is where a node begins: a byte offset into Module.Source, which
// Module.Position turns into a line and a column.
type Pos int32

// Node is any part of a tree.
type Node interface {
	// Offset is where the node begins.
	Offset() Pos
}

// Offset gives the position itself, so that every node that embeds one is a Node.
func (p Pos) Offset() Pos { return p }

// Expr is an expression: one of the pointer types below.
type Expr interface {
	Node
	expr()
}

// Stmt is a statement: *ExprStmt, *Assign, *AugAssign, *Delete or *Pass.
type Stmt interface {
	Node
	stmt()
}

// Module is a parsed text. It is never changed after Parse has returned it, so
// that any number of goroutines may walk it.
type Module struct {
	Source string
	Body   []Stmt // never empty
	// Frame holds the names that a walrus binds at the top level and that no
	// statement assigns.
	Frame
}

// The statements.
type (
	// ExprStmt is an expression for its value (Python calls it Expr).
	ExprStmt struct {
		Pos
		Value Expr
	}
	// Assign is `a = b = value`. A target is a *Name, *Attribute, *Subscript, or
	// a *Tuple or *List of targets in which at most one is *Starred.
	Assign struct {
		Pos
		Targets []Expr
		Value   Expr
	}
	// AugAssign is `target += value`. The target is a *Name, *Attribute or
	// *Subscript.
	AugAssign struct {
		Pos
		Op     Operator
		Target Expr
		Value  Expr
	}
	// Delete is `del a, b`. A target is a *Name, *Attribute, *Subscript, or a
	// *Tuple or *List of targets.
	Delete struct {
		Pos
		Targets []Expr
	}
	// Pass does nothing.
	Pass struct{ Pos }
)

// The expressions.
type (
	// Constant is a literal: None, Bool, Int, Big, Float, Complex, Str or Bytes.
	Constant struct {
		Pos
		Value value.Value
	}
	// Ellipsis is `...`.
	Ellipsis struct{ Pos }
	// Name is a name, read or bound; Place says where it lives.
	Name struct {
		Pos
		Place
		ID string
	}
	// UnaryOp is `-x`, `+x`, `~x` or `not x`.
	UnaryOp struct {
		Pos
		Op      UnaryOperator
		Operand Expr
	}
	// BinOp is `left op right`.
	BinOp struct {
		Pos
		Op          Operator
		Left, Right Expr
	}
	// BoolOp is `a and b and c` or `a or b or c`: two values or more.
	BoolOp struct {
		Pos
		Op     BoolOperator
		Values []Expr
	}
	// Compare is `left op right`, and for a chain what follows:
	// `0 < x < 5` has one Comparison in More.
	Compare struct {
		Pos
		Op          CmpOperator
		Left, Right Expr
		More        []Comparison
	}
	// Call is `func(args, keywords)`. An argument may be *Starred. Python
	// evaluates Args first, then Keywords.
	Call struct {
		Pos
		Func     Expr
		Args     []Expr
		Keywords []Keyword
	}
	// Attribute is `value.attr`.
	Attribute struct {
		Pos
		Value Expr
		Attr  string
	}
	// Subscript is `value[index]`; the index may be a *Slice, or a *Tuple with
	// slices and starred values in it.
	Subscript struct {
		Pos
		Value, Index Expr
	}
	// Slice is `lower:upper:step`; what was left out is nil.
	Slice struct {
		Pos
		Lower, Upper, Step Expr
	}
	// Starred is `*value` in a call, a display, a subscript or a target.
	Starred struct {
		Pos
		Value Expr
	}
	// Tuple is `a, b`; an element may be *Starred.
	Tuple struct {
		Pos
		Elts []Expr
	}
	// List is `[a, b]`; an element may be *Starred.
	List struct {
		Pos
		Elts []Expr
	}
	// Set is `{a, b}`; never empty; an element may be *Starred.
	Set struct {
		Pos
		Elts []Expr
	}
	// Dict is `{key: value, **value}`.
	Dict struct {
		Pos
		Items []DictItem
	}
	// ListComp is `[elt for …]`.
	ListComp struct {
		Pos
		Frame
		Elt        Expr
		Generators []Comprehension
	}
	// SetComp is `{elt for …}`.
	SetComp struct {
		Pos
		Frame
		Elt        Expr
		Generators []Comprehension
	}
	// GeneratorExp is `(elt for …)`.
	GeneratorExp struct {
		Pos
		Frame
		Elt        Expr
		Generators []Comprehension
	}
	// DictComp is `{key: value for …}`.
	DictComp struct {
		Pos
		Frame
		Key, Value Expr
		Generators []Comprehension
	}
	// Lambda is `lambda params: body`. The parameter Params[i] lives in slot i
	// of its frame; defaults are evaluated outside, when the lambda is made.
	Lambda struct {
		Pos
		Frame
		Params   []Param
		Body     Expr
		walruses bool // there are some in it that bind in its frame
	}
	// IfExp is `body if test else orelse`.
	IfExp struct {
		Pos
		Test, Body, OrElse Expr
	}
	// NamedExpr is the walrus, `target := value`.
	NamedExpr struct {
		Pos
		Target *Name
		Value  Expr
	}
	// JoinedStr is an f-string, or the format specification inside one: its
	// values are *Constant (a Str) and *FormattedValue, and are joined.
	JoinedStr struct {
		Pos
		Values []Expr
	}
	// FormattedValue is a field of an f-string. Conversion is 's', 'r', 'a' or 0
	// for none; Spec is a *JoinedStr, or nil where no colon was written.
	FormattedValue struct {
		Pos
		Value      Expr
		Conversion byte
		Spec       *JoinedStr
	}
)

// Comparison is a further link of a chain of comparisons.
type Comparison struct {
	Op    CmpOperator
	Right Expr
}

// Keyword is `name=value` in a call, or `**value` when Name is empty.
type Keyword struct {
	Pos
	Name  string
	Value Expr
}

// DictItem is `key: value` in a dict, or `**value` when Key is nil.
type DictItem struct {
	Key, Value Expr
}

// Comprehension is one `for target in iter if … if …`. The Iter of the first is
// evaluated outside, in the frame around the comprehension, and at once even for
// a generator expression; all else is inside.
type Comprehension struct {
	Target Expr // as a target of Assign
	Iter   Expr
	Ifs    []Expr
}

// ParamKind says how a parameter of a lambda takes its argument.
type ParamKind uint8

// The kinds of parameters, in the order in which Python wants them.
const (
	PositionalOnly      ParamKind = iota // before `/`
	PositionalOrKeyword                  // the usual
	VarPositional                        // *args
	KeywordOnly                          // after `*` or `*args`
	VarKeyword                           // **kwargs
)

// Param is a parameter of a lambda.
type Param struct {
	Pos
	Name    string
	Kind    ParamKind
	Default Expr // nil: none
}

// Frame is the room for names that a module, a lambda or a comprehension needs
// each time it runs. Every lambda and every comprehension has a frame of its
// own, also when it holds nothing, so that Place.Depth counts them all.
type Frame struct {
	// Names are the names of the slots; their number is the number of slots.
	Names []string
	// Captured: a lambda or a generator expression inside may outlive this run
	// and still look into its frame. Without it the room may be used again.
	Captured bool
}

// Place is where a name lives. The zero Place is Free.
type Place struct {
	Scope Scope
	// Depth is how many frames further out: 0 is the innermost.
	Depth uint16
	// Slot is the index in that frame.
	Slot int32
}

// Scope is the kind of a Place.
type Scope uint8

const (
	// Free names are the host's, or built in.
	Free Scope = iota
	// Local names live in a slot of the innermost frame, or of the one Depth
	// frames further out. An empty slot is Python's UnboundLocalError (Depth 0)
	// or NameError.
	Local
	// Top names live in a slot of the module's frame, which is also Depth frames
	// further out; while the slot is empty the name is looked up as a Free one.
	Top
)

// Operator is an operator of BinOp and AugAssign.
type Operator uint8

// The operators, as Python's ast names them.
const (
	Add Operator = iota
	Sub
	Mult
	MatMult
	Div
	Mod
	Pow
	LShift
	RShift
	BitOr
	BitXor
	BitAnd
	FloorDiv
)

// String is the operator as it is written.
func (o Operator) String() string {
	return [...]string{"+", "-", "*", "@", "/", "%", "**", "<<", ">>", "|", "^", "&", "//"}[o]
}

// UnaryOperator is an operator of UnaryOp.
type UnaryOperator uint8

// The unary operators.
const (
	USub UnaryOperator = iota
	UAdd
	Invert
	Not
)

// String is the operator as it is written.
func (o UnaryOperator) String() string { return [...]string{"-", "+", "~", "not"}[o] }

// BoolOperator is `and` or `or`.
type BoolOperator uint8

// The operators of BoolOp.
const (
	And BoolOperator = iota
	Or
)

// String is the operator as it is written.
func (o BoolOperator) String() string { return [...]string{"and", "or"}[o] }

// CmpOperator is a comparison.
type CmpOperator uint8

// The comparisons.
const (
	Eq CmpOperator = iota
	NotEq
	Lt
	LtE
	Gt
	GtE
	Is
	IsNot
	In
	NotIn
)

// String is the operator as it is written.
func (o CmpOperator) String() string {
	return [...]string{"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"}[o]
}

func (*ExprStmt) stmt()  {}
func (*Assign) stmt()    {}
func (*AugAssign) stmt() {}
func (*Delete) stmt()    {}
func (*Pass) stmt()      {}

func (*Constant) expr()       {}
func (*Ellipsis) expr()       {}
func (*Name) expr()           {}
func (*UnaryOp) expr()        {}
func (*BinOp) expr()          {}
func (*BoolOp) expr()         {}
func (*Compare) expr()        {}
func (*Call) expr()           {}
func (*Attribute) expr()      {}
func (*Subscript) expr()      {}
func (*Slice) expr()          {}
func (*Starred) expr()        {}
func (*Tuple) expr()          {}
func (*List) expr()           {}
func (*Set) expr()            {}
func (*Dict) expr()           {}
func (*ListComp) expr()       {}
func (*SetComp) expr()        {}
func (*GeneratorExp) expr()   {}
func (*DictComp) expr()       {}
func (*Lambda) expr()         {}
func (*IfExp) expr()          {}
func (*NamedExpr) expr()      {}
func (*JoinedStr) expr()      {}
func (*FormattedValue) expr() {}
