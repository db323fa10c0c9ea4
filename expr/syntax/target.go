package syntax

// use is what is done with a target.
type use uint8

const (
	assigning use = iota
	deleting
	looping   // the target of a for
	loopingIn // the same, of which an "in" may be a part
)

// targetExpression reads one target of a del or a for: nothing longer than a
// primary can be one.
func (p *parser) targetExpression() Expr {
	p.enter()
	e := p.primary()
	p.leave()
	return e
}

// loopTargets = ["*"] target {"," ["*"] target} [","]
func (p *parser) loopTargets() Expr {
	start, from := p.start, len(p.scratch)
	starred := p.tok == tokStar
	e := p.loopTarget()
	if p.tok == tokComma {
		p.scratch = append(p.scratch, e)
		for p.tok == tokComma {
			if p.next(); p.tok == tokIn {
				break
			}
			if p.tok == tokStar && starred {
				p.postpone(start, twoStars)
			}
			starred = starred || p.tok == tokStar
			p.scratch = append(p.scratch, p.loopTarget())
		}
		e = &Tuple{Pos: Pos(start), Elts: p.take(from)}
	}
	p.target(e, looping)
	return e
}

func (p *parser) loopTarget() Expr {
	if p.tok != tokStar {
		return p.targetExpression()
	}
	s := &Starred{Pos: Pos(p.start)}
	p.next()
	s.Value = p.targetExpression()
	return s
}

// target checks that e can be a target. What follows it has been looked at, so
// that it cannot become a longer expression.
func (p *parser) target(e Expr, u use) {
	if bad := invalidTarget(e, u); bad != nil {
		if _, ok := bad.(*Compare); ok && u == looping {
			p.unexpected()
		}
		p.wrongTarget(bad, u)
		return
	}
	if s, ok := e.(*Starred); ok {
		p.postpone(int(s.Pos), "starred assignment target must be in a list or tuple")
	}
	p.checkStars(e)
}

// wrongTarget fails at what cannot be a target.
func (p *parser) wrongTarget(bad Expr, u use) {
	verb := "cannot assign to "
	if u == deleting {
		verb = "cannot delete "
	}
	p.fail(int(bad.Offset()), verb+describe(bad))
}

const twoStars = "multiple starred expressions in assignment"

// checkStars refuses two stars in one list of targets.
func (p *parser) checkStars(e Expr) {
	var elements []Expr
	switch e := e.(type) {
	case *Starred:
		p.checkStars(e.Value)
	case *Tuple:
		elements = e.Elts
	case *List:
		elements = e.Elts
	}
	stars := 0
	for _, element := range elements {
		if _, ok := element.(*Starred); ok {
			stars++
		}
		p.checkStars(element)
	}
	if stars > 1 {
		p.postpone(int(e.Offset()), twoStars)
	}
}

// invalidTarget gives the first part of e that cannot be a target, or nil.
func invalidTarget(e Expr, u use) Expr {
	var elements []Expr
	switch e := e.(type) {
	case nil, *Name, *Attribute, *Subscript:
		return nil
	case *Starred:
		if u == deleting {
			return e
		}
		return invalidTarget(e.Value, u)
	case *Tuple:
		elements = e.Elts
	case *List:
		elements = e.Elts
	case *Compare:
		switch {
		case u != loopingIn:
			return e
		case e.Op == In:
			return invalidTarget(e.Left, u)
		}
		return nil
	default:
		return e
	}
	for _, element := range elements {
		if bad := invalidTarget(element, u); bad != nil {
			return bad
		}
	}
	return nil
}

// describe names a kind of expression as CPython's messages do.
func describe(e Expr) string {
	switch e := e.(type) {
	case *Constant:
		return describeConstant(e)
	case *Ellipsis:
		return "ellipsis"
	case *Name:
		return "name"
	case *Attribute:
		return "attribute"
	case *Subscript:
		return "subscript"
	case *Starred:
		return "starred"
	case *Tuple:
		return "tuple"
	case *List:
		return "list"
	case *Dict:
		return "dict literal"
	case *Set:
		return "set display"
	case *ListComp:
		return "list comprehension"
	case *SetComp:
		return "set comprehension"
	case *DictComp:
		return "dict comprehension"
	case *GeneratorExp:
		return "generator expression"
	case *Lambda:
		return "lambda"
	case *Call:
		return "function call"
	case *Compare:
		return "comparison"
	case *IfExp:
		return "conditional expression"
	case *NamedExpr:
		return "named expression"
	case *JoinedStr:
		return "f-string expression"
	}
	return "expression"
}
