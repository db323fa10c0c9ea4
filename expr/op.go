package expr

// Op is a binary or unary operator.
type Op uint8

// The operators. Invert and Abs are only unary; Add and Sub are both.
const (
	Add Op = iota
	Sub
	Mul
	Div
	FloorDiv
	Mod
	Pow
	LShift
	RShift
	BitAnd
	BitOr
	BitXor
	MatMul
	Invert
	Abs
)

var opText = [...]string{"+", "-", "*", "/", "//", "%", "** or pow()", "<<", ">>", "&", "|", "^", "@", "~", "abs()"}

// String is the operator as Python's messages write it.
func (op Op) String() string { return opText[op] }

// CmpOp is a comparison that orders or equates.
type CmpOp uint8

// The comparisons.
const (
	Eq CmpOp = iota
	Ne
	Lt
	Le
	Gt
	Ge
)

var cmpText = [...]string{"==", "!=", "<", "<=", ">", ">="}

// String is the operator as it is written.
func (op CmpOp) String() string { return cmpText[op] }

// Swap is the operator that asks the same with its sides exchanged.
func (op CmpOp) Swap() CmpOp {
	switch op {
	case Lt:
		return Gt
	case Le:
		return Ge
	case Gt:
		return Lt
	case Ge:
		return Le
	}
	return op
}

// Holds says whether the operator holds for a three-way comparison.
func (op CmpOp) Holds(c int) bool {
	switch op {
	case Eq:
		return c == 0
	case Ne:
		return c != 0
	case Lt:
		return c < 0
	case Le:
		return c <= 0
	case Gt:
		return c > 0
	}
	return c >= 0
}
