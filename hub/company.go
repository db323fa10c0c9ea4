package hub

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// company are the sessions whose connections are kept: those of registered clients,
// of text clients in line mode, of browsers. What ends with its one request is not
// among them. Safe for concurrent use.
type company struct {
	mu   sync.Mutex
	last uint64
	all  map[*Session]struct{}
}

// place is a session's in the company, which guards it.
type place struct {
	number uint64 // 0: it has none yet
	since  time.Time
	left   bool // it has ended, and gets none any more
}

func (c *company) add(s *Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.place.left {
		return
	}
	if c.all == nil {
		c.all = map[*Session]struct{}{}
	}
	c.last++
	s.place.number, s.place.since = c.last, s.hub.Now()
	c.all[s] = struct{}{}
}

func (c *company) drop(s *Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.place.left = true
	delete(c.all, s)
}

// attending is a session of the company.
type attending struct {
	session *Session
	id      string // of its connection
	since   time.Time
}

// connPrefix begins the ID of a connection that is no client's; clients' IDs are
// letters and digits only.
const connPrefix = "conn-"

func connID(number uint64) string { return connPrefix + strconv.FormatUint(number, 10) }

// present gives the company as it is now, who came first in front.
func (c *company) present() []attending {
	c.mu.Lock()
	all := make([]attending, 0, len(c.all))
	for s := range c.all {
		all = append(all, attending{s, connID(s.place.number), s.place.since})
	}
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b attending) int { return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.id, b.id)) })
	return all
}
