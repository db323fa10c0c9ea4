package web

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"althing/access"
	"althing/fault"
	"althing/hub"
)

const (
	// mostSources bounds the topics that are looked at at the same time, each of
	// which may keep largestMemory. guestSources of them are for guests, so that
	// they cannot shut an administrator out.
	mostSources  = 256
	guestSources = 192
	// mostTopics is how many topics one connection may hear: a page that shows all
	// hubs of a tree hears one of each.
	mostTopics = 128
	// longestTopic is in bytes: the names of some dozens of metrics.
	longestTopic = 4 << 10
	// mostUnread is how much may wait in all connections together.
	mostUnread = 64 << 20
)

// feed is what is live: a source for each topic that somebody hears, however many
// they are. Its methods may be called concurrently.
type feed struct {
	hub   *hub.Hub
	log   *slog.Logger
	kinds []topicKind

	events  atomic.Uint64 // that there have been
	unread  atomic.Int64  // bytes that wait in all listeners
	asking  chan struct{} // a place for each question to another hub
	running sync.WaitGroup

	mu      sync.Mutex
	sources map[sourceKey]*source
	closed  bool
}

// sourceKey is what a source is there for: those with another role may see
// something else.
type sourceKey struct {
	topic string
	role  access.Role
}

func newFeed(h *hub.Hub, log *slog.Logger) *feed {
	return &feed{
		hub: h, log: log, kinds: topicKinds, asking: make(chan struct{}, mostAsking),
		sources: map[sourceKey]*source{},
	}
}

// listen makes a listener. may says whether its role may do something, holds whether it
// still has the role.
func (f *feed) listen(role access.Role, may func(access.Act) error, holds func() error) *listener {
	return &listener{feed: f, role: role, may: may, holds: holds, note: func(string) {}, wake: make(chan struct{}, 1), hears: map[string]*source{}}
}

// source gives that of a topic with l among those who hear it. It is begun for the
// first of them.
func (f *feed) source(topic string, l *listener) (*source, error) {
	kind, about, err := f.find(topic)
	if err == nil {
		err = l.may(kind.act)
	}
	if err != nil {
		return nil, err
	}
	key := sourceKey{topic, l.role}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.sources[key]
	if s == nil {
		if s, err = f.begin(key, kind, about); err != nil {
			return nil, err
		}
	}
	s.enter(l)
	return s, nil
}

// begin begins a source. The caller holds mu.
func (f *feed) begin(key sourceKey, kind *topicKind, about string) (*source, error) {
	switch {
	case f.closed:
		return nil, errStopping
	case len(f.sources) >= mostSources || key.role == access.Guest && len(f.sources) >= guestSources:
		return nil, fault.New(fault.Limit, "%d topics are live here already; try again when somebody has closed a page", len(f.sources))
	}
	session, err := f.hub.Enter(hub.Caller{Gateway: "web", Role: key.role})
	if err != nil {
		session.Close()
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	s := &source{feed: f, key: key, kind: kind, about: about, session: session, end: end, listeners: map[*listener]struct{}{}}
	f.sources[key] = s
	f.running.Go(func() {
		defer session.Close()
		defer end()
		err := kind.run(ctx, s)
		if err == nil || ctx.Err() != nil {
			err = errStopping
		}
		s.failed(err)
		f.drop(s)
	})
	return s, nil
}

// leave takes a listener from a source, which ends when it was the last one.
func (f *feed) leave(s *source, l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.leave(l) == 0 {
		s.end()
		if f.sources[s.key] == s {
			delete(f.sources, s.key)
		}
	}
}

// drop forgets a source that has ended by itself.
func (f *feed) drop(s *source) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sources[s.key] == s {
		delete(f.sources, s.key)
	}
}

// close ends all sources, and comes back when they have ended.
func (f *feed) close() {
	f.mu.Lock()
	f.closed = true
	for _, s := range f.sources {
		s.end()
	}
	f.mu.Unlock()
	f.running.Wait()
}
