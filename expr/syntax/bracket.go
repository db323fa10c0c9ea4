package syntax

// parenthesised is what is between round brackets: a tuple, a generator
// expression, or an expression. The closing token is left.
func (p *parser) parenthesised(at int, closing token) Expr {
	if p.tok == tokRParen && closing == tokRParen {
		return &Tuple{Pos: Pos(at)}
	}
	if p.hints && p.tok == tokPower {
		p.hintDoubleStar(closing)
	}
	first := p.mark()
	e := p.starNamed()
	s, starred := e.(*Starred)
	switch {
	case p.tok == tokFor && starred:
		p.noComprehension(int(s.Pos), noUnpacking)
	case p.tok == tokFor:
		return &GeneratorExp{Pos: Pos(at), Elt: e, Generators: p.comprehension(first)}
	case p.tok == tokComma:
		return &Tuple{Pos: Pos(at), Elts: p.elements(e, closing)}
	case starred && p.tok == closing && (closing == tokRParen || p.end < len(p.src)):
		p.fail(int(s.Pos), "cannot use starred expression here")
	}
	return e
}

// elements = first {"," starNamed} [","]
func (p *parser) elements(first Expr, closing token) []Expr {
	from := len(p.scratch)
	p.scratch = append(p.scratch, first)
	for p.tok == tokComma {
		if p.next(); p.tok == closing || p.tok == tokFor {
			break
		}
		p.scratch = append(p.scratch, p.starNamed())
	}
	return p.take(from)
}

// bracketed = "[" [elements] "]" | "[" named comprehension "]"
func (p *parser) bracketed() Expr {
	at := Pos(p.start)
	if p.next(); p.tok == tokRBracket {
		p.next()
		return &List{Pos: at}
	}
	first := p.mark()
	e := p.starNamed()
	if p.tok == tokFor {
		if first.tok == tokStar {
			p.noComprehension(first.start, noUnpacking)
		}
		c := &ListComp{Pos: at, Elt: e, Generators: p.comprehension(first)}
		p.expect(tokRBracket)
		return c
	}
	l := &List{Pos: at, Elts: p.elements(e, tokRBracket)}
	if p.tok == tokFor {
		p.noComprehension(first.start, forgotBrackets)
	}
	p.expect(tokRBracket)
	return l
}

// braced = "{" [items] "}" | "{" elements "}" | "{" … comprehension "}"
func (p *parser) braced() Expr {
	at := Pos(p.start)
	p.next()
	if p.tok == tokRBrace || p.tok == tokPower {
		return p.dict(at, nil, p.mark())
	}
	first := p.mark()
	e := p.starNamed()
	starred := first.tok == tokStar
	switch {
	case p.tok == tokColon && !starred && !first.walrus(e):
		return p.dict(at, e, first)
	case p.tok == tokFor && starred:
		p.noComprehension(first.start, noUnpacking)
	case p.tok == tokFor:
		c := &SetComp{Pos: at, Elt: e, Generators: p.comprehension(first)}
		p.expect(tokRBrace)
		return c
	}
	s := &Set{Pos: at, Elts: p.elements(e, tokRBrace)}
	if p.tok == tokFor {
		p.noComprehension(first.start, forgotBrackets)
	}
	p.expect(tokRBrace)
	return s
}

// dict is what follows "{" in a dict, or what follows the first key.
func (p *parser) dict(at Pos, key Expr, first mark) Expr {
	// Keys and values lie in turn on the scratch list.
	from := len(p.scratch)
	for p.tok != tokRBrace {
		start := p.start
		switch {
		case key == nil && p.tok == tokPower:
			p.next()
			p.scratch = append(p.scratch, nil, p.operation(precBitOr))
			if p.tok == tokFor && len(p.scratch) == from+2 {
				p.noComprehension(start, "dict unpacking cannot be used in dict comprehension")
			}
		case key == nil:
			key = p.laterKey()
			fallthrough
		default:
			p.scratch = append(p.scratch, key, p.dictValue())
			key = nil
		}
		if p.tok == tokFor && len(p.scratch) == from+2 {
			c := &DictComp{Pos: at, Key: p.scratch[from], Value: p.scratch[from+1]}
			p.scratch = p.scratch[:from]
			c.Generators = p.comprehension(first)
			p.expect(tokRBrace)
			return c
		}
		if p.tok != tokComma {
			break
		}
		p.next()
	}
	p.expect(tokRBrace)
	return &Dict{Pos: at, Items: p.takeItems(from)}
}

// laterKey is a key that is not the first.
func (p *parser) laterKey() Expr {
	if p.hints && p.probe(func() {
		p.hints = false
		if p.expression(); p.tok == tokColon {
			p.unexpected()
		}
	}) {
		p.hints = false
		p.expression()
		p.fail(p.prev-1, "':' expected after dictionary key")
	}
	return p.expression()
}

// dictValue is what follows a key: ":" expression.
func (p *parser) dictValue() Expr {
	colon := p.start
	p.expect(tokColon)
	if p.hints {
		switch p.tok {
		case tokRBrace, tokComma:
			p.fail(colon, "expression expected after dictionary key and ':'")
		case tokStar:
			p.hintStarValue()
		}
	}
	return p.expression()
}

// takeItems gives the pairs on the scratch list from there on.
func (p *parser) takeItems(from int) []DictItem {
	pairs := p.scratch[from:]
	p.scratch = p.scratch[:from]
	if len(pairs) == 0 {
		return nil
	}
	items := make([]DictItem, len(pairs)/2)
	for i := range items {
		items[i] = DictItem{Key: pairs[2*i], Value: pairs[2*i+1]}
	}
	return items
}

// comprehension = {"for" targets "in" operation {"if" operation}}
//
// first is where the element began.
func (p *parser) comprehension(first mark) []Comprehension {
	p.scoped = true
	p.enter()
	element := p.walruses.count
	var clauses []Comprehension
	for p.tok == tokFor {
		p.next()
		if p.hints {
			p.hintTargets(looping)
		}
		c := Comprehension{Target: p.loopTargets()}
		p.bindLoop(c.Target, first.bound, element)
		p.expect(tokIn)
		p.walruses.iterating++
		c.Iter = p.operation(precOr)
		p.walruses.iterating--
		from := len(p.scratch)
		for p.tok == tokIf {
			p.next()
			p.scratch = append(p.scratch, p.operation(precOr))
		}
		c.Ifs = p.take(from)
		clauses = append(clauses, c)
	}
	p.endLoops(clauses)
	p.leave()
	return clauses
}
