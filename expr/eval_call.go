package expr

import (
	"cmp"
	"errors"

	"althing/value"
)

// call is fn(args) with positional arguments only. When all are constants they
// were put together once and for all; args is nil when they were literals.
type call struct {
	fn     node
	args   []node
	consts []Object
}

func (n *call) eval(t *Thread, f *frame) (Object, error) {
	fn, err := n.fn.eval(t, f)
	if err != nil {
		return nil, err
	}
	if l, ok := fn.(*lambda); ok && l.simple && n.args != nil && len(n.args) == l.slotArgs {
		return l.callNodes(t, f, n.args)
	}
	base := len(t.stack)
	args, err := n.arguments(t, f)
	if err != nil {
		return nil, err
	}
	o, err := callPositional(t, fn, args)
	t.pop(base)
	return o, err
}

func (n *call) arguments(t *Thread, f *frame) ([]Object, error) {
	if n.consts != nil {
		return n.consts, nil
	}
	return t.push(f, n.args)
}

// push evaluates arguments onto the stack of the thread. The slice stays good
// until pop, also when the stack moves meanwhile.
func (t *Thread) push(f *frame, args []node) ([]Object, error) {
	base := len(t.stack)
	for _, n := range args {
		o, err := n.eval(t, f)
		if err != nil {
			t.pop(base)
			return nil, err
		}
		t.stack = append(t.stack, o)
	}
	return t.stack[base:len(t.stack):len(t.stack)], nil
}

func (t *Thread) pop(base int) {
	clear(t.stack[base:])
	t.stack = t.stack[:base]
}

// callPositional calls anything with positional arguments only.
func callPositional(t *Thread, fn Object, args []Object) (Object, error) {
	if f, ok := fn.(*Func); ok {
		if t.fuel--; t.fuel < 0 {
			if err := t.look(); err != nil {
				return nil, err
			}
		}
		if !f.forgets {
			t.kept++
		}
		if f.args == nil {
			return f.fn(t, Args{Pos: args})
		}
		if len(args) < f.min || f.max >= 0 && len(args) > f.max {
			return nil, countError(f.name, len(args), f.min, f.max)
		}
		return f.args(t, args)
	}
	return callObject(t, fn, Args{Pos: args})
}

// Call calls anything that can be called, with positional arguments.
func Call(t *Thread, fn Object, args ...Object) (Object, error) {
	return callPositional(t, fn, args)
}

// CallArgs calls anything that can be called.
func CallArgs(t *Thread, fn Object, a Args) (Object, error) { return callObject(t, fn, a) }

func callObject(t *Thread, fn Object, a Args) (Object, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	if err := t.Step(1); err != nil {
		return nil, err
	}
	switch fn := fn.(type) {
	case *Func:
		return fn.Call(t, a)
	case *lambda:
		return fn.callArgs(t, a)
	case *boundMethod:
		return fn.m.call(t, fn.self, a)
	case *Type:
		if fn.New == nil {
			return nil, TypeError("cannot create '%s' instances", fn.Name)
		}
		return fn.New(t, a)
	case *Method:
		return fn.callUnbound(t, a)
	case Callable:
		t.kept++
		return fn.Call(t, a)
	}
	return nil, TypeError("'%s' object is not callable", fn.TypeName())
}

// call calls a method of self.
func (m *Method) call(t *Thread, self Object, a Args) (Object, error) {
	if m.plain.call == nil {
		return m.full(t, self, a)
	}
	if len(a.Names) > 0 {
		return nil, TypeError("%s.%s() takes no keyword arguments", m.of.Name, m.Name)
	}
	if err := m.count(len(a.Pos)); err != nil {
		return nil, err
	}
	return m.plain.call(t, self, a.Pos)
}

// windowed says whether it is a method of texts that looks from here to there:
// CPython parses the arguments of those with other code.
func (m *Method) windowed() bool {
	switch m.Name {
	case "find", "rfind", "index", "rindex", "count", "startswith", "endswith":
		return m.of == typeStr || m.of == typeBytes || m.of == typeByteArray
	}
	return false
}

// count checks the number of arguments of a method that takes no keywords.
func (m *Method) count(n int) error {
	if n >= m.min && (m.max < 0 || n <= m.max) {
		return nil
	}
	if m.windowed() && n < m.min {
		return TypeError("%s() takes at least %d argument%s (%d given)", m.Name, m.min, plural(m.min), n)
	}
	if m.windowed() {
		return TypeError("%s() takes at most %d arguments (%d given)", m.Name, m.max, n)
	}
	if m.min == m.max && m.max <= 1 {
		return countError(m.of.Name+"."+m.Name, n, m.min, m.max)
	}
	return countError(m.Name, n, m.min, m.max)
}

// callUnbound is str.upper('a'): the first argument is the object.
func (m *Method) callUnbound(t *Thread, a Args) (Object, error) {
	if len(a.Pos) == 0 {
		return nil, TypeError("unbound method %s.%s() needs an argument", m.of.Name, m.Name)
	}
	if self := a.Pos[0]; !typeOf(self).Is(m.of) {
		return nil, TypeError("descriptor '%s' for '%s' objects doesn't apply to a '%s' object", m.Name, m.of.Name, self.TypeName())
	}
	return m.call(t, a.Pos[0], Args{Pos: a.Pos[1:], Names: a.Names, Named: a.Named})
}

