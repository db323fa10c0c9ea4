package hub

import (
	"slices"
	"time"

	"althing/access"
	"althing/network"
)

// Overview is who and what there is, for those who look at it again and again. Its
// methods may be called concurrently.
type Overview struct{ hub *Hub }

// Overview gives it to who may read, for as long as the session lasts.
func (s *Session) Overview() (Overview, error) {
	if err := s.act(access.Read); err != nil {
		return Overview{}, err
	}
	return Overview{s.hub}, nil
}

// Clients gives those that are there, clients by their names, then connections. At
// most so many are given; more tells that there are others.
func (o Overview) Clients(most int) (list []ClientState, more bool) {
	list = o.hub.clients()
	slices.SortStableFunc(list, byName)
	if more = len(list) > most; more {
		list = list[:most]
	}
	return list, more
}

// Client gives one of them; false: it is there no more.
func (o Overview) Client(id string) (c ClientState, found bool) {
	list := o.hub.clients()
	if i := slices.IndexFunc(list, func(c ClientState) bool { return c.ID == id }); i >= 0 {
		return list[i], true
	}
	return c, false
}

// Groups gives the groups and how many are in each: the predefined ones always,
// others while somebody is in them.
func (o Overview) Groups() map[string]int { return o.hub.state.Groups() }

// Place is a hub of the tree, and where it is in there.
type Place struct {
	network.Hub
	ID    string
	Path  string // from the root down: main/barn/north
	Layer int    // how far it is from the root
	Self  bool   // it is this hub
}

// Hubs gives all hubs of the tree, each behind its parent.
func (o Overview) Hubs() (all []Place) {
	self := o.hub.node.ID()
	o.hub.node.Tree(func(t *network.Tree) {
		for _, h := range t.All() {
			id := h.ID()
			all = append(all, Place{Hub: h, ID: string(id), Path: t.Path(id), Layer: t.Layer(id), Self: id == self})
		}
	})
	return all
}

// ProcessorTime is how much of the machine's processors the hub has used.
func (o Overview) ProcessorTime() time.Duration { return processorTime() }
