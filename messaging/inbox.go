package messaging

import "time"

// Message is what waits in an inbox. It is immutable.
type Message struct {
	From, To string
	Text     string // any bytes
	Headers  []Header
	Rev      uint64    // the transaction that sent it
	At       time.Time // when that was, in UTC
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
	headerBytes = 32 // a header beside its texts
)

// bytes is what the letter takes.
func (l *letter) bytes() int64 {
	return letterBytes + int64(len(l.From)+len(l.To)+len(l.Text)) + weighHeaders(l.Headers)
}

func weighHeaders(headers []Header) int64 {
	bytes := int64(0)
	for _, h := range headers {
		bytes += headerBytes + int64(len(h.Name)+len(h.Value))
	}
	return bytes
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
	// of this inbox a number of its own: the head's is the next.
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
	m.tell(c)
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

// Waiting is a part of what waits in an inbox.
type Waiting struct {
	// Messages are in order, and First is the number of the first of them. The
	// messages of an inbox are numbered from 1 on, for as long as the client is
	// known; one with a lower number than First has been taken out. They are not
	// to be changed.
	Messages []*Message
	First    uint64
	// Missed is how many messages to groups found the inbox full.
	Missed uint64
}

// Waiting gives what waits in a client's inbox behind the message with the
// number after, at most so many. It takes nothing out; Ack does. False: the ID is
// not known.
func (m *Messaging) Waiting(id string, after uint64, most int) (Waiting, bool) {
	c := m.box(id)
	if c == nil {
		return Waiting{}, false
	}
	b := &c.inbox
	passed := int(min(after-min(after, b.taken), uint64(b.count)))
	w := Waiting{First: b.taken + uint64(passed) + 1, Missed: b.missed}
	at := b.head
	for range passed {
		at = at.next
	}
	if n := min(most, b.count-passed); n > 0 {
		w.Messages = make([]*Message, n)
		for i := range n {
			w.Messages[i], at = &at.letter.Message, at.next
		}
	}
	return w, true
}

// ack takes out what was acknowledged and tells how many messages that were.
func (m *Messaging) ack(op *Ack) int {
	c := m.box(op.ID)
	if c == nil {
		return 0
	}
	n := 0
	for ; c.inbox.count > 0 && c.inbox.taken < op.UpTo; n++ {
		m.pop(c)
	}
	if told := min(op.Missed, c.inbox.missed); told > 0 {
		m.miss(c, c.inbox.missed-told)
	}
	return n
}

// miss sets how many messages a client has missed.
func (m *Messaging) miss(c *client, missed uint64) {
	if m.undoable {
		was := c.inbox.missed
		m.undo = append(m.undo, func() { c.inbox.missed = was })
	}
	c.inbox.missed = missed
	m.tell(c)
}

// box gives the client, or the outbox, with that ID.
func (m *Messaging) box(id string) *client {
	if c := m.clients[id]; c != nil {
		return c
	}
	return m.outboxes[id]
}

// holdAll and releaseAll count what waits for a client that comes and goes.
func (m *Messaging) holdAll(c *client) {
	for b, n := c.inbox.head, c.inbox.count; n > 0; b, n = b.next, n-1 {
		m.hold(b.letter)
	}
}

func (m *Messaging) releaseAll(c *client) {
	for b, n := c.inbox.head, c.inbox.count; n > 0; b, n = b.next, n-1 {
		m.release(b.letter)
	}
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
