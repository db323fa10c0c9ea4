package scope

import (
	"althing/access"
	"althing/expr"
	"althing/registry"
	"althing/value"
)

// myData is the registry as a mapping: MyData['garden.soil.temp'] = 56. What
// goes over all of it (len, iteration, keys …) leaves the hub's own server.*
// keys out, so that sum(MyData.values()) adds up what people have shared; by
// name they are there.
type myData struct{}

func (myData) TypeName() string { return "dict" }

func key(o expr.Object) (string, error) {
	s, isText := o.(value.Str)
	if !isText {
		return "", expr.TypeError("keys of MyData are text, not %s", o.TypeName())
	}
	return string(s), nil
}

// Item is MyData[key].
func (myData) Item(t *expr.Thread, k expr.Object) (expr.Object, error) {
	name, err := key(k)
	if err != nil {
		return nil, err
	}
	o, found, err := query(t).getKey(t, name)
	if err == nil && !found {
		err = expr.KeyError(t, k)
	}
	return o, err
}

// SetItem is MyData[key] = o.
func (myData) SetItem(t *expr.Thread, k, o expr.Object) error {
	name, err := key(k)
	if err != nil {
		return err
	}
	return query(t).setKey(t, registry.Set{Key: name}, o)
}

// DelItem is del MyData[key].
func (myData) DelItem(t *expr.Thread, k expr.Object) error {
	name, err := key(k)
	if err != nil {
		return err
	}
	_, found, err := query(t).getKey(t, name)
	if err != nil {
		return err
	}
	if !found {
		return expr.KeyError(t, k)
	}
	return query(t).removeKey(t, name)
}

// removeKey removes one key of the registry.
func (q *Query) removeKey(t *expr.Thread, name string) error {
	name, hub, err := q.one(name)
	if err != nil {
		return err
	}
	if hub != "" {
		_, err := q.removeAt(t, hub, registry.Exactly(name))
		return err
	}
	if err := q.by.May(access.Write); err != nil {
		return err
	}
	if err := MayWrite(name); err != nil {
		return err
	}
	return q.values.remove(t, name)
}

// Contains is key in MyData.
func (myData) Contains(t *expr.Thread, k expr.Object) (bool, error) {
	name, err := key(k)
	if err != nil {
		return false, err
	}
	_, found, err := query(t).getKey(t, name)
	return found, err
}

// Len is len(MyData).
func (myData) Len(t *expr.Thread) (int, error) {
	d, err := query(t).all(t)
	if err != nil {
		return 0, err
	}
	return d.Len(), nil
}

// Keys goes over the keys for a dict that takes all in: dict(MyData), {**MyData}.
func (m myData) Keys(t *expr.Thread) (expr.Iterator, error) { return m.Iter(t) }

// Iter goes over the keys.
func (myData) Iter(t *expr.Thread) (expr.Iterator, error) {
	d, err := query(t).all(t)
	if err != nil {
		return nil, err
	}
	return expr.Iterate(t, d)
}

// Str is str(MyData).
func (m myData) Str(t *expr.Thread) (string, error) { return m.Repr(t) }

// Repr is repr(MyData).
func (myData) Repr(t *expr.Thread) (string, error) {
	d, err := query(t).all(t)
	if err != nil {
		return "", err
	}
	return expr.Repr(t, d)
}

// CompareTo compares with a dict.
func (m myData) CompareTo(t *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	if op != expr.Eq && op != expr.Ne {
		return false, false, nil
	}
	if _, same := other.(myData); same {
		return op == expr.Eq, true, nil
	}
	d, err := query(t).all(t)
	if err != nil {
		return false, false, err
	}
	equal, err := expr.Equal(t, d, other)
	return equal == (op == expr.Eq), true, err
}

// Binary is MyData | dict, which makes a dict of its own.
func (myData) Binary(t *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	if op != expr.BitOr {
		return nil, nil
	}
	d, err := query(t).all(t)
	if err != nil {
		return nil, err
	}
	if reflected {
		return expr.Binary(t, op, other, d)
	}
	return expr.Binary(t, op, d, other)
}

