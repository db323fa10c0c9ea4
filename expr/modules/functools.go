package modules

import (
	"slices"
	"strings"

	"althing/expr"
	"althing/value"
)

// functoolsModule is what Python's functools has without classes and caches.
func functoolsModule() *expr.Module {
	all := attrs(
		expr.NewFunc("reduce", functoolsReduce).Forgets(),
		expr.NewFunc("cmp_to_key", cmpToKey).Forgets(),
	)
	all["partial"] = partialType
	return &expr.Module{Name: "functools", Attrs: all}
}

func functoolsReduce(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Between("reduce", 2, 3); err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, a.Pos[1])
	if err != nil {
		if isRaised(err, "TypeError") {
			err = expr.TypeError("reduce() arg 2 must support iteration")
		}
		return nil, err
	}
	var total expr.Object
	if len(a.Pos) == 3 {
		total = a.Pos[2]
	}
	m := t.Mark()
	for {
		o, err := expr.Next(t, it)
		if err != nil {
			return nil, err
		}
		switch {
		case o == nil && total == nil:
			return nil, expr.TypeError("reduce() of empty iterable with no initial value")
		case o == nil:
			return total, nil
		case total == nil:
			total = o
		default:
			if total, err = expr.Call(t, a.Pos[0], total, o); err != nil {
				return nil, err
			}
		}
		if !t.Settle(m, total) {
			m = t.Mark()
		}
	}
}

// sortKey is what cmp_to_key() gives, and when obj is there what that makes of an
// object.
type sortKey struct{ cmp, obj expr.Object }

var (
	_ expr.Callable   = &sortKey{}
	_ expr.HasCompare = &sortKey{}
	_ expr.HasType    = &sortKey{}
)

var (
	sortKeyType = &expr.Type{Name: "functools.KeyWrapper", Attrs: map[string]expr.Object{
		"obj": property(func(self expr.Object) expr.Object { return orNone(self.(*sortKey).obj) }),
	}}
	cmpToKeySignature = signature{fn: "cmp_to_key()", names: []string{"mycmp"}, required: 1, pos: 1}
	sortKeySignature  = signature{fn: "K()", names: []string{"obj"}, required: 1, pos: 1}
)

// orNone is o, or None where there is none.
func orNone(o expr.Object) expr.Object {
	if o == nil {
		return expr.None
	}
	return o
}

func cmpToKey(t *expr.Thread, a expr.Args) (expr.Object, error) {
	k := &sortKey{}
	if err := cmpToKeySignature.bind(a, &k.cmp); err != nil {
		return nil, err
	}
	return k, t.Charge(objectSize)
}

func (*sortKey) TypeName() string { return sortKeyType.Name }

func (*sortKey) Type() *expr.Type { return sortKeyType }

// Call makes the key of an object.
func (k *sortKey) Call(t *expr.Thread, a expr.Args) (expr.Object, error) {
	made := &sortKey{cmp: k.cmp}
	if err := sortKeySignature.bind(a, &made.obj); err != nil {
		return nil, err
	}
	return made, t.Charge(objectSize)
}

// CompareTo asks the function, whose result is compared with 0.
func (k *sortKey) CompareTo(t *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	l, ok := other.(*sortKey)
	if !ok {
		return false, false, expr.TypeError("other argument must be K instance")
	}
	if k.obj == nil || l.obj == nil {
		return false, false, expr.Raise("AttributeError", "object")
	}
	order, err := expr.Call(t, k.cmp, k.obj, l.obj)
	if err != nil {
		return false, false, err
	}
	result, err = expr.Compare(t, op, order, expr.Int(0))
	return result, true, err
}

// partial is a function with some of its arguments.
type partial struct {
	fn    expr.Object
	args  *expr.Tuple
	named *expr.Dict
	shown bool // its repr is being written
}

var (
	_ expr.Callable = &partial{}
	_ expr.HasType  = &partial{}
	_ expr.Texter   = &partial{}
)

var partialType = &expr.Type{Name: "functools.partial", New: newPartial, Attrs: map[string]expr.Object{
	"func":     property(func(self expr.Object) expr.Object { return self.(*partial).fn }),
	"args":     property(func(self expr.Object) expr.Object { return self.(*partial).args }),
	"keywords": property(func(self expr.Object) expr.Object { return self.(*partial).named }),
}}

func newPartial(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if len(a.Pos) == 0 {
		return nil, expr.TypeError("type 'partial' takes at least one argument")
	}
	fn := a.Pos[0]
	if ok, err := isCallable(t, fn); err != nil {
		return nil, err
	} else if !ok {
		return nil, expr.TypeError("the first argument must be callable")
	}
	p := &partial{fn: fn, args: expr.NewTuple(), named: expr.NewDict()}
	if inner, ok := fn.(*partial); ok {
		p = inner
	}
	whole, err := p.with(t, expr.Args{Pos: a.Pos[1:], Names: a.Names, Named: a.Named})
	if err != nil {
		return nil, err
	}
	return whole, t.Charge(objectSize)
}

// with is p with more arguments.
func (p *partial) with(t *expr.Thread, a expr.Args) (*partial, error) {
	pos := slices.Concat(p.args.Items(), a.Pos)
	if err := t.ChargeSlots(len(pos)); err != nil {
		return nil, err
	}
	more := &partial{fn: p.fn, args: expr.NewTuple(pos...), named: expr.NewDict()}
	for name, o := range p.named.All() {
		if err := more.named.Set(t, name, o); err != nil {
			return nil, err
		}
	}
	for i, name := range a.Names {
		if err := more.named.Set(t, value.Str(name), a.Named[i]); err != nil {
			return nil, err
		}
	}
	return more, nil
}

func (*partial) TypeName() string { return partialType.Name }

func (*partial) Type() *expr.Type { return partialType }

// Call calls the function with the arguments of both.
func (p *partial) Call(t *expr.Thread, a expr.Args) (expr.Object, error) {
	whole, err := p.with(t, a)
	if err != nil {
		return nil, err
	}
	all := expr.Args{Pos: whole.args.Items()}
	for name, o := range whole.named.All() {
		s, ok := name.(value.Str)
		if !ok {
			return nil, expr.TypeError("keywords must be strings")
		}
		all.Names, all.Named = append(all.Names, string(s)), append(all.Named, o)
	}
	return expr.CallArgs(t, p.fn, all)
}

// Str is the same as Repr.
func (p *partial) Str(t *expr.Thread) (string, error) { return p.Repr(t) }

// Repr is functools.partial(<function>, 1, key=2).
func (p *partial) Repr(t *expr.Thread) (string, error) {
	if p.shown {
		return "...", nil
	}
	p.shown = true
	defer func() { p.shown = false }()
	var out strings.Builder
	write := func(before string, o expr.Object) error {
		shown, err := expr.Repr(t, o)
		if err != nil {
			return err
		}
		out.WriteString(before)
		out.WriteString(shown)
		return t.ChargeText(len(before) + len(shown))
	}
	if err := write("functools.partial(", p.fn); err != nil {
		return "", err
	}
	for _, o := range p.args.Items() {
		if err := write(", ", o); err != nil {
			return "", err
		}
	}
	for name, o := range p.named.All() {
		key, err := expr.Text(t, name)
		if err != nil {
			return "", err
		}
		if err := write(", "+key+"=", o); err != nil {
			return "", err
		}
	}
	out.WriteByte(')')
	return out.String(), nil
}
