package expr

// constant is a literal, or what could be worked out when the text was parsed.
type constant struct{ o Object }

func (n *constant) eval(*Thread, *frame) (Object, error) { return n.o, nil }

// local is a variable of the innermost frame.
type local struct {
	slot int
	name string
}

func (n *local) eval(_ *Thread, f *frame) (Object, error) {
	if o := f.vars[n.slot]; o != nil {
		return o, nil
	}
	return nil, Raise("UnboundLocalError", "cannot access local variable '%s' where it is not associated with a value", n.name)
}

func (n *local) set(_ *Thread, f *frame, o Object) error { //nolint:unparam // other targets can fail
	f.vars[n.slot] = o
	return nil
}

// outer is a variable of a frame further out.
type outer struct {
	local
	depth int
}

func (n *outer) eval(_ *Thread, f *frame) (Object, error) {
	if o := f.out(n.depth).vars[n.slot]; o != nil {
		return o, nil
	}
	return nil, Raise("NameError", "cannot access free variable '%s' where it is not associated with a value in enclosing scope", n.name)
}

func (n *outer) set(t *Thread, f *frame, o Object) error { //nolint:unparam // other targets can fail
	t.kept++
	f.out(n.depth).vars[n.slot] = o
	return nil
}

// global is a name of the host's, or a built-in one.
type global struct {
	name    string
	builtin Object // nil: there is none of that name
}

func (n *global) eval(t *Thread, _ *frame) (Object, error) {
	if t.env != nil {
		o, ok, err := t.env.Lookup(t, n.name)
		if ok || err != nil {
			return o, err
		}
	}
	if n.builtin != nil {
		return n.builtin, nil
	}
	return nil, NameError(n.name)
}

func (n *global) set(t *Thread, _ *frame, o Object) error {
	t.kept++
	if t.env == nil {
		return Raise("NameError", "name '%s' cannot be assigned here", n.name)
	}
	return t.env.Assign(t, n.name, o)
}

func (n *global) del(t *Thread) error {
	if t.env == nil {
		return NameError(n.name)
	}
	return t.env.Delete(t, n.name)
}

// top is a name that a walrus binds at the top level: for this run only. Until
// it is bound it is the host's.
type top struct {
	global
	depth, slot int
}

func (n *top) eval(t *Thread, f *frame) (Object, error) {
	if o := f.out(n.depth).vars[n.slot]; o != nil {
		return o, nil
	}
	return n.global.eval(t, f)
}

func (n *top) set(t *Thread, f *frame, o Object) error { //nolint:unparam // other targets can fail
	t.kept++
	f.out(n.depth).vars[n.slot] = o
	return nil
}

// walrus is name := value.
type walrus struct {
	target target
	value  node
}

func (n *walrus) eval(t *Thread, f *frame) (Object, error) {
	o, err := n.value.eval(t, f)
	if err != nil {
		return nil, err
	}
	t.kept++
	return o, n.target.set(t, f, o)
}
