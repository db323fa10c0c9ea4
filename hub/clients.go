package hub

import (
	"strings"
	"time"

	"althing"
	"althing/access"
)

// ClientState is how a client is, or a kept connection that is no client's: of a
// text client in line mode, of a browser, of a command line.
type ClientState struct {
	ID          string // of a client; or of the connection: "conn-17"
	Registered  bool   // it is a client, with an inbox
	Name        string
	Description string // what it says about itself
	Gateway     string // by which it comes: text, session, web …
	Protocol    string // that it speaks there; empty: the gateway's only one
	Address     string // where it is; "local" is this machine
	Role        access.Role
	Permissions []string // that its conn has; admin is one
	Groups      []string
	Here        bool          // it has a connection; without, it is forgotten ten minutes after it was last heard
	Since       time.Time     // of the connection; without one, when it was last heard
	Ping        time.Duration // as it was measured last; 0: it was not
	Muted       bool
	Waiting     int // messages in its inbox
}

// byName puts clients before connections, and those with names in front.
func byName(a, b ClientState) int {
	rank := func(c ClientState) int {
		switch {
		case !c.Registered:
			return 2
		case c.Name == "":
			return 1
		}
		return 0
	}
	if by := rank(a) - rank(b); by != 0 {
		return by
	}
	return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
}

func (h *Hub) clients() []ClientState {
	present := h.company.present()
	known, heard := h.state.Clients(), h.presence.last()
	conns := h.sessionConns()
	list := make([]ClientState, 0, len(present)+len(known))
	at := make(map[string]attending, len(present)) // where clients are, by ID
	for _, a := range present {
		if id := a.session.ID(); id != "" {
			at[id] = a
			continue
		}
		c := ClientState{ID: a.id, Gateway: a.session.caller.Gateway, Address: addressOf(a.session)}
		c.arrive(a, conns[a.session])
		list = append(list, c)
	}
	for _, client := range known {
		c := ClientState{
			ID: client.ID, Registered: true, Name: client.Name, Address: client.Addr, Groups: client.Groups,
			Gateway: "text", Waiting: h.state.Pending(client.ID),
		}
		if client.Token != "" {
			c.Gateway = "session"
		}
		if a, here := at[client.ID]; here {
			c.Gateway = a.session.caller.Gateway
			c.arrive(a, conns[a.session])
		} else {
			c.Since = client.At
			if at, known := heard[client.ID]; known {
				c.Since = at
			}
		}
		list = append(list, c)
	}
	return list
}

// sessionConns are the conns of the hub's server, by the sessions that belong to them.
func (h *Hub) sessionConns() map[*Session]*althing.Conn {
	all := h.server.Conns()
	conns := make(map[*Session]*althing.Conn, len(all))
	for _, c := range all {
		if s := sessionOf(c); s != nil {
			conns[s] = c
		}
	}
	return conns
}

// addressOf is where a session's caller is, as people read it.
func addressOf(s *Session) string {
	if from := s.caller.From; from.IsValid() && !from.IsLoopback() {
		return from.WithZone("").String()
	}
	return s.addr
}

// arrive adds what is known of somebody who is there. conn is nil where the gateway
// has none.
func (c *ClientState) arrive(a attending, conn *althing.Conn) {
	c.Here, c.Since, c.Role = true, a.since, a.session.Role()
	if m := a.session.membership.get(); m != nil {
		c.Description = m.description
	}
	if conn == nil {
		return
	}
	hello := conn.Hello()
	c.Role, c.Protocol, c.Permissions = RoleOf(conn), conn.Protocol(), conn.Permissions()
	c.Ping, c.Muted = conn.LastPing(), conn.Muted()
	if c.Name == "" {
		c.Name = conn.Name()
	}
	if c.Description == "" {
		c.Description = hello.Description
	}
}
