package scope

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/journal"
	"althing/registry"
	"althing/state"
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
	looked bool    // which functions of the owner's there are is known
}

// seen is something that was read, with the revision that it had.
type seen struct {
	space    registry.Space
	whole    bool   // the whole space, and not one key
	key      string // of one key
	revision uint64
}

// covers reports whether who has seen s as well has seen nothing more: a key is as
// it was when the whole was seen. dict(MyData) reads each of them.
func (s seen) covers(other seen) bool {
	there := other.revision != 0
	return s.whole && !other.whole && s.space == other.space && there && other.revision <= s.revision
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
	for _, before := range q.seen[:min(len(q.seen), fewSeen)] {
		if before == s || before.covers(s) {
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

// Lookup gives what a name stands for: a name of the hub, a function of the
// owner's, or a variable.
func (q *Query) Lookup(t *expr.Thread, name string) (expr.Object, bool, error) {
	if o, ok := q.scope.names[name]; ok {
		return o, true, nil
	}
	if expr.Builtin(name) != nil {
		return nil, false, nil
	}
	if f, found, err := q.function(name); found {
		return f, err == nil, err
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
	_, taken := q.scope.names[name]
	if !taken && expr.Builtin(name) == nil {
		_, taken, _ = q.function(name)
	}
	if taken || expr.Builtin(name) != nil {
		return fault.New(fault.Denied, "'%s' is a name of the hub's own and cannot be assigned or deleted; choose another one", name)
	}
	return q.by.May(access.Write)
}
