package syntax

import (
	"slices"
	"strings"
)

// explain reads a source that failed once more, for what CPython would say.
//
// Like CPython's, the second pass looks at each place where people go wrong for
// what they probably meant: the hint methods. They may read ahead, because
// nothing is lost any more; what decides whether the source can still be mended
// is where the first pass stopped.
func explain(src string, first failure) *Error {
	t := &trunk{}
	p := parser{
		lexer: lexer{src: src, end: len(src), explaining: true},
		slabs: t.slabs(), module: &t.module, hints: true,
	}
	p.file()
	why := first
	if p.failed {
		why = p.why
		if later := p.laterTrouble(); later != nil {
			why = *later
		}
	}
	e := newError(src, why)
	e.Incomplete = mendable(src, first)
	return e
}

// laterTrouble gives an error in a token behind the failure: a wrong token says
// more than a sentence that is wrong because of it.
func (p *parser) laterTrouble() *failure {
	if p.why.lexical || p.why.kind != "SyntaxError" || p.stopped.tok == tokEOF {
		return nil
	}
	l := lexer{src: p.src, end: p.end, brackets: p.brackets, cursor: p.stopped, explaining: true}
	for !l.failed && l.tok != tokEOF {
		l.next()
	}
	reached := max(p.furthest, p.stopped.start)
	if !l.failed || l.why.joining || l.why.unclosed && lineOf(p.src, reached) <= lineOf(p.src, l.why.at) {
		return nil
	}
	return &l.why
}

// What CPython says in several places.
const (
	maybeEqual     = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"
	noUnpacking    = "iterable unpacking cannot be used in comprehension"
	noElse         = "expected 'else' after 'if' expression"
	forgotBrackets = "did you forget parentheses around the comprehension target?"
)

// probe reports whether f finds what it looks for. It leaves everything as it
// was, unless something was said that is better than "invalid syntax".
//
// Probes inside probes could read the same text again and again; past a few
// times its length they find nothing any more.
func (p *parser) probe(f func()) bool {
	const rereadings = 4
	if p.reread > rereadings*len(p.src) {
		return false
	}
	was := *p
	was.brackets.far = slices.Clone(p.brackets.far)
	f()
	p.reread += max(p.stop-was.start, 0)
	if p.failed && (p.why.lexical || p.why.literal || p.hints && !strings.HasSuffix(p.why.msg, generic)) {
		return false
	}
	ok := !p.failed
	was.reread, was.slabs = p.reread, p.slabs
	was.furthest = max(p.furthest, p.start)
	if p.failed {
		was.furthest = max(p.furthest, p.stopped.start)
	}
	*p = was
	return ok
}

// back makes m's token the present one again.
func (p *parser) back(m mark) {
	p.tok, p.stop, p.level = tokUnknown, m.start, m.level
	p.next()
}

// hintExpression looks for an expression behind an expression.
func (p *parser) hintExpression(e Expr, first mark) {
	if !starts[p.tok] || e == nil {
		return
	}
	n := first.name(e)
	old := n != nil && (n.ID == "print" || n.ID == "exec")
	if !old && !p.noCommaBefore(first) && p.expressionAhead() {
		p.fail(first.start, "invalid syntax. Perhaps you forgot a comma?")
	}
	switch {
	case n != nil:
		if p.probe(func() { p.starExpressions() }) && old {
			p.fail(first.start, "Missing parentheses in call to '"+n.ID+"'. Did you mean "+n.ID+"(...)?")
		}
	case p.tok == tokLParen || p.tok == tokLBracket || p.tok == tokLBrace:
		p.probe(func() { p.atom() })
	}
}

// expressionAhead reports whether an expression follows that ends in brackets.
func (p *parser) expressionAhead() (inBrackets bool) {
	read := func(part func()) bool {
		return p.probe(func() {
			p.hints = false
			part()
			inBrackets = p.prevLevel > 0
		})
	}
	return (read(func() { p.expression() }) || read(p.operand)) && inBrackets
}

// operand reads the least that is an expression: there may be an error behind it.
func (p *parser) operand() {
	for p.tok == tokMinus || p.tok == tokPlus || p.tok == tokTilde || p.tok == tokNot {
		p.next()
	}
	p.atom()
}

// hintTest looks for a condition without else. Its condition may be wrong: an
// operand is enough.
func (p *parser) hintTest(start int) {
	if !p.probe(func() { p.operation(precOr) }) && p.probe(p.operand) {
		p.fail(start, noElse)
	}
}

