package expr

import "althing/value"

// binary is left op right.
type binary struct {
	left, right node
	fn          binaryFunc
}

func (n *binary) eval(t *Thread, f *frame) (Object, error) {
	a, err := n.left.eval(t, f)
	if err != nil {
		return nil, err
	}
	b, err := n.right.eval(t, f)
	if err != nil {
		return nil, err
	}
	return n.fn(t, a, b)
}

// unary is op x.
type unary struct {
	op Op
	x  node
}

func (n *unary) eval(t *Thread, f *frame) (Object, error) {
	o, err := n.x.eval(t, f)
	if err != nil {
		return nil, err
	}
	return Unary(t, n.op, o)
}

// not is not x.
type not struct{ x node }

func (n *not) eval(t *Thread, f *frame) (Object, error) {
	ok, err := truthOf(t, f, n.x)
	return Bool(!ok), err
}

// truthOf evaluates a condition.
func truthOf(t *Thread, f *frame, n node) (bool, error) {
	o, err := n.eval(t, f)
	if err != nil {
		return false, err
	}
	if b, ok := o.(value.Bool); ok {
		return bool(b), nil
	}
	return Truth(t, o)
}

// and is the first of its values that is false, or the last.
type and struct{ values []node }

func (n *and) eval(t *Thread, f *frame) (Object, error) { return firstWith(t, f, n.values, false) }

// or is the first of its values that is true, or the last.
type or struct{ values []node }

func (n *or) eval(t *Thread, f *frame) (Object, error) { return firstWith(t, f, n.values, true) }

func firstWith(t *Thread, f *frame, values []node, truth bool) (Object, error) {
	last := len(values) - 1
	for _, v := range values[:last] {
		o, err := v.eval(t, f)
		if err != nil {
			return nil, err
		}
		ok, err := Truth(t, o)
		if ok == truth || err != nil {
			return o, err
		}
	}
	return values[last].eval(t, f)
}

// conditional is yes if test else no.
type conditional struct{ test, yes, no node }

func (n *conditional) eval(t *Thread, f *frame) (Object, error) {
	ok, err := truthOf(t, f, n.test)
	switch {
	case err != nil:
		return nil, err
	case ok:
		return n.yes.eval(t, f)
	}
	return n.no.eval(t, f)
}

// comparison is left op right, where op orders or equates.
type comparison struct {
	left, right node
	op          CmpOp
}

func (n *comparison) eval(t *Thread, f *frame) (Object, error) {
	a, err := n.left.eval(t, f)
	if err != nil {
		return nil, err
	}
	b, err := n.right.eval(t, f)
	if err != nil {
		return nil, err
	}
	ok, err := Compare(t, n.op, a, b)
	if err != nil {
		return nil, err
	}
	return Bool(ok), nil
}

// relation is a comparison of any kind between two objects.
type relation func(t *Thread, a, b Object) (bool, error)

func isSame(_ *Thread, a, b Object) (bool, error) { return identical(a, b), nil }

func isNotSame(_ *Thread, a, b Object) (bool, error) { return !identical(a, b), nil }

func isIn(t *Thread, a, b Object) (bool, error) { return Contains(t, b, a) }

func isNotIn(t *Thread, a, b Object) (bool, error) {
	ok, err := Contains(t, b, a)
	return !ok, err
}

// chain is a comparison with is or in, or of more than two: a < b < c.
type chain struct {
	first node
	links []link
}

type link struct {
	holds relation
	right node
}

func (n *chain) eval(t *Thread, f *frame) (Object, error) {
	a, err := n.first.eval(t, f)
	if err != nil {
		return nil, err
	}
	for i := range n.links {
		b, err := n.links[i].right.eval(t, f)
		if err != nil {
			return nil, err
		}
		ok, err := n.links[i].holds(t, a, b)
		if !ok || err != nil {
			return False, err
		}
		a = b
	}
	return True, nil
}
