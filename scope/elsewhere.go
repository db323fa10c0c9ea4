package scope

import (
	"context"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/registry"
	"althing/value"
)

// Address is what a text names, and where in the tree of hubs that is.
type Address struct {
	Name  string   // without the hub's
	Here  bool     // it is one of this hub's
	Hubs  []string // the other hubs that it is meant at, by their IDs
	Every bool     // it is meant at all hubs: name@*
}

var elsewhereFuncs = []*expr.Func{expr.NewFunc("evalAt", evalAt)}

// forward gathers what puts a message into the outboxes of other hubs.
func (q *Query) forward(t *expr.Thread, from, body string, to Address) error {
	op := q.scope.hub.Forward(q.by, to, message(from, to.Name, body))
	return q.people.add(t, op, len(from)+len(to.Name)+len(body))
}

// one says where a key is that has one place; hub is empty when that is here.
func (q *Query) one(key string) (name, hub string, err error) {
	a, err := q.scope.hub.Locate(key)
	switch {
	case err != nil:
		return "", "", err
	case a.Every:
		return "", "", fault.New(fault.Invalid, "'%.80s' is at many hubs; name one, or use fetch()", key)
	case a.Here:
		return a.Name, "", nil
	}
	return a.Name, a.Hubs[0], nil
}

// ask carries out what has gathered and asks another hub, which from then on has
// happened whatever becomes of the query.
func (q *Query) ask(t *expr.Thread, hub, what string, params ...any) (answer *value.Dict, err error) {
	if err := q.settled(t, access.Ask); err != nil {
		return nil, err
	}
	asked := dict(params...)
	err = q.outside(t, func(ctx context.Context) error {
		answer, err = q.scope.hub.Elsewhere(ctx, q.by, hub, what, asked)
		return err
	})
	return answer, err
}

// dict makes a dict of names and values that take turns.
func dict(pairs ...any) *value.Dict {
	var list []value.Pair
	for ; len(pairs) >= 2; pairs = pairs[2:] {
		list = append(list, value.Pair{Key: value.Str(pairs[0].(string)), Value: pairs[1].(value.Value)})
	}
	d, _ := value.NewDict(list) // texts are keys
	return d
}

// member is one member of another hub's answer; what should be there and is not is
// nothing.
func member[T value.Value](answer *value.Dict, name string) (v T) {
	got, _ := answer.Get(value.Str(name))
	v, _ = got.(T)
	return v
}

// getAt gives a value of another hub.
func (q *Query) getAt(t *expr.Thread, hub, key string) (expr.Object, bool, error) {
	answer, err := q.ask(t, hub, "registry.get", "key", value.Str(key), "default", value.None{})
	if err != nil {
		return nil, false, err
	}
	if _, since := answer.Get(value.Str("time")); !since || member[value.Value](answer, "time") == (value.None{}) {
		return nil, false, nil
	}
	o, err := expr.FromValue(t, orNone(member[value.Value](answer, "value")))
	return o, err == nil, err
}

// setAt sets a value of another hub.
func (q *Query) setAt(t *expr.Thread, hub string, how registry.Set, o expr.Object) error {
	v, err := expr.ToValue(t, o)
	if err != nil {
		return err
	}
	params := []any{"key", value.Str(how.Key), "value", v}
	if !how.Expire.IsZero() {
		params = append(params, "expire", value.Float(how.Expire.Sub(q.now).Seconds()))
	}
	if how.Expect != nil {
		params = append(params, "expect", how.Expect)
	}
	if how.Create {
		params = append(params, "expect_revision", value.Int(0))
	}
	_, err = q.ask(t, hub, "registry.set", params...)
	return err
}

// removeAt removes what matches at another hub, and gives the number.
func (q *Query) removeAt(t *expr.Thread, hub, pattern string) (expr.Object, error) {
	answer, err := q.ask(t, hub, "registry.delete", "pattern", value.Str(pattern))
	if err != nil {
		return nil, err
	}
	return member[value.Int](answer, "count"), nil
}

// historyAt gives the last values of a key of another hub.
func (q *Query) historyAt(t *expr.Thread, hub, key string) (expr.Object, error) {
	answer, err := q.ask(t, hub, "registry.history", "key", value.Str(key))
	if err != nil {
		return nil, err
	}
	var list value.List
	for _, v := range member[value.List](answer, "values") {
		past, _ := value.Items(v)
		list = append(list, value.Tuple(past))
	}
	return expr.FromValue(t, list)
}

// matchAt gives what matches at other hubs; at all hubs those apart that are away.
func (q *Query) matchAt(t *expr.Thread, a Address) (list []found, err error) {
	if err := q.settled(t, access.Ask); err != nil {
		return nil, err
	}
	var answers []Entries
	err = q.outside(t, func(ctx context.Context) error {
		answers, err = q.scope.hub.FetchElsewhere(ctx, q.by, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, there := range answers {
		for _, pair := range there.All {
			key := value.Text(pair.Key)
			if a.Every {
				key += "@" + there.Hub
			}
			if err := q.matched(t, key); err != nil {
				return nil, err
			}
			list = append(list, found{key, pair.Value})
		}
	}
	return list, nil
}

// Entries are the shared values of another hub that match.
type Entries struct {
	Hub string // its name
	All []value.Pair
}

var evalAtParams = expr.NewParams("evalAt", "hub text")

// evalAt(hub, text) has a text worked out at another hub, and gives its reply.
func evalAt(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var first, second expr.Object
	if err := evalAtParams.Bind(a, &first, &second); err != nil {
		return nil, err
	}
	hub, err := text("evalAt", "hub", first)
	if err != nil {
		return nil, err
	}
	what, err := text("evalAt", "text", second)
	if err != nil {
		return nil, err
	}
	q := query(t)
	_, id, err := q.one("evalAt@" + hub)
	if err != nil {
		return nil, err
	}
	if id == "" {
		return nil, fault.New(fault.Invalid, "'%.80s' is this hub: evalAt() is for others", hub)
	}
	answer, err := q.ask(t, id, "eval", "text", value.Str(what))
	if err != nil {
		return nil, err
	}
	reply := member[value.Str](answer, "value")
	return reply, t.Charge(int64(len(reply)))
}
