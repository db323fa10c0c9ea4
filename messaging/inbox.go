package messaging

import "time"

// Message is what waits in an inbox. It is immutable.
type Message struct {
	From, To, Text string
	Rev            uint64    // the transaction that sent it
	At             time.Time // when that was, in UTC
}

// letter is a message as it is kept: once, however many inboxes it waits in.
type letter struct {
	Message
	copies int // inboxes that hold it
}

// What a letter takes beside its texts, and what each copy of it takes.
// Measured, rounded up; a part of the log's meaning, because they decide what
// there is room for.
const (
	letterBytes = 160
	copyBytes   = 16
)

// bytes is what the letter takes.
func (l *letter) bytes() int64 {
	return letterBytes + int64(len(l.From)+len(l.To)+len(l.Text))
}

// inbox is the letters that wait for one client, the oldest first, as a linked
// list: a link is written once and never changed while something waits in it.
// So a copy of these few words is a picture of the whole inbox, which can be
// read while the inbox goes on.
type inbox struct {
	head, tail *link
	count      int
	bytes      int64
	// taken is how many letters were ever taken out, which gives every letter
	// of this inbox a number of its own: acknowledgements will need it.
	taken uint64
	// missed is how many messages to a group found the inbox full since the
	// client was last told.
	missed uint64
}

// link holds a letter in one inbox.
type link struct {
	letter *letter
	next   *link
}

// push puts a letter at the end of a client's inbox.
func (m *Messaging) push(c *client, l *letter) {
	if m.undoable {
		was := c.inbox
		m.undo = append(m.undo, func() {
			c.inbox = was
			if was.tail != nil {
				was.tail.next = nil
			}
			m.release(l)
		})
	}
	last := &link{letter: l}
	if c.inbox.tail == nil {
		c.inbox.head = last
	} else {
		c.inbox.tail.next = last
	}
	c.inbox.tail = last
	c.inbox.count++
	c.inbox.bytes += l.bytes()
	m.hold(l)
}

// pop takes the letter at the head of a client's inbox; there must be one.
func (m *Messaging) pop(c *client) *letter {
	l := c.inbox.head.letter
	if m.undoable {
		was := c.inbox
		m.undo = append(m.undo, func() {
			c.inbox = was
			m.hold(l)
		})
	}
	c.inbox.head = c.inbox.head.next
	if c.inbox.head == nil {
		c.inbox.tail = nil
	}
	c.inbox.count--
	c.inbox.bytes -= l.bytes()
	c.inbox.taken++
	m.release(l)
	return l
}

// miss sets how many messages a client has missed.
func (m *Messaging) miss(c *client, missed uint64) {
	if m.undoable {
		was := c.inbox.missed
		m.undo = append(m.undo, func() { c.inbox.missed = was })
	}
	c.inbox.missed = missed
}

// hold counts one more inbox that has the letter, release one less.
func (m *Messaging) hold(l *letter) {
	if l.copies == 0 {
		m.bytes += l.bytes()
	}
	l.copies++
	m.messages++
	m.bytes += copyBytes
}

func (m *Messaging) release(l *letter) {
	l.copies--
	m.messages--
	m.bytes -= copyBytes
	if l.copies == 0 {
		m.bytes -= l.bytes()
	}
}

// roomFor reports whether the inbox takes letters of that many bytes together.
func (l *Limits) roomFor(b *inbox, letters int, bytes int64) bool {
	return (l.Messages == 0 || int64(b.count+letters) <= l.Messages) &&
		(l.InboxBytes == 0 || b.bytes+bytes <= l.InboxBytes)
}
