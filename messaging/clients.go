package messaging

import (
	"strings"
	"time"

	"althing/fault"
)

func (m *Messaging) register(rev uint64, at time.Time, op *Register) error {
	if err := CheckName(op.ID); err != nil {
		return err
	}
	if m.find(op.ID) != nil || m.groups[op.ID] != nil || Reserved(op.ID) {
		return fault.New(fault.Conflict, "the ID %s is taken", quoted(op.ID))
	}
	if err := m.free(op.Name, op.Take); err != nil {
		return err
	}
	if op.Name != "" && op.Name == op.ID {
		return fault.New(fault.Invalid, "a name is another than the ID")
	}
	if l := m.limits.Clients; l > 0 && int64(len(m.clients)) >= l {
		return fault.New(fault.Full, "the hub has all the %d clients it may have", l)
	}
	m.unname(op.Name)
	m.admit(&client{
		id:    strings.Clone(op.ID),
		name:  strings.Clone(op.Name),
		addr:  strings.Clone(op.Addr),
		token: strings.Clone(op.Token),
		at:    at.UnixNano(),
	})
	m.revision = rev
	return nil
}

// amend changes a client's address and name.
func (m *Messaging) amend(rev uint64, op *Amend) error {
	c, err := m.known(op.ID)
	if err != nil {
		return err
	}
	if op.Name != c.name {
		if err := m.free(op.Name, op.Take); err != nil {
			return err
		}
		m.unname(op.Name)
		m.call(c, op.Name)
	}
	if op.Addr != c.addr {
		was := c.addr
		m.remember(func() { c.addr = was })
		c.addr = strings.Clone(op.Addr)
	}
	m.revision = rev
	return nil
}

// free refuses a name that cannot be had, also when it is taken from a client.
func (m *Messaging) free(name, take string) error {
	if err := CheckClientName(name); err != nil || name == "" {
		return err
	}
	c := m.find(name)
	if c != nil && (c.name != name || c.id != take) || m.groups[name] != nil || Reserved(name) {
		return fault.New(fault.Conflict, "the name %s is taken", quoted(name))
	}
	return nil
}

// unname takes a name from the client that has it.
func (m *Messaging) unname(name string) {
	if c := m.names[name]; c != nil {
		m.call(c, "")
	}
}

// call gives a client a name that is free, in place of the one it has.
func (m *Messaging) call(c *client, name string) {
	was := c.name
	m.remember(func() { m.call(c, was) })
	delete(m.names, was)
	c.name = strings.Clone(name)
	if name != "" {
		m.names[c.name] = c
	}
}

// admit and dismiss make a client be there and not be there, with its groups
// and its inbox.
func (m *Messaging) admit(c *client) {
	m.remember(func() { m.dismiss(c) })
	m.clients[c.id] = c
	if c.name != "" {
		m.names[c.name] = c
	}
	for _, name := range c.groups {
		m.group(name).members[c.id] = c
	}
	m.holdAll(c)
}

func (m *Messaging) dismiss(c *client) {
	m.remember(func() { m.admit(c) })
	delete(m.clients, c.id)
	delete(m.names, c.name)
	m.tell(c)
	for _, name := range c.groups {
		m.forsake(name, c)
	}
	m.releaseAll(c)
}

// Listen makes Arrived tell of a client from now on, Ignore no more. They are of
// the one who reads, and no part of the state: a picture does not have them.
func (m *Messaging) Listen(id string) { m.listen(id, true) }

// Ignore is what Listen says of it.
func (m *Messaging) Ignore(id string) { m.listen(id, false) }

func (m *Messaging) listen(id string, listened bool) {
	if c := m.box(id); c != nil {
		c.listened = listened
	}
}

// Arrived gives the IDs of the clients listened to that got a message since it
// was asked last, or are clients no more. One more than there are is possible.
func (m *Messaging) Arrived() []string {
	if len(m.news) == 0 {
		return nil
	}
	ids := make([]string, len(m.news))
	for i, c := range m.news {
		ids[i], c.new = c.id, false
	}
	clear(m.news)
	m.news = m.news[:0]
	if cap(m.news) > keptNews {
		m.news = nil
	}
	return ids
}

// keptNews is for how many clients the list of news keeps its room.
const keptNews = 4096

// tell notes that there is news for a client.
func (m *Messaging) tell(c *client) {
	if c.listened && !c.new {
		c.new = true
		m.news = append(m.news, c)
	}
}
