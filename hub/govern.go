package hub

import (
	"context"
	"slices"
	"strings"
	"time"

	"althing"
	"althing/access"
	"althing/fault"
)

// What administrators do about clients. Each names one by what ClientState.ID says,
// and stands in the audit.

// governed is who is to be governed.
type governed struct {
	client string // its ID, when it is known as a client
	here   attending
	conn   *althing.Conn // nil: its gateway has none
}

// govern finds somebody.
func (s *Session) govern(id string) (g governed, err error) {
	if err := s.act(access.Manage); err != nil {
		return g, err
	}
	for _, a := range s.hub.company.present() {
		if a.id == id || a.session.ID() == id && id != "" {
			g.here = a
			g.conn = s.hub.sessionConns()[a.session]
		}
	}
	if c, known := s.hub.state.Client(id); known {
		g.client = c.ID
	}
	if g.client == "" && g.here.session == nil {
		return g, s.refuse(fault.New(fault.NotFound, "there is no client or connection '%.40s' any more", id))
	}
	return g, nil
}

var errNoSession = fault.New(fault.Unavailable, "that works only with a client that has a session now; this one comes another way")

// audit notes what is done to somebody, as the command would stand there.
func (s *Session) audit(command string, args ...string) {
	s.note(command + "(" + strings.Join(args, ", ") + ")")
}

// note puts into the audit what the caller does, by which gateway, and who that is.
func (s *Session) note(act string) {
	s.hub.access.Audit(s.addr, s.caller.Gateway+": "+s.Who()+": "+act)
}

// Kick cuts somebody off; a client that has no connection is forgotten, with its
// inbox.
func (s *Session) Kick(ctx context.Context, id string) error {
	g, err := s.govern(id)
	switch {
	case err != nil:
		return err
	case g.conn != nil:
		s.audit("s.kickuser", g.conn.Name())
		s.hub.server.Kick(g.conn, s.addr)
		return nil
	case g.client != "":
		s.audit("s.kickuser", g.client)
		_, err := s.hub.kick(ctx, g.client, s.addr)
		return s.orRefused(err)
	case g.here.session.caller.Hang == nil:
		return s.refuse(fault.New(fault.Unavailable, "this connection cannot be cut off from here"))
	}
	s.audit("s.kickuser", id, addressOf(g.here.session))
	g.here.session.caller.Hang()
	return nil
}

// Mute has what a client sends take no effect, or listens to it again.
func (s *Session) Mute(id string, muted bool) error {
	g, err := s.govern(id)
	if err != nil {
		return err
	}
	if g.conn == nil {
		return s.refuse(errNoSession)
	}
	command, said := "s.unmute", "You got unmuted by '%s'"
	if muted {
		command, said = "s.mute", "You got muted by '%s'"
	}
	s.audit(command, g.conn.Name())
	g.conn.SetMuted(muted)
	_ = g.conn.Send(althing.NewMessage(said, s.addr)) // who does not read misses it
	return nil
}

// RenameClient gives a client another name.
func (s *Session) RenameClient(ctx context.Context, id, name string) error {
	g, err := s.govern(id)
	if err != nil {
		return err
	}
	if err := althing.CheckName(name); err != nil {
		return s.refuse(err)
	}
	switch {
	case g.conn != nil:
		s.audit("s.changename", name, g.conn.Name())
		return s.orRefused(s.hub.server.Rename(ctx, g.conn, name))
	case g.client != "":
		s.audit("s.changename", name, g.client)
		return s.orRefused(s.hub.Rename(ctx, g.client, name))
	}
	return s.refuse(errNoSession)
}

const (
	// mostPermissions is how many permissions one client is given, and
	// longestPermission how long each is: words, as the commands have them.
	mostPermissions   = 100
	longestPermission = 60
)

// SetPermissions gives a client exactly these permissions; "admin" makes it an
// administrator until its connection ends. What a user's key has given stays.
func (s *Session) SetPermissions(id string, permissions []string) error {
	g, err := s.govern(id)
	if err != nil {
		return err
	}
	if g.conn == nil {
		return s.refuse(errNoSession)
	}
	if len(permissions) > mostPermissions {
		return s.refuse(fault.New(fault.Limit, "a client may have %d permissions", mostPermissions))
	}
	for _, p := range permissions {
		if p == "" || len(p) > longestPermission || strings.ContainsFunc(p, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return s.refuse(fault.New(fault.Invalid, "'%.60s' is no permission: a word of at most %d bytes", p, longestPermission))
		}
	}
	s.audit("rights of "+g.conn.Name(), permissions...)
	gone := slices.DeleteFunc(g.conn.Permissions(), func(p string) bool { return slices.Contains(permissions, p) })
	g.conn.Revoke(gone...)
	if slices.Contains(gone, althing.Admin) {
		g.here.session.Become(access.Guest)
	}
	g.conn.Grant(permissions...)
	return nil
}

// PingClient measures how long a word to a client and back takes.
func (s *Session) PingClient(ctx context.Context, id string) (time.Duration, error) {
	g, err := s.govern(id)
	if err != nil {
		return 0, err
	}
	if g.conn == nil {
		return 0, s.refuse(errNoSession)
	}
	took, err := g.conn.Ping(ctx)
	return took, s.orRefused(err)
}
