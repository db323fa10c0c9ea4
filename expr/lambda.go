package expr

import (
	"althing/expr/syntax"
	"althing/value"
)

// lambdaName is the name of every function that an expression makes.
const lambdaName = "<lambda>"

// scope is where a function or a comprehension stands. Its text is what Python
// calls a qualified name: "<listcomp>.<lambda>".
type scope struct {
	up   *scope
	name string
}

func (s *scope) String() string {
	switch {
	case s.up == nil:
		return s.name
	case s.up.name == lambdaName:
		return s.up.String() + ".<locals>." + s.name
	}
	return s.up.String() + "." + s.name
}

// lambdaCode is lambda params: body.
type lambdaCode struct {
	params   []syntax.Param
	defaults []node // one a parameter; nil: none
	body     node
	slots    int
	depth    int // of the body: how much of Go's stack a call takes
	captured bool
	scope    *scope
	// simple: no parameter but plain ones, and none of them with a default.
	simple bool
}

// lambda is a function made by a lambda expression, with the frame around it.
type lambda struct {
	*lambdaCode
	defaults []Object
	up       *frame
	slotArgs int // the number of parameters
}

func (*lambda) TypeName() string { return "function" }

func (n *lambdaCode) eval(t *Thread, f *frame) (Object, error) {
	if err := t.Charge(frameSize); err != nil {
		return nil, err
	}
	l := &lambda{lambdaCode: n, up: f, slotArgs: len(n.params)}
	for i, d := range n.defaults {
		if d == nil {
			continue
		}
		if l.defaults == nil {
			l.defaults = make([]Object, len(n.params))
		}
		o, err := d.eval(t, f)
		if err != nil {
			return nil, err
		}
		l.defaults[i] = o
	}
	return l, nil
}

// callNodes calls a simple lambda with arguments that are still to be evaluated:
// straight into their places.
func (l *lambda) callNodes(t *Thread, outside *frame, args []node) (Object, error) {
	f, err := t.newFrame(l.up, l.slots)
	if err != nil {
		return nil, err
	}
	for i, n := range args {
		if f.vars[i], err = n.eval(t, outside); err != nil {
			return nil, err
		}
	}
	return l.run(t, f)
}

func (l *lambda) callArgs(t *Thread, a Args) (Object, error) {
	f, err := t.newFrame(l.up, l.slots)
	if err != nil {
		return nil, err
	}
	if l.simple && len(a.Pos) == l.slotArgs && len(a.Names) == 0 {
		copy(f.vars, a.Pos)
	} else if err := l.bind(t, f, a); err != nil {
		return nil, err
	}
	return l.run(t, f)
}

// run evaluates the body in its frame. What the call charged is given back when
// the result is a scalar and nothing was kept.
func (l *lambda) run(t *Thread, f *frame) (Object, error) {
	if t.fuel--; t.fuel < 0 {
		if err := t.look(); err != nil {
			return nil, err
		}
	}
	if err := t.enter(); err != nil {
		return nil, err
	}
	stack := int64(l.depth) * stackBytes
	if err := t.Charge(stack); err != nil {
		return nil, err
	}
	used, kept := t.used, t.kept
	o, err := l.body.eval(t, f)
	t.leave()
	t.settle(used, kept, o)
	t.used -= stack
	if !l.captured {
		t.dropFrame(f)
	}
	return o, err
}

// bind puts the arguments into the slots of the parameters, with Python's errors.
func (l *lambda) bind(t *Thread, f *frame, a Args) error {
	next := 0
	for i := range l.params {
		switch l.params[i].Kind {
		case syntax.PositionalOnly, syntax.PositionalOrKeyword:
			if next < len(a.Pos) {
				f.vars[i] = a.Pos[next]
				next++
			}
		case syntax.VarPositional:
			rest, err := copyItems(t, a.Pos[next:])
			if err != nil {
				return err
			}
			f.vars[i] = NewTuple(rest...)
			next = len(a.Pos)
		case syntax.VarKeyword:
			f.vars[i] = NewDict()
		}
	}
	if err := l.bindNamed(t, f, a); err != nil {
		return err
	}
	if next < len(a.Pos) {
		return l.tooMany(a)
	}
	return l.fill(f)
}

func (l *lambda) bindNamed(t *Thread, f *frame, a Args) error {
	for i, name := range a.Names {
		at := l.param(name)
		switch {
		case at >= 0 && f.vars[at] != nil:
			return TypeError("%s() got multiple values for argument '%s'", l.scope, name)
		case at >= 0:
			f.vars[at] = a.Named[i]
			continue
		}
		last := len(l.params) - 1
		if last < 0 || l.params[last].Kind != syntax.VarKeyword {
			return l.unexpected(name)
		}
		if err := f.vars[last].(*Dict).put(t, value.Str(name), a.Named[i]); err != nil {
			return err
		}
	}
	return nil
}

// param gives the parameter that can be named, or -1.
func (l *lambda) param(name string) int {
	for i := range l.params {
		if p := &l.params[i]; p.Name == name && (p.Kind == syntax.PositionalOrKeyword || p.Kind == syntax.KeywordOnly) {
			return i
		}
	}
	return -1
}

func (l *lambda) unexpected(name string) error {
	for i := range l.params {
		if l.params[i].Name == name && l.params[i].Kind == syntax.PositionalOnly {
			return TypeError("%s() got some positional-only arguments passed as keyword arguments: '%s'", l.scope, name)
		}
	}
	return TypeError("%s() got an unexpected keyword argument '%s'", l.scope, name)
}

// fill gives the parameters that got no argument their defaults.
func (l *lambda) fill(f *frame) error {
	var pos, kw []string
	for i := range l.params {
		if f.vars[i] != nil {
			continue
		}
		switch {
		case l.defaults != nil && l.defaults[i] != nil:
			f.vars[i] = l.defaults[i]
		case l.params[i].Kind == syntax.KeywordOnly:
			kw = append(kw, l.params[i].Name)
		default:
			pos = append(pos, l.params[i].Name)
		}
	}
	if len(pos) > 0 {
		return missingError(l.scope.String(), "positional", pos)
	}
	if len(kw) > 0 {
		return missingError(l.scope.String(), "keyword-only", kw)
	}
	return nil
}

func (l *lambda) tooMany(a Args) error {
	least, most, named := 0, 0, 0
	for i := range l.params {
		switch l.params[i].Kind {
		case syntax.PositionalOnly, syntax.PositionalOrKeyword:
			most++
			if l.defaults == nil || l.defaults[i] == nil {
				least++
			}
		case syntax.KeywordOnly:
			if a.Get(l.params[i].Name) != nil {
				named++
			}
		}
	}
	return tooManyError(l.scope.String(), len(a.Pos), least, most, named)
}
