package syntax

// starExpressions = starExpression {"," starExpression} [","]
//
// More than one, or a comma, makes a tuple.
func (p *parser) starExpressions() Expr {
	start := p.start
	e := p.starExpression()
	if p.tok != tokComma {
		return e
	}
	from := len(p.scratch)
	p.scratch = append(p.scratch, e)
	for p.tok == tokComma {
		if p.next(); !starts[p.tok] && p.tok != tokStar {
			break
		}
		p.scratch = append(p.scratch, p.starExpression())
	}
	return &Tuple{Pos: Pos(start), Elts: p.take(from)}
}

// starExpression = "*" operand | expression
func (p *parser) starExpression() Expr {
	p.element = p.mark()
	if p.tok == tokStar {
		return p.starred()
	}
	return p.expression()
}

// starred = "*" operand
func (p *parser) starred() Expr {
	s := &Starred{Pos: Pos(p.start)}
	p.next()
	p.enter()
	first := p.mark()
	s.Value = p.operation(precBitOr)
	if p.hints {
		p.hintExpression(s.Value, first)
	}
	p.leave()
	return s
}

// starNamed = "*" operand | named
func (p *parser) starNamed() Expr {
	if p.tok == tokStar {
		return p.starred()
	}
	return p.named()
}

// named = name ":=" expression | expression
func (p *parser) named() Expr {
	first := p.mark()
	e := p.expression()
	if n := first.name(e); n != nil && p.tok == tokWalrus {
		return p.walrus(n)
	}
	if p.hints {
		p.hintNamed(e, first)
	}
	return e
}

// walrus is what follows the name in name ":=" expression.
func (p *parser) walrus(n *Name) Expr {
	p.scoped = true
	p.bindWalrus(n)
	e := &NamedExpr{Pos: n.Pos, Target: n}
	p.next()
	p.enter()
	e.Value = p.expression()
	p.leave()
	return e
}

// expression = lambda | operation ["if" operation "else" expression]
func (p *parser) expression() Expr {
	p.enter()
	first := p.mark()
	var e Expr
	if p.tok == tokLambda {
		e = p.lambda()
	} else {
		e = p.operation(precOr)
		if p.tok == tokIf {
			e = p.conditional(e, first.start)
		} else if p.hints {
			p.hintExpression(e, first)
		}
	}
	p.leave()
	return e
}

// conditional is what follows the first operation of a conditional expression.
func (p *parser) conditional(body Expr, start int) Expr {
	e := &IfExp{Pos: Pos(start), Body: body}
	p.next()
	p.deepen(p.deepest + 1)
	p.enter()
	if p.hints {
		p.hintTest(start)
	}
	e.Test = p.operation(precOr)
	p.leave()
	switch p.tok {
	case tokElse:
		p.next()
	case tokColon:
		p.unexpected()
	default:
		p.fail(start, noElse)
	}
	e.OrElse = p.expression()
	return e
}

// operation reads operands joined by operators that bind at least so strongly.
func (p *parser) operation(least uint8) Expr {
	start, outer := p.start, p.deepest
	p.deepest = p.depth
	var e Expr
	if p.tok == tokNot && least <= precNot {
		p.next()
		p.enter()
		e = &UnaryOp{Pos: Pos(start), Op: Not, Operand: p.operation(precNot)}
		p.leave()
	} else {
		e = p.unary()
	}
	for {
		strength := binary[p.tok]
		if strength < least || strength == 0 || p.hints && p.tok == tokNot && p.ahead() != tokIn {
			break
		}
		switch strength {
		case precOr, precAnd:
			e = p.boolean(e, start, strength)
		case precCompare:
			e = p.comparison(e, start)
		default:
			b := p.binOps.new()
			b.Pos, b.Op, b.Left = Pos(start), operators[p.tok], e
			p.next()
			p.enter()
			b.Right = p.operation(strength + 1)
			p.leave()
			e = b
		}
		// What has been read so far is now the left side of something.
		p.deepen(p.deepest + 1)
	}
	p.deepest = max(outer, p.deepest)
	return e
}

// boolean is what follows the first operand of `and` or `or`.
func (p *parser) boolean(e Expr, start int, strength uint8) Expr {
	from, word := len(p.scratch), p.tok
	p.scratch = append(p.scratch, e)
	p.enter()
	for p.tok == word {
		p.next()
		p.scratch = append(p.scratch, p.operation(strength+1))
	}
	p.leave()
	op := And
	if word == tokOr {
		op = Or
	}
	return &BoolOp{Pos: Pos(start), Op: op, Values: p.take(from)}
}

// comparison is what follows the first operand of a chain of comparisons.
func (p *parser) comparison(e Expr, start int) Expr {
	c := &Compare{Pos: Pos(start), Left: e}
	p.enter()
	c.Op = p.compareOperator()
	c.Right = p.operation(precCompare + 1)
	for binary[p.tok] == precCompare {
		c.More = append(c.More, Comparison{Op: p.compareOperator(), Right: p.operation(precCompare + 1)})
	}
	p.leave()
	return c
}

// compareOperator = "<" | … | "in" | "not" "in" | "is" | "is" "not"
func (p *parser) compareOperator() CmpOperator {
	first := p.tok
	p.next()
	switch {
	case first == tokNot:
		p.expect(tokIn)
		return NotIn
	case first == tokIs && p.tok == tokNot:
		p.next()
		return IsNot
	}
	return comparisons[first]
}

// unary = ("-" | "+" | "~") unary | power
func (p *parser) unary() Expr {
	var op UnaryOperator
	switch p.tok {
	case tokMinus:
		op = USub
	case tokPlus:
		op = UAdd
	case tokTilde:
		op = Invert
	default:
		return p.power()
	}
	e := &UnaryOp{Pos: Pos(p.start), Op: op}
	p.next()
	p.enter()
	e.Operand = p.unary()
	p.leave()
	return e
}

// power = primary ["**" unary]
func (p *parser) power() Expr {
	start := p.start
	e := p.primary()
	if p.tok != tokPower {
		return e
	}
	b := p.binOps.new()
	b.Pos, b.Op, b.Left = Pos(start), Pow, e
	p.next()
	p.deepen(p.deepest + 1)
	p.enter()
	b.Right = p.unary()
	p.leave()
	return b
}
