package messaging

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"althing/fault"
)

// Apply carries out one operation as transaction rev at the time at and gives
// its result, which the operation's type tells of. An error, a *fault.Error,
// leaves everything as it was.
func (m *Messaging) Apply(rev uint64, at time.Time, op Op) (any, error) {
	switch op := op.(type) {
	case *Send:
		return nil, m.send(rev, at, op)
	case *Recv:
		return m.recv(rev, at, op), nil
	case *Deliver:
		return nil, m.deliver(rev, at, op)
	case *Register:
		return nil, m.register(rev, at, op)
	case *Amend:
		return nil, m.amend(rev, op)
	case *Ack:
		return m.ack(op), nil
	case *Join:
		return nil, m.join(rev, op)
	case *Leave:
		return nil, m.leave(rev, op)
	case *Exit:
		m.exit(rev, op.ID)
		return nil, nil
	case *Drop:
		return m.drop(rev, op), nil
	case *Forward:
		return nil, m.forward(rev, at, op)
	case *Arrive:
		return m.arrive(rev, at, op)
	case *Forget:
		m.forget(op)
		return nil, nil
	default:
		return nil, fault.New(fault.Internal, "messaging does not know the operation %T", op)
	}
}

func (m *Messaging) join(rev uint64, op *Join) error {
	c, err := m.known(op.ID)
	if err != nil {
		return err
	}
	if op.Group == All {
		return nil
	}
	if err := mayJoin(op.Group); err != nil {
		return err
	}
	if m.find(op.Group) != nil {
		return fault.New(fault.Invalid, "%s is a client's ID or name and cannot be a group", quoted(op.Group))
	}
	if m.IsMember(op.ID, op.Group) {
		return nil
	}
	if l := m.limits.Joins; l > 0 && int64(len(c.groups)) >= l {
		return fault.New(fault.Full, "the client is in all the %d groups it may be in; leave one first", l)
	}
	if l := m.limits.Groups; l > 0 && int64(len(m.groups)) >= l && m.groups[op.Group] == nil {
		return fault.New(fault.Full, "the hub has all the %d groups it may have", l)
	}
	m.enter(c, op.Group)
	m.revision = rev
	return nil
}

func (m *Messaging) leave(rev uint64, op *Leave) error {
	c, err := m.known(op.ID)
	if err != nil {
		return err
	}
	if op.Group == All {
		return fault.New(fault.Denied, "'ALL' cannot be left: every client is in it")
	}
	if m.IsMember(op.ID, op.Group) {
		m.depart(c, op.Group)
		m.revision = rev
	}
	return nil
}

// exit removes a client and tells whether it was there.
func (m *Messaging) exit(rev uint64, id string) bool {
	c, known := m.clients[id]
	if known {
		m.dismiss(c)
		m.revision = rev
	}
	return known
}

func (m *Messaging) drop(rev uint64, op *Drop) int {
	dropped := 0
	for _, id := range op.IDs {
		if m.exit(rev, id) {
			dropped++
		}
	}
	return dropped
}

func (m *Messaging) send(rev uint64, at time.Time, op *Send) error {
	from, err := m.sender(op.From)
	if err != nil {
		return err
	}
	return m.post(rev, at, op, from)
}

var errNoReply = fault.New(fault.Denied, "messages from 'NOPLY' cannot be answered")

// post puts a message from a sender that is known into the inboxes it is for.
func (m *Messaging) post(rev uint64, at time.Time, op *Send, from string) error {
	if op.To == NoReply {
		return errNoReply
	}
	if err := m.fits(op.Text, op.Headers); err != nil {
		return err
	}
	l := &letter{Message: Message{From: from, Text: op.Text, Headers: op.Headers, Rev: rev, At: instant(at.UnixNano())}}
	if c := m.find(op.To); c != nil {
		if l.To = c.name; op.To == c.id {
			l.To = c.id
		}
		if !m.limits.roomFor(&c.inbox, 1, l.bytes()) {
			return fullInbox(c)
		}
		if err := m.room(l.bytes() + copyBytes); err != nil {
			return err
		}
		m.push(c, l)
		return nil
	}
	to, members := m.audience(op.To)
	l.To = to
	if err := m.room(l.bytes() + int64(len(members))*copyBytes); err != nil {
		return err
	}
	for _, c := range members {
		if m.limits.roomFor(&c.inbox, 1, l.bytes()) {
			m.push(c, l)
		} else {
			m.miss(c, c.inbox.missed+1)
		}
	}
	return nil
}

