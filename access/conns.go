package access

import (
	"context"
	"net/netip"
	"sync"

	"althing/fault"
)

// Conns counts connections, in all and from each address. This machine is
// exempt from the bound on one address. Safe for concurrent use.
type Conns struct {
	most, mostPerHost int64

	mu    sync.Mutex
	all   int64
	hosts map[netip.Addr]int64
}

// NewConns makes the counters of a hub.
func NewConns(l Limits) *Conns {
	return &Conns{most: l.Conns, mostPerHost: l.ConnsPerHost, hosts: map[netip.Addr]int64{}}
}

// Enter counts a connection from an address, or refuses it. leave, which is
// called once, takes it out again.
func (c *Conns) Enter(from netip.Addr) (leave func(), err error) {
	from = from.Unmap().WithZone("")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= c.most {
		return nil, fault.New(fault.Full, "the hub has all the %d connections it may; try again later", c.most)
	}
	if !exempt(from) && c.hosts[from] >= c.mostPerHost {
		return nil, fault.New(fault.Full, "your address has all the %d connections it may; close some", c.mostPerHost)
	}
	c.all++
	c.hosts[from]++
	return func() { c.leave(from) }, nil
}

func (c *Conns) leave(from netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.hosts[from]--; c.hosts[from] == 0 {
		delete(c.hosts, from)
	}
}

func exempt(from netip.Addr) bool { return !from.IsValid() || from.IsLoopback() }

// Len is the number of connections.
func (c *Conns) Len() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}

// Gate lets a number of evaluations go on at once. Safe for concurrent use.
type Gate struct{ places chan struct{} }

// NewGate makes a gate with n places.
func NewGate(n int64) *Gate { return &Gate{make(chan struct{}, n)} }

// Enter waits for a place; the error is ctx's end, as a fault.
func (g *Gate) Enter(ctx context.Context) error {
	select {
	case g.places <- struct{}{}:
		return nil
	default:
	}
	select {
	case g.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Timeout, "the hub had no time for this query")
	}
}

// Leave gives the place back.
func (g *Gate) Leave() { <-g.places }
