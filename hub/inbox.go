package hub

import (
	"context"
	"sync"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/messaging"
)

// Letter is a message as an inbox hands it out.
type Letter struct {
	// ID names the message in this client's inbox: the same when it comes again,
	// also after a restart of the hub.
	ID string
	// Message is shared with everybody else who has it, and not to be changed.
	*messaging.Message
}

// Inbox is the inbox of a session's client. A message stays in it until it is
// acknowledged, and comes again on the next connection as long as it is not. It is
// handed out in one of two ways: asked for one by one (Next), or by itself
// (Push). All methods may be called concurrently.
//
// What the text port's recv takes out is gone for the session, too. How many
// messages a full inbox has missed is told by a message from SYSTEM, which is
// acknowledged like any other.
type Inbox struct {
	hub    *Hub
	id     string
	gone   func(error) // Registration.Gone
	wake   chan struct{}
	pushes pump

	mu      sync.Mutex
	ledger  ledger
	ended   error    // why nothing comes any more
	waiting bool     // somebody is in Next
	last    string   // what Next gave last
	pushing *pushing // nil: nothing is pushed
}

// pushing is one call of Push.
type pushing struct {
	window  int
	deliver func(Letter) error
}

func newInbox(h *Hub, id string, gone func(error)) *Inbox {
	i := &Inbox{hub: h, id: id, gone: gone, wake: make(chan struct{}, 1)}
	i.pushes = pump{start: h.crew.start, work: i.push}
	return i
}

const (
	// longestWait bounds how long Next waits: who wants to wait longer asks again.
	longestWait = time.Hour
	// pushBatch is how many messages are read from an inbox at a time.
	pushBatch = 64
)

var (
	errGone  = fault.New(fault.Closed, "the client is known no more; register again")
	errTaken = fault.New(fault.Conflict, "the client has come back on another connection")
)

// Next acknowledges what it gave before and gives the next message; false: none
// has come within wait, or the hub is stopping. ack is the ID of a message, also
// from an earlier connection, which is acknowledged with all before it; empty: the
// one that Next gave last. The acknowledgement is stored when Next returns. One
// at a time may be in it, and nobody while messages are pushed.
func (i *Inbox) Next(ctx context.Context, wait time.Duration, ack string) (Letter, bool, error) {
	if err := i.enter(); err != nil {
		return Letter{}, false, err
	}
	defer i.leave()
	if err := i.acknowledgeLast(ctx, ack); err != nil {
		return Letter{}, false, err
	}
	late := time.NewTimer(min(wait, longestWait))
	defer late.Stop()
	for {
		if letter, found, err := i.next(); found || err != nil || wait <= 0 {
			return letter, found, err
		}
		select {
		case <-i.wake:
		case <-late.C:
			return Letter{}, false, nil
		case <-i.hub.stopping:
			return Letter{}, false, nil
		case <-ctx.Done():
			return Letter{}, false, fault.Wrap(ctx.Err(), fault.Closed, "the wait for a message was given up")
		}
	}
}

// enter begins a Next.
func (i *Inbox) enter() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.ended != nil:
		return i.ended
	case i.pushing != nil:
		return fault.New(fault.Conflict, "the messages of this inbox are pushed; switch that off to ask for them")
	case i.waiting:
		return errWaiting
	}
	i.waiting = true
	return nil
}

var errWaiting = fault.New(fault.Conflict, "somebody waits already for the next message of this inbox")

func (i *Inbox) leave() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting = false
}

// acknowledgeLast acknowledges what a Next is to, and waits until that is stored.
func (i *Inbox) acknowledgeLast(ctx context.Context, ack string) error {
	if err := i.settle(ack); err != nil {
		return err
	}
	if ticket, op := i.store(); op != nil {
		_, err := ticket.Wait(ctx)
		return err
	}
	return nil
}

// settle acknowledges a message with all before it; empty: what Next gave last.
func (i *Inbox) settle(ack string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if ack == "" {
		ack = i.last
	}
	i.last = ""
	if ack == "" {
		return nil
	}
	number, missed, err := parseID(ack)
	switch {
	case err != nil:
		return err
	case missed > 0:
		i.ledger.acknowledgeTelling(missed)
		return nil
	case number > i.ledger.handed: // on an earlier connection, perhaps
		if w, _ := i.hub.state.Waiting(i.id, number-1, 1); w.First == number && len(w.Messages) == 0 || w.First < number {
			return errNotHanded
		}
	}
	i.ledger.settle(number)
	return nil
}

// next hands out the next message, if there is one.
func (i *Inbox) next() (Letter, bool, error) {
	i.mu.Lock()
	letters, err := i.take(1)
	if len(letters) > 0 {
		i.last = letters[0].ID
	}
	i.mu.Unlock()
	if err != nil {
		i.end(err)
		return Letter{}, false, err
	}
	if len(letters) == 0 {
		return Letter{}, false, nil
	}
	return letters[0], true, nil
}

// take hands out so many messages at most. The error says that the inbox is no
// more.
func (i *Inbox) take(most int) (letters []Letter, err error) {
	if i.ended != nil {
		return nil, i.ended
	}
	l := &i.ledger
	w, known := i.hub.state.Waiting(i.id, l.handed, min(most, pushBatch))
	if !known {
		return nil, errGone
	}
	if w.First-1 > l.handed { // the text port's recv has taken some
		l.passed(w.First - 1)
	}
	if news := w.Missed - min(w.Missed, l.told+l.missed); news > 0 && most > 0 {
		l.told += news
		letters = append(letters, i.telling(news))
		w.Messages = w.Messages[:min(len(w.Messages), most-1)]
	}
	for _, m := range w.Messages {
		l.handed++
		letters = append(letters, Letter{messageID(l.handed), m})
	}
	return letters, nil
}

// telling is the message that says how many were missed.
func (i *Inbox) telling(missed uint64) Letter {
	return Letter{missedID(missed), &messaging.Message{
		From: messaging.System, To: i.id, Text: messaging.MissedText(missed), At: i.hub.Now(),
	}}
}

// store hands in what was acknowledged; a nil op says that there was nothing.
func (i *Inbox) store() (journal.Ticket, *messaging.Ack) {
	i.mu.Lock()
	upTo, missed, some := i.ledger.owed()
	i.mu.Unlock()
	if !some {
		return journal.Ticket{}, nil
	}
	op := &messaging.Ack{ID: i.id, UpTo: upTo, Missed: missed}
	return i.hub.submit(journal.Tx{Ops: []journal.Op{op}}), op
}

// ring says that something has come, or that the client is no more.
func (i *Inbox) ring() {
	i.mu.Lock()
	pushing, waiting := i.pushing != nil, i.waiting
	i.mu.Unlock()
	switch {
	case pushing:
		i.pushes.ring()
	case waiting:
		i.rouse()
	default:
		if _, known := i.hub.state.Waiting(i.id, 0, 0); !known {
			i.end(errGone)
		}
	}
}

// rouse wakes who is in Next.
func (i *Inbox) rouse() {
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

// end ends the inbox for this session, and tells why if nobody knows yet.
func (i *Inbox) end(why error) {
	if i.shut(why) && i.gone != nil {
		i.gone(why)
	}
}

// shut is end without telling; false: it had ended before. What was acknowledged
// is handed in.
func (i *Inbox) shut(why error) bool {
	i.mu.Lock()
	first := i.ended == nil
	if first {
		i.ended, i.pushing = why, nil
	}
	i.mu.Unlock()
	i.rouse()
	i.store()
	return first
}
