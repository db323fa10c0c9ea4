package expr

import (
	"slices"

	"althing/value"
)

// union is int | str: what isinstance may be asked for. Its members are types and
// types with parameters, each once; None stands for its type.
type union struct{ members []Object }

// Binary is int | str, the only operation on types.
func (ty *Type) Binary(t *Thread, op Op, other Object, reflected bool) (Object, error) {
	return unite(t, op, ty, other, reflected)
}

// Binary adds members.
func (u *union) Binary(t *Thread, op Op, other Object, reflected bool) (Object, error) {
	return unite(t, op, u, other, reflected)
}

// unite is a | b for types, or b | a when reflected; nil when b is none.
func unite(t *Thread, op Op, a, b Object, reflected bool) (Object, error) {
	if op != BitOr || !mayJoin(b) {
		return nil, nil
	}
	if reflected {
		a, b = b, a
	}
	members := slices.Concat(membersOf(a), membersOf(b))
	if err := t.ChargeSlots(len(members)); err != nil {
		return nil, err
	}
	once := members[:0]
	for _, m := range members {
		known, err := containsItem(t, once, m)
		if err != nil {
			return nil, err
		}
		if !known {
			once = append(once, m)
		}
	}
	if len(once) == 1 {
		return once[0], nil
	}
	return &union{once}, nil
}

func mayJoin(o Object) bool {
	switch o.(type) {
	case *Type, *union, *alias:
		return true
	}
	return o == None
}

func membersOf(o Object) []Object {
	switch o := o.(type) {
	case *union:
		return o.members
	case value.None:
		return []Object{typeNone}
	}
	return []Object{o}
}

// TypeName is Python's name of the type.
func (*union) TypeName() string { return "types.UnionType" }

// Str is the same as Repr.
func (u *union) Str(t *Thread) (string, error) { return u.Repr(t) }

// Repr is int | None.
func (u *union) Repr(t *Thread) (string, error) {
	shown := slices.Clone(u.members)
	if i := slices.Index(shown, Object(typeNone)); i >= 0 {
		shown[i] = None
	}
	return typeTexts(t, shown, " | ")
}

// CompareTo compares the members, in whatever order.
func (u *union) CompareTo(t *Thread, op CmpOp, other Object) (result, ok bool, err error) {
	o, is := other.(*union)
	if !is || op > Ne {
		return false, false, nil
	}
	equal := len(u.members) == len(o.members)
	for _, m := range u.members {
		if equal && err == nil {
			equal, err = containsItem(t, o.members, m)
		}
	}
	return equal == (op == Eq), true, err
}

// Hash does not depend on the order of the members.
func (u *union) Hash(t *Thread) (int64, error) {
	var sum uint64
	for _, m := range u.members {
		h, err := keyHash(t, m)
		if err != nil {
			return 0, err
		}
		sum += h
	}
	return int64(sum >> 2), nil
}

// alias is a type with parameters: list[int]. It works as the type alone, and
// remembers what stood between the brackets.
type alias struct {
	of     *Type
	params []Object
}

// isGeneric says whether a type takes parameters.
func isGeneric(ty *Type) bool {
	switch ty {
	case typeList, typeDict, typeTuple, typeSet, typeFrozenSet, typeType, typeEnumerate:
		return true
	}
	return false
}

// newAlias is ty[key].
func newAlias(t *Thread, ty *Type, key Object) (Object, error) {
	params := []Object{key}
	if several, ok := key.(*Tuple); ok {
		params = several.items
	}
	return &alias{ty, params}, t.ChargeSlots(len(params))
}

// TypeName is Python's name of the type.
func (*alias) TypeName() string { return "types.GenericAlias" }

// Binary is list[int] | None.
func (a *alias) Binary(t *Thread, op Op, other Object, reflected bool) (Object, error) {
	return unite(t, op, a, other, reflected)
}

// Attr gives what the type has.
func (a *alias) Attr(_ *Thread, name string) (Object, error) { return a.of.find(name), nil }

// Call makes an instance of the type.
func (a *alias) Call(t *Thread, args Args) (Object, error) { return a.of.New(t, args) }

// Item refuses more parameters.
func (a *alias) Item(t *Thread, _ Object) (Object, error) {
	text, err := a.Repr(t)
	if err != nil {
		return nil, err
	}
	return nil, TypeError("%s is not a generic class", text)
}

// Str is the same as Repr.
func (a *alias) Str(t *Thread) (string, error) { return a.Repr(t) }

// Repr is list[int].
func (a *alias) Repr(t *Thread) (string, error) {
	if len(a.params) == 0 {
		return a.of.Name + "[()]", nil
	}
	text, err := typeTexts(t, a.params, ", ")
	return a.of.Name + "[" + text + "]", err
}

// CompareTo compares type and parameters.
func (a *alias) CompareTo(t *Thread, op CmpOp, other Object) (result, ok bool, err error) {
	o, is := other.(*alias)
	if !is || op > Ne {
		return false, false, nil
	}
	equal := a.of == o.of
	if equal {
		equal, err = compareItems(t, Eq, a.params, o.params)
	}
	return equal == (op == Eq), true, err
}

// Hash is that of type and parameters.
func (a *alias) Hash(t *Thread) (int64, error) {
	return Hash(t, NewTuple(append([]Object{a.of}, a.params...)...))
}

// typeTexts writes types as annotations do: by their names.
func typeTexts(t *Thread, list []Object, between string) (string, error) {
	w := writer{t: t}
	for i, o := range list {
		if i > 0 {
			w.buf = append(w.buf, between...)
		}
		switch o := o.(type) {
		case *Type:
			w.buf = append(w.buf, o.Name...)
		case *Func:
			w.buf = append(w.buf, o.name...)
		case ellipsis:
			w.buf = append(w.buf, "..."...)
		default:
			if err := w.repr(o); err != nil {
				return "", err
			}
		}
	}
	return string(w.buf), w.settle()
}
