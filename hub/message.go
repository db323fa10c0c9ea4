package hub

import (
	"context"
	"strings"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/value"
)

// Message is a message that a client sends.
type Message struct {
	// From is how the sender is shown, and where an answer goes: its ID, its
	// name, a group that it is in, or NOPLY. Empty: its name, or its ID when it
	// has none.
	From string
	To   string // an ID, a client's name or a group, and where: lamp@barn
	// Headers are not seen by text clients. The message becomes the hub's own: its
	// texts must not be cut out of larger ones.
	Headers []messaging.Header
	// Body is any bytes. Text clients read it as UTF-8, with U+FFFD for what is
	// none.
	Body string
}

// Send sends a message from the session's client. It is stored, and with everybody
// who is to have it, when the Pending says so. An inbox that is full is fault.Full;
// of a group the others get theirs. To a group that nobody is in, it is read by
// nobody. What is sent to SYSTEM, SQLite or CONSOLE does there what the text
// port's send does, and so does a ++ping to a group; the answers come from there
// into the inbox. To another hub it is stored when it waits there for the way.
//
// From a visitor it is the text port's send: From is the client of its address that
// it speaks for, or a group that one has joined, and there are no headers.
func (s *Session) Send(ctx context.Context, m Message) Pending {
	if s.visits {
		return s.sendFor(ctx, m)
	}
	sender, err := s.acting(access.Send)
	if err != nil {
		return Pending{err: err}
	}
	from, err := s.from(ctx, sender, m.From)
	if err != nil {
		return s.refused(err)
	}
	to, err := s.hub.Locate(m.To)
	if err != nil {
		return s.refused(err)
	}
	if m.To = to.Name; to.Here && s.forHub(m) {
		if to.Every {
			return s.refused(fault.New(fault.Denied, "what is for a hub itself, as for '%s', is sent to one hub", m.To))
		}
		return s.sendAsText(ctx, sender.id, m)
	}
	m.From = from
	return s.post(to, m)
}

// post sends a message that names its sender.
func (s *Session) post(to Address, m Message) Pending {
	send := &messaging.Send{From: m.From, To: m.To, Text: m.Body, Headers: m.Headers}
	var ops []journal.Op
	if len(to.Hubs) > 0 {
		ops = append(ops, s.hub.Forward(s, to, send))
	}
	if to.Here {
		ops = append(ops, send)
	}
	return s.begin(ops...)
}

// SendAs sends a message that is no client's: from NOPLY, or, for an administrator,
// from CONSOLE or SYSADMIN, where the answers can be overheard. Empty: from SYSADMIN
// for who is an administrator. The hub itself does nothing for nobody: SYSTEM, SQLite
// and a ++ping are refused.
func (s *Session) SendAs(ctx context.Context, m Message) Pending {
	if err := s.act(access.Send); err != nil {
		return Pending{err: err}
	}
	manages := s.May(access.Manage)
	switch m.From {
	case "":
		if m.From = messaging.NoReply; manages == nil {
			m.From = messaging.SysAdmin
		}
	case messaging.NoReply:
	case messaging.Console, messaging.SysAdmin:
		if manages != nil {
			return s.refused(manages)
		}
	default:
		return s.refused(fault.New(fault.Denied, "who is no client sends from %s, and administrators from %s and %s", messaging.NoReply, messaging.SysAdmin, messaging.Console))
	}
	to, err := s.hub.Locate(m.To)
	if err != nil {
		return s.refused(err)
	}
	m.To = to.Name
	if to.Here && m.To != messaging.Console && s.forHub(m) {
		return s.refused(fault.New(fault.Invalid, "the hub answers what is sent to %s, and a ++ping, to a client; run commands and SQL where their answers are shown", m.To))
	}
	sent := s.post(to, m)
	if to.Here && m.To == messaging.Console {
		if _, err := sent.Wait(ctx); err != nil {
			return Pending{err: err}
		}
		s.hub.Console(m.From, m.Body)
	}
	return sent
}

