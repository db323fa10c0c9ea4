package hub

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"althing/access"
	"althing/fault"
	"althing/network"
	"althing/scope"
	"althing/value"
)

// Asker asks other hubs on behalf of a session's client, with the rights that it
// had when the Asker was made; what it may there is seen to there. Any goroutine
// may use it.
type Asker struct {
	hub  *Hub
	role access.Role
	from string
	each *atomic.Int64 // how many questions of the session are under way
}

// Asker gives what asks other hubs for the session's client.
func (s *Session) Asker() (Asker, error) {
	if err := s.act(access.Ask); err != nil {
		return Asker{}, err
	}
	return s.hub.asker(s, &s.asking), nil
}

func (h *Hub) asker(by scope.Caller, each *atomic.Int64) Asker {
	return Asker{hub: h, role: by.Role(), from: by.Addr(), each: each}
}

// Ask asks the hub with that ID; what and the params are a method's of the session
// protocol. A hub that is away is fault.Unavailable at once.
func (a Asker) Ask(ctx context.Context, to, what string, params *value.Dict) (value.Value, error) {
	limits := a.hub.config.Limits
	defer a.each.Add(-1)
	if a.each.Add(1) > limits.AsksEach {
		return nil, fault.New(fault.Limit, "%d questions to other hubs are waiting for their answers already; wait for one", limits.AsksEach)
	}
	defer a.hub.asking.Add(-1)
	if a.hub.asking.Add(1) > limits.Asks {
		return nil, fault.New(fault.Limit, "this hub asks others %d things at the same time already; try again", limits.Asks)
	}
	v, err := a.hub.node.Ask(ctx, network.Question{
		To: network.ID(to), From: a.from, Role: network.Role(a.role), What: what, Params: params,
	})
	if err == nil {
		a.hub.lasts.keep(a, to, what, params, v)
	}
	return v, err
}

// mostAskedAtOnce is how many hubs a question to all of them is put to at a time.
const mostAskedAtOnce = 16

// AskAll asks several hubs, in the order of which see is given the answers. The
// others are missing: by their names, with the reason.
func (a Asker) AskAll(ctx context.Context, to []string, what string, params *value.Dict, see func(hub string, answer value.Value) error) (missing *value.Dict, err error) {
	type reply struct {
		answer value.Value
		err    error
	}
	replies := make([]reply, len(to))
	var asking sync.WaitGroup
	places := make(chan struct{}, max(1, min(mostAskedAtOnce, a.hub.config.Limits.AsksEach)))
	for i, id := range to {
		places <- struct{}{}
		asking.Go(func() {
			replies[i].answer, replies[i].err = a.Ask(ctx, id, what, params)
			<-places
		})
	}
	asking.Wait()
	var away []value.Pair
	for i, id := range to {
		name := a.hub.node.Name(network.ID(id))
		if err := replies[i].err; err != nil {
			away = append(away, value.Pair{Key: value.Str(name), Value: value.Str(fault.Of(err).Message)})
		} else if err := see(name, replies[i].answer); err != nil {
			return nil, err
		}
	}
	return value.NewDict(away)
}

// Last gives what the hub that is away answered when it was asked for a key last,
// and how long ago that was. Who asked then had no more rights than this one has.
func (a Asker) Last(to, key string) (answer *value.Dict, age time.Duration, known bool) {
	return a.hub.lasts.last(a, to, key)
}

// lasts are the values of other hubs that were asked for last. Safe for concurrent
// use.
type lasts struct {
	mu    sync.Mutex
	all   map[lastKey]last
	order []lastKey // as they came first
}

type lastKey struct{ hub, key string }

type last struct {
	answer *value.Dict
	at     time.Time
	role   access.Role // of who asked
}

const (
	// mostLasts bounds how many values of other hubs are remembered, and
	// largestLast how large each is: together some 4 MB.
	mostLasts   = 1000
	largestLast = 4 << 10
)

