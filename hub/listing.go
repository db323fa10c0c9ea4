package hub

import (
	"context"
	"net"
	"sync"
	"time"

	"althing"
	"althing/access"
	"althing/commands"
	"althing/fault"
	"althing/network"
	"althing/value"
)

// hostOf is the host of an address.
func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address) // what is none has no host
	return host
}

// trunk is the tree of hubs as the built-in commands see it.
type trunk struct{ hub *Hub }

var _ commands.Tree = trunk{}

// Higher implements commands.Tree.
func (t trunk) Higher() string { return t.hub.node.Above().Address }

// SetHigher implements commands.Tree.
func (t trunk) SetHigher(ctx context.Context, addr, token string) error {
	to, token, err := parentAt(addr, token)
	if err != nil {
		return err
	}
	return t.hub.node.Move(ctx, to, token)
}

// Find implements commands.Tree.
func (t trunk) Find(name string) (addr string, err error) {
	t.hub.node.Tree(func(tree *network.Tree) {
		var id network.ID
		if id, err = tree.Find(name); err == nil {
			h, _ := tree.Hub(id)
			addr = h.Session
		}
	})
	return addr, err
}

// The questions by which hubs list and end each other.
const (
	askList = "list"
	askEnd  = "end"
)

// listPatience is how long all hubs together are waited for: one that has a link
// and says nothing is listed without its figures.
const listPatience = 700 * time.Millisecond

// Network implements commands.Tree. What all hubs know anyway is listed at once;
// each is asked for what only it knows.
func (t trunk) Network(ctx context.Context) commands.Node {
	h := t.hub
	ctx, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	var hubs []commands.Hub
	names, parents := map[string]string{}, map[string]string{}
	h.node.Tree(func(tree *network.Tree) {
		for _, is := range tree.All() {
			id := is.ID()
			names[string(id)], parents[string(id)] = is.Name, string(is.Parent)
			hubs = append(hubs, commands.Hub{
				ID: string(id), Path: tree.Path(id), Version: is.Version, Session: is.Session, Text: is.Text,
				Layer: tree.Layer(id), Up: is.Up, Since: is.Since, Now: h.Now(),
			})
		}
	})
	said := make([]value.Value, len(hubs))
	var asking sync.WaitGroup
	for i := range hubs {
		asking.Go(func() {
			said[i], _ = h.node.Ask(ctx, network.Question{To: network.ID(hubs[i].ID), What: askList}) // who does not say is listed without
		})
	}
	asking.Wait()
	below := map[string][]int{} // hubs, by the ID of the one above
	top := -1
	for i := range hubs {
		if _, known := names[parents[hubs[i].ID]]; known {
			below[parents[hubs[i].ID]] = append(below[parents[hubs[i].ID]], i)
		} else if top < 0 || hubs[i].ID == string(h.node.ID()) {
			top = i
		}
	}
	return grow(top, hubs, names, below, said)
}

// grow makes the node of a hub, with those of the hubs below it.
func grow(i int, hubs []commands.Hub, names map[string]string, below map[string][]int, said []value.Value) commands.Node {
	hub := hubs[i]
	n := commands.Node{Name: names[hub.ID], Host: hostOf(hub.Session), Hub: &hub}
	if d, ok := said[i].(*value.Dict); ok {
		readList(d, &n)
	}
	for _, child := range below[hub.ID] {
		n.Servers = append(n.Servers, grow(child, hubs, names, below, said))
	}
	return n
}

// answerList answers askList.
func answerList(ctx context.Context, s *Session, _ *value.Dict) (value.Value, error) {
	if err := s.act(access.Read); err != nil {
		return nil, err
	}
	h := s.hub
	n := commands.Below(ctx, h.server, "")
	l := h.process.look(h.Now(), h.started)
	return value.DictOf("below", n.Structure(), "more", value.Int(int64(n.More)), "started", value.Float(float64(h.started.UnixMilli())/1e3),
		"cpu", value.Float(l.cpu), "memory", value.Int(l.memory)), nil
}

// readList reads what answerList gives. What makes no sense is left out.
func readList(d *value.Dict, n *commands.Node) {
	get := func(key string) value.Value {
		v, _ := d.Get(value.Str(key))
		return v
	}
	below, err := commands.ReadNode(get("below"))
	if err != nil {
		return
	}
	n.Clients, n.Servers, n.Hub.Answers = below.Clients, below.Servers, true
	if more, ok := get("more").(value.Int); ok && more > 0 {
		n.More = int(more)
	}
	if at, ok := get("started").(value.Float); ok {
		n.Hub.Started = time.UnixMilli(int64(at * 1e3))
	}
	if cpu, ok := get("cpu").(value.Float); ok {
		n.Hub.CPU = float64(cpu)
	}
	if memory, ok := get("memory").(value.Int); ok {
		n.Hub.Memory = int64(memory)
	}
}

// End implements commands.Tree. The deepest end first, so that each hears of it
// before the link by which it does is gone.
func (t trunk) End(ctx context.Context, by althing.Caller, restart bool, names ...string) map[string]error {
	h := t.hub
	results := map[string]error{}
	layers := map[int][]network.ID{}
	called := map[network.ID]string{}
	deepest := 0
	add := func(tree *network.Tree, id network.ID, name string) {
		layer := tree.Layer(id)
		layers[layer], called[id], deepest = append(layers[layer], id), name, max(deepest, layer)
	}
	h.node.Tree(func(tree *network.Tree) {
		for _, name := range names {
			id, err := tree.Find(name)
			if err != nil {
				results[name] = err
				continue
			}
			add(tree, id, name)
		}
		for _, is := range tree.All() {
			if len(names) == 0 && is.ID() != h.node.ID() && tree.Below(is.ID(), h.node.ID()) {
				add(tree, is.ID(), tree.Path(is.ID()))
			}
		}
	})
	q := network.Question{What: askEnd, From: by.Name(), Role: roleOf(by), Params: value.DictOf("restart", value.Bool(restart), "network", value.Bool(len(names) == 0))}
	var mu sync.Mutex
	for layer := deepest; layer >= 0; layer-- {
		var asking sync.WaitGroup
		for _, id := range layers[layer] {
			asking.Go(func() {
				q := q
				q.To = id
				_, err := h.node.Ask(ctx, q)
				mu.Lock()
				defer mu.Unlock()
				results[called[id]] = err
			})
		}
		asking.Wait()
	}
	return results
}

// roleOf is what somebody is who has a command run.
func roleOf(by althing.Caller) network.Role {
	switch {
	case by.Has(althing.Admin):
		return network.Admin
	case by.Has(althing.User):
		return network.User
	}
	return network.Guest
}

// answerEnd answers askEnd.
func answerEnd(ctx context.Context, s *Session, params *value.Dict) (value.Value, error) {
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	h := s.hub
	if h.config.Stop == nil {
		return nil, errEndless
	}
	restart, _ := params.Get(value.Str("restart"))
	if whole, _ := params.Get(value.Str("network")); whole == value.Bool(true) {
		for name, err := range commands.EndNetwork(ctx, h.server, nil) {
			if err != nil {
				h.log.Warn("a server did not shut down with its network", "server", name, "error", err)
			}
		}
	}
	act := "shutdown"
	if restart == value.Bool(true) {
		act = "restart"
	}
	h.access.Audit(s.caller.Elsewhere, act)
	network.After(ctx, func() { h.config.Stop(restart == value.Bool(true)) })
	return value.None{}, nil
}

var errEndless = fault.New(fault.Unavailable, "this hub is part of another program, which alone can stop it")
