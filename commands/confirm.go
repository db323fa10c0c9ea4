package commands

import (
	"sync"
	"time"
)

const (
	// confirmWithin is how long a command that destroys something waits to be
	// sent a second time.
	confirmWithin = 30 * time.Second
	// mostConfirmations bounds what callers can make us remember; past it the
	// first time has to come again.
	mostConfirmations = 1000
)

// confirmations remembers commands that wait for their second time.
type confirmations struct {
	mu    sync.Mutex
	first map[string]time.Time
}

// twice reports whether the same was asked for shortly before.
func (c *confirmations) twice(what string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, asked := c.first[what]; asked && now.Sub(at) <= confirmWithin {
		delete(c.first, what)
		return true
	}
	if c.first == nil || len(c.first) >= mostConfirmations {
		c.first = map[string]time.Time{}
	}
	c.first[what] = now
	return false
}
