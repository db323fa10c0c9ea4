package hub

import (
	"context"
	"slices"
	"strings"
	"time"

	"althing/access"
	"althing/commands"
	"althing/network"
	"althing/value"
)

// TreeHub is a hub of the tree with what it says of itself.
type TreeHub struct {
	// ID is the hub's, and Parent that of the hub above; empty: there is none. A
	// server that has registered in the old way has none, and is below its Parent.
	ID, Parent    string
	Name, Path    string
	Host          string // where it is
	Version       string
	Session, Text string // addresses of its ports; empty: it has none
	Layer         int
	Own           bool      // it is this hub
	Up            bool      // there is a link to its parent; of the root it is true
	Since         time.Time // since when that is so; zero: unknown
	Answers       bool      // it has said the following just now
	Started       time.Time
	CPU           float64 // percent of a processor
	Memory        int64   // bytes
	Clients       []commands.Leaf
	More          int // clients that are not listed
}

// Tree gives the hubs of the tree, each behind its parent. It asks them all, and
// waits for none longer than part of a second.
func (s *Session) Tree(ctx context.Context) ([]TreeHub, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	return s.hub.treeHubs(trunk{s.hub}.Network(ctx), "", 0), nil
}

func (h *Hub) treeHubs(n commands.Node, parent string, layer int) []TreeHub {
	p := TreeHub{Parent: parent, Name: n.Name, Path: n.Name, Host: n.Host, Up: true, Layer: layer, Clients: n.Clients, More: n.More}
	if hub := n.Hub; hub != nil {
		p.ID, p.Path, p.Version, p.Session, p.Text, p.Layer = hub.ID, hub.Path, hub.Version, hub.Session, hub.Text, hub.Layer
		p.Up, p.Since, p.Answers = hub.Up, hub.Since, hub.Answers
		p.Started, p.CPU, p.Memory = hub.Started, hub.CPU, hub.Memory
		p.Own = hub.ID == string(h.node.ID())
	}
	all := []TreeHub{p}
	slices.SortFunc(n.Servers, func(a, b commands.Node) int { return strings.Compare(a.Name, b.Name) })
	for _, below := range n.Servers {
		all = append(all, h.treeHubs(below, p.ID, p.Layer+1)...)
	}
	return all
}

// EndHub has a hub of the tree stop, or start again. This one does so when done is
// called, so that the caller can be answered before; of another done is nil.
func (s *Session) EndHub(ctx context.Context, name string, restart bool) (done func(), err error) {
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	id, err := s.hub.node.Find(name)
	if err != nil {
		return nil, s.refuse(err)
	}
	act := "s.shutdownserver"
	if restart {
		act = "s.restartserver"
	}
	s.audit(act, s.hub.node.Name(id))
	if id == s.hub.node.ID() {
		if s.hub.config.Stop == nil {
			return nil, s.refuse(errEndless)
		}
		return func() { s.hub.config.Stop(restart) }, nil
	}
	_, err = s.hub.node.Ask(ctx, network.Question{
		To: id, What: askEnd, From: s.addr, Role: network.Role(s.Role()),
		Params: value.DictOf("restart", value.Bool(restart), "network", value.Bool(false)),
	})
	return nil, s.orRefused(err)
}
