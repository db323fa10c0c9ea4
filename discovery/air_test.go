package discovery

import (
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// air is a network in memory: what one writes to everybody, all hear, and the
// writer, too.
type air struct {
	mu    sync.Mutex
	nodes []*node
	said  []spoken
}

// spoken is a message that was sent, by whom and when.
type spoken struct {
	by   *node
	at   time.Time
	to   netip.AddrPort
	text message
}

// node is a machine on that network, with one link.
type node struct {
	air     *air
	own     nets
	fresh   nets // what refresh finds
	packets chan packet
	port    uint16
}

var oneLink = link{iface: 1}

func (a *air) node(address string) *node {
	n := &node{air: a, own: nets{netip.MustParsePrefix(address)}, packets: make(chan packet, waiting), port: multicastPort}
	n.fresh = n.own
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nodes = append(a.nodes, n)
	return n
}

func (n *node) heard() <-chan packet { return n.packets }
func (n *node) links() map[link]nets { return map[link]nets{oneLink: n.own} }
func (n *node) zone(int) string      { return "air0" }
func (n *node) from() netip.AddrPort { return netip.AddrPortFrom(n.own[0].Addr(), n.port) }
func (n *node) close()               {}
func (n *node) refresh() (change bool) {
	n.air.mu.Lock()
	defer n.air.mu.Unlock()
	change = n.own[0] != n.fresh[0]
	n.own = n.fresh
	return change
}

func (n *node) write(data []byte, on link, to netip.AddrPort) error {
	n.air.mu.Lock()
	defer n.air.mu.Unlock()
	m, ok := parse(data)
	if !ok || on != oneLink {
		panic("a message that nobody understands")
	}
	n.air.said = append(n.air.said, spoken{n, time.Now(), to, m})
	for _, other := range n.air.nodes {
		if to.Addr().IsMulticast() && other.port == multicastPort || to == other.from() {
			select {
			case other.packets <- packet{data, n.from(), oneLink}:
			default:
			}
		}
	}
	return nil
}

// by gives what a node has said.
func (a *air) by(n *node) []spoken {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []spoken
	for _, s := range a.said {
		if s.by == n {
			list = append(list, s)
		}
	}
	return list
}

// hub announces a hub of that name from a new node.
func (a *air) hub(t *testing.T, name, address string) (*Announcer, *node) {
	t.Helper()
	n := a.node(address)
	h := Hub{Name: name, Version: "1.2", Text: 2980, Session: 4000, TLS: "on"}
	return announce(h, n, slog.New(slog.DiscardHandler)), n
}
