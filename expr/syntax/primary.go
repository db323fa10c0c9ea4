package syntax

// primary = atom {"." name | "(" arguments ")" | "[" subscript "]"}
func (p *parser) primary() Expr {
	start := p.start
	e := p.atom()
	for {
		switch p.tok {
		case tokDot:
			p.next()
			a := p.attributes.new()
			a.Pos, a.Value, a.Attr = Pos(start), e, p.identifier()
			p.expect(tokName)
			e = a
		case tokLParen:
			e = p.call(e, start)
		case tokLBracket:
			s := &Subscript{Pos: Pos(start), Value: e}
			p.next()
			p.enter()
			s.Index = p.subscript()
			p.leave()
			p.expect(tokRBracket)
			e = s
		default:
			return e
		}
		p.deepen(p.deepest + 1)
	}
}

// atom = name | number | string | constant | bracketed
func (p *parser) atom() Expr {
	start := Pos(p.start)
	switch p.tok {
	case tokName:
		n := p.names.new()
		n.Pos, n.ID = start, p.identifier()
		p.next()
		return n
	case tokNumber:
		return p.numeral()
	case tokString:
		return p.strings()
	case tokTrue, tokFalse, tokNone:
		c := p.constants.new()
		c.Pos, c.Value = start, keywordValue(p.tok)
		p.next()
		return c
	case tokEllipsis:
		p.next()
		return &Ellipsis{start}
	case tokLParen:
		p.next()
		e := p.parenthesised(int(start), tokRParen)
		p.expect(tokRParen)
		return e
	case tokLBracket:
		return p.bracketed()
	case tokLBrace:
		return p.braced()
	case tokRefused:
		p.refuse()
	default:
		p.unexpected()
	}
	return nil
}

// numeral = number
func (p *parser) numeral() Expr {
	if p.cut {
		// A number may be here, and more digits may make it one.
		p.set(tokEOF, p.end, p.end)
		p.unexpected()
		return nil
	}
	c := p.constants.new()
	c.Pos, c.Value = Pos(p.start), numberValue(p.src[p.start:p.stop])
	p.next()
	return c
}

// subscript = index {"," index} [","]
func (p *parser) subscript() Expr {
	start, from := p.start, len(p.scratch)
	e := p.index()
	if _, starred := e.(*Starred); p.tok != tokComma && !starred {
		return e
	}
	p.scratch = append(p.scratch, e)
	for p.tok == tokComma {
		if p.next(); p.tok == tokRBracket {
			break
		}
		p.scratch = append(p.scratch, p.index())
	}
	return &Tuple{Pos: Pos(start), Elts: p.take(from)}
}

// index = "*" expression | named | [expression] ":" [expression] [":" [expression]]
func (p *parser) index() Expr {
	if p.tok == tokStar {
		return p.unpacked()
	}
	first := p.mark()
	var lower Expr
	if p.tok != tokColon {
		lower = p.named()
		if p.tok != tokColon || first.walrus(lower) {
			return lower
		}
	}
	s := &Slice{Pos: Pos(first.start), Lower: lower}
	p.next()
	s.Upper = p.bound()
	if p.tok == tokColon {
		p.next()
		s.Step = p.bound()
	}
	return s
}

// bound is an expression that may be left out.
func (p *parser) bound() Expr {
	if p.tok == tokColon || p.tok == tokComma || p.tok == tokRBracket {
		return nil
	}
	return p.expression()
}

// call is what follows the function: "(" arguments ")".
func (p *parser) call(function Expr, start int) Expr {
	c := p.calls.new()
	c.Pos, c.Func = Pos(start), function
	a := arguments{call: c, open: p.start, from: len(p.scratch)}
	p.next()
	for p.tok != tokRParen {
		p.argument(&a)
		if p.tok != tokComma {
			break
		}
		p.next()
	}
	p.expect(tokRParen)
	c.Args = p.take(a.from)
	return c
}

// arguments is a call whose arguments are being read.
type arguments struct {
	call     *Call
	open     int  // where the bracket is
	from     int  // the positional arguments are scratch[from:]
	unpacked bool // there was a `**`
	names    nameSet
}

