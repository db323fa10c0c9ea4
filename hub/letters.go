package hub

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"sync"

	"althing/access"
	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/network"
)

// letters is what the hub does about messages to and from other hubs: those to
// another hub wait in its outbox and are pushed along the tree, those from there
// are stored once and in order. Safe for concurrent use.
type letters struct {
	hub  *Hub
	run  uint64            // of this start of the hub, higher than all before
	kept map[string]uint64 // the last letter that was in each outbox at the start

	mu       sync.Mutex
	sending  map[network.ID]*member   // whose inbox is the outbox of another hub
	arriving map[network.ID]*arrivals // by the hub that they come from
	posting  []posting                // what is being stored
	poster   pump
}

// posting is messages for other hubs that are being stored.
type posting struct {
	ticket journal.Ticket
	to     []string // hubs
}

func newLetters(h *Hub) *letters {
	l := &letters{hub: h, kept: map[string]uint64{}, sending: map[network.ID]*member{}, arriving: map[network.ID]*arrivals{}}
	for _, box := range h.state.Outboxes() {
		l.kept[box.Hub] = box.Last
	}
	l.poster = pump{start: h.crew.start, work: l.post}
	return l
}

// posted takes note of what a transaction has for other hubs: it is sent when it
// is stored.
func (l *letters) posted(ticket journal.Ticket, ops []journal.Op) {
	for _, op := range ops {
		forward, is := op.(*messaging.Forward)
		if !is {
			continue
		}
		l.mu.Lock()
		l.posting = append(l.posting, posting{ticket, forward.Hubs})
		l.mu.Unlock()
		l.poster.ring()
	}
}

// post has sent what is stored by now.
func (l *letters) post() {
	for {
		l.mu.Lock()
		posting := l.posting
		l.posting = nil
		l.mu.Unlock()
		if len(posting) == 0 {
			return
		}
		to := map[string]bool{}
		for _, p := range posting {
			if _, err := p.ticket.Wait(context.Background()); err != nil {
				continue // its sender is told
			}
			for _, id := range p.to {
				to[id] = true
			}
		}
		for id := range to {
			l.hub.node.Wake(network.ID(id))
		}
	}
}

// towardWindow is how many letters to one hub are on their way and not
// acknowledged: enough to keep a link busy over the time that an answer takes.
const towardWindow = 1000

// push pushes what waits for a hub, from the first that was not acknowledged.
func (l *letters) push(to network.ID, deliver func(network.Letter) error) {
	box, known := l.hub.state.Outbox(string(to))
	if !known {
		return
	}
	about := network.Letter{
		Stream: box.Stream + "." + strconv.FormatUint(l.run, runBase), First: box.Last - uint64(box.Messages) + 1, Kept: l.kept[box.Hub],
	}
	inbox := l.outbox(to)
	err := inbox.Push(towardWindow, func(letter Letter) (err error) {
		if about.Number, _, err = parseID(letter.ID); err != nil {
			return err
		}
		return deliver(onItsWay(letter.Message, about))
	})
	if err != nil {
		l.hub.log.Debug("messages for another hub cannot be sent", "hub", string(to), "error", err)
	}
}

// runBase is how a run is written behind the name of an outbox: together they are
// the stream that other hubs see.
const runBase = 36

// roleHeader is the last header of a message in an outbox: what its sender was when
// it was sent. It does not travel as a header.
const roleHeader = "@role"

// withRole gives the headers of a message for other hubs.
func withRole(headers []messaging.Header, role access.Role) []messaging.Header {
	return append(slices.Clone(headers), messaging.Header{Name: roleHeader, Value: strconv.Itoa(int(role))})
}

// onItsWay is a message as other hubs see it.
func onItsWay(m *messaging.Message, letter network.Letter) network.Letter {
	letter.Sender, letter.Receiver, letter.Body = m.From, m.To, m.Text
	headers := m.Headers
	if last := len(headers) - 1; last >= 0 && headers[last].Name == roleHeader {
		role, _ := strconv.Atoi(headers[last].Value) // what is none is a guest
		letter.Role, headers = network.Role(role), headers[:last]
	}
	for _, h := range headers {
		letter.Headers = append(letter.Headers, network.Header(h))
	}
	return letter
}

// outbox gives the inbox that is a hub's outbox.
func (l *letters) outbox(to network.ID) *Inbox {
	l.mu.Lock()
	m := l.sending[to]
	if m == nil {
		m = &member{id: string(to)}
		m.inbox = newInbox(l.hub, m.id, nil)
		l.sending[to] = m
	}
	l.mu.Unlock()
	l.hub.crier.join(m)
	return m.inbox
}

