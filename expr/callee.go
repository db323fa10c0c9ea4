package expr

// Callee is the name of the function when the program begins with a call with
// literals for arguments, such as login('key'); 1 + 2, and empty otherwise. A host
// can so let one function through where it works nothing out before.
func (p *Program) Callee() string {
	if len(p.body) == 0 {
		return ""
	}
	s, ok := p.body[0].(*expressionStatement)
	if !ok {
		return ""
	}
	c, ok := s.x.(*call)
	if !ok || c.consts == nil {
		return ""
	}
	if g, ok := c.fn.(*global); ok {
		return g.name
	}
	return ""
}