// all gives the registry as a dict of its own, as this query sees it.
func (q *Query) all(t *expr.Thread) (*expr.Dict, error) {
	if err := q.by.May(access.Read); err != nil {
		return nil, err
	}
	if err := q.reading(t); err != nil {
		return nil, err
	}
	view := q.scope.hub.State().View(registry.Values)
	if err := q.see(t, seen{space: registry.Values, whole: true, revision: view.Revision()}); err != nil {
		return nil, err
	}
	d := expr.NewDict()
	for key, e := range view.All(q.now) {
		o, there, err := q.values.known(t, key, e.Value)
		if err != nil {
			return nil, err
		}
		if !there {
			continue // this query has removed it
		}
		if err := d.Set(t, value.Str(key), o); err != nil {
			return nil, err
		}
	}
	for _, c := range q.values.order { // what this query has added comes last
		if c.object == nil {
			continue
		}
		if err := d.Set(t, value.Str(c.key), c.object); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Attr gives the methods of a dict.
func (m myData) Attr(t *expr.Thread, name string) (expr.Object, error) {
	if f := myDataMethods[name]; f != nil {
		return f, nil
	}
	switch name {
	case "keys", "values", "items", "copy", "fromkeys":
		d, err := query(t).all(t)
		if err != nil {
			return nil, err
		}
		return expr.GetAttr(t, d, name)
	}
	return nil, nil
}

var myDataMethods = map[string]*expr.Func{
	"get":        expr.NewFunc("get", myDataGet),
	"pop":        expr.NewFunc("pop", myDataPop),
	"popitem":    expr.NewFunc("popitem", myDataPopItem),
	"setdefault": expr.NewFunc("setdefault", myDataSetDefault),
	"update":     expr.NewFunc("update", myDataUpdate),
	"clear":      expr.NewFunc("clear", myDataClear),
}

// entryArg reads the arguments of a method that takes a key and a default, and
// looks the key up.
func entryArg(t *expr.Thread, a expr.Args, method string) (name string, o expr.Object, found bool, err error) {
	if err := a.Between(method, 1, 2); err != nil {
		return "", nil, false, err
	}
	if name, err = key(a.Pos[0]); err != nil {
		return "", nil, false, err
	}
	o, found, err = query(t).getKey(t, name)
	return name, o, found, err
}

func myDataGet(t *expr.Thread, a expr.Args) (expr.Object, error) {
	_, o, found, err := entryArg(t, a, "get")
	switch {
	case err != nil || found:
		return o, err
	case len(a.Pos) == 2:
		return a.Pos[1], nil
	}
	return value.None{}, nil
}

func myDataPop(t *expr.Thread, a expr.Args) (expr.Object, error) {
	name, o, found, err := entryArg(t, a, "pop")
	switch {
	case err != nil:
		return nil, err
	case found:
		return o, query(t).removeKey(t, name)
	case len(a.Pos) == 2:
		return a.Pos[1], nil
	}
	return nil, expr.KeyError(t, a.Pos[0])
}

func myDataPopItem(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("popitem", 0); err != nil {
		return nil, err
	}
	d, err := query(t).all(t)
	if err != nil {
		return nil, err
	}
	var last expr.Object
	for k := range d.All() {
		last = k
	}
	if last == nil {
		return nil, expr.Raise("KeyError", "'popitem(): dictionary is empty'")
	}
	o, _, err := d.Get(t, last)
	if err != nil {
		return nil, err
	}
	return expr.NewTuple(last, o), query(t).removeKey(t, string(last.(value.Str)))
}

func myDataSetDefault(t *expr.Thread, a expr.Args) (expr.Object, error) {
	name, o, found, err := entryArg(t, a, "setdefault")
	if err != nil || found {
		return o, err
	}
	o = value.None{}
	if len(a.Pos) == 2 {
		o = a.Pos[1]
	}
	return o, query(t).setKey(t, registry.Set{Key: name}, o)
}

// myDataUpdate leaves it to dict to understand its arguments.
func myDataUpdate(t *expr.Thread, a expr.Args) (expr.Object, error) {
	d := expr.NewDict()
	update, err := expr.GetAttr(t, d, "update")
	if err != nil {
		return nil, err
	}
	if _, err := expr.CallArgs(t, update, a); err != nil {
		return nil, err
	}
	for k, o := range d.All() {
		name, err := key(k)
		if err != nil {
			return nil, err
		}
		if err := query(t).setKey(t, registry.Set{Key: name}, o); err != nil {
			return nil, err
		}
	}
	return value.None{}, nil
}

func myDataClear(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("clear", 0); err != nil {
		return nil, err
	}
	d, err := query(t).all(t)
	if err != nil {
		return nil, err
	}
	for k := range d.All() {
		if err := query(t).removeKey(t, string(k.(value.Str))); err != nil {
			return nil, err
		}
	}
	return value.None{}, nil
}