// methodCall is object.name(args): the method is called without being bound
// first.
type methodCall struct {
	attribute
	args   []node
	consts []Object
	// methods are those of that name which built-in types have, by kind.
	methods *[kinds]*Method
}

func (n *methodCall) eval(t *Thread, f *frame) (Object, error) {
	self, err := n.object.eval(t, f)
	if err != nil {
		return nil, err
	}
	var m *Method
	if n.methods != nil {
		m = n.methods[kindOf(self)]
	}
	var fn Object
	if m == nil {
		if fn, err = GetAttr(t, self, n.name); err != nil {
			return nil, err
		}
	}
	base := len(t.stack)
	args := n.consts
	if args == nil {
		if args, err = t.push(f, n.args); err != nil {
			return nil, err
		}
	}
	var o Object
	if m == nil {
		o, err = callPositional(t, fn, args)
	} else {
		o, err = m.callStep(t, self, args)
	}
	t.pop(base)
	return o, err
}

func (m *Method) callStep(t *Thread, self Object, args []Object) (Object, error) {
	if t.fuel--; t.fuel < 0 {
		if err := t.look(); err != nil {
			return nil, err
		}
	}
	if m.plain.call == nil {
		return m.full(t, self, Args{Pos: args})
	}
	if err := m.count(len(args)); err != nil {
		return nil, err
	}
	return m.plain.call(t, self, args)
}

// callAll is fn(a, *b, c=d, **e): every form of arguments.
type callAll struct {
	fn       node
	args     []node
	keywords []keyword
}

// keyword is name=value, or **value when the name is empty.
type keyword struct {
	name  string
	value node
}

func (n *callAll) eval(t *Thread, f *frame) (Object, error) {
	fn, err := n.fn.eval(t, f)
	if err != nil {
		return nil, err
	}
	var pos List
	var late error // what CPython finds wrong only when it calls
	for _, arg := range n.args {
		o, err := arg.eval(t, f)
		if err != nil {
			return nil, err
		}
		if _, ok := arg.(*starred); !ok {
			err = pos.Append(t, o)
		} else if !isIterable(o) && len(n.args) > 1 {
			err = TypeError("Value after * must be an iterable, not %s", o.TypeName())
		} else if !isIterable(o) {
			late = TypeError("%s argument after * must be an iterable, not %s", calledName(fn), o.TypeName())
		} else {
			err = pos.extend(t, o)
		}
		if err != nil {
			return nil, err
		}
	}
	a := Args{Pos: pos.items}
	if err := n.named(t, f, fn, &a, &late); err != nil {
		return nil, err
	}
	if late != nil {
		return nil, late
	}
	return callObject(t, fn, a)
}

// named evaluates the keyword arguments; late is set if the call must fail.
func (n *callAll) named(t *Thread, f *frame, fn Object, a *Args, late *error) error {
	for _, k := range n.keywords {
		o, err := k.value.eval(t, f)
		if err != nil {
			return err
		}
		if k.name != "" {
			if a.Get(k.name) != nil {
				return TypeError("%s got multiple values for keyword argument '%s'", calledName(fn), k.name)
			}
			a.Names, a.Named = append(a.Names, k.name), append(a.Named, o)
			continue
		}
		err = spreadNamed(t, fn, o, a)
		if errors.Is(err, errKeywords) {
			*late = cmp.Or(*late, err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

var errKeywords = TypeError("keywords must be strings")

// spreadNamed adds the entries of a mapping, **o, to the keyword arguments.
func spreadNamed(t *Thread, fn, o Object, a *Args) error {
	if !isMapping(o) {
		return TypeError("%s argument after ** must be a mapping, not %s", calledName(fn), o.TypeName())
	}
	d := NewDict()
	if err := d.update(t, o); err != nil {
		return err
	}
	if err := t.ChargeSlots(2 * d.live); err != nil {
		return err
	}
	given := NewSet()
	for _, name := range a.Names {
		if err := given.Add(t, value.Str(name)); err != nil {
			return err
		}
	}
	for key, val := range d.All() {
		name, ok := key.(value.Str)
		if !ok {
			return errKeywords
		}
		if twice, err := given.Has(t, key); twice || err != nil {
			return TypeError("%s got multiple values for keyword argument '%s'", calledName(fn), string(name))
		}
		a.Names, a.Named = append(a.Names, string(name)), append(a.Named, val)
	}
	return nil
}

// calledName is how messages name what is called.
func calledName(fn Object) string {
	switch fn := fn.(type) {
	case *Func:
		return fn.name + "()"
	case *Method:
		return fn.of.Name + "." + fn.Name + "()"
	case *boundMethod:
		return calledName(fn.m.from(typeOf(fn.self)))
	case *Type:
		return fn.Name + "()"
	case *lambda:
		return fn.scope.String() + "()"
	}
	return fn.TypeName() + " object"
}
