package althing

import (
	"cmp"
	"context"
	"sync"

	"althing/value"
)

// eventAnew is the event that a watch begins anew.
const eventAnew = "anew"

// Change is one change of a shared value.
type Change struct {
	Key string
	// Value is nil when the key was deleted or has expired.
	Value    value.Value
	Revision uint64
	Deleted  bool
}

// Watch has f called for every key that matches a pattern now, and then for every
// change of one, in order, until stop is called. f is called where messages are
// handled: while it runs nothing else comes, and it may ask the hub. After stop
// it may be called once more.
//
// The watch goes on after the connection was lost, where it was: nothing is left
// out and nothing told twice, but for the values that a key had meanwhile when the
// hub does not remember so many changes. For that the client keeps the keys that
// match and their revisions.
func (c *Client) Watch(ctx context.Context, pattern string, f func(Change)) (stop func(), err error) {
	conn, err := c.Conn()
	if err != nil {
		return nil, err
	}
	w := &watch{pattern: pattern, f: f, told: map[string]uint64{}, gone: map[string]uint64{}}
	c.kept.watches.add(w)
	if err := c.kept.watches.begin(ctx, conn, w); err != nil {
		c.kept.watches.remove(w)
		return nil, err
	}
	return func() {
		if id, on := c.kept.watches.remove(w); on != nil {
			unwatch(on, id)
		}
	}, nil
}

// unwatch ends a watch at the hub. There is nothing to do when that fails: it
// ends with the connection, too.
func unwatch(conn *Conn, id value.Value) {
	_ = conn.Notify("unwatch", value.DictOf("watch", id))
}

// watches are those of one client.
type watches struct {
	mu   sync.Mutex
	all  []*watch
	byID map[string]*watch // those of which the present connection has an answer
}

// add has a watch begin anew on each connection from now on.
func (l *watches) add(w *watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, w)
}

// remove ends that. When the hub knows of the watch, it returns as what, and on
// which connection.
func (l *watches) remove(w *watch) (id value.Value, on *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = without(l.all, w)
	w.stopped = true
	id, on = w.id, w.conn
	if on != nil {
		delete(l.byID, idText(id))
		w.conn = nil
	}
	return id, on
}

// list gives the watches that begin anew.
func (l *watches) list() []*watch {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*watch(nil), l.all...)
}

// lost forgets what the hub called the watches on a connection that has ended.
func (l *watches) lost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byID = nil
	for _, w := range l.all {
		w.conn, w.fresh = nil, nil
	}
}

// forgotten makes the watches begin as if nothing had been told, but for which
// keys there were: the hub is another, whose revisions mean nothing here.
func (l *watches) forgotten() {
	for _, w := range l.list() {
		w.after = 0
		clear(w.gone)
		for key := range w.told {
			w.told[key] = 0
		}
	}
}

// begin has the hub tell of what a watch has not told of yet.
func (l *watches) begin(ctx context.Context, conn *Conn, w *watch) error {
	pattern, err := textParam("pattern", w.pattern)
	if err != nil {
		return err
	}
	params := []value.Pair{pattern}
	if w.after > 0 || len(w.told) > 0 { // with it, the hub also says that nothing matches any more
		params = append(params, param("after", value.Int(w.after)))
	}
	answered := make(chan error, 1)
	// The next frame may be the first change, so the id is noted by the goroutine
	// that reads.
	err = conn.callLater("registry.watch", params, func(r *result, err error) {
		if err == nil {
			l.begun(conn, w, r.any("watch"))
			err = r.err
		}
		answered <- err
	})
	if err != nil {
		return err
	}
	ctx, cancel := conn.patience(ctx)
	defer cancel()
	if refused, err := await(ctx, conn, answered); err != nil || refused != nil {
		return cmp.Or(err, refused)
	}
	return nil
}

// begun notes what the hub calls a watch.
func (l *watches) begun(conn *Conn, w *watch, id value.Value) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.stopped {
		unwatch(conn, id)
		return
	}
	if l.byID == nil {
		l.byID = map[string]*watch{}
	}
	l.byID[idText(id)] = w
	w.id, w.conn = id, conn
	if w.after == 0 {
		w.fresh = map[string]bool{}
	}
}

// anew notes that the hub does not remember what a watch is to go on behind, and
// tells of everything that there is.
func (l *watches) anew(data value.Value) {
	members, _ := data.(*value.Dict)
	if members == nil {
		return
	}
	id, _ := members.Get(value.Str("watch"))
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.byID[idText(id)]; w != nil {
		w.fresh = map[string]bool{}
	}
}

// changed is the method by which the hub tells of a change.
func (l *watches) changed(_ context.Context, _ *Conn, params *value.Dict) (Answer, error) {
	id, _ := params.Get(value.Str("watch"))
	l.mu.Lock()
	w := l.byID[idText(id)]
	l.mu.Unlock()
	if w != nil { // else it was stopped
		w.tell(&result{method: "registry.watch", members: params})
	}
	return Answer{}, nil
}

// idText is an id as the key of a map.
func idText(id value.Value) string {
	if id == nil {
		return ""
	}
	return value.Repr(id)
}

// watch is one watch, on whatever connection.
type watch struct {
	pattern string
	f       func(Change)

	// Of watches.
	stopped bool
	id      value.Value // on conn
	conn    *Conn       // nil: the hub does not know of the watch

	// Of the goroutine that handles frames, and of that which reconnects when
	// there is none.
	after uint64            // the revision to go on behind; 0: the beginning
	told  map[string]uint64 // the keys that there are, and the revision that was told
	gone  map[string]uint64 // those that were removed after the revision to go on behind
	fresh map[string]bool   // while the hub tells of everything that there is: what was told
}

// tell tells of what is news in what the hub says. A part of that may have been
// told before the connection was lost.
func (w *watch) tell(r *result) {
	if _, has := r.members.Get(value.Str("key")); has {
		change := Change{
			Key:      string(field[value.Str](r, "key")),
			Revision: uint64(field[value.Int](r, "revision")),
			Deleted:  bool(optional[value.Bool](r, "deleted")),
		}
		if !change.Deleted {
			change.Value = r.any("value")
		}
		if r.err == nil {
			w.pass(change)
		}
	}
	if _, has := r.members.Get(value.Str("after")); has {
		if after := field[value.Int](r, "after"); r.err == nil {
			w.reached(uint64(max(after, 0)))
		}
	}
}

// pass tells of a change, unless it was told of.
func (w *watch) pass(change Change) {
	if w.fresh != nil {
		w.fresh[change.Key] = true
	}
	before, there := w.told[change.Key]
	switch {
	case change.Revision <= before, change.Revision <= w.gone[change.Key]:
		return
	case !change.Deleted:
		w.told[change.Key] = change.Revision
	case !there:
		return
	default:
		delete(w.told, change.Key)
		w.gone[change.Key] = change.Revision
	}
	w.f(change)
}

// reached notes that everything up to a revision has been told of. When that was
// everything that there is, the other keys are there no more.
func (w *watch) reached(revision uint64) {
	fresh := w.fresh
	w.after, w.fresh = revision, nil
	for key, at := range w.gone {
		if at <= revision {
			delete(w.gone, key)
		}
	}
	if fresh == nil {
		return
	}
	for key := range w.told {
		if !fresh[key] {
			delete(w.told, key)
			w.f(Change{Key: key, Revision: revision, Deleted: true})
		}
	}
}