// acknowledge notes that a hub has all letters of a stream up to a number. What was
// said to an earlier start is about other letters.
func (l *letters) acknowledge(to network.ID, stream string, number uint64) {
	name, run, err := cutStream(stream)
	box, known := l.hub.state.Outbox(string(to))
	if err == nil && known && box.Stream == name && run == l.run {
		l.outbox(to).acknowledgeUpTo(min(number, box.Last))
	}
}

// cutStream gives the name of an outbox and the run of its hub.
func cutStream(stream string) (name string, run uint64, err error) {
	name, digits, _ := strings.Cut(stream, ".")
	run, err = strconv.ParseUint(digits, runBase, 64)
	return name, run, err
}

// waiting gives the hubs for which something waits.
func (l *letters) waiting() []network.ID {
	var ids []network.ID
	for _, box := range l.hub.state.Outboxes() {
		if box.Messages > 0 {
			ids = append(ids, network.ID(box.Hub))
		}
	}
	return ids
}

// arrivals are the letters of one hub that are being stored.
type arrivals struct {
	letters *letters
	pump    pump

	mu    sync.Mutex
	queue []arrival
}

type arrival struct {
	letter network.Letter
	ticket journal.Ticket
	done   func(number uint64, err error)
}

// mostArriving bounds the letters of one hub that are being stored: its window.
// What is more comes again.
const mostArriving = 2 * towardWindow

// arrive begins to store a letter of another hub.
func (l *letters) arrive(letter network.Letter, done func(number uint64, err error)) {
	l.mu.Lock()
	a := l.arriving[letter.Origin]
	if a == nil {
		a = &arrivals{letters: l}
		a.pump = pump{start: l.hub.crew.start, work: a.finish}
		l.arriving[letter.Origin] = a
	}
	l.mu.Unlock()
	stream, run, err := cutStream(letter.Stream)
	if err != nil {
		done(0, fault.Wrap(err, fault.Invalid, "the stream of a letter is no name and number"))
		return
	}
	op := &messaging.Arrive{
		Hub: string(letter.Origin), Stream: stream, Run: run, Kept: letter.Kept, First: letter.First, Number: letter.Number,
		To: letter.Receiver, Text: letter.Body,
		From: letter.Sender + "@" + l.hub.node.Name(letter.Origin),
	}
	for _, h := range letter.Headers {
		op.Headers = append(op.Headers, messaging.Header(h))
	}
	if l.mayNot(letter) != nil {
		op.To = messaging.NoReply // nobody: it counts as arrived all the same
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) >= mostArriving {
		return
	}
	a.queue = append(a.queue, arrival{letter, l.hub.submit(journal.Tx{Ops: []journal.Op{op}}), done})
	a.pump.ring()
}

// mayNot says why the sender of a letter may not send here, or nil.
func (l *letters) mayNot(letter network.Letter) error {
	return l.hub.access.May(access.Role(letter.Role), access.Send)
}

// finish tells of what has been stored.
func (a *arrivals) finish() {
	for {
		a.mu.Lock()
		queue := a.queue
		a.queue = nil
		a.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for i, one := range queue {
			results, err := one.ticket.Wait(context.Background())
			if err != nil {
				one.done(0, err)
				continue
			}
			result := results[0].(messaging.Arrival)
			if result.Now {
				a.letters.took(one.letter, result.Refused)
			}
			if last := i == len(queue)-1; last || result.Number != one.letter.Number || queue[i+1].letter.Stream != one.letter.Stream {
				one.done(result.Number, nil) // else that of the next says it, too
			}
		}
	}
}

// took does what is to be done with a letter beside storing it: what the console
// is to show is shown, and what nobody can have is told to the sender.
func (l *letters) took(letter network.Letter, refused error) {
	if err := l.mayNot(letter); err != nil {
		refused = err
	}
	if refused == nil && letter.Receiver == messaging.Console {
		l.hub.Console(letter.Sender+"@"+l.hub.node.Name(letter.Origin), letter.Body)
	}
	if refused == nil || letter.Sender == messaging.System || letter.Sender == messaging.NoReply {
		return
	}
	text := "your message to '" + letter.Receiver + "@" + l.hub.node.Name(l.hub.node.ID()) + "' was not delivered: " + fault.Of(refused).Message
	op := &messaging.Forward{Hubs: []string{string(letter.Origin)}, Stream: rand.Text(), From: messaging.System, To: letter.Sender, Text: text, Headers: withRole(nil, access.Admin)}
	ticket := l.hub.submit(journal.Tx{Ops: []journal.Op{op}})
	l.hub.crew.start(func() {
		if _, err := ticket.Wait(context.Background()); err != nil {
			l.hub.log.Info("a sender at another hub cannot be told that a message was not delivered", "error", err)
		}
	})
}
