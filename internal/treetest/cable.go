package treetest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Cable leads from a hub to the port of the one above it, and can be treated as
// cables are. Its methods may be called concurrently.
type Cable struct {
	listener net.Listener
	to       func() string // the address at its other end
	passed   atomic.Int64
	running  sync.WaitGroup
	life     context.Context //nolint:containedctx // the test's, in which connections are made

	mu      sync.Mutex
	way     way
	delay   time.Duration
	changed chan struct{} // closed when the way is another one
	ends    map[net.Conn]struct{}
}

// way is what becomes of what is sent.
type way int

const (
	open way = iota
	cut      // connections end, and none is made
	hole     // connections stay and are made, and nothing comes through
	gone     // the cable is no more
)

// NewCable lays a cable for as long as the test lasts.
func NewCable(t testing.TB, to func() string) *Cable {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cable{listener: l, to: to, life: t.Context(), changed: make(chan struct{}), ends: map[net.Conn]struct{}{}}
	c.running.Go(c.accept)
	t.Cleanup(c.Close)
	return c
}

// Address is that of the near end.
func (c *Cable) Address() string { return c.listener.Addr().String() }

// Passed is how many bytes have come through, both ways.
func (c *Cable) Passed() int64 { return c.passed.Load() }

// Cut ends the connections, and lets none be made.
func (c *Cable) Cut() { c.set(cut) }

// Swallow lets nothing through, and nobody is told.
func (c *Cable) Swallow() { c.set(hole) }

// Heal lets through what is sent, and what was swallowed.
func (c *Cable) Heal() { c.set(open) }

// Delay has everything take longer from now on.
func (c *Cable) Delay(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delay = by
}

// Close takes the cable away.
func (c *Cable) Close() {
	c.set(gone)
	c.listener.Close()
	c.running.Wait()
}

func (c *Cable) set(w way) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.way == gone || c.way == w {
		return
	}
	c.way = w
	close(c.changed)
	c.changed = make(chan struct{})
	if w == cut || w == gone {
		for end := range c.ends {
			end.Close()
		}
	}
}

func (c *Cable) accept() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.running.Go(func() { c.join(near) })
	}
}

// join is one connection.
func (c *Cable) join(near net.Conn) {
	defer c.drop(near)
	if !c.hold(near) || !c.passable() {
		return
	}
	far, err := new(net.Dialer).DialContext(c.life, "tcp", c.to())
	if err != nil {
		return
	}
	defer c.drop(far)
	if !c.hold(far) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { c.carry(far, near) })
	both.Go(func() { c.carry(near, far) })
	both.Wait()
}

// hold takes note of an end, to cut it; false: it is cut already.
func (c *Cable) hold(end net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends[end] = struct{}{}
	return c.way == open || c.way == hole
}

func (c *Cable) drop(end net.Conn) {
	end.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ends, end)
}

// passable waits until something may pass; false: it never will on what is there
// now.
func (c *Cable) passable() bool {
	for {
		c.mu.Lock()
		way, changed := c.way, c.changed
		c.mu.Unlock()
		if way != hole {
			return way == open
		}
		<-changed
	}
}

// load is what was sent at once.
type load struct {
	bytes []byte
	due   time.Time
}

// carry carries what comes from one end to the other, until one of them has ended.
func (c *Cable) carry(to, from net.Conn) {
	const most = 1000 // on the way at a time
	loads := make(chan load, most)
	var unloading sync.WaitGroup
	unloading.Go(func() {
		var err error
		for l := range loads {
			if err != nil {
				continue
			}
			<-time.After(time.Until(l.due))
			if !c.passable() {
				err = net.ErrClosed
			} else if _, err = to.Write(l.bytes); err == nil {
				c.passed.Add(int64(len(l.bytes)))
			}
			if err != nil {
				from.Close()
			}
		}
	})
	for {
		buffer := make([]byte, 16<<10)
		n, err := from.Read(buffer)
		if n > 0 {
			c.mu.Lock()
			due := time.Now().Add(c.delay)
			c.mu.Unlock()
			loads <- load{buffer[:n], due}
		}
		if err != nil {
			close(loads)
			unloading.Wait()
			if errors.Is(err, io.EOF) {
				_ = to.(*net.TCPConn).CloseWrite() // fails when it has ended, too
			} else {
				to.Close()
			}
			return
		}
	}
}
