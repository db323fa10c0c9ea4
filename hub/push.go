package hub

import (
	"context"

	"althing/fault"
)

// DefaultWindow is how many messages may be unacknowledged on a session that
// does not say.
const DefaultWindow = 100

// Push hands every message to deliver as it comes, with all that wait already in
// front. At most window of them are unacknowledged at a time, and at most
// Limits.Window. Where something was handed out and not acknowledged before, it
// begins again. deliver is called by one goroutine at a time and may block for as
// long as the connection lasts; when it fails, pushing is over, and what it did
// not take comes with the next Push. A window of 0 ends pushing; a delivery may
// then be on its way.
func (i *Inbox) Push(window int, deliver func(Letter) error) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.ended != nil:
		return i.ended
	case window < 0:
		return fault.New(fault.Invalid, "a window is a number of messages from 1, or 0 to end pushing")
	case i.waiting:
		return errWaiting
	}
	i.ledger.rewind()
	i.last, i.pushing = "", nil
	if window > 0 {
		i.pushing = &pushing{window: int(min(int64(window), i.hub.config.Limits.Window)), deliver: deliver}
		i.pushes.ring()
	}
	return nil
}

// Acknowledge says that the client has a message which was pushed to it. It
// counts when all before it are acknowledged, and is stored soon after; one that
// comes again was not. Twice is no error.
func (i *Inbox) Acknowledge(id string) error {
	number, missed, err := parseID(id)
	if err != nil {
		return err
	}
	i.mu.Lock()
	if missed > 0 {
		i.ledger.acknowledgeTelling(missed)
	} else {
		err = i.ledger.acknowledge(number)
	}
	i.mu.Unlock()
	i.pushes.ring()
	return err
}

// acknowledgeUpTo says that everything up to a message has been taken, whether it
// was handed out here or before a restart.
func (i *Inbox) acknowledgeUpTo(number uint64) {
	i.mu.Lock()
	i.ledger.settle(number)
	i.mu.Unlock()
	i.pushes.ring()
}

// push is the work of pushing: it stores what was acknowledged since, and
// delivers what there is room for.
func (i *Inbox) push() {
	for {
		if ticket, op := i.store(); op != nil && op.Missed > 0 {
			// Until it has taken effect, what was told of looks like news. What
			// could not be stored is told again.
			_, _ = ticket.Wait(context.Background())
		}
		p, letters, err := i.batch()
		if err != nil {
			i.end(err)
		}
		if len(letters) == 0 {
			return
		}
		for _, letter := range letters {
			if p.deliver(letter) != nil {
				i.stopPushing(p)
				return
			}
		}
	}
}

// batch hands out the messages that there is room for in the window.
func (i *Inbox) batch() (p *pushing, letters []Letter, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if p = i.pushing; p == nil {
		return nil, nil, nil
	}
	room := p.window - i.ledger.open()
	if room <= 0 {
		return p, nil, nil
	}
	letters, err = i.take(room)
	return p, letters, err
}

// stopPushing ends the pushing that p is, unless another has begun.
func (i *Inbox) stopPushing(p *pushing) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.pushing == p {
		i.pushing = nil
	}
}
