// Package messaging is who is there and what was said to them: clients, the
// groups they are in, and for each an inbox in which messages wait.
//
// A Messaging is a state machine. Operations go in, results come out; it has no
// clock, no lock and no goroutine, so that the same operations in the same
// order make the same state anywhere. Time and IDs come with the operation.
//
// It decides what has to be decided in order: whether an ID is known, whether
// there is room. Who may speak for whom, and what the hub itself answers
// (SYSTEM, SQLite, CONSOLE, ++ping), is decided above; the reads that this
// takes are here.
package messaging

import (
	"maps"
	"slices"
	"time"
)

// Client is a client as others may see it.
type Client struct {
	ID    string
	Name  string    // empty: it has none
	Addr  string    // from where it registered
	Token string    // as Register had it
	At    time.Time // when it registered, in UTC
	// Groups are those it joined, in order; ALL, where everyone is, is not
	// among them. Not to be changed.
	Groups []string
}

// Stats are figures of the whole.
type Stats struct {
	Clients  int
	Groups   int   // that somebody is in, the predefined ones apart from ALL included
	Messages int   // that wait, counted in every inbox and outbox
	Bytes    int64 // what they take, each message counted once
}

// Messaging is the clients, groups and inboxes. It is not safe for concurrent
// use; its Pictures are.
type Messaging struct {
	limits   Limits
	clients  map[string]*client
	names    map[string]*client // those that have a name
	groups   map[string]*group  // those that somebody is in
	outboxes map[string]*client // of other hubs, by their IDs; each with its stream as the token
	marks    map[string]mark    // of other hubs
	news     []*client          // what Arrived will tell
	messages int
	bytes    int64
	revision uint64 // of the last change of clients and groups

	// Of a transaction that Begin has opened.
	undoable bool
	undo     []func() // what brings back the state before it
}

// client is a client and its inbox.
type client struct {
	id, name, addr string
	token          string
	at             int64    // nanoseconds since 1970
	groups         []string // sorted; replaced, never changed
	inbox          inbox

	listened, new bool // of Listen and Arrived
}

// group is who is in it.
type group struct {
	name    string
	members map[string]*client
}

// New makes an empty Messaging without bounds: those come with SetLimits.
func New() *Messaging {
	return &Messaging{
		clients: make(map[string]*client), names: make(map[string]*client), groups: make(map[string]*group),
		outboxes: make(map[string]*client), marks: make(map[string]mark),
	}
}

// Limits gives the bounds that hold now.
func (m *Messaging) Limits() Limits { return m.limits }

// SetLimits changes the bounds. What is there already stays, also past them.
func (m *Messaging) SetLimits(l Limits) { m.limits = l }

// Revision is the revision of the last change of clients and groups. Messages
// do not change it.
func (m *Messaging) Revision() uint64 { return m.revision }

// Stats gives the figures.
func (m *Messaging) Stats() Stats {
	return Stats{Clients: len(m.clients), Groups: len(m.groups), Messages: m.messages, Bytes: m.bytes}
}

// Client gives the client with that ID.
func (m *Messaging) Client(id string) (Client, bool) {
	c, known := m.clients[id]
	if !known {
		return Client{}, false
	}
	return c.public(), true
}

// Find gives the client with that ID or name.
func (m *Messaging) Find(who string) (Client, bool) {
	c := m.find(who)
	if c == nil {
		return Client{}, false
	}
	return c.public(), true
}

func (m *Messaging) find(who string) *client {
	if c := m.clients[who]; c != nil {
		return c
	}
	return m.names[who]
}

// Clients gives all clients in the order of their IDs.
func (m *Messaging) Clients() []Client { return publics(m.clients) }

// ClientIDs gives the IDs of all clients, in no particular order.
func (m *Messaging) ClientIDs() []string {
	ids := make([]string, 0, len(m.clients))
	for id := range m.clients {
		ids = append(ids, id)
	}
	return ids
}

// Members gives those who are in a group, in the order of their IDs. A group
// that nobody is in has none.
func (m *Messaging) Members(name string) []Client { return publics(m.members(name)) }

// AnyMember reports whether one of those in the group is as wanted; they are
// asked in no particular order.
func (m *Messaging) AnyMember(name string, wanted func(Client) bool) bool {
	for _, c := range m.members(name) {
		if wanted(c.public()) {
			return true
		}
	}
	return false
}

// IsMember reports whether the client is in the group.
func (m *Messaging) IsMember(id, name string) bool {
	_, member := m.members(name)[id]
	return member
}

// Groups gives the groups and how many are in each: the predefined ones always,
// others while somebody is in them.
func (m *Messaging) Groups() map[string]int {
	sizes := make(map[string]int, len(m.groups)+len(predefined))
	for name := range predefined {
		sizes[name] = len(m.members(name))
	}
	for name, g := range m.groups {
		sizes[name] = len(g.members)
	}
	return sizes
}

// Pending is how many messages the client's inbox would hand out, the one that
// tells of missed ones among them; 0 for an unknown ID.
func (m *Messaging) Pending(id string) int {
	c, known := m.clients[id]
	if !known {
		return 0
	}
	if c.inbox.missed > 0 {
		return c.inbox.count + 1
	}
	return c.inbox.count
}

// members are those in a group; nil when nobody is. ALL is all clients.
func (m *Messaging) members(name string) map[string]*client {
	_, members := m.audience(name)
	return members
}

// audience gives a group's name as the state has it, and its members.
func (m *Messaging) audience(name string) (string, map[string]*client) {
	if name == All {
		return All, m.clients
	}
	if g := m.groups[name]; g != nil {
		return g.name, g.members
	}
	return "", nil
}

func (c *client) public() Client {
	return Client{ID: c.id, Name: c.name, Addr: c.addr, Token: c.token, At: instant(c.at), Groups: c.groups}
}

func publics(clients map[string]*client) []Client {
	all := make([]Client, 0, len(clients))
	for _, id := range slices.Sorted(maps.Keys(clients)) {
		all = append(all, clients[id].public())
	}
	return all
}

// instant is a point in time from its nanoseconds since 1970.
func instant(nanos int64) time.Time { return time.Unix(0, nanos).UTC() }
