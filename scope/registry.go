package scope

import (
	"context"
	"strings"
	"time"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/messaging"
	"althing/registry"
	"althing/value"
)

const (
	// serverPrefix begins the keys that the hub itself keeps.
	serverPrefix = "server."
	// changesWait is how long changes() waits for news: less than the 20 s after
	// which the seed's clients give up.
	changesWait = 15 * time.Second
	// longestExpire keeps a time of expiry within what a time can hold.
	longestExpire = 100 * 365 * 24 * time.Hour
)

var registryFuncs = []*expr.Func{
	expr.NewFunc("setReg", setReg),
	expr.NewFunc("getReg", getReg),
	expr.NewFunc("history", history),
	expr.NewFunc("changes", changes),
	expr.NewFunc("fetch", fetch),
	expr.NewFunc("delete", deleteKeys),
}

var setRegParams = expr.NewParams("setReg", "key value expire? expect? create?")

// setReg(key, value, expire=None, expect=value, create=False) sets a value.
func setReg(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var key, val, expire, expect, create expr.Object
	if err := setRegParams.Bind(a, &key, &val, &expire, &expect, &create); err != nil {
		return nil, err
	}
	name, err := text("setReg", "key", key)
	if err != nil {
		return nil, err
	}
	q := query(t)
	how := registry.Set{Key: name}
	if expire != nil {
		if how.Expire, err = q.expiry(expire); err != nil {
			return nil, err
		}
		if !how.Expire.IsZero() {
			q.scope.hub.Expires(how.Expire)
		}
	}
	if expect != nil {
		if how.Expect, err = expr.ToValue(t, expect); err != nil {
			return nil, err
		}
	}
	if create != nil {
		if how.Create, err = expr.Truth(t, create); err != nil {
			return nil, err
		}
	}
	return ok, q.setKey(t, how, val)
}

// expiry is the moment at which a value set now goes.
func (q *Query) expiry(o expr.Object) (time.Time, error) {
	var seconds float64
	switch o := o.(type) {
	case value.None:
		return time.Time{}, nil
	case value.Int:
		seconds = float64(o)
	case value.Float:
		seconds = float64(o)
	default:
		return time.Time{}, expr.TypeError("setReg(): expire must be a number of seconds, not %s", o.TypeName())
	}
	return Expiry(q.now, seconds)
}

// Expiry is the moment at which a value goes that is set now and to last for so
// many seconds.
func Expiry(now time.Time, seconds float64) (time.Time, error) {
	if !(seconds > 0 && seconds <= longestExpire.Seconds()) {
		return time.Time{}, fault.New(fault.Invalid, "expire must be more than 0 seconds and at most 100 years")
	}
	return now.Add(time.Duration(seconds * float64(time.Second))), nil
}

// IsServerKey reports whether the key is one that the hub itself keeps.
func IsServerKey(key string) bool { return strings.HasPrefix(key, serverPrefix) }

// MayWrite refuses the keys that the hub itself keeps.
func MayWrite(key string) error {
	if IsServerKey(key) {
		return fault.New(fault.Denied, "'%s' is kept by the hub and read-only", key)
	}
	return nil
}

// setKey sets a value of the registry, seeing to what this query has set before.
func (q *Query) setKey(t *expr.Thread, how registry.Set, o expr.Object) (err error) {
	var hub string
	if how.Key, hub, err = q.one(how.Key); err != nil {
		return err
	}
	if hub != "" {
		return q.setAt(t, hub, how, o)
	}
	if err := q.by.May(access.Write); err != nil {
		return err
	}
	if err := MayWrite(how.Key); err != nil {
		return err
	}
	if c := q.values.cell(how.Key); c != nil && (c.write || c.remove) {
		if err := meets(c, how); err != nil {
			return err
		}
		how.Expect, how.Create = nil, false
	}
	return q.values.set(t, how, o)
}

// meets checks the condition of a write against what this query wrote before.
func meets(c *cell, how registry.Set) error {
	if how.Create && c.object != nil {
		return fault.New(fault.Conflict, "conflict: '%s' exists", how.Key)
	}
	if how.Expect != nil && (c.stored == nil || !value.Equal(c.stored, how.Expect)) {
		return fault.New(fault.Conflict, "conflict: '%s' is not what was expected", how.Key)
	}
	return nil
}

// getKey gives a value of the registry or one of the hub's own keys.
func (q *Query) getKey(t *expr.Thread, key string) (expr.Object, bool, error) {
	key, hub, err := q.one(key)
	if err != nil {
		return nil, false, err
	}
	if hub != "" {
		return q.getAt(t, hub, key)
	}
	if IsServerKey(key) {
		if err := q.by.May(access.Read); err != nil {
			return nil, false, err
		}
		v, found := q.scope.hub.ServerKey(key)
		if !found {
			return nil, false, nil
		}
		o, err := expr.FromValue(t, v)
		return o, err == nil, err
	}
	return q.values.get(t, q, key)
}

