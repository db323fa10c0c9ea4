package syntax

// token is the kind of a token.
type token uint8

const (
	tokEOF     token = iota
	tokNewline       // the end of a line outside brackets
	tokIndent        // white space at the beginning of a line that may not have it
	tokName
	tokNumber
	tokString
	tokUnknown // a character that begins nothing, such as `?`

	tokLParen
	tokRParen
	tokLBracket
	tokRBracket
	tokLBrace
	tokRBrace
	tokComma
	tokColon
	tokSemicolon
	tokDot
	tokTwoDots // `..` at the end of the text: an ellipsis that is not finished
	tokEllipsis
	tokWalrus
	tokTilde
	tokAssign
	tokAugAssign // `+=` and its like; cursor.op says which

	tokPlus
	tokMinus
	tokStar
	tokAt
	tokSlash
	tokPercent
	tokPower
	tokLShift
	tokRShift
	tokPipe
	tokCaret
	tokAmp
	tokDoubleSlash

	tokEqual
	tokNotEqual
	tokLess
	tokLessEqual
	tokGreater
	tokGreaterEqual

	tokAnd
	tokOr
	tokNot
	tokIn
	tokIs
	tokIf
	tokElse
	tokFor
	tokLambda
	tokTrue
	tokFalse
	tokNone
	tokDel
	tokPass
	tokRefused // begins a statement, or an expression, that is not available here
	tokKeyword // any other keyword

	tokens // how many there are
)

// IsKeyword reports whether a name means something by itself, so that nothing can
// be called by it.
func IsKeyword(name string) bool { return keyword(name) != tokName }

// keyword gives the kind of a name: tokName, unless it is a keyword.
func keyword(s string) token {
	switch s {
	case "and":
		return tokAnd
	case "or":
		return tokOr
	case "not":
		return tokNot
	case "in":
		return tokIn
	case "is":
		return tokIs
	case "if":
		return tokIf
	case "else":
		return tokElse
	case "for":
		return tokFor
	case "lambda":
		return tokLambda
	case "True":
		return tokTrue
	case "False":
		return tokFalse
	case "None":
		return tokNone
	case "del":
		return tokDel
	case "pass":
		return tokPass
	case "assert", "async", "await", "break", "class", "continue", "def", "from", "global", "import",
		"nonlocal", "raise", "return", "try", "while", "with", "yield":
		return tokRefused
	case "as", "elif", "except", "finally":
		return tokKeyword
	}
	return tokName
}

// operatorWords are the words that may follow an operand.
var operatorWords = [...]string{"and", "else", "for", "if", "in", "is", "not", "or"}

// The binding strengths of the binary operators; 0 is none.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precSum
	precProduct
)

// binary is the strength of each token that may follow an operand.
var binary = [tokens]uint8{
	tokOr: precOr, tokAnd: precAnd,
	tokEqual: precCompare, tokNotEqual: precCompare, tokLess: precCompare, tokLessEqual: precCompare,
	tokGreater: precCompare, tokGreaterEqual: precCompare, tokIn: precCompare, tokNot: precCompare, tokIs: precCompare,
	tokPipe: precBitOr, tokCaret: precBitXor, tokAmp: precBitAnd,
	tokLShift: precShift, tokRShift: precShift,
	tokPlus: precSum, tokMinus: precSum,
	tokStar: precProduct, tokSlash: precProduct, tokPercent: precProduct, tokAt: precProduct, tokDoubleSlash: precProduct,
}

// operators are the operators of BinOp; tokPower is not in binary, because it
// binds its left side alone.
var operators = [tokens]Operator{
	tokPlus: Add, tokMinus: Sub, tokStar: Mult, tokAt: MatMult, tokSlash: Div, tokPercent: Mod, tokPower: Pow,
	tokLShift: LShift, tokRShift: RShift, tokPipe: BitOr, tokCaret: BitXor, tokAmp: BitAnd, tokDoubleSlash: FloorDiv,
}

// comparisons are the comparisons that are one token; `is` and `not in` are seen
// to where they are parsed.
var comparisons = [tokens]CmpOperator{
	tokEqual: Eq, tokNotEqual: NotEq, tokLess: Lt, tokLessEqual: LtE, tokGreater: Gt, tokGreaterEqual: GtE, tokIn: In, tokIs: Is,
}

// starts says which tokens may begin an expression. A star is not among them.
var starts = [tokens]bool{
	tokName: true, tokNumber: true, tokString: true, tokLParen: true, tokLBracket: true, tokLBrace: true,
	tokEllipsis: true, tokTwoDots: true, tokTilde: true, tokPlus: true, tokMinus: true, tokNot: true, tokLambda: true,
	tokTrue: true, tokFalse: true, tokNone: true,
}

// class says what a byte begins.
type class uint8

const (
	classOther class = iota
	classLetter
	classDigit
	classBlank
	classNewline
	classQuote
	classComment
	classBackslash
	classWide // the first byte of a character beyond ASCII
	classOpen
	classClose
	classSingle // an operator of one character that begins no longer one
	classOperator
)

var classes, singles = func() (c [256]class, s [256]token) {
	for b := range 256 {
		switch {
		case b >= 0x80:
			c[b] = classWide
		case b >= '0' && b <= '9':
			c[b] = classDigit
		case b|0x20 >= 'a' && b|0x20 <= 'z', b == '_':
			c[b] = classLetter
		}
	}
	c[' '], c['\t'], c['\f'] = classBlank, classBlank, classBlank
	c['\n'], c['\r'] = classNewline, classNewline
	c['\''], c['"'] = classQuote, classQuote
	c['#'], c['\\'] = classComment, classBackslash
	for b, t := range map[byte]token{'(': tokLParen, '[': tokLBracket, '{': tokLBrace} {
		c[b], s[b] = classOpen, t
	}
	for b, t := range map[byte]token{')': tokRParen, ']': tokRBracket, '}': tokRBrace} {
		c[b], s[b] = classClose, t
	}
	for b, t := range map[byte]token{',': tokComma, ';': tokSemicolon, '~': tokTilde} {
		c[b], s[b] = classSingle, t
	}
	for b, t := range map[byte]token{
		'+': tokPlus, '-': tokMinus, '*': tokStar, '/': tokSlash, '%': tokPercent, '@': tokAt, '&': tokAmp, '|': tokPipe,
		'^': tokCaret, '<': tokLess, '>': tokGreater, '=': tokAssign, '!': tokUnknown, ':': tokColon, '.': tokDot,
	} {
		c[b], s[b] = classOperator, t
	}
	return c, s
}()
