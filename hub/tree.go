package hub

import (
	"context"
	"net"
	"net/netip"

	"althing"
	"althing/access"
	"althing/datadir"
	"althing/fault"
	"althing/network"
	"althing/value"
)

// openTree makes the hub's part in a tree of hubs. It begins with StartTree.
func (h *Hub) openTree() error {
	identity, err := network.OpenIdentity(h.dir.Path(datadir.IdentityFile), datadir.WriteFile)
	if err != nil {
		return err
	}
	h.letters = newLetters(h)
	h.node, err = network.New(network.Options{
		Identity: identity, Name: h.config.Name, Version: Version, Local: treeLocal{h}, ParentMay: network.Role(h.config.ParentMay),
		Store: network.File{Name: h.dir.Path(datadir.NetworkFile), Write: datadir.WriteFile}, Log: h.log, Now: h.config.Now,
		Say: func(line string) { h.server.Say(althing.KindConnection, line) },
	})
	if err != nil {
		return err
	}
	h.node.Tree(func(t *network.Tree) { h.letters.run = t.Self().Sequence })
	h.server.Place = h.place
	return h.node.Attach(h.server)
}

// StartTree begins to look for the hub's parent, if it is to have one, and to send
// what waits for other hubs. The gateways listen by then.
func (h *Hub) StartTree() error {
	return h.node.Start(reachable(h.Address("session")), reachable(h.Address("text")))
}

// Network is the hub's part in its tree.
func (h *Hub) Network() *network.Node { return h.node }

// place is where the hub is in its tree, for its clients.
func (h *Hub) place() (path string, layer int, higher string) {
	path, layer = h.node.Path()
	return path, layer, h.node.Above().Address
}

// reachable is the address at which others find a gateway that listens there: one
// of this machine, when it listens on all.
func reachable(listening string) string {
	at, err := netip.ParseAddrPort(listening)
	if err != nil || !at.Addr().IsUnspecified() {
		return listening
	}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return listening
	}
	for _, i := range interfaces {
		prefix, err := netip.ParsePrefix(i.String())
		if err == nil && prefix.Addr().Is4() && !prefix.Addr().IsLoopback() {
			return netip.AddrPortFrom(prefix.Addr(), at.Port()).String()
		}
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port()).String()
}

// treeLocal is what the tree asks of the hub.
type treeLocal struct{ hub *Hub }

var _ network.Local = treeLocal{}

// Push implements network.Local.
func (t treeLocal) Push(to network.ID, deliver func(network.Letter) error) {
	t.hub.letters.push(to, deliver)
}

// Acknowledge implements network.Local.
func (t treeLocal) Acknowledge(to network.ID, stream string, number uint64) {
	t.hub.letters.acknowledge(to, stream, number)
}

// Waiting implements network.Local.
func (t treeLocal) Waiting() []network.ID { return t.hub.letters.waiting() }

// Arrive implements network.Local.
func (t treeLocal) Arrive(l network.Letter, done func(number uint64, err error)) {
	t.hub.letters.arrive(l, done)
}

// Changed implements network.Local. Clients hear of it from the server, which looks
// by itself whether what it says about itself is still true.
func (t treeLocal) Changed() { t.hub.everywhere.ring() }

// Answer implements network.Local. Whoever asks has a session for it, with the
// role that the links have left, so that rights and bounds are those of everybody.
func (t treeLocal) Answer(ctx context.Context, q network.Question) (value.Value, error) {
	answer, known := t.hub.answerTo(q.What)
	if !known {
		return nil, fault.New(fault.Invalid, "this hub (althing %s) does not know the question '%.40s'; the other may be newer", Version, q.What)
	}
	session, err := t.hub.Enter(Caller{Gateway: "hub", Role: access.Role(q.Role), Elsewhere: q.From + "@" + t.hub.node.Name(q.Origin)})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	return answer(ctx, session, q.Params)
}