var getRegParams = expr.NewParams("getReg", "key default?")

// getReg(key, default=None) gives a value.
func getReg(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var key expr.Object
	var or expr.Object = value.None{}
	if err := getRegParams.Bind(a, &key, &or); err != nil {
		return nil, err
	}
	name, err := text("getReg", "key", key)
	if err != nil {
		return nil, err
	}
	o, found, err := query(t).getKey(t, name)
	if err != nil || found {
		return o, err
	}
	return or, nil
}

var historyParams = expr.NewParams("history", "key")

// history(key) gives the last values of a key with the times at which they were
// set: [(seconds, value), …].
func history(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var key expr.Object
	if err := historyParams.Bind(a, &key); err != nil {
		return nil, err
	}
	name, err := text("history", "key", key)
	if err != nil {
		return nil, err
	}
	q := query(t)
	name, hub, err := q.one(name)
	if err != nil {
		return nil, err
	}
	if hub != "" {
		return q.historyAt(t, hub, name)
	}
	if err := q.settled(t, access.Read); err != nil {
		return nil, err
	}
	e, _ := q.scope.hub.State().Get(registry.Values, name, q.now)
	if err := q.see(t, seen{space: registry.Values, key: name, revision: e.Rev}); err != nil {
		return nil, err
	}
	var list value.List
	for _, past := range q.scope.hub.State().History(name, q.now) {
		list = append(list, value.Tuple{seconds(past.At), past.Value})
	}
	return expr.FromValue(t, list)
}

// seconds is a time as Python's time.time() gives it.
func seconds(at time.Time) value.Float {
	return value.Float(float64(at.UnixMicro()) / 1e6)
}

var changesParams = expr.NewParams("changes", "pattern after?")

// changes(pattern, after=0) waits for changes after that revision and gives
// them: [(revision, key, value, deleted), …]; an empty list when nothing
// happened for 15 s.
func changes(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var pat expr.Object
	var after expr.Object = value.Int(0)
	if err := changesParams.Bind(a, &pat, &after); err != nil {
		return nil, err
	}
	pattern, err := text("changes", "pattern", pat)
	if err != nil {
		return nil, err
	}
	from, isInt := after.(value.Int)
	if !isInt || from < 0 {
		return nil, expr.TypeError("changes(): after must be a revision, a whole number from 0")
	}
	if t.Used() > heldWaiting {
		return nil, expr.Raise("MemoryError", "changes() waits, and what a query holds meanwhile may have %d bytes; send it as a query of its own", heldWaiting)
	}
	q := query(t)
	pattern, hub, err := q.one(pattern)
	if err != nil {
		return nil, err
	}
	if hub != "" {
		return nil, fault.New(fault.Invalid, "changes() is for keys of this hub; ask the other with evalAt(), or watch from a session")
	}
	if err := q.settled(t, access.Read); err != nil {
		return nil, err
	}
	p, err := registry.Compile(pattern)
	if err != nil {
		return nil, err
	}
	var found []registry.Change
	err = q.outside(t, func(ctx context.Context) error {
		found, err = q.await(ctx, p, uint64(from))
		return err
	})
	if err == nil {
		err = q.by.May(access.Read) // its key may have been taken back meanwhile
	}
	if err != nil {
		return nil, err
	}
	list := make(value.List, 0, len(found))
	for _, c := range found {
		list = append(list, value.Tuple{value.Int(c.Rev), value.Str(c.Key), orNone(c.Value), value.Bool(c.Deleted)})
	}
	return expr.FromValue(t, list)
}

// heldWaiting is what a query that waits for changes may hold: all evaluations
// share one pool of memory, and thousands may wait.
const heldWaiting = 64 << 10

