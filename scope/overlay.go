package scope

import (
	"slices"
	"strings"

	"althing/access"
	"althing/expr"
	"althing/journal"
	"althing/registry"
	"althing/value"
)

// overlay is what a query sees of a registry beyond what is stored: values it
// has set, and containers it was handed, which it may change in place.
type overlay struct {
	space registry.Space
	order []*cell          // in the order in which the query met them
	index map[string]*cell // the same by key, where they are many
}

// fewCells is how many cells are found by looking at each: nearly all queries
// touch one or two keys, and a map would cost more than the rest of the query.
const fewCells = 8

// cell gives what the query knows of a key, or nil.
func (o *overlay) cell(key string) *cell {
	if o.index != nil {
		return o.index[key]
	}
	for _, c := range o.order {
		if c.key == key {
			return c
		}
	}
	return nil
}

// cell is one key that a query has touched.
type cell struct {
	key    string
	object expr.Object // nil: not there
	stored value.Value // what the log has, or will have when the query ends; nil: unknown or nothing
	write  bool
	remove bool
	set    registry.Set  // what is to be written
	alone  [1]journal.Op // room for it as the only operation, as nearly always
}

// again gives the room of a query that is over to the next one.
func (o *overlay) again() []*cell {
	if cap(o.order) > fewCells {
		return nil
	}
	clear(o.order)
	return o.order[:0]
}

func (o *overlay) get(t *expr.Thread, q *Query, key string) (expr.Object, bool, error) {
	if c := o.cell(key); c != nil {
		return c.object, c.object != nil, nil
	}
	if err := q.by.May(access.Read); err != nil {
		return nil, false, err
	}
	if err := q.reading(t); err != nil {
		return nil, false, err
	}
	e, found := q.scope.hub.State().Get(o.space, key, q.now)
	if err := q.see(t, seen{space: o.space, key: key, revision: e.Rev}); err != nil || !found {
		return nil, false, err
	}
	return o.hand(t, key, e.Value)
}

// known gives what the query knows of a key, else what is stored there.
func (o *overlay) known(t *expr.Thread, key string, v value.Value) (expr.Object, bool, error) {
	if c := o.cell(key); c != nil {
		return c.object, c.object != nil, nil
	}
	return o.hand(t, key, v)
}

// hand gives a stored value as an object. A container is the query's own copy,
// the same one each time, and what is changed in it is written back.
func (o *overlay) hand(t *expr.Thread, key string, v value.Value) (expr.Object, bool, error) {
	object, err := expr.FromValue(t, v)
	if err != nil {
		return nil, false, err
	}
	if mutable(object) {
		o.add(&cell{key: key, object: object, stored: v})
	}
	return object, true, nil
}

func mutable(o expr.Object) bool {
	switch o.(type) {
	case *expr.List, *expr.Dict, *expr.Set, *expr.Tuple:
		return true
	}
	return false
}

func (o *overlay) set(t *expr.Thread, how registry.Set, object expr.Object) error {
	v, err := expr.ToValue(t, object)
	if err != nil {
		return err
	}
	c, err := o.touch(t, how.Key, value.Size(v))
	if err != nil {
		return err
	}
	how.Space, how.Value, how.Key = o.space, own(v), c.key
	if c.write && how.Expect == nil && !how.Create {
		how.Expect, how.Create = c.set.Expect, c.set.Create
	}
	c.object, c.stored, c.set, c.write, c.remove = object, v, how, true, false
	return nil
}

// touch gives the cell of a key that is to be written, with a value of that size.
func (o *overlay) touch(t *expr.Thread, key string, size int) (*cell, error) {
	c := o.cell(key)
	if c == nil {
		c = &cell{key: strings.Clone(key)}
		o.add(c)
		size += cellSize + len(key)
	}
	return c, keep(t, size)
}

func (o *overlay) remove(t *expr.Thread, key string) error {
	c, err := o.touch(t, key, 0)
	if err != nil {
		return err
	}
	c.object, c.stored, c.write, c.remove = nil, nil, false, true
	return nil
}

// drop forgets keys that have been removed; they are in order.
func (o *overlay) drop(keys []string) {
	if len(o.order) == 0 {
		return
	}
	order := o.order
	o.index, o.order = nil, nil
	for _, c := range order {
		if _, gone := slices.BinarySearch(keys, c.key); !gone {
			o.add(c)
		}
	}
}

func (o *overlay) add(c *cell) {
	o.order = append(o.order, c)
	if o.index != nil {
		o.index[c.key] = c
		return
	}
	if len(o.order) > fewCells {
		o.index = make(map[string]*cell, 2*len(o.order))
		for _, c := range o.order {
			o.index[c.key] = c
		}
	}
}

// appendOps adds what is to be written: what was set, what was changed in place,
// and what was removed.
func (o *overlay) appendOps(t *expr.Thread, ops []journal.Op) ([]journal.Op, error) {
	var gone []string
	for _, c := range o.order {
		switch {
		case c.remove:
			gone = append(gone, c.key)
			continue
		case c.object != nil && mutable(c.object):
			v, err := expr.ToValue(t, c.object)
			if err != nil {
				return nil, err
			}
			if !same(v, c.stored) {
				if !c.write {
					c.set, c.write = registry.Set{Space: o.space, Key: c.key}, true
				}
				c.set.Value, c.stored = own(v), v
			}
		}
		if c.write {
			if ops == nil {
				ops = c.alone[:0]
			}
			ops = append(ops, &c.set)
		}
	}
	if len(gone) > 0 {
		slices.Sort(gone)
		ops = append(ops, &registry.Delete{Space: o.space, Keys: gone})
	}
	return ops, nil
}

// stored forgets what was written, and keeps what the query holds.
func (o *overlay) stored() {
	order := o.order
	o.index, o.order = nil, nil
	for _, c := range order {
		if c.object != nil && mutable(c.object) {
			o.add(&cell{key: c.key, object: c.object, stored: c.stored}) // the log has the old one
		}
	}
}

// same reports whether two values are the same to the last type, which Python's
// == does not tell: 1 == True.
func same(a, b value.Value) bool {
	return b != nil && slices.Equal(value.AppendBinary(nil, a), value.AppendBinary(nil, b))
}

// own gives a value whose texts are its own: a text of an expression may be cut
// out of a query of a megabyte, which would stay in memory with it.
func own(v value.Value) value.Value {
	switch v := v.(type) {
	case value.Str:
		return value.Str(strings.Clone(string(v)))
	case value.Bytes:
		return value.Bytes(strings.Clone(string(v)))
	case value.List, value.Tuple, *value.Dict, *value.Set:
		copied, _, err := value.DecodeBinary(value.AppendBinary(nil, v))
		if err == nil {
			return copied
		}
	}
	return v
}