func (m *Messaging) deliver(rev uint64, at time.Time, op *Deliver) error {
	c, err := m.known(op.ID)
	if err != nil {
		return err
	}
	from, err := m.sender(op.From)
	if err != nil {
		return err
	}
	letters, bytes := make([]letter, len(op.Texts)), int64(0)
	for i, text := range op.Texts {
		if err := m.fits(text, nil); err != nil {
			return err
		}
		letters[i].Message = Message{From: from, To: c.id, Text: text, Rev: rev, At: instant(at.UnixNano())}
		bytes += letters[i].bytes()
	}
	if !m.limits.roomFor(&c.inbox, len(letters), bytes) {
		return fault.New(fault.Full, "the inbox of %s has no room for %d messages; nothing was put there", quoted(c.id), len(letters))
	}
	if err := m.room(bytes + int64(len(letters))*copyBytes); err != nil {
		return err
	}
	for i := range letters {
		l := letters[i] // each its own, to be forgotten one by one
		m.push(c, &l)
	}
	return nil
}

// recv gives the next message as a *Message, or nil. What was missed is told
// first.
func (m *Messaging) recv(rev uint64, at time.Time, op *Recv) any {
	c, known := m.clients[op.ID]
	if !known {
		return nil
	}
	if n := c.inbox.missed; n > 0 {
		m.miss(c, 0)
		return &Message{From: System, To: c.id, Text: MissedText(n), Rev: rev, At: instant(at.UnixNano())}
	}
	if c.inbox.count == 0 {
		return nil
	}
	return &m.pop(c).Message
}

// MissedText is what a client is told that has missed messages to groups because
// its inbox was full.
func MissedText(n uint64) string {
	if n == 1 {
		return "1 message was missed: the inbox was full"
	}
	return fmt.Sprintf("%d messages were missed: the inbox was full", n)
}

// known gives the client with that ID.
func (m *Messaging) known(id string) (*client, error) {
	if c := m.clients[id]; c != nil {
		return c, nil
	}
	return nil, fault.New(fault.NotFound, "no client has the ID %s", quoted(id))
}

// sender gives a sender's name as the state has it, and refuses one that does
// not exist.
func (m *Messaging) sender(from string) (string, error) {
	if c := m.clients[from]; c != nil {
		return c.id, nil
	}
	if c := m.names[from]; c != nil {
		return c.name, nil
	}
	if g := m.groups[from]; g != nil {
		return g.name, nil
	}
	if Reserved(from) {
		return strings.Clone(from), nil
	}
	return "", fault.New(fault.NotFound, "the sender %s is no client and no group", quoted(from))
}

// fits refuses what is too long for any inbox, and a header without a name.
func (m *Messaging) fits(text string, headers []Header) error {
	for _, h := range headers {
		if h.Name == "" {
			return fault.New(fault.Invalid, "a header needs a name")
		}
	}
	n := int64(len(text)) + weighHeaders(headers)
	if l := m.limits.MessageBytes; l > 0 && n > l {
		return fault.New(fault.Limit, "the message has %d bytes and may have %d", n, l)
	}
	return nil
}

// room refuses what would take more than all messages together may.
func (m *Messaging) room(bytes int64) error {
	if l := m.limits.Bytes; l > 0 && m.bytes+bytes > l {
		return fault.New(fault.Full, "the waiting messages take all the %d bytes they may", l)
	}
	return nil
}

func fullInbox(c *client) error {
	return fault.New(fault.Full, "the inbox of %s is full (%d messages)", quoted(c.id), c.inbox.count)
}

// enter and depart make a client be in a group and not be in it.
func (m *Messaging) enter(c *client, name string) {
	m.remember(func() { m.depart(c, name) })
	g := m.group(name)
	g.members[c.id] = c
	at, _ := slices.BinarySearch(c.groups, g.name)
	c.groups = slices.Insert(slices.Clone(c.groups), at, g.name)
}

func (m *Messaging) depart(c *client, name string) {
	m.remember(func() { m.enter(c, name) })
	m.forsake(name, c)
	at, _ := slices.BinarySearch(c.groups, name)
	c.groups = slices.Delete(slices.Clone(c.groups), at, at+1)
}

// group gives the group of that name, made when nobody is in it yet.
func (m *Messaging) group(name string) *group {
	g := m.groups[name]
	if g == nil {
		name = strings.Clone(name)
		g = &group{name: name, members: make(map[string]*client)}
		m.groups[name] = g
	}
	return g
}

// forsake takes a client out of a group's members; a group that nobody is in
// vanishes.
func (m *Messaging) forsake(name string, c *client) {
	g := m.groups[name]
	delete(g.members, c.id)
	if len(g.members) == 0 {
		delete(m.groups, name)
	}
}

// Begin opens a transaction of several operations: until Commit, Rollback
// brings back what there was. Without it every operation stands alone, and
// nothing is remembered.
func (m *Messaging) Begin() {
	m.undoable = true
	revision := m.revision
	m.remember(func() { m.revision = revision })
}

// Commit keeps what was done since Begin.
func (m *Messaging) Commit() { m.undoable, m.undo = false, nil }

// Rollback brings back what there was at Begin.
func (m *Messaging) Rollback() {
	undo := m.undo
	m.Commit()
	for _, step := range slices.Backward(undo) {
		step()
	}
}

// remember notes how to bring back what is changed next.
func (m *Messaging) remember(step func()) {
	if m.undoable {
		m.undo = append(m.undo, step)
	}
}
