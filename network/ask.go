package network

import (
	"context"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

// Ask asks another hub of the tree, and waits for its answer for as long as ctx
// says. A hub that is away is fault.Unavailable at once, by its name and since when.
func (n *Node) Ask(ctx context.Context, q Question) (value.Value, error) {
	q.Origin = n.ID()
	if q.To != q.Origin {
		return n.pose(ctx, q, 0)
	}
	ctx, last := withAfter(ctx)
	v, err := n.answer(ctx, q)
	last.do()
	return v, err
}

// after is what is to be done when a question has been answered.
type after struct{ all []func() }

type afterKey struct{}

func withAfter(ctx context.Context) (context.Context, *after) {
	a := &after{}
	return context.WithValue(ctx, afterKey{}, a), a
}

func (a *after) do() {
	for _, f := range a.all {
		f()
	}
}

// After has f called when the question has been answered for which Local.Answer
// was given ctx; by whoever answers, which f must not keep.
func After(ctx context.Context, f func()) {
	if a, ok := ctx.Value(afterKey{}).(*after); ok {
		a.all = append(a.all, f)
	}
}

// pose hands a question to the next hub on the way.
func (n *Node) pose(ctx context.Context, q Question, hops int) (value.Value, error) {
	l, err := n.next(q.To)
	if err != nil {
		return nil, err
	}
	within := longestAnswer
	if deadline, ok := ctx.Deadline(); ok {
		within = min(within, time.Until(deadline))
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	p := q.Params
	if p == nil {
		p = value.DictOf()
	}
	l.said.Store(time.Now().UnixNano())
	v, err := l.conn.Call(ctx, "hub.ask", value.DictOf(
		"hub", value.Str(q.To), "origin", value.Str(q.Origin), "from", text(q.From), "role", value.Int(int64(q.Role)),
		"hops", value.Int(int64(hops+1)), "within", value.Float(within.Seconds()), "what", value.Str(q.What), "params", p,
		"waits", value.Bool(q.Waits),
	))
	if err != nil {
		return nil, err
	}
	if d, ok := v.(*value.Dict); ok {
		if answer, ok := d.Get(value.Str("answer")); ok {
			return answer, nil
		}
	}
	return value.None{}, nil
}

// next gives the link to hand something to that is for another hub.
func (n *Node) next(to ID) (*link, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	w, err := n.tree.Way(to)
	if err != nil {
		if _, was, lost := n.tree.lately(string(to), n.now()); lost {
			err = fault.New(fault.Unavailable, "the hub '%s' is away since %s", was.Name, since(n.now().Sub(was.At)))
		}
		return nil, err
	}
	if w.Cut != "" {
		away, _ := n.tree.Hub(w.Cut)
		if w.Cut == n.ID() {
			return nil, fault.New(fault.Unavailable, "this hub has no link to its parent since %s", since(n.now().Sub(away.Since)))
		}
		return nil, fault.New(fault.Unavailable, "the hub '%s' is away since %s", away.Name, since(n.now().Sub(away.Since)))
	}
	if l := n.links[w.Next]; l != nil {
		return l, nil
	}
	return nil, fault.New(fault.Unavailable, "there is no link on the way to that hub now; try again")
}

func since(d time.Duration) string { return max(d, 0).Round(time.Second).String() }

// asked takes a question from a neighbor: it is for this hub, or for another.
func (n *Node) asked(_ context.Context, l *link, p *params) (althing.Answer, error) {
	q := Question{
		To: p.id("hub"), Origin: p.id("origin"), From: p.text("from"), Role: Role(p.small("role")), What: p.text("what"), Params: p.dict("params"),
		Waits: p.flag("waits"),
	}
	hops, within := p.small("hops"), p.seconds("within")
	if p.err == nil {
		p.err = n.speaksFor(l, q.Origin)
	}
	switch {
	case p.err != nil:
		return althing.Answer{}, p.err
	case hops > mostHops:
		return althing.Answer{}, errTooFar
	}
	asks, most := &l.asks, int64(mostAsks)
	if q.Waits {
		asks, most = &l.waits, mostWaits
	}
	if asks.Add(1) > most {
		asks.Add(-1)
		return althing.Answer{}, fault.New(fault.Limit, "the link to '%s' waits for %d answers already; try again", l.name, most)
	}
	q.Role = n.lowered(l, q.Role)
	return althing.Answer{Later: func(ctx context.Context) (althing.Answer, error) {
		defer asks.Add(-1)
		ctx, cancel := context.WithTimeout(ctx, min(within, longestAnswer))
		defer cancel()
		ctx, last := withAfter(ctx)
		var v value.Value
		var err error
		if q.To == n.ID() {
			v, err = n.answer(ctx, q)
		} else {
			v, err = n.pose(ctx, q, hops)
		}
		if err != nil {
			return althing.Answer{}, err
		}
		return althing.Answer{Value: value.DictOf("answer", v), After: last.do}, nil
	}}, nil
}

var errTooFar = fault.New(fault.Internal, "it was handed on too often: the hubs do not agree about the tree")

// lowered is what somebody counts as who asks through a neighbor: nobody steers
// upward or to the side, and the parent as far as this hub lets it.
func (n *Node) lowered(l *link, role Role) Role {
	if l.up {
		return max(Guest, min(role, n.options.ParentMay))
	}
	return Guest
}

// speaksFor refuses what a neighbor says in the name of a hub that is not on its
// side.
func (n *Node) speaksFor(l *link, origin ID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, known := n.tree.Hub(origin); !known || n.tree.mine(origin, l.id) {
		return fault.New(fault.Denied, "the hub '%s' does not speak for that one", l.name)
	}
	return nil
}

// answer answers a question that is for this hub.
func (n *Node) answer(ctx context.Context, q Question) (value.Value, error) {
	switch q.What {
	case "here":
		return value.Bool(true), nil
	case passQuestion:
		return n.signPass(q)
	}
	return n.options.Local.Answer(ctx, q)
}