// await gives the changes after a revision, waiting for the first.
func (q *Query) await(ctx context.Context, p *registry.Pattern, after uint64) ([]registry.Change, error) {
	late := time.NewTimer(changesWait)
	defer late.Stop()
	for {
		news := q.scope.hub.Changed()
		found, err := q.scope.hub.State().Changes(ctx, p, after, q.scope.hub.Now())
		if err != nil || len(found.List) > 0 {
			return found.List, err
		}
		after = found.Next
		select {
		case <-news:
		case <-late.C:
			return nil, nil
		case <-q.scope.hub.Stopping():
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func orNone(v value.Value) value.Value {
	if v == nil {
		return value.None{}
	}
	return v
}

// found is an entry that matches a pattern.
type found struct {
	key   string
	value value.Value
}

// fetch gives the entries whose keys match, here or elsewhere. seen is what of that
// was read here.
func (q *Query) fetch(t *expr.Thread, pattern string) (list []found, read []seen, err error) {
	a, err := q.scope.hub.Locate(pattern)
	if err != nil {
		return nil, nil, err
	}
	if a.Here {
		own, revision, err := q.match(t, a.Name)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range own {
			if a.Every {
				e.key += "@" + q.scope.hub.Name()
			}
			list = append(list, e)
		}
		read = []seen{{space: registry.Values, whole: true, revision: revision}}
	}
	if len(a.Hubs) > 0 {
		there, err := q.matchAt(t, a)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, there...)
	}
	return list, read, nil
}

// match gives the entries whose keys match, the hub's own among them, and the
// revision at which they did. What has gathered is carried out first.
func (q *Query) match(t *expr.Thread, pattern string) (list []found, revision uint64, err error) {
	if err := q.settled(t, access.Read); err != nil {
		return nil, 0, err
	}
	p, err := registry.Compile(pattern)
	if err != nil {
		return nil, 0, err
	}
	view := q.scope.hub.State().View(registry.Values)
	for key, e := range view.Match(t.Context(), p, q.now) {
		if err := q.matched(t, key); err != nil {
			return nil, 0, err
		}
		list = append(list, found{key, e.Value})
	}
	for _, key := range q.scope.hub.ServerKeys() {
		if v, there := q.scope.hub.ServerKey(key); there && p.Match(key) {
			list = append(list, found{key, v})
		}
	}
	return list, view.Revision(), nil
}

// matchSteps is what it costs to go past one name while matching.
const matchSteps = 4

// matched charges one match.
func (q *Query) matched(t *expr.Thread, key string) error {
	if err := t.Step(matchSteps); err != nil {
		return err
	}
	return t.Charge(int64(len(key)) + 64)
}

var fetchParams = expr.NewParams("fetch", "id pattern?")

// fetch(id, pattern) puts every entry whose key matches into the client's inbox
// and gives their number; fetch(pattern) gives them as a dict.
func fetch(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var first, second expr.Object
	if err := fetchParams.Bind(a, &first, &second); err != nil {
		return nil, err
	}
	if second == nil {
		pattern, err := text("fetch", "pattern", first)
		if err != nil {
			return nil, err
		}
		return query(t).fetchDict(t, pattern)
	}
	id, err := text("fetch", "id", first)
	if err != nil {
		return nil, err
	}
	pattern, err := text("fetch", "pattern", second)
	if err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.speaksFor(t, id); err != nil {
		return nil, err
	}
	list, _, err := q.fetch(t, pattern)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(list))
	for i, e := range list {
		if err := t.Charge(int64(value.Size(e.value))); err != nil {
			return nil, err
		}
		texts[i] = e.key + ":" + value.Text(e.value)
	}
	if err := q.deliver(t, id, messaging.Registry, texts); err != nil {
		return nil, err
	}
	return value.Int(len(list)), nil
}

func (q *Query) fetchDict(t *expr.Thread, pattern string) (expr.Object, error) {
	list, read, err := q.fetch(t, pattern)
	if err != nil {
		return nil, err
	}
	for _, s := range read {
		if err := q.see(t, s); err != nil {
			return nil, err
		}
	}
	d := expr.NewDict()
	for _, e := range list {
		o, err := expr.FromValue(t, e.value)
		if err != nil {
			return nil, err
		}
		if err := d.Set(t, value.Str(e.key), o); err != nil {
			return nil, err
		}
	}
	return d, nil
}

var deleteParams = expr.NewParams("delete", "pattern")

// delete(pattern) removes every entry whose key matches and gives their number.
func deleteKeys(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var pat expr.Object
	if err := deleteParams.Bind(a, &pat); err != nil {
		return nil, err
	}
	pattern, err := text("delete", "pattern", pat)
	if err != nil {
		return nil, err
	}
	q := query(t)
	pattern, hub, err := q.one(pattern)
	if err != nil {
		return nil, err
	}
	if hub != "" {
		return q.removeAt(t, hub, pattern)
	}
	if err := q.settled(t, access.Write); err != nil {
		return nil, err
	}
	p, err := registry.Compile(pattern)
	if err != nil {
		return nil, err
	}
	var keys []string
	for key := range q.scope.hub.State().View(registry.Values).Match(t.Context(), p, q.now) {
		if err := q.matched(t, key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return value.Int(0), nil
	}
	n, err := q.act(t, &registry.Delete{Space: registry.Values, Keys: keys})
	if err != nil {
		return nil, err
	}
	return value.Int(n.(int)), nil
}
