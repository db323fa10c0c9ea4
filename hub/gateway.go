package hub

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"althing"
	"althing/access"
	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/wire"
)

// Header is a named property of a message.
type Header = messaging.Header

// Rename gives a client another name, as its own Session.Rename does: for those
// who may do so to others.
func (h *Hub) Rename(ctx context.Context, id, name string) error {
	c, known := h.state.Client(id)
	if !known {
		return fault.New(fault.NotFound, "there is no client %.40q", id)
	}
	op := &messaging.Amend{ID: c.ID, Addr: c.Addr, Name: strings.Clone(name), Take: h.holder(name)}
	_, err := h.journal.Commit(ctx, journal.Tx{Ops: []journal.Op{op}})
	return err
}

// Become gives the caller another role from now on: its gateway knows who has been
// made an administrator, or is none any more.
func (s *Session) Become(role access.Role) { s.role.Store(uint32(role)) }

// Server is what the hub is to its sessions, for the one gateway that has it serve.
func (h *Hub) Server() *althing.Server { return h.server }

// getAdmin is the command that everybody may send: it brings the key.
const getAdmin = "s.getadmin"

// permit applies the rights to what a session's client asks of the server.
func (h *Hub) permit(c *althing.Conn, kind wire.Kind, name, to string) error {
	act := access.Send
	switch {
	case kind == wire.Command && name == getAdmin:
		return nil
	case kind == wire.Command:
		act = access.Command
	case kind == wire.Request && to == "":
		act = access.Read
	}
	proofOf(c).Look()
	return h.access.May(RoleOf(c), act)
}

// RoleOf is what a session's client is to the hub: its conn knows who has been
// made an administrator, and its connection has the session, which knows whose
// key was shown.
func RoleOf(c *althing.Conn) access.Role {
	if c.Has(althing.Admin) {
		return access.Admin
	}
	return proofOf(c).Role()
}

// proofOf is what the session of a conn has proven.
func proofOf(c *althing.Conn) *access.Proof {
	if s := sessionOf(c); s != nil {
		return s.proof.Load()
	}
	return nil
}

// sessionOf is the session that a conn's connection has, or nil.
func sessionOf(c *althing.Conn) *Session {
	if link, has := c.NetConn().(interface{ Session() *Session }); has {
		return link.Session()
	}
	return nil
}

// IPOf is the address of the other side of a connection, as far as it has one of the internet.
func IPOf(a net.Addr) netip.Addr {
	from, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}
