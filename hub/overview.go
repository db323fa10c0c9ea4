package hub

import (
	"time"

	"althing"
	"althing/access"
	"althing/messaging"
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

// Standing is a client, and how it is here.
type Standing struct {
	messaging.Client
	Heard   time.Time     // last; zero: not since the hub was started
	Waiting int           // messages in its inbox
	Conn    *althing.Conn // nil: it has no session
}

// Clients gives the clients in the order of their IDs, those who have a session
// before the others: at most so many. more says that there are others.
func (o Overview) Clients(most int) (all []Standing, more bool) {
	conns := map[string]*althing.Conn{}
	for _, c := range o.hub.server.Conns() {
		conns[c.ID()] = c
	}
	known := o.hub.state.Clients()
	heard := o.hub.presence.last()
	for _, here := range []bool{true, false} {
		for _, c := range known {
			conn := conns[c.ID]
			if (conn != nil) != here {
				continue
			}
			if len(all) == most {
				return all, true
			}
			all = append(all, Standing{Client: c, Heard: heard[c.ID], Waiting: o.hub.state.Pending(c.ID), Conn: conn})
		}
	}
	return all, false
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
