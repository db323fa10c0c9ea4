package hub

import (
	"context"
	"sync"

	"althing/fault"
	"althing/registry"
	"althing/value"
)

// Watch tells of every change of the shared values that match a pattern. It keeps
// no changes: only up to where it has told. While it keeps up, it tells of every
// change in order. When it has fallen behind what the hub remembers (8,192
// changes, or 8 MiB of them), or begins that far back, it begins anew: it tells
// what matches now, and then goes on with what changed meanwhile. So a watcher
// that reads slowly costs no memory and sees the newest value of each key, though
// not each that it had.
type Watch struct {
	hub     *Hub
	of      *watches
	pattern *registry.Pattern
	tell    func(Changes) error
	pump    pump

	mu      sync.Mutex
	stopped bool

	at position // of the goroutine of the pump
}

// position is how far a watch has told.
type position struct {
	after uint64
	anew  bool   // it is beginning anew,
	key   string // has told of everything up to this key,
	fence uint64 // and goes on with what has changed since then
}

// Changes is a part of what a watch tells, in order.
type Changes struct {
	List []registry.Change
	// Anew: the watch begins anew. A key that was told of before, and is not told
	// of again until After is given, is there no more.
	Anew bool
	// After is the revision by which a later watch goes on behind these. 0: it is
	// not yet known, and what was given before stays so; or, when List is empty,
	// there has never been anything.
	After uint64
}

// FromNow is the revision by which a watch tells only of what comes.
const FromNow = ^uint64(0)

const (
	// mostAnew is how many values are told of at a time when a watch begins anew,
	// and largestAnew after how many bytes there are enough of them: all of them
	// are one answer to another hub.
	mostAnew    = 256
	largestAnew = 256 << 10
)

// Watch begins to tell of what matches and has changed after a revision; 0 begins
// with all that is there. tell is called by one goroutine at a time and may
// block for as long as the connection lasts: nothing gathers meanwhile. When it
// fails, the watch stops.
func (s *Session) Watch(ctx context.Context, pattern string, after uint64, tell func(Changes) error) (*Watch, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	p, err := registry.Compile(pattern)
	if err != nil {
		return nil, s.refuse(err)
	}
	w := s.hub.watch(&s.watches, p, after, tell)
	if err := s.watches.add(w, s.hub.config.Limits.Watches); err != nil {
		w.Stop()
		return nil, s.refuse(err)
	}
	w.pump.ring()
	return w, nil
}

// watch makes a watch that begins when its pump is rung.
func (h *Hub) watch(of *watches, pattern *registry.Pattern, after uint64, tell func(Changes) error) *Watch {
	w := &Watch{hub: h, of: of, pattern: pattern, tell: tell, at: position{after: after}}
	switch now := h.state.Revision(registry.Values); after {
	case FromNow:
		w.at.after = now
	case 0: // what was is not told, although it may be remembered
		w.at.anew, w.at.fence = true, now
	}
	w.pump = pump{start: h.crew.start, work: w.work}
	h.crier.watch(w)
	return w
}

// Stop ends the watch; what it was telling may be on its way. It may be called by
// any goroutine, and more than once.
func (w *Watch) Stop() {
	w.of.remove(w)
	w.hub.crier.unwatch(w)
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
}

func (w *Watch) isStopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopped
}

// work tells of everything until there is no more.
func (w *Watch) work() {
	for !w.isStopped() {
		news, some := w.hub.behind(&w.at, w.pattern)
		if !some {
			return
		}
		if w.tell(news) != nil {
			w.Stop()
		}
	}
}

// behind gives what is to be told next of what matches, and moves the position on
// by that; false: nothing for now.
func (h *Hub) behind(at *position, pattern *registry.Pattern) (Changes, bool) {
	if at.anew {
		return h.goOnAnew(at, pattern), true
	}
	recent, next, all := h.state.Since(at.after)
	if !all {
		at.anew, at.key, at.fence = true, "", h.state.Revision(registry.Values)
		news := h.goOnAnew(at, pattern)
		news.Anew = true
		return news, true
	}
	list, err := recent.Match(context.Background(), pattern, h.Now())
	at.after = next
	if err != nil || len(list) == 0 {
		return Changes{}, false
	}
	return Changes{List: list, After: next}, true
}

// goOnAnew gives the next values of those that match, each as it is now.
func (h *Hub) goOnAnew(at *position, pattern *registry.Pattern) (news Changes) {
	_ = h.gate.Enter(context.Background()) // it waits for a place as long as it takes
	defer h.gate.Leave()
	view := h.state.View(registry.Values)
	size := 0
	for key, e := range view.MatchBehind(context.Background(), pattern, at.key, h.Now()) {
		if len(news.List) == mostAnew || size >= largestAnew {
			return news
		}
		at.key = key
		size += len(key) + value.Size(e.Value)
		news.List = append(news.List, registry.Change{Rev: e.Rev, Key: key, Value: e.Value, Set: e.At, Expire: e.Expire})
	}
	at.anew, at.after, news.After = false, at.fence, at.fence
	return news
}

// watches are those of one session. Safe for concurrent use.
type watches struct {
	mu     sync.Mutex
	all    map[watching]struct{}
	closed bool
}

// watching is a watch of this hub's keys, of another's, or of all hubs'.
type watching interface{ Stop() }

func (l *watches) add(w watching, most int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return errEnded
	case int64(len(l.all)) >= most:
		return fault.New(fault.Limit, "a connection may have %d watches; end one first, or watch with a wider pattern", most)
	case l.all == nil:
		l.all = map[watching]struct{}{}
	}
	l.all[w] = struct{}{}
	return nil
}

func (l *watches) remove(w watching) {
	l.mu.Lock()
	delete(l.all, w)
	l.mu.Unlock()
}

// stop stops all, and there will be no more.
func (l *watches) stop() {
	l.mu.Lock()
	all := l.all
	l.all, l.closed = nil, true
	l.mu.Unlock()
	for w := range all {
		w.Stop()
	}
}
