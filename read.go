package althing

import (
	"context"

	"althing/wire"
)

// letter is a message that waits to be read.
type letter struct {
	message *Message
	conn    *Conn      // that it came over
	ask     wire.Frame // what is answered when it is read; without an ID: nothing
}

// Read waits for the next message. It fails when ctx ends, and when the client
// has ended for good and all messages have been read.
func (c *Client) Read(ctx context.Context) (*Message, error) {
	for {
		if m, ok := c.TryRead(); ok {
			return m, nil
		}
		select {
		case l := <-c.inbox:
			if m := l.open(); m != nil {
				return m, nil
			}
		case <-c.over:
			if m, ok := c.TryRead(); ok {
				return m, nil
			}
			return nil, c.ended
		case <-ctx.Done():
			return nil, waited(ctx, "a message")
		}
	}
}

// TryRead gives the next message, if one is there. It does not wait.
func (c *Client) TryRead() (*Message, bool) {
	for {
		select {
		case l := <-c.inbox:
			if m := l.open(); m != nil {
				return m, true
			}
		default:
			return nil, false
		}
	}
}

// open gives the message, and acknowledges it if that is wanted. When the
// connection has gone before, there is nothing to read: it comes again.
func (l *letter) open() *Message {
	if l.ask.ID == "" {
		return l.message
	}
	if l.conn.out.ended() != nil {
		return nil
	}
	l.conn.answer(l.ask, wire.Frame{})
	return l.message
}
