package modules

import (
	"strings"

	"althing/expr"
)

// record is a tuple whose elements have names: struct_time and its like.
type record struct {
	*shape
	items *expr.Tuple
	more  []expr.Object // what is reached only by name
}

// shape is the type of some records. Its fields are in the order of the tuple;
// those of more are reached only by name, and None where nobody gave them.
type shape struct {
	typ    expr.Type
	fields []string
	more   []string
}

// newShape makes a type of records, which is one of tuples.
func newShape(name string, fields []string, more ...string) *shape {
	s := &shape{typ: expr.Type{Name: name, Base: expr.TypeOf(expr.NewTuple())}, fields: fields, more: more}
	s.typ.Attrs = map[string]expr.Object{"count": tupleMethod("count"), "index": tupleMethod("index")}
	for i, field := range fields {
		s.typ.Attrs[field] = &expr.Property{Get: func(_ *expr.Thread, self expr.Object) (expr.Object, error) {
			return self.(*record).items.Items()[i], nil
		}}
	}
	for i, field := range more {
		s.typ.Attrs[field] = &expr.Property{Get: func(_ *expr.Thread, self expr.Object) (expr.Object, error) {
			if r := self.(*record); i < len(r.more) {
				return r.more[i], nil
			}
			return expr.None, nil
		}}
	}
	return s
}

// tupleMethod is a method of tuples on a record's elements.
func tupleMethod(name string) *expr.Method {
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		if len(a.Names) > 0 {
			return nil, expr.TypeError("tuple.%s() takes no keyword arguments", name)
		}
		method, err := expr.GetAttr(t, self.(*record).items, name)
		if err != nil {
			return nil, err
		}
		return expr.Call(t, method, a.Pos...)
	})
}

// namedTuple makes a shape whose records are made of their elements.
func namedTuple(name string, fields ...string) *shape {
	s := newShape(name, fields)
	params := methodParams(s.typ.ShortName()+".__new__", strings.Join(fields, " "))
	s.typ.New = func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		items := make([]expr.Object, len(fields))
		dst := make([]*expr.Object, len(fields))
		for i := range items {
			dst[i] = &items[i]
		}
		if err := params.bind(a, dst...); err != nil {
			return nil, err
		}
		return newRecord(t, s, items...)
	}
	return s
}

var (
	_ expr.HasType    = &record{}
	_ expr.HasBinary  = &record{}
	_ expr.HasItem    = &record{}
	_ expr.HasCompare = &record{}
	_ expr.Hashable   = &record{}
	_ expr.Iterable   = &record{}
	_ expr.HasTuple   = &record{}
	_ expr.Sized      = &record{}
	_ expr.Texter     = &record{}
)

// newRecord makes a record of its elements and, behind them, of what it has
// more.
func newRecord(t *expr.Thread, s *shape, items ...expr.Object) (expr.Object, error) {
	n := len(s.fields)
	return &record{s, expr.NewTuple(items[:n:n]...), items[n:]}, t.ChargeSlots(len(items))
}

func (r *record) TypeName() string { return r.typ.Name }

// Type is the shape's type.
func (r *record) Type() *expr.Type { return &r.typ }

// Tuple gives the elements.
func (r *record) Tuple() *expr.Tuple { return r.items }

// Binary is that of tuples, as far as they have one.
func (r *record) Binary(t *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	if o, ok := other.(*record); ok && op == expr.Add {
		other = o.items
	}
	_, tuple := other.(*expr.Tuple)
	_, whole := expr.AsBig(other)
	joins := op == expr.Add && (tuple || !reflected)
	repeats := op == expr.Mul && whole
	if !joins && !repeats {
		return nil, nil
	}
	if reflected {
		return expr.Binary(t, op, other, r.items)
	}
	return expr.Binary(t, op, r.items, other)
}

// Item gives an element or a slice.
func (r *record) Item(t *expr.Thread, key expr.Object) (expr.Object, error) {
	return expr.GetItem(t, r.items, key)
}

// Iter goes through the elements.
func (r *record) Iter(t *expr.Thread) (expr.Iterator, error) { return expr.Iterate(t, r.items) }

// Len is the number of elements.
func (r *record) Len(*expr.Thread) (int, error) { return len(r.items.Items()), nil }

// Hash is the tuple's.
func (r *record) Hash(t *expr.Thread) (int64, error) { return expr.Hash(t, r.items) }

// CompareTo compares as a tuple, also with tuples.
func (r *record) CompareTo(t *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	if s, is := other.(*record); is {
		other = s.items
	}
	if _, is := other.(*expr.Tuple); !is {
		return false, false, nil
	}
	result, err = expr.Compare(t, op, r.items, other)
	return result, true, err
}

// Str is the same as Repr.
func (r *record) Str(t *expr.Thread) (string, error) { return r.Repr(t) }

// Repr is time.struct_time(tm_year=2026, …).
func (r *record) Repr(t *expr.Thread) (string, error) {
	parts := make([]string, len(r.fields))
	for i, field := range r.fields {
		shown, err := expr.Repr(t, r.items.Items()[i])
		if err != nil {
			return "", err
		}
		parts[i] = field + "=" + shown
	}
	return r.typ.Name + "(" + strings.Join(parts, ", ") + ")", nil
}
