package network

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

// link is a conn to a neighbor that both have proved to be.
type link struct {
	id      ID
	name    string // as it was when the link was made
	address string
	up      bool // it leads to the parent
	token   string
	conn    *althing.Conn
	end     func() // of the client that has dialed; nil: a client has

	heard, said atomic.Int64  // when, in nanoseconds
	asks, waits atomic.Int64  // of the neighbor's, that are not answered yet
	ready       chan struct{} // closed when the link is made, or is not to be
	gone        chan struct{} // closed when it has ended
	once        sync.Once
}

func newLink(r *Record, c *althing.Conn, address string) *link {
	l := &link{id: r.ID(), name: r.Name, address: address, conn: c, ready: make(chan struct{}), gone: make(chan struct{})}
	l.heard.Store(time.Now().UnixNano())
	return l
}

// broken notes that the connection has ended.
func (l *link) broken() { l.once.Do(func() { close(l.gone) }) }

func (l *link) close(reason string) {
	l.conn.Close(reason)
	if l.end != nil {
		l.end()
	}
}

// notify says something. A neighbor that does not take it in time has to make the
// link anew: it would have missed something.
func (l *link) notify(method string, p *value.Dict) {
	l.said.Store(time.Now().UnixNano())
	if err := l.conn.Notify(method, p); err != nil {
		go func() { // not here: the caller holds the node's lock
			l.close("the link is overloaded")
			l.broken()
		}()
	}
}

// offer says something that need not arrive: it is sent again.
func (l *link) offer(method string, p *value.Dict) error {
	l.said.Store(time.Now().UnixNano())
	return l.conn.Notify(method, p)
}

// watch looks after a link until it is gone: it is never quite silent, and one
// that is has gone.
func (n *Node) watch(l *link) {
	ticks := time.NewTicker(beatEvery / 4)
	defer ticks.Stop()
	defer n.lost(l)
	for {
		select {
		case <-ticks.C:
		case <-l.gone:
			return
		}
		now := time.Now()
		if now.Sub(time.Unix(0, l.heard.Load())) > silence {
			l.close("nothing was heard for too long")
			return
		}
		if now.Sub(time.Unix(0, l.said.Load())) >= beatEvery {
			n.mu.Lock()
			ours, _ := n.tree.Digest(l.id)
			n.mu.Unlock()
			l.notify("hub.beat", value.DictOf("tree", value.Str(hex(ours))))
		}
	}
}

// methods are what neighbors say to each other, both ways.
func (n *Node) methods() map[string]althing.MethodFunc {
	all := map[string]althing.MethodFunc{}
	for name, do := range map[string]func(*link, *params) error{
		"hub.beat":      n.beat,
		"hub.again":     n.again,
		"hub.tree":      n.heardNews,
		"hub.letter":    n.letter,
		"hub.ack":       n.ack,
		"hub.pass":      n.passed,
		"hub.withdrawn": n.heardWithdrawn,
	} {
		all[name] = n.fromNeighbor(func(_ context.Context, l *link, p *params) (althing.Answer, error) {
			return althing.Answer{}, do(l, p)
		})
	}
	all["hub.ask"] = n.fromNeighbor(n.asked)
	return all
}

// fromNeighbor is a method that only neighbors may call.
func (n *Node) fromNeighbor(do func(context.Context, *link, *params) (althing.Answer, error)) althing.MethodFunc {
	return func(ctx context.Context, c *althing.Conn, given *value.Dict) (althing.Answer, error) {
		l := n.linkOf(c)
		if l == nil {
			return althing.Answer{}, fault.New(fault.Denied, "only a hub that has joined the tree may say that; it begins with hub.join")
		}
		<-l.ready
		l.heard.Store(time.Now().UnixNano())
		return do(ctx, l, &params{of: given})
	}
}

func (n *Node) linkOf(c *althing.Conn) *link {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byConn[c]
}

func (n *Node) disconnected(c *althing.Conn) {
	n.candidates.take(c)
	if l := n.linkOf(c); l != nil {
		l.broken()
	}
}

// beat hears that a neighbor is there, and whether it has another picture of its
// own side than this hub.
func (n *Node) beat(l *link, p *params) error {
	theirs := p.text("tree")
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, believed := n.tree.Digest(l.id); hex(believed) != theirs {
		l.notify("hub.again", value.DictOf())
	}
	return nil
}

// again tells a neighbor everything anew.
func (n *Node) again(l *link, _ *params) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l.notify("hub.tree", packNews(n.tree.Side(l.id)))
	return nil
}

func (n *Node) heardNews(l *link, p *params) error {
	news := p.news()
	if p.err == nil {
		n.learn(l, news)
	}
	return p.err
}
