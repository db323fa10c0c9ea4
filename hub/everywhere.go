package hub

import (
	"context"
	"slices"
	"sync"
	"time"

	"althing/network"
	"althing/registry"
)

// MostHubs is how many hubs a tree has at most.
const MostHubs = network.MaxHubs

// Everywhere is a watch of the keys of all hubs of the tree: a Watch of this one's,
// and a Follow of each other one's for as long as that is in the tree. Each hub is
// told of by itself: who is away, or has fallen behind, has the others told of
// neither later nor again. For its session it is one watch.
type Everywhere struct {
	hub     *Hub
	of      *watches
	asker   Asker
	pattern *registry.Pattern
	text    string // the pattern as other hubs are asked for it
	begin   Beginning
	pump    pump // looks which hubs there are

	mu      sync.Mutex
	stopped bool
	known   []string
	parts   map[string]*part // by the hub's name
	again   *time.Timer      // looks once more for a hub that there was no place for
}

// Beginning says for a hub what is told of its changes, and behind which of its
// revisions they begin, as for Watch.
type Beginning func(hub string) (after uint64, tell func(Changes) error)

// part is the watch of one hub's keys, which are told of with its name.
type part struct {
	id    network.ID
	watch watching

	mu   sync.Mutex // held while it tells
	over bool
	tell func(Changes) error
}

// WatchAll begins to tell of what matches at any hub. begin is called for each that
// there is and that comes, by one goroutine at a time; known are those of whose keys
// the watcher knows. A hub that leaves the tree, or is called otherwise from now on,
// is told of as one that begins anew and has nothing. One that refuses is asked
// again.
func (s *Session) WatchAll(ctx context.Context, pattern string, known []string, begin Beginning) (*Everywhere, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	compiled, err := registry.Compile(pattern)
	if err != nil {
		return nil, s.refuse(err)
	}
	asker, err := s.Asker()
	if err != nil {
		return nil, err
	}
	if s.hub.follows.Load()+int64(len(s.hub.names())-1) > mostFollows {
		return nil, s.refuse(errFollows)
	}
	e := &Everywhere{
		hub: s.hub, of: &s.watches, asker: asker, pattern: compiled, text: pattern, begin: begin, known: known, parts: map[string]*part{},
	}
	e.pump = pump{start: s.hub.crew.start, work: e.look}
	e.again = time.AfterFunc(refusedPause, e.pump.ring)
	s.hub.everywhere.add(e)
	if err := s.watches.add(e, s.hub.config.Limits.Watches); err != nil {
		e.Stop()
		return nil, s.refuse(err)
	}
	e.pump.ring()
	return e, nil
}

// Stop ends the watch; what it was telling may be on its way. It may be called by
// any goroutine, and more than once.
func (e *Everywhere) Stop() {
	e.of.remove(e)
	e.hub.everywhere.remove(e)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
	for _, p := range e.parts {
		p.watch.Stop()
	}
	e.again.Stop()
}

// look gives up the hubs that have left, and begins to watch those that have come.
func (e *Everywhere) look() {
	there := e.hub.names()
	for _, p := range e.without(there) {
		p.end()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for name, id := range there {
		if e.parts[name] == nil && !e.stopped {
			e.meet(name, id)
		}
	}
}

// without takes out the hubs that are not there.
func (e *Everywhere) without(there map[string]network.ID) (left []*part) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return nil
	}
	for _, name := range e.known {
		if _, is := there[name]; !is {
			_, tell := e.begin(name)
			left = append(left, &part{tell: tell})
		}
	}
	e.known = nil
	for name, p := range e.parts {
		if there[name] != p.id {
			delete(e.parts, name)
			p.watch.Stop()
			left = append(left, p)
		}
	}
	return left
}

// end tells that the hub has nothing any more, as the last of it that is told.
func (p *part) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	_ = p.tell(Changes{Anew: true}) // it fails with the connection
}

func (p *part) pass(news Changes) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return errEnded
	}
	return p.tell(news)
}

// meet begins to watch a hub. The caller holds mu.
func (e *Everywhere) meet(name string, id network.ID) {
	if id != e.hub.node.ID() && !e.hub.roomToFollow() {
		e.again.Reset(refusedPause)
		return
	}
	p := &part{id: id}
	var after uint64
	after, p.tell = e.begin(name)
	e.parts[name] = p
	if id == e.hub.node.ID() {
		w := e.hub.watch(e.of, e.pattern, after, p.pass)
		p.watch = w
		w.pump.ring()
		return
	}
	f := newFollow(e.asker, e.of, string(id), e.text, after, p.pass)
	p.watch = f
	if !e.hub.crew.start(func() { f.run(f.ask(f.ctx, 0)) }) {
		f.Stop()
	}
}

// names gives the hubs of the tree by the names by which they are found.
func (h *Hub) names() map[string]network.ID {
	names := map[string]network.ID{}
	h.node.Tree(func(t *network.Tree) {
		for _, other := range t.All() {
			names[t.Name(other.ID())] = other.ID()
		}
	})
	return names
}

// lookouts are the watches of all hubs. Safe for concurrent use.
type lookouts struct {
	mu  sync.Mutex
	all []*Everywhere
}

func (l *lookouts) add(e *Everywhere) {
	l.mu.Lock()
	l.all = append(l.all, e)
	l.mu.Unlock()
}

func (l *lookouts) remove(e *Everywhere) {
	l.mu.Lock()
	l.all = slices.DeleteFunc(l.all, func(other *Everywhere) bool { return other == e })
	l.mu.Unlock()
}

// ring has all look which hubs there are.
func (l *lookouts) ring() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.all {
		e.pump.ring()
	}
}
