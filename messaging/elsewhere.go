package messaging

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"althing/fault"
)

// What is meant for another hub of the tree waits in an outbox, one for each hub:
// an inbox whose client is that hub. Waiting and Ack are for it, too; it is no
// client, so that nothing else finds it. The number of a letter in it tells the hub
// at the other end what it has already.
//
// Both hubs may come back from a backup, or have lost the last second of their logs
// with their current. Then the one that sends uses numbers again, which shows by
// its run, and the one that receives does not know of what it had acknowledged,
// which shows by the first letter that is still there.

// mark is up to where letters from another hub have arrived.
type mark struct {
	stream string
	run    uint64
	number uint64
}

// of is the mark as a letter that comes now finds it.
func (at mark) of(op *Arrive) mark {
	switch {
	case at.stream != op.Stream:
		at = mark{stream: op.Stream}
	case at.run < op.Run:
		at.number = min(at.number, op.Kept)
	}
	if op.First > 0 {
		at.number = max(at.number, op.First-1)
	}
	at.run = op.Run
	return at
}

// Arrival is the result of an Arrive.
type Arrival struct {
	// Number is that of the last letter that has arrived of the stream. It is lower
	// than the operation's when some before it are missing, which are to be sent
	// again, and not lower when it has arrived now or before.
	Number uint64
	Now    bool // it has arrived by this operation
	// Refused is why the letter could not be handed out: to nobody at all, and it
	// does not come again.
	Refused error
}

// FullOutbox is the cause of a Forward's fault.Full: who knows the hub by its name
// may say it.
type FullOutbox struct {
	Hub      string // its ID
	Messages int    // that wait
}

// Error implements error.
func (f *FullOutbox) Error() string {
	return fmt.Sprintf("%d messages wait for the hub '%s' already, which has not taken them; nothing was sent", f.Messages, f.Hub)
}

// mayTravel refuses what only a hub's own clients send, and what cannot be answered.
func mayTravel(to string) error {
	switch to {
	case NoReply:
		return errNoReply
	case System, SQLite:
		return fault.New(fault.Denied, "'%s' is for the clients of that hub; evalAt() does it at another hub", to)
	}
	return nil
}

func (m *Messaging) forward(rev uint64, at time.Time, op *Forward) error {
	if err := mayTravel(op.To); err != nil {
		return err
	}
	from, err := m.sender(op.From)
	if err != nil {
		return err
	}
	if err := m.fits(op.Text, op.Headers); err != nil {
		return err
	}
	l := &letter{Message: Message{
		From: from, To: strings.Clone(op.To), Text: op.Text, Headers: op.Headers, Rev: rev, At: instant(at.UnixNano()),
	}}
	if err := m.room(l.bytes() + int64(len(op.Hubs))*copyBytes); err != nil {
		return err
	}
	missing := 0
	for _, hub := range op.Hubs {
		box := m.outboxes[hub]
		if box == nil {
			missing++
		} else if !m.limits.roomToward(&box.inbox, l.bytes()) {
			full := &FullOutbox{hub, box.inbox.count}
			return fault.Wrap(full, fault.Full, "%s", full.Error())
		}
	}
	if l := m.limits.Hubs; l > 0 && int64(len(m.outboxes)+missing) > l {
		return fault.New(fault.Full, "there are messages for all the %d hubs that there may be", l)
	}
	for _, hub := range op.Hubs {
		if err := CheckName(hub); err != nil {
			return err
		}
	}
	for _, hub := range op.Hubs {
		if m.outboxes[hub] == nil {
			m.openOutbox(&client{id: strings.Clone(hub), token: strings.Clone(op.Stream), at: at.UnixNano()})
		}
		m.push(m.outboxes[hub], l)
	}
	return nil
}

