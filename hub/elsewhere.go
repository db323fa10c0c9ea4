package hub

import (
	"crypto/rand"
	"strings"

	"althing/fault"
	"althing/messaging"
	"althing/network"
	"althing/scope"
)

// Address is what a text names, and where in the tree of hubs that is.
type Address = scope.Address

// Locate says where in the tree of hubs it is what a text names: a name or a key
// of this hub, or name@hub with a hub's name that is unique in the tree, its path
// or its ID, name@parent or name@*. A hub that the tree does not have is
// fault.NotFound.
func (h *Hub) Locate(text string) (a Address, err error) {
	at := strings.LastIndexByte(text, '@')
	switch {
	case at < 0:
		return Address{Name: text, Here: true}, nil
	case at == 0 || at == len(text)-1:
		return a, fault.New(fault.Invalid, "'%.80s' is no address: it is name@hub, name@parent or name@* for all hubs", text)
	}
	if a.Name = text[:at]; strings.Contains(a.Name, "@") {
		return a, fault.New(fault.Invalid, "'%.80s' names two hubs: neither names nor keys have an '@' of their own", text)
	}
	if text[at+1:] != network.EveryName {
		id, err := h.node.Find(text[at+1:])
		if a.Here = id == h.node.ID(); !a.Here {
			a.Hubs = []string{string(id)}
		}
		return a, err
	}
	a.Here, a.Every = true, true
	h.node.Tree(func(t *network.Tree) {
		for _, other := range t.All() {
			if id := other.ID(); id != h.node.ID() {
				a.Hubs = append(a.Hubs, string(id))
			}
		}
	})
	return a, nil
}

// Forward is what takes a message to the other hubs of an address.
func (h *Hub) Forward(by scope.Caller, to scope.Address, m *messaging.Send) *messaging.Forward {
	return &messaging.Forward{
		Hubs: to.Hubs, Stream: rand.Text(), From: m.From, To: to.Name, Text: m.Text, Headers: withRole(m.Headers, by.Role()),
	}
}

// NameOf is the name by which the hub with that ID is found.
func (h *Hub) NameOf(id string) string { return h.node.Name(network.ID(id)) }

// Name is the hub's own name, by which others of its tree find it.
func (h *Hub) Name() string { return h.node.Name(h.node.ID()) }
