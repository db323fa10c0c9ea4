package syntax

// lambda = "lambda" [params] ":" expression
func (p *parser) lambda() Expr {
	if p.base > 0 && p.level == p.base && !p.hints {
		// Alone in a field of an f-string its colon would end the field.
		p.unexpected()
	}
	p.scoped = true
	l := &Lambda{Pos: Pos(p.start)}
	p.next()
	params := params{}
	for p.tok != tokColon {
		p.param(&params)
		if p.tok != tokComma {
			break
		}
		p.next()
	}
	if params.bare {
		p.fail(p.start, bareStar)
	}
	p.expect(tokColon)
	l.Params = params.list
	outer := p.walruses.lambda()
	l.Body = p.expression()
	l.walruses = p.walruses.last != nil
	p.walruses = outer
	return l
}

const (
	bareStar  = "named arguments must follow bare *"
	afterRest = "arguments cannot follow var-keyword argument"
)

// params are the parameters of a lambda that have been read.
type params struct {
	list     []Param
	names    nameSet
	slash    bool // "/" was there
	star     bool // "*" or "*args" was there
	bare     bool // the last was "*" without a name
	rest     bool // "**kwargs" was there
	defaults bool // a positional one has a default
}

// param = name ["=" expression] | "/" | "*" [name] | "**" name
func (p *parser) param(s *params) {
	if s.rest && (p.tok == tokName || p.tok == tokStar || p.tok == tokPower || p.tok == tokSlash) {
		p.fail(p.start, afterRest)
	}
	switch p.tok {
	case tokName:
		p.plainParam(s)
	case tokSlash:
		p.slash(s)
	case tokStar:
		p.starParam(s)
	case tokPower:
		if s.bare {
			p.fail(p.start, bareStar)
		}
		p.next()
		s.rest = true
		p.paramName(s, VarKeyword)
		if p.tok == tokAssign {
			p.fail(p.start, "var-keyword argument cannot have default value")
		}
	case tokLParen:
		if p.hints {
			p.hintParenthesised()
		}
		p.unexpected()
	default:
		p.unexpected()
	}
}

// plainParam = name ["=" expression]
func (p *parser) plainParam(s *params) {
	kind := PositionalOrKeyword
	if s.star {
		kind = KeywordOnly
	}
	s.bare = false
	at := p.paramName(s, kind)
	switch {
	case p.tok == tokAssign:
		equal := p.start
		if p.next(); p.hints && (p.tok == tokComma || p.tok == tokRParen) {
			p.fail(equal, "expected default value expression")
		}
		s.list[len(s.list)-1].Default = p.expression()
		s.defaults = s.defaults || !s.star
	case s.defaults && !s.star && (p.tok == tokComma || p.tok == tokColon || !p.hints):
		p.fail(at, "non-default argument follows default argument")
	}
}

// paramName reads the name of a parameter.
func (p *parser) paramName(s *params, kind ParamKind) (at int) {
	at = p.start
	name := p.identifier()
	s.list = append(s.list, Param{Pos: Pos(at), Name: name, Kind: kind})
	if p.tok == tokName && !s.names.add(name) {
		p.postpone(at, "duplicate argument '"+name+"' in function definition")
	}
	p.expect(tokName)
	return at
}

// slash = "/"
func (p *parser) slash(s *params) {
	switch {
	case s.slash:
		p.fail(p.start, "/ may appear only once")
	case s.star:
		p.fail(p.start, "/ must be ahead of *")
	case len(s.list) == 0:
		p.loneSlash()
	}
	s.slash = true
	for i := range s.list {
		s.list[i].Kind = PositionalOnly
	}
	if p.next(); p.tok == tokStar {
		p.fail(p.start, "expected comma between / and *")
	}
}

// loneSlash fails at a "/" without a parameter before it.
func (p *parser) loneSlash() {
	if p.hints && p.ahead() == tokComma {
		p.fail(p.start, "at least one argument must precede /")
	}
	p.unexpected()
}

// starParam = "*" [name]
func (p *parser) starParam(s *params) {
	if s.star {
		if next := p.ahead(); p.hints && (next == tokName || next == tokComma) {
			p.fail(p.start, "* argument may appear only once")
		}
		p.unexpected()
	}
	s.star = true
	p.next()
	if p.tok == tokComma || p.tok == tokColon {
		s.bare = true
		return
	}
	p.paramName(s, VarPositional)
	if p.tok == tokAssign {
		p.fail(p.start, "var-positional argument cannot have default value")
	}
}