// ToHub takes note of a message that is for the hub itself and nobody else: the
// operator may see it.
func (h *Hub) ToHub(from, text string) { h.overhearing.tell(ToConsole, from, "", text, nil) }

// from gives the name that a message comes from. It waits for the log only where
// what this session wrote before may matter.
func (s *Session) from(ctx context.Context, sender *member, name string) (string, error) {
	if sender.renamed {
		if err := s.settle(ctx); err != nil {
			return "", err
		}
		c, _ := s.hub.state.Client(sender.id)
		sender.name, sender.renamed = c.Name, false
	}
	switch {
	case name == "" && sender.name == "":
		return sender.id, nil
	case name == "":
		return sender.name, nil
	case name == sender.id, name == sender.name, name == messaging.NoReply:
		return name, nil
	}
	if err := s.settle(ctx); err != nil {
		return "", err
	}
	if name != messaging.All && s.hub.state.IsMember(sender.id, name) {
		return name, nil
	}
	return "", fault.New(fault.Denied, "'%.80s' is neither your name or ID nor a group that you have joined", name)
}

// ping begins a message that the hub answers for the members of a group.
const ping = "++ping"

// forHub reports whether the hub itself does something with a message.
func (s *Session) forHub(m Message) bool {
	switch m.To {
	case messaging.System, messaging.SQLite, messaging.Console:
		return true
	}
	if !strings.HasPrefix(m.Body, ping) {
		return false
	}
	_, client := s.hub.state.Find(m.To)
	return !client
}

// sendFor sends for a client of the caller's address.
func (s *Session) sendFor(ctx context.Context, m Message) Pending {
	switch err := s.act(access.Send); {
	case err != nil:
		return Pending{err: err}
	case m.From == "":
		return s.refused(fault.New(fault.Invalid, "a visitor says in 'from' for which client it speaks: its ID, or a group that it has joined"))
	case len(m.Headers) > 0:
		return s.refused(fault.New(fault.Invalid, "a visitor's messages have no headers"))
	}
	return s.sendAsText(ctx, m.From, m)
}

// sendAsText has the text port's send do it, so that the hub's own groups are one
// thing for all. Its headers say nothing to them.
func (s *Session) sendAsText(ctx context.Context, from string, m Message) Pending {
	query := "send(" + value.Repr(value.Str(from)) + ", " + value.Repr(value.Str(m.To)) + ", " +
		value.Repr(value.Str(strings.ToValidUTF8(m.Body, "\ufffd"))) + ")"
	program, err := expr.Parse(query)
	reply := s.Start(ctx, program, err)
	defer reply.Done()
	if _, err := reply.Result(); err != nil {
		return Pending{err: err}
	}
	return Pending{}
}

// Join makes the session's client a member of a group. Only administrators join
// SYSADMIN and CONSOLE.
func (s *Session) Join(group string) Pending {
	m, err := s.acting(access.Send)
	if err != nil {
		return Pending{err: err}
	}
	if messaging.AdminsOnly(group) {
		if err := s.May(access.Manage); err != nil {
			return s.refused(err)
		}
	}
	return s.begin(&messaging.Join{ID: m.id, Group: strings.Clone(group)})
}

// Leave ends that; ALL cannot be left.
func (s *Session) Leave(group string) Pending {
	m, err := s.acting(access.Send)
	if err != nil {
		return Pending{err: err}
	}
	return s.begin(&messaging.Leave{ID: m.id, Group: strings.Clone(group)})
}

// Groups gives the groups and how many are in each: the predefined ones always,
// others while somebody is in them.
func (s *Session) Groups(ctx context.Context) (map[string]int, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	return s.hub.state.Groups(), nil
}

// Members gives those who are in a group, in the order of their IDs.
func (s *Session) Members(ctx context.Context, group string) ([]messaging.Client, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	return s.hub.state.Members(group), nil
}
