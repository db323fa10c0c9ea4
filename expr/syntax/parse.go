package syntax

import (
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

// MaxDepth is how deep a tree may be: no path from a statement to a leaf has
// more nodes, so that whoever walks one recursively knows his stack. CPython
// gives up between 2,000 and 3,000.
const MaxDepth = 2000

// Parse turns a source into a tree. White space around it is ignored. The error
// is an *Error. It is safe to call from several goroutines. The time it takes is
// linear in the length of the source.
func Parse(src string) (*Module, error) {
	if err := checkBytes(src); err != nil {
		return nil, err
	}
	m, why := parse(src)
	if why != nil {
		return nil, explain(src, *why)
	}
	return m, nil
}

// LineMode reports whether a first line, given with its newline, can stand for
// itself: whole, or beyond mending. It is false for a line that something after
// it can still mend (an open bracket, an open triple quote, a backslash at the
// end), and for one that says nothing: blank, or a comment.
func LineMode(line string) bool {
	_, err := Parse(line)
	bad, isBad := errors.AsType[*Error](err)
	return !isBad || !bad.Incomplete
}

// checkBytes refuses what is not a text at all.
func checkBytes(src string) error {
	if len(src) > math.MaxInt32 {
		return &Error{Type: "MemoryError", Msg: "the source is longer than 2 GiB", Line: 1, Col: 1}
	}
	if i := strings.IndexByte(src, 0); i >= 0 {
		line, col := position(src, i)
		return &Error{Type: "SyntaxError", Msg: "source code string cannot contain null bytes", Line: line, Col: col}
	}
	if !utf8.ValidString(src) {
		return invalidUTF8(src)
	}
	return nil
}

// parse reads a source once.
func parse(src string) (*Module, *failure) {
	t := &trunk{}
	p := parser{lexer: lexer{src: src, end: len(src)}, slabs: t.slabs(), module: &t.module, scratch: t.scratch[:0]}
	t.module.Source, t.module.Body = src, t.body[:0]
	p.file()
	if p.failed {
		why := p.why
		return nil, &why
	}
	return &t.module, nil
}

// parser is one pass over one source. A method that meets an error notes it with
// fail and returns what it has: from then on there are no tokens, so that every
// loop ends, and nobody looks at the tree.
type parser struct {
	lexer
	slabs
	module  *Module
	scratch []Expr // elements of lists that are not finished
	// depth is how deep the recursion is, deepest how deep the lowest node is
	// of the operand that is being read.
	depth, deepest int
	walruses       walruses
	scoped         bool // there are frames to resolve
	hints          bool // say what was probably meant
	element        mark // where the last element of a statement's expressions began
	postponed      *failure
	reread         int // bytes that hints have read ahead
	furthest       int // the last token that they have seen
}

// mark is where something began.
type mark struct {
	tok   token
	start int
	level int // how many brackets were open before it
	bound int // how many walruses there were before it
}

func (p *parser) mark() mark { return mark{p.tok, p.start, p.prevLevel, p.walruses.count} }

// name gives what began here, if it is a name without brackets.
func (m mark) name(e Expr) *Name {
	if m.tok != tokName {
		return nil
	}
	n, _ := e.(*Name)
	return n
}

// walrus reports whether e is a walrus without brackets.
func (m mark) walrus(e Expr) bool {
	_, ok := e.(*NamedExpr)
	return ok && m.tok == tokName
}

// unexpected fails at the present token.
func (p *parser) unexpected() {
	switch {
	case p.tok == tokIndent:
		p.failAs("IndentationError", p.start, "unexpected indent")
	case p.tok == tokRefused && p.src[p.start:p.stop] == "async":
		p.refuse() // of an asynchronous comprehension
	}
	p.fail(p.start, generic)
}

// ahead gives the kind of the token behind the present one.
func (p *parser) ahead() token {
	c := p.cursor
	p.next()
	t := p.tok
	p.restore(c)
	return t
}

// expect goes past a token of that kind, or fails.
func (p *parser) expect(t token) {
	if p.tok != t {
		p.unexpected()
		return
	}
	p.next()
}

// postpone notes an error that CPython finds in a later stage: an error in the
// rest of the text goes before it.
func (p *parser) postpone(at int, msg string) {
	if !p.explaining {
		p.fail(at, msg)
		return
	}
	if p.postponed == nil {
		p.postponed = &failure{kind: "SyntaxError", msg: msg, at: at}
	}
}

// enter goes down a level; leave comes back.
func (p *parser) enter() {
	p.depth++
	p.deepen(p.depth)
}

func (p *parser) leave() { p.depth-- }

// deepen notes that there is a node so far down. The words are CPython's for a
// tree that is too deep for its compiler.
func (p *parser) deepen(depth int) {
	if depth <= p.deepest {
		return
	}
	p.deepest = depth
	if depth > MaxDepth {
		p.failAs("RecursionError", p.start, "maximum recursion depth exceeded during compilation")
	}
}

// file = {line}
func (p *parser) file() {
	p.tok = tokNewline
	if p.next(); p.tok == tokEOF {
		p.unexpected()
	}
	for p.tok != tokEOF {
		p.line()
	}
	if !p.failed && p.postponed != nil {
		p.failWith(*p.postponed)
	}
	if !p.failed && p.scoped {
		resolve(p.module, p.walruses.count > 0)
	}
}

// line = statement {";" statement} [";"] (newline | end)
func (p *parser) line() {
	for {
		p.module.Body = append(p.module.Body, p.statement())
		if p.tok != tokSemicolon {
			break
		}
		if p.next(); p.tok == tokNewline || p.tok == tokEOF {
			break
		}
	}
	if p.tok != tokEOF {
		p.expect(tokNewline)
	}
}

// statement = del | "pass" | assignment | expressions
func (p *parser) statement() Stmt {
	start := p.start
	switch p.tok {
	case tokDel:
		return p.del()
	case tokPass:
		p.next()
		return &Pass{Pos(start)}
	case tokIf, tokFor, tokAt:
		p.refuse()
		return nil
	}
	p.enter()
	e := p.starExpressions()
	p.leave()
	switch p.tok {
	case tokAssign:
		return p.assign(e, start)
	case tokAugAssign:
		return p.augAssign(e, start)
	case tokColon:
		p.annotation(e, start)
		return nil
	}
	if p.hints {
		p.hintNamed(e, p.element)
	}
	p.noStar(e)
	s := p.statements.new()
	s.Pos, s.Value = Pos(start), e
	return s
}

// refuse fails at the beginning of something that Python has and this language
// has not.
func (p *parser) refuse() {
	what := "'" + p.src[p.start:p.stop] + "'"
	if p.tok == tokAt {
		what = "a decorator"
	}
	p.fail(p.start, what+" is not available here: only expressions, assignments, del and pass are")
}

// noStar refuses a star where a single value is wanted.
func (p *parser) noStar(e Expr) {
	if s, ok := e.(*Starred); ok {
		p.postpone(int(s.Pos), "can't use starred expression here")
	}
}

// assign = targets "=" {targets "="} expressions
func (p *parser) assign(e Expr, start int) Stmt {
	from := len(p.scratch)
	p.enter()
	for p.tok == tokAssign {
		if p.hints && len(p.scratch) == from && invalidTarget(e, assigning) != nil {
			p.hintNamed(e, p.element)
		}
		p.target(e, assigning)
		p.scratch = append(p.scratch, e)
		p.next()
		e = p.starExpressions()
	}
	p.leave()
	p.noStar(e)
	return &Assign{Pos: Pos(start), Targets: p.take(from), Value: e}
}

// augAssign = target "+=" expressions
func (p *parser) augAssign(e Expr, start int) Stmt {
	switch e.(type) {
	case *Name, *Attribute, *Subscript:
	case nil: // it has failed
	default:
		if p.hints && !p.probe(func() { p.next(); p.starExpressions() }) {
			p.unexpected()
		}
		p.fail(int(e.Offset()), "'"+describe(e)+"' is an illegal expression for augmented assignment")
	}
	s := &AugAssign{Pos: Pos(start), Op: p.op, Target: e}
	p.next()
	p.enter()
	s.Value = p.starExpressions()
	p.leave()
	p.noStar(s.Value)
	return s
}

// annotation refuses `name: type`.
func (p *parser) annotation(e Expr, start int) {
	msg := "annotations are not available here"
	switch e := e.(type) {
	case *Name, *Attribute, *Subscript:
	case *List, *Tuple:
		msg = "only single target (not " + describe(e) + ") can be annotated"
	default:
		msg = "illegal target for annotation"
	}
	if p.hints && !p.probe(func() { p.next(); p.expression() }) {
		p.unexpected()
	}
	p.fail(start, msg)
}

// del = "del" deleted
func (p *parser) del() Stmt {
	s := &Delete{Pos: Pos(p.start)}
	p.next()
	if p.hints {
		p.hintTargets(deleting)
	}
	s.Targets = p.deleted()
	return s
}

// deleted = target {"," target} [","]
func (p *parser) deleted() []Expr {
	from := len(p.scratch)
	for {
		e := p.targetExpression()
		p.target(e, deleting)
		p.scratch = append(p.scratch, e)
		if p.tok != tokComma {
			break
		}
		if p.next(); p.tok == tokSemicolon || p.tok == tokNewline || p.tok == tokEOF {
			break
		}
	}
	return p.take(from)
}
