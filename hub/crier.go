package hub

import (
	"context"
	"sync"
)

// crier tells sessions of what concerns them: a message for their client, a
// change that they watch. There is one for all, which looks after every commit
// for as long as anybody listens, so that those whom it does not concern are not
// woken. Safe for concurrent use.
type crier struct {
	hub *Hub

	mu      sync.Mutex
	members map[string]*member // whose session is there, by ID
	watches map[*Watch]struct{}
	told    uint64        // the revision up to which watches were told
	came    chan struct{} // somebody has come
}

func newCrier(h *Hub) *crier {
	return &crier{hub: h, members: map[string]*member{}, watches: map[*Watch]struct{}{}, came: make(chan struct{}, 1)}
}

// run works until ctx is done.
func (c *crier) run(ctx context.Context) {
	for {
		news := (<-chan struct{})(c.came)
		if c.listened() {
			news = c.hub.Changed()
			c.tell()
		}
		select {
		case <-news:
		case <-ctx.Done():
			return
		}
	}
}

func (c *crier) listened() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.members)+len(c.watches) > 0
}

// tell tells everybody of what has come since the last time.
func (c *crier) tell() {
	for _, m := range c.those(c.hub.state.Arrived()) {
		m.inbox.ring()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.watches) == 0 {
		return
	}
	recent, next, all := c.hub.state.Since(c.told)
	if next == c.told {
		return
	}
	c.told = next
	for w := range c.watches {
		if !w.pump.rung() && (!all || recent.Touches(w.pattern)) {
			w.pump.ring()
		}
	}
}

// those gives the members with these IDs.
func (c *crier) those(ids []string) []*member {
	c.mu.Lock()
	defer c.mu.Unlock()
	members := make([]*member, 0, len(ids))
	for _, id := range ids {
		if m := c.members[id]; m != nil {
			members = append(members, m)
		}
	}
	return members
}

// join makes a member be told of its messages. It gives the one that was there
// under the same ID.
func (c *crier) join(m *member) (before *member) {
	c.mu.Lock()
	before = c.members[m.id]
	c.members[m.id] = m
	c.mu.Unlock()
	c.hub.state.Listen(m.id)
	c.wake()
	return before
}

// leave ends that, unless another has taken the member's place.
func (c *crier) leave(m *member) (left bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members[m.id] != m {
		return false
	}
	delete(c.members, m.id)
	c.hub.state.Ignore(m.id)
	return true
}

// member gives who is there under an ID, or nil.
func (c *crier) member(id string) *member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.members[id]
}

// present gives the IDs of all members.
func (c *crier) present() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := make([]string, 0, len(c.members))
	for id := range c.members {
		ids = append(ids, id)
	}
	return ids
}

func (c *crier) watch(w *Watch) {
	c.mu.Lock()
	c.watches[w] = struct{}{}
	c.mu.Unlock()
	c.wake()
}

func (c *crier) unwatch(w *Watch) {
	c.mu.Lock()
	delete(c.watches, w)
	c.mu.Unlock()
}

func (c *crier) wake() {
	select {
	case c.came <- struct{}{}:
	default:
	}
}