// noCommaBefore reports whether what begins there is something for which CPython
// never misses a comma: a name before a string, or the beginning of a word that
// may be a keyword.
func (p *parser) noCommaBefore(first mark) (no bool) {
	if first.tok != tokName {
		return false
	}
	p.probe(func() {
		p.back(first)
		word := p.src[p.start:p.stop]
		p.next()
		no = p.tok == tokString || word == "_" || strings.HasPrefix("match", word) || strings.HasPrefix("case", word)
	})
	return no
}

// hintNamed looks for a walrus or an equals sign behind something that cannot be
// bound there.
func (p *parser) hintNamed(e Expr, first mark) {
	switch {
	case p.failed:
	case p.tok == tokWalrus:
		if p.probe(func() { p.next(); p.expression() }) && first.name(e) == nil {
			p.fail(int(e.Offset()), "cannot use assignment expressions with "+describe(e))
		}
	case p.tok == tokAssign:
		p.hintEqual(first)
	}
}

// hintEqual looks for a single equals sign in place of a double one.
func (p *parser) hintEqual(first mark) {
	if p.beginsAsTarget(first) {
		return
	}
	var left Expr
	equal := p.start
	found := p.probe(func() {
		p.back(first)
		left = p.operation(precBitOr)
		if p.tok != tokAssign || p.start != equal {
			p.unexpected()
		}
		p.next()
		p.operation(precBitOr)
		if p.tok == tokAssign || p.tok == tokWalrus {
			p.unexpected()
		}
	})
	switch {
	case !found:
	case first.name(left) != nil:
		p.fail(first.start, maybeEqual)
	default:
		p.fail(int(left.Offset()), "cannot assign to "+describe(left)+" here. Maybe you meant '==' instead of '='?")
	}
}

// beginsAsTarget reports whether what begins there is a list, a tuple, a
// generator expression or a constant word, where CPython does not think of "==".
func (p *parser) beginsAsTarget(first mark) (yes bool) {
	switch first.tok {
	case tokTrue, tokFalse, tokNone:
		return true
	case tokLParen, tokLBracket:
		p.probe(func() {
			p.back(first)
			switch e := p.atom().(type) {
			case *List, *Tuple:
				yes = int(e.Offset()) == first.start
			case *GeneratorExp:
				yes = int(e.Pos) == first.start
			}
		})
	}
	return yes
}

// noComprehension fails at a "for" that cannot be there, with a message if what
// follows is a comprehension all the same.
func (p *parser) noComprehension(at int, msg string) {
	if p.hints && p.probe(func() { p.comprehension(p.mark()) }) {
		p.fail(at, msg)
	}
	p.unexpected()
}

// hintTargets looks for targets that are expressions. The present token is the
// first of them.
func (p *parser) hintTargets(u use) {
	if p.probe(func() {
		p.hints = false
		if u == looping {
			p.loopTargets()
			p.expect(tokIn)
			return
		}
		p.deleted()
		if p.tok != tokSemicolon && p.tok != tokNewline && p.tok != tokEOF {
			p.unexpected()
		}
	}) || p.failed {
		return
	}
	var e Expr
	if !p.probe(func() { e = p.starExpressions() }) && !p.probe(func() { e = p.operation(precBitOr) }) {
		return
	}
	if u == looping {
		u = loopingIn
	}
	if bad := invalidTarget(e, u); bad != nil {
		p.wrongTarget(bad, u)
	}
}

// hintDoubleStar looks for "(**expression)".
func (p *parser) hintDoubleStar(closing token) {
	if p.probe(func() { p.next(); p.expression(); p.expect(closing) }) {
		p.fail(p.start, "cannot use double starred expression here")
	}
}

// hintStarValue looks for "key: *expression" in a dict.
func (p *parser) hintStarValue() {
	if p.probe(func() { p.starred() }) {
		p.fail(p.start, "cannot use a starred expression in a dictionary value")
	}
}

// hintParenthesised looks for "lambda (a, b): …".
func (p *parser) hintParenthesised() {
	if p.probe(func() {
		for more := true; more; more = p.tok == tokComma {
			p.next()
			p.expect(tokName)
		}
		p.expect(tokRParen)
	}) {
		p.fail(p.start, "Lambda expression parameters cannot be parenthesized")
	}
}
