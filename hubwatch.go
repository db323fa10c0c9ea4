package althing

import (
	"cmp"
	"context"
	"maps"
	"slices"
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
//
// A pattern may be another hub's, as in garden.*@barn, or that of all hubs of the
// tree, garden.*@*. Then the keys have the hub behind them, and their revisions are
// that hub's. The keys of a hub that leaves the tree count as deleted.
func (c *Client) Watch(ctx context.Context, pattern string, f func(Change)) (stop func(), err error) {
	conn, err := c.Conn()
	if err != nil {
		return nil, err
	}
	if c.options.At != "" {
		pattern += "@" + c.options.At
	}
	w := &watch{pattern: pattern, f: f, parts: map[string]*part{}}
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
		w.conn = nil
		for _, p := range w.parts {
			p.fresh = nil
		}
	}
}

// forgotten makes the watches begin as if nothing had been told, but for which
// keys there were: the hub is another, whose revisions mean nothing here.
func (l *watches) forgotten() {
	for _, w := range l.list() {
		for _, p := range w.parts {
			p.after = 0
			clear(p.gone)
			for key := range p.told {
				p.told[key] = 0
			}
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
	if after := w.after(); after != nil {
		params = append(params, param("after", after))
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
	for _, p := range w.parts {
		if p.after == 0 {
			p.fresh = map[string]bool{}
		}
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
	hub := optional[value.Str](&result{members: members}, "hub")
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.byID[idText(id)]; w != nil {
		w.part(string(hub)).fresh = map[string]bool{}
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
	// there is none: by the hub, when it is told which, as of all hubs of a tree.
	parts map[string]*part
}

// part is what a watch has told of one hub.
type part struct {
	after uint64            // the revision to go on behind; 0: the beginning
	told  map[string]uint64 // the keys that there are, and the revision that was told
	gone  map[string]uint64 // those that were removed after the revision to go on behind
	fresh map[string]bool   // while the hub tells of everything that there is: what was told
}

// part gives what was told of a hub, which begins with everything that there is.
func (w *watch) part(hub string) *part {
	p := w.parts[hub]
	if p == nil {
		p = &part{told: map[string]uint64{}, gone: map[string]uint64{}, fresh: map[string]bool{}}
		w.parts[hub] = p
	}
	return p
}

// after says behind what the watch goes on; nil: nothing was told. Where it is
// said, the hub also tells that nothing matches any more.
func (w *watch) after() value.Value {
	if len(w.parts) == 0 {
		return nil
	}
	if p := w.parts[""]; p != nil {
		return value.Int(p.after)
	}
	hubs := make([]value.Pair, 0, len(w.parts))
	for _, hub := range slices.Sorted(maps.Keys(w.parts)) {
		hubs = append(hubs, param(hub, value.Int(w.parts[hub].after)))
	}
	d, _ := value.NewDict(hubs) // the names are those of a map
	return d
}

// tell tells of what is news in what the hub says. A part of that may have been
// told before the connection was lost.
func (w *watch) tell(r *result) {
	hub := string(optional[value.Str](r, "hub"))
	p := w.part(hub)
	if _, has := r.members.Get(value.Str("key")); has {
		change := Change{
			Key:      string(field[value.Str](r, "key")),
			Revision: uint64(field[value.Int](r, "revision")),
			Deleted:  bool(optional[value.Bool](r, "deleted")),
		}
		if !change.Deleted {
			change.Value = r.any("value")
		}
		if r.err == nil && p.news(change) {
			w.f(change)
		}
	}
	if _, has := r.members.Get(value.Str("after")); has {
		if after := field[value.Int](r, "after"); r.err == nil {
			for _, key := range p.reached(uint64(max(after, 0))) {
				w.f(Change{Key: key, Revision: p.after, Deleted: true})
			}
		}
	}
	if p.after == 0 && len(p.told) == 0 && p.fresh == nil {
		delete(w.parts, hub) // the hub has nothing, or has left the tree
	}
}

// news takes a change in, and reports whether it was not told of before.
func (p *part) news(change Change) bool {
	if p.fresh != nil {
		p.fresh[change.Key] = true
	}
	before, there := p.told[change.Key]
	switch {
	case change.Revision <= before, change.Revision <= p.gone[change.Key]:
		return false
	case !change.Deleted:
		p.told[change.Key] = change.Revision
	case !there:
		return false
	default:
		delete(p.told, change.Key)
		p.gone[change.Key] = change.Revision
	}
	return true
}

// reached notes that everything up to a revision has been told of. When that was
// everything that there is, the other keys are there no more, and are given.
func (p *part) reached(revision uint64) (deleted []string) {
	fresh := p.fresh
	p.after, p.fresh = revision, nil
	for key, at := range p.gone {
		if at <= revision {
			delete(p.gone, key)
		}
	}
	if fresh == nil {
		return nil
	}
	for key := range p.told {
		if !fresh[key] {
			delete(p.told, key)
			deleted = append(deleted, key)
		}
	}
	return deleted
}
