package session

import (
	"context"
	"time"
	"unicode/utf8"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

// inboxOf gives the inbox of a link's client.
func (l *link) inbox() (inbox *hub.Inbox, err error) {
	err = l.use(func(session *hub.Session) error {
		inbox, err = session.Inbox()
		return err
	})
	return inbox, err
}

// next gives the next message of the client's inbox.
func next(ctx context.Context, _ *althing.Conn, given *value.Dict) (althing.Answer, error) {
	p := params{of: given}
	wait, _ := p.seconds("wait")
	ack := p.maybeText("ack")
	if p.err != nil {
		return done, p.err
	}
	inbox, err := linkOf(ctx).inbox()
	if err != nil {
		return done, err
	}
	letter, found, err := inbox.Next(ctx, duration(wait), ack)
	switch {
	case err != nil:
		return done, err
	case !found:
		return answer(member("message", value.None{}))
	}
	message, err := letterValue(letter)
	if err != nil {
		return done, err
	}
	return answer(member("message", message))
}

// duration is a number of seconds, as far as there can be so many.
func duration(seconds float64) time.Duration {
	const most = 1e9 // 30 years
	return time.Duration(min(max(seconds, 0), most) * float64(time.Second))
}

// letterValue is a message as inbox.next gives it: with the members that it has
// when it is pushed.
func letterValue(letter hub.Letter) (*value.Dict, error) {
	body := value.Value(value.Bytes(letter.Text))
	if utf8.ValidString(letter.Text) {
		body = value.Str(letter.Text)
	}
	members := []value.Pair{
		member("id", value.Str(letter.ID)), member("from", value.Str(letter.From)), member("to", value.Str(letter.To)),
		member("body", body), member("time", seconds(letter.At)),
	}
	if len(letter.Headers) > 0 {
		members = append(members, member("headers", headers(letter)))
	}
	return value.NewDict(members)
}

// headers are those of a message: a dict, or a list where a name comes twice.
func headers(letter hub.Letter) value.Value {
	pairs := make([]value.Pair, len(letter.Headers))
	list := make(value.List, len(letter.Headers))
	names := map[string]bool{}
	for i, h := range letter.Headers {
		v := value.Value(value.None{})
		if h.Value != "" {
			v = value.Str(h.Value)
		}
		names[h.Name] = true
		pairs[i] = member(h.Name, v)
		list[i] = value.List{value.Str(h.Name), v}
	}
	if d, err := value.NewDict(pairs); err == nil && len(names) == len(pairs) {
		return d
	}
	return list
}

// push has the messages of the client's inbox come by themselves, or ends that.
func push(ctx context.Context, c *althing.Conn, given *value.Dict) (althing.Answer, error) {
	p := params{of: given}
	on, window := p.flag("on"), p.count("window")
	switch {
	case p.err != nil:
		return done, p.err
	case !on:
		window = 0
	case window == 0:
		window = hub.DefaultWindow
	}
	inbox, err := linkOf(ctx).inbox()
	if err != nil {
		return done, err
	}
	return done, inbox.Push(window, func(letter hub.Letter) error { return offer(ctx, c, inbox, letter) })
}

// offer sends a client a message of its inbox, which is acknowledged there when the
// client has.
func offer(ctx context.Context, c *althing.Conn, inbox *hub.Inbox, letter hub.Letter) error {
	for {
		// Made anew each time: the text is the inbox's, and no copy of it is to be
		// held while there is no room.
		err := c.Offer(message(letter), func(err error) {
			if err == nil {
				_ = inbox.Acknowledge(letter.ID) // it fails when the client is no more
			}
		})
		switch {
		case fault.Is(err, fault.Full):
			err = c.Flush(ctx)
		case fault.Is(err, fault.Limit), fault.Is(err, fault.Invalid):
			// It would come again for ever, and nothing behind it.
			letter.Headers, letter.Text = nil, "a message cannot be sent to you: "+fault.Of(err).Message
			continue
		default:
			return err
		}
		if err != nil {
			return err
		}
	}
}

// message is a letter as a message.
func message(letter hub.Letter) *althing.Message {
	m := &althing.Message{From: letter.From, To: letter.To, ID: letter.ID, Body: []byte(letter.Text)}
	for _, h := range letter.Headers {
		m.Add(h.Name, h.Value)
	}
	return m
}

// connected gives the link of a client its conn. Clients of LocalThings cannot ask
// for their messages, and know no acknowledgements: they get them as they come,
// one after the other.
func connected(c *althing.Conn) {
	l := c.NetConn().(*link)
	l.conn.Store(c)
	if lost := l.lost.Load(); lost != nil { // while it registered
		c.CloseFor(lost)
		return
	}
	if c.Protocol() != oldProtocol {
		return
	}
	inbox, err := l.inbox()
	if err == nil {
		ctx := withLink(context.Background(), l)
		err = inbox.Push(1, func(letter hub.Letter) error { return offer(ctx, c, inbox, letter) })
	}
	if err != nil {
		c.Close(fault.Of(err).Message)
	}
}
