package althing

import (
	"net"
	"net/netip"
	"sync"

	"althing/fault"
	"althing/wire"
)

// roll is who is connected: conns that are registered, and those that are not
// yet.
type roll struct {
	mu      sync.Mutex
	conns   map[string]*Conn // by the client's id
	list    []*Conn          // the same; nil when it has to be made anew
	lobby   map[net.Conn]struct{}
	perAddr map[netip.Addr]int
	n       int // connections, registered or not
}

// enter takes a new connection in, if there is room.
func (r *roll) enter(nc net.Conn, limits *Limits) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := addrOf(nc).Addr()
	if r.n >= limits.Conns {
		return fault.New(fault.Full, "there are %d connections", r.n)
	}
	if r.perAddr[from] >= limits.ConnsPerAddr && !from.IsLoopback() {
		return fault.New(fault.Limit, "there are %d connections from %s", r.perAddr[from], from)
	}
	if r.lobby == nil {
		r.lobby, r.perAddr, r.conns = make(map[net.Conn]struct{}), make(map[netip.Addr]int), make(map[string]*Conn)
	}
	r.n++
	r.perAddr[from]++
	r.lobby[nc] = struct{}{}
	return nil
}

// admitted moves a connection out of the lobby that is a channel's: who closes it
// knows it from there.
func (r *roll) admitted(nc net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.lobby, nc)
}

// left takes a connection out that has ended.
func (r *roll) left(nc net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.lobby, nc)
	r.n--
	from := addrOf(nc).Addr()
	if r.perAddr[from]--; r.perAddr[from] == 0 {
		delete(r.perAddr, from)
	}
}

// register moves a connection from the lobby to the conns, and greets: whoever
// finds the conn here sends behind the greeting, and whoever has read that is
// found. It returns the client's conn before, if it has one.
func (r *roll) register(nc net.Conn, c *Conn) (before *Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.lobby, nc)
	before = r.conns[c.id]
	r.conns[c.id] = c
	r.list = nil
	if greeter, ok := c.codec.(wire.Greeter); ok {
		_ = c.out.put(greeter.Greeting()) // nothing waits yet: there is room
	}
	return before
}

// remove takes a conn out, and reports whether it was its client's last.
func (r *roll) remove(c *Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[c.id] != c {
		return false
	}
	delete(r.conns, c.id)
	r.list = nil
	return true
}

func (r *roll) byID(id string) *Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conns[id]
}

// all gives all conns. The slice is shared: who comes or goes makes another.
func (r *roll) all() []*Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.list == nil {
		r.list = make([]*Conn, 0, len(r.conns))
		for _, c := range r.conns {
			r.list = append(r.list, c)
		}
	}
	return r.list
}

// leave closes what is in the lobby, and gives the conns.
func (r *roll) leave() []*Conn {
	all := r.all()
	r.mu.Lock()
	defer r.mu.Unlock()
	for nc := range r.lobby {
		nc.Close()
	}
	return all
}

// closeAll closes all connections without a word.
func (r *roll) closeAll() {
	for _, c := range r.leave() {
		c.cut()
	}
}

// addrOf is the address of the other side, as far as it has one of the internet.
func addrOf(nc net.Conn) netip.AddrPort {
	from, err := netip.ParseAddrPort(nc.RemoteAddr().String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}
