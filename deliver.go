package althing

import (
	"context"

	"althing/wire"
)

// Deliver sends a message and waits until the other side has acknowledged it.
func (c *Conn) Deliver(ctx context.Context, m *Message) error {
	if err := c.limits.check(m); err != nil {
		return err
	}
	_, _, err := c.ask(ctx, m.frame())
	return err
}

// Offer sends a message as Send does, and has acknowledged called once, unless it
// fails: with nil when the other side has acknowledged the message, else with why
// it will not. acknowledged must not block. Where the protocol has no
// acknowledgements, Offer waits until the message is written.
func (c *Conn) Offer(m *Message, acknowledged func(error)) error {
	if err := c.limits.check(m); err != nil {
		return err
	}
	f := m.frame()
	if u, ok := c.codec.(wire.Unanswered); ok && u.Unanswered(f.Kind) {
		if err := c.send(f); err != nil {
			return err
		}
		<-c.out.flushed()
		acknowledged(c.out.ended())
		return nil
	}
	_, err := c.pose(f, question{func(answer wire.Frame) {
		if answer.Err != nil {
			acknowledged(answer.Err)
			return
		}
		acknowledged(nil)
	}, false})
	return err
}