// arrive takes a letter from another hub in, once and in order.
func (m *Messaging) arrive(rev uint64, at time.Time, op *Arrive) (Arrival, error) {
	before, known := m.marks[op.Hub]
	if known && op.Run < before.run {
		return Arrival{Number: op.Number}, nil // late: the run that is there now sends what is not acknowledged
	}
	now := before.of(op)
	if op.Number != now.number+1 {
		return Arrival{Number: now.number}, nil
	}
	if l := m.limits.Hubs; l > 0 && !known && int64(len(m.marks)) >= l {
		return Arrival{}, fault.New(fault.Full, "letters have come from all the %d hubs that there may be", l)
	}
	for _, name := range []string{op.Hub, op.Stream} {
		if err := CheckName(name); err != nil {
			return Arrival{}, err
		}
	}
	refused := m.handOut(rev, at, op)
	if fault.Is(refused, fault.Full) && m.room(letterBytes+copyBytes+int64(len(op.Text))) != nil {
		return Arrival{}, refused // the hub is full, and not one inbox: the letter waits where it is
	}
	now.stream, now.number = strings.Clone(op.Stream), op.Number
	m.setMark(strings.Clone(op.Hub), now)
	return Arrival{Number: now.number, Now: true, Refused: refused}, nil
}

// handOut puts a letter from another hub where it belongs. Its sender is none of
// those here.
func (m *Messaging) handOut(rev uint64, at time.Time, op *Arrive) error {
	if !strings.Contains(op.From, "@") {
		return fault.New(fault.Invalid, "what comes from another hub says from which: %s has no '@'", quoted(op.From))
	}
	if err := mayTravel(op.To); err != nil {
		return err
	}
	return m.post(rev, at, &Send{From: op.From, To: op.To, Text: op.Text, Headers: op.Headers}, op.From)
}

// forget gives up what waits for another hub, and what is known of its letters.
func (m *Messaging) forget(op *Forget) {
	if box := m.outboxes[op.Hub]; box != nil {
		m.closeOutbox(box)
	}
	if _, known := m.marks[op.Hub]; known {
		m.setMark(op.Hub, mark{})
	}
}

// openOutbox and closeOutbox make an outbox be there and not be there, with what
// waits in it.
func (m *Messaging) openOutbox(box *client) {
	m.remember(func() { m.closeOutbox(box) })
	m.outboxes[box.id] = box
	m.holdAll(box)
}

func (m *Messaging) closeOutbox(box *client) {
	m.remember(func() { m.openOutbox(box) })
	delete(m.outboxes, box.id)
	m.tell(box)
	m.releaseAll(box)
}

// setMark sets up to where letters of a hub have arrived; none: nothing is known.
func (m *Messaging) setMark(hub string, to mark) {
	was := m.marks[hub]
	m.remember(func() { m.setMark(hub, was) })
	if to == (mark{}) {
		delete(m.marks, hub)
	} else {
		m.marks[hub] = to
	}
}

// Outbox is what waits for another hub.
type Outbox struct {
	Hub      string
	Stream   string
	Messages int
	Last     uint64 // the number of the last letter that was put in
}

// Outboxes gives all outboxes in the order of their hubs.
func (m *Messaging) Outboxes() []Outbox {
	all := make([]Outbox, 0, len(m.outboxes))
	for _, id := range slices.Sorted(maps.Keys(m.outboxes)) {
		all = append(all, m.outboxes[id].outbox())
	}
	return all
}

// Outbox gives the outbox of a hub; false: nothing was ever meant for it.
func (m *Messaging) Outbox(hub string) (Outbox, bool) {
	box := m.outboxes[hub]
	if box == nil {
		return Outbox{}, false
	}
	return box.outbox(), true
}

func (c *client) outbox() Outbox {
	return Outbox{c.id, c.token, c.inbox.count, c.inbox.taken + uint64(c.inbox.count)}
}

// ArrivedFrom gives up to where the letters of a hub have arrived, and of which
// stream; empty: of none.
func (m *Messaging) ArrivedFrom(hub string) (stream string, number uint64) {
	at := m.marks[hub]
	return at.stream, at.number
}

// roomToward reports whether an outbox takes another letter of that many bytes.
func (l *Limits) roomToward(b *inbox, bytes int64) bool {
	return (l.OutboxMessages == 0 || int64(b.count) < l.OutboxMessages) &&
		(l.OutboxBytes == 0 || b.bytes+bytes <= l.OutboxBytes)
}
