package scope

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/journal"
	"althing/registry"
	"althing/state"
	"althing/value"
)

// Query is one text while it is evaluated: the transaction that it gathers, and
// the names it sees (it is the evaluator's Env). One goroutine uses it.
type Query struct {
	scope *Scope
	by    Caller
	now   time.Time
	turn  Turn

	seen   []seen
	values overlay // of the registry, whose space is the zero one
	vars   overlay // of the hub's own scope
	people people  // clients and groups
	acted  bool    // something was carried out: it must not be evaluated again
}

// seen is something that was read, with the revision that it had.
type seen struct {
	space    registry.Space
	whole    bool   // the whole space, and not one key
	key      string // of one key
	revision uint64
}

// Acted reports whether the query has carried something out, so that evaluating
// it again would do it twice.
func (q *Query) Acted() bool { return q.acted }

// Finish gives the transaction that the evaluation has left to commit. The
// transaction of a query that has only read has no operations; its Expect is
// empty when a single reading cannot have been torn.
func (q *Query) Finish(t *expr.Thread) (journal.Tx, error) {
	ops, err := q.gather(t)
	if err != nil {
		return journal.Tx{}, err
	}
	if len(ops) == 0 && len(q.seen) < 2 {
		return journal.Tx{}, nil
	}
	return journal.Tx{Expect: q.Expect(), Ops: ops}, nil
}

// gather turns what is to be written into operations.
func (q *Query) gather(t *expr.Thread) ([]journal.Op, error) {
	ops, err := q.values.appendOps(t, q.people.ops)
	if err != nil {
		return nil, err
	}
	return q.vars.appendOps(t, ops)
}

// Expect is what was read since something was carried out last.
func (q *Query) Expect() []journal.Seen {
	if len(q.seen) == 0 {
		return nil
	}
	list := make([]journal.Seen, len(q.seen))
	for i, s := range q.seen {
		if s.whole {
			list[i] = state.SawSpace(s.space, s.revision)
		} else {
			list[i] = state.SawKey(s.space, s.key, s.revision)
		}
	}
	return list
}

// flush carries out what has gathered, so that what follows can depend on it.
func (q *Query) flush(t *expr.Thread) error {
	ops, err := q.gather(t)
	if err != nil || len(ops) == 0 {
		return err
	}
	if _, err := q.commit(t, journal.Tx{Expect: q.Expect(), Ops: ops}); err != nil {
		return err
	}
	q.values.stored()
	q.vars.stored()
	q.people = people{}
	return nil
}

