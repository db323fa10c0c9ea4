package althing

import (
	"context"
	"net"
	"runtime/debug"
	"slices"

	"althing/wire"
)

// link is a connection of a client to a channel.
type link struct {
	channel *channel // nil at the client's side
	name    string
	port    int   // of the server
	conn    *Conn // nil when a handler reads raw bytes
	client  *peer
	close   func()
}

// Conns gives the live conns of the client by the port of the server that they
// are on: the one of the server's own port, and those of channels without a
// Handle.
func (c *Conn) Conns() map[int]*Conn {
	conns := map[int]*Conn{c.main.serverPort(): c.main}
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	for _, l := range c.links {
		if l.conn != nil {
			conns[l.port] = l.conn
		}
	}
	return conns
}

// On gives the client's conn on the channel of that name, or the one on the
// server's port while it has none there.
func (c *Conn) On(channel string) *Conn {
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	for _, l := range c.links {
		if l.name == channel && l.conn != nil {
			return l.conn
		}
	}
	return c.main
}

// Socks gives the channels that the client is connected to, those with a Handle
// included.
func (c *Conn) Socks() []wire.Sock {
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	socks := make([]wire.Sock, len(c.links))
	for i, l := range c.links {
		socks[i] = wire.Sock{Name: l.name, Port: l.port}
	}
	return socks
}

// serverPort is the port of the server's side.
func (c *Conn) serverPort() int {
	if c.accepted == nil { // this side is the client
		return portOf(c.RemoteAddr())
	}
	return portOf(c.LocalAddr())
}

// add takes a link in, unless the client has gone.
func (p *peer) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.links = append(p.links, l)
	}
	return !p.over
}

func (p *peer) remove(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.links, l); i >= 0 {
		p.links = slices.Delete(p.links, i, i+1)
	}
}

// has reports whether the client is connected to a channel.
func (p *peer) has(channel string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.links, func(l *link) bool { return l.name == channel })
}

// leave closes the client's links, and lets no more in.
func (p *peer) leave() {
	p.mu.Lock()
	links := slices.Clone(p.links)
	p.over = true
	p.mu.Unlock()
	for _, l := range links {
		l.close()
	}
}

// link makes l one of its channel's and its client's, unless either has gone.
func (cs *channels) link(l *link) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if l.channel.listener == nil || !l.client.add(l) {
		return false
	}
	l.channel.links[l] = struct{}{}
	return true
}

func (cs *channels) unlink(l *link) {
	cs.mu.Lock()
	delete(l.channel.links, l)
	cs.mu.Unlock()
	l.client.remove(l)
}

func (cs *channels) linksOf(ch *channel) []*link {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	links := make([]*link, 0, len(ch.links))
	for l := range ch.links {
		links = append(links, l)
	}
	return links
}

// listened is a connection of which the bytes are lost while its client is muted.
type listened struct {
	net.Conn
	client *peer
}

// Read implements net.Conn.
func (c listened) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if n == 0 || err != nil || !c.client.Muted() {
			return n, err
		}
	}
}

// handleRaw has a channel's handler read a connection.
func (s *Server) handleRaw(ctx context.Context, l *link, nc net.Conn) {
	defer func() {
		if p := recover(); p != nil {
			s.out().error("a channel's handler has panicked", "channel", l.name, "conn", l.client.Name(), "panic", p, stackKey, string(debug.Stack()))
		}
	}()
	l.channel.Handle(ctx, listened{nc, l.client}, l.client.main)
}
