package sqldb

import (
	"context"
	"sync"
	"time"
)

// turn is the time that a connection works for one text. A timer and the
// caller's context may end it, each from a goroutine of its own; what they end
// must be this turn and not the next.
type turn struct {
	timer *time.Timer

	mu     sync.Mutex
	number uint64
	on     bool
	until  time.Time
	late   bool
}

// start begins a turn; stop ends it, and lets the connection run again.
func (c *conn) start(ctx context.Context) (stop func()) {
	t := &c.turn
	t.mu.Lock()
	t.number++
	number := t.number
	t.on, t.late = true, false
	t.until = time.Now().Add(c.o.Time)
	t.mu.Unlock()
	t.timer.Reset(c.o.Time)
	if ctx.Done() == nil {
		return c.stop
	}
	unhook := context.AfterFunc(ctx, func() { c.stopTurn(number) })
	return func() {
		unhook()
		c.stop()
	}
}

func (c *conn) stop() {
	c.turn.timer.Stop()
	c.turn.mu.Lock()
	defer c.turn.mu.Unlock()
	c.turn.on = false
	c.Resume()
}

// stopLate is the timer's. One that was stopped too late finds no turn, or one
// whose end lies ahead.
func (c *conn) stopLate() {
	c.turn.mu.Lock()
	defer c.turn.mu.Unlock()
	if c.turn.on && !time.Now().Before(c.turn.until) {
		c.turn.late = true
		c.Interrupt()
	}
}

func (c *conn) stopTurn(number uint64) {
	c.turn.mu.Lock()
	defer c.turn.mu.Unlock()
	if c.turn.on && c.turn.number == number {
		c.Interrupt()
	}
}

// wasLate says whether the turn ran out of time.
func (c *conn) wasLate() bool {
	c.turn.mu.Lock()
	defer c.turn.mu.Unlock()
	return c.turn.late
}