// keep remembers what was answered, if it is the value of a key.
func (l *lasts) keep(a Asker, to, what string, params *value.Dict, v value.Value) {
	answer, _ := v.(*value.Dict)
	key, named := textOf(params, "key")
	if what != getMethod || !named || answer == nil || value.Size(answer) > largestLast {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	at := lastKey{to, key}
	if _, known := l.all[at]; !known {
		if len(l.order) == mostLasts {
			delete(l.all, l.order[0])
			l.order = l.order[1:]
		}
		if l.all == nil {
			l.all = map[lastKey]last{}
		}
		l.order = append(l.order, at)
	}
	l.all[at] = last{answer, a.hub.Now(), a.role}
}

func (l *lasts) last(a Asker, to, key string) (*value.Dict, time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was, known := l.all[lastKey{to, key}]
	if !known || was.role > a.role {
		return nil, 0, false
	}
	return was.answer, a.hub.Now().Sub(was.at), true
}

// The methods of the session protocol that the hub itself asks.
const (
	getMethod   = "registry.get"
	fetchMethod = "registry.fetch"
)

func textOf(params *value.Dict, name string) (string, bool) {
	if params == nil {
		return "", false
	}
	v, _ := params.Get(value.Str(name))
	text, is := v.(value.Str)
	return string(text), is
}

var errStrange = fault.New(fault.Internal, "the other hub's answer is none that this one understands; it may be of another version")

// Elsewhere asks another hub for a query. When that hub is away, the last value
// of a key is told in the error.
func (h *Hub) Elsewhere(ctx context.Context, by scope.Caller, to, what string, params *value.Dict) (*value.Dict, error) {
	ctx, cancel := context.WithTimeout(ctx, h.config.Limits.SQLTime)
	defer cancel()
	a := h.asker(by, new(atomic.Int64)) // a query asks one thing at a time
	v, err := a.Ask(ctx, to, what, params)
	if err != nil {
		return nil, h.withLast(a, to, params, err)
	}
	d, ok := v.(*value.Dict)
	if !ok {
		return nil, errStrange
	}
	return d, nil
}

// FetchElsewhere gives what matches at the other hubs of an address, for a query.
func (h *Hub) FetchElsewhere(ctx context.Context, by scope.Caller, at scope.Address) (found []scope.Entries, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.config.Limits.SQLTime)
	defer cancel()
	params := value.DictOf("pattern", value.Str(at.Name))
	if !at.Every {
		answer, err := h.Elsewhere(ctx, by, at.Hubs[0], fetchMethod, params)
		if err != nil {
			return nil, err
		}
		return []scope.Entries{entries(h.node.Name(network.ID(at.Hubs[0])), answer)}, nil
	}
	_, err = h.asker(by, new(atomic.Int64)).AskAll(ctx, at.Hubs, fetchMethod, params, func(hub string, answer value.Value) error {
		found = append(found, entries(hub, answer))
		return nil
	})
	return found, err
}

// entries are the values in an answer to fetchMethod.
func entries(hub string, answer value.Value) scope.Entries {
	if d, ok := answer.(*value.Dict); ok {
		v, _ := d.Get(value.Str("entries"))
		if all, ok := v.(*value.Dict); ok {
			return scope.Entries{Hub: hub, All: all.Pairs()}
		}
	}
	return scope.Entries{Hub: hub}
}

func (h *Hub) withLast(a Asker, to string, params *value.Dict, err error) error {
	key, named := textOf(params, "key")
	answer, age, known := a.Last(to, key)
	if !named || !known || !Away(err) {
		return err
	}
	was, _ := answer.Get(value.Str("value"))
	return fault.Wrap(err, fault.Unavailable, "%s; %v ago its '%.80s' was %.200s", fault.Of(err).Message, age.Round(time.Second), key, value.Repr(was))
}

// Away reports whether a question to another hub failed because there is no way
// to it now.
func Away(err error) bool {
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Closed) || fault.Is(err, fault.Timeout)
}