// act flushes and then commits one operation of its own; it gives its result.
func (q *Query) act(t *expr.Thread, op journal.Op) (any, error) {
	results, err := q.actAll(t, []journal.Op{op})
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

func (q *Query) actAll(t *expr.Thread, ops []journal.Op) ([]any, error) {
	if err := q.flush(t); err != nil {
		return nil, err
	}
	return q.commit(t, journal.Tx{Ops: ops})
}

func (q *Query) commit(t *expr.Thread, tx journal.Tx) (results []any, err error) {
	err = t.Outside(func() error {
		results, err = q.turn.Commit(t.Context(), tx)
		return err
	})
	if err == nil {
		q.acted = true
		q.changed(tx.Ops)
	} else if q.acted && errors.Is(err, state.ErrStale) {
		err = errConflict
	}
	return results, err
}

// place is where a value is.
type place struct {
	space registry.Space
	key   string
}

// changed forgets what was seen of what the query itself has changed now, and
// notes the revisions that the containers have which it goes on holding.
func (q *Query) changed(ops []journal.Op) {
	if len(q.seen) == 0 && len(q.values.order) == 0 && len(q.vars.order) == 0 {
		return
	}
	overlays := [registry.Spaces]*overlay{registry.Values: &q.values, registry.Variables: &q.vars}
	var spaces [registry.Spaces]bool
	written := map[place]bool{}
	for _, op := range ops {
		switch op := op.(type) {
		case *registry.Set:
			spaces[op.Space] = true
			written[place{op.Space, op.Key}] = true
		case *registry.Delete:
			spaces[op.Space] = true
			for _, key := range op.Keys {
				written[place{op.Space, key}] = true
			}
			overlays[op.Space].drop(op.Keys)
		}
	}
	q.seen = slices.DeleteFunc(q.seen, func(s seen) bool {
		return s.whole && spaces[s.space] || written[place{s.space, s.key}]
	})
	for space, o := range overlays {
		if spaces[space] {
			q.seeHeld(o)
		}
	}
}

// seeHeld notes what is stored under the containers that the query holds. One
// that others have changed meanwhile gets a revision that nothing has.
func (q *Query) seeHeld(o *overlay) {
	for _, c := range o.order {
		if c.object == nil || !mutable(c.object) {
			continue
		}
		e, found := q.scope.hub.State().Get(o.space, c.key, q.now)
		if !found || !same(e.Value, c.stored) {
			e.Rev = math.MaxUint64
		}
		q.seen = append(q.seen, seen{space: o.space, key: c.key, revision: e.Rev})
	}
}

// settled checks that the caller may do that, and then brings about that all that
// this query and this connection wrote before is there: for what depends on it.
func (q *Query) settled(t *expr.Thread, act access.Act) error {
	if err := q.by.May(act); err != nil {
		return err
	}
	if err := q.flush(t); err != nil {
		return err
	}
	return q.reading(t)
}

// outside waits for something without the evaluation's clock, and without
// keeping others from evaluating. It is not waited for twice: the query counts
// as one that has acted.
func (q *Query) outside(t *expr.Thread, f func(context.Context) error) error {
	q.acted = true
	return t.Outside(func() error {
		return q.turn.Idle(func() error { return f(t.Context()) })
	})
}

// reading is called before the state is read: what this connection wrote before
// must be there.
func (q *Query) reading(t *expr.Thread) error {
	if q.turn.Settled() {
		return nil
	}
	return t.Outside(func() error { return q.turn.Settle(t.Context()) })
}

// fewSeen is how many readings are searched for one that was there before. A
// query with more, such as a comprehension over names, notes it twice.
const fewSeen = 16

func (q *Query) see(t *expr.Thread, s seen) error {
	for i := range min(len(q.seen), fewSeen) {
		if q.seen[i] == s {
			return nil
		}
	}
	q.seen = append(q.seen, s)
	if len(q.seen) > fewSeen {
		return keep(t, seenSize)
	}
	return nil
}

// What a query gathers beside its values weighs about so many bytes, and is
// charged to its evaluation: a loop could gather for as long as it may run.
const (
	seenSize = 128 // a reading, and the name that it gets in the transaction
	cellSize = 320 // a key with what is to be written
	opSize   = 256 // what is done to clients and groups
)

// keep charges what stays in the query until it ends, whatever becomes of the
// expression in which it was made.
func keep(t *expr.Thread, n int) error {
	t.Keep()
	return t.Charge(int64(n))
}

// Lookup gives what a name stands for: a name of the hub, or a variable.
func (q *Query) Lookup(t *expr.Thread, name string) (expr.Object, bool, error) {
	if o, ok := q.scope.names[name]; ok {
		return o, true, nil
	}
	if expr.Builtin(name) != nil {
		return nil, false, nil
	}
	return q.vars.get(t, q, name)
}

// Assign sets a variable of the hub's own scope.
func (q *Query) Assign(t *expr.Thread, name string, o expr.Object) error {
	if err := q.mayAssign(name); err != nil {
		return err
	}
	return q.vars.set(t, registry.Set{Key: name}, o)
}

// Delete removes a variable.
func (q *Query) Delete(t *expr.Thread, name string) error {
	if err := q.mayAssign(name); err != nil {
		return err
	}
	_, ok, err := q.vars.get(t, q, name)
	if err != nil {
		return err
	}
	if !ok {
		return expr.NameError(name)
	}
	return q.vars.remove(t, name)
}

func (q *Query) mayAssign(name string) error {
	if _, ok := q.scope.names[name]; ok || expr.Builtin(name) != nil {
		return fault.New(fault.Denied, "'%s' is a name of the hub's own and cannot be assigned or deleted; choose another one", name)
	}
	return q.by.May(access.Write)
}

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
	set    registry.Set // what is to be written
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