// argument = "*" expression | "**" expression | name "=" expression | named | element comprehension
func (p *parser) argument(a *arguments) {
	start := p.start
	switch {
	case p.tok == tokStar:
		p.starArgument(a)
		return
	case p.tok == tokPower:
		p.next()
		a.unpacked = true
		a.call.Keywords = append(a.call.Keywords, Keyword{Pos: Pos(start), Value: p.expression()})
		return
	case len(a.call.Keywords) > 0 && !p.hints && !p.keywordAhead():
		p.fail(p.start, afterKeyword(a))
		return
	}
	first := p.mark()
	e := p.expression()
	n := first.name(e)
	switch {
	case p.tok == tokAssign && n != nil:
		p.keyword(a, n)
		return
	case p.tok == tokAssign:
		p.notKeyword(e, first)
	case p.tok == tokWalrus && n != nil:
		e = p.walrus(n)
	}
	if p.tok == tokFor {
		e = p.generatorArgument(a, e, first)
	}
	if p.hints && len(a.call.Keywords) > 0 {
		p.fail(p.start, afterKeyword(a))
	}
	p.scratch = append(p.scratch, e)
}

// starArgument = "*" expression
func (p *parser) starArgument(a *arguments) {
	start := p.start
	if a.unpacked || p.hints && len(a.call.Keywords) > 0 && !p.probe(func() { p.next(); p.expression() }) {
		p.fail(p.start, "iterable argument unpacking follows keyword argument unpacking")
	}
	s := p.unpacked()
	if p.tok == tokFor {
		p.noComprehension(start, noUnpacking)
	}
	p.scratch = append(p.scratch, s)
}

// unpacked = "*" expression
func (p *parser) unpacked() Expr {
	s := &Starred{Pos: Pos(p.start)}
	p.next()
	p.enter()
	s.Value = p.expression()
	p.leave()
	return s
}

// keyword is what follows the name in name "=" expression.
func (p *parser) keyword(a *arguments, n *Name) {
	if !a.names.add(n.ID) {
		p.postpone(int(n.Pos), "keyword argument repeated: "+n.ID)
	}
	p.next()
	k := Keyword{Pos: n.Pos, Name: n.ID, Value: p.expression()}
	if p.tok == tokFor {
		p.noComprehension(int(n.Pos), maybeEqual)
	}
	a.call.Keywords = append(a.call.Keywords, k)
}

// generatorArgument is a generator expression without brackets of its own, which
// must be the only argument.
func (p *parser) generatorArgument(a *arguments, elt Expr, first mark) Expr {
	const mistake = "Generator expression must be parenthesized"
	if len(p.scratch) > a.from || len(a.call.Keywords) > 0 {
		if p.hints && len(a.call.Keywords) > 0 && !p.probe(func() { p.comprehension(first) }) {
			return elt // what is said of it is that it is no keyword
		}
		p.noComprehension(first.start, mistake)
		return elt
	}
	g := &GeneratorExp{Pos: Pos(a.open), Elt: elt, Generators: p.comprehension(first)}
	if p.tok == tokComma {
		p.fail(first.start, mistake)
	}
	return g
}

// keywordAhead reports whether an argument that can only be a keyword is one. If
// not, the present token is the one that shows it.
func (p *parser) keywordAhead() bool {
	if p.tok != tokName {
		return false
	}
	c := p.cursor
	if p.next(); p.tok != tokAssign {
		return false
	}
	p.restore(c)
	return true
}

// notKeyword fails at the "=" behind something that is not a name.
func (p *parser) notKeyword(e Expr, first mark) {
	at, msg := first.start, `expression cannot contain assignment, perhaps you meant "=="?`
	if first.tok == tokTrue || first.tok == tokFalse || first.tok == tokNone {
		if _, ok := e.(*Constant); ok {
			msg = "cannot assign to " + describe(e)
		}
	} else if e != nil {
		at = int(e.Offset())
	}
	p.fail(at, msg)
}

// afterKeyword is what to say of a positional argument that comes too late.
func afterKeyword(a *arguments) string {
	if a.unpacked {
		return "positional argument follows keyword argument unpacking"
	}
	return "positional argument follows keyword argument"
}
