package jsonrpc

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"althing/fault"
	"althing/wire"
)

// Tickets is the session protocol on a channel's port: a client sends the ticket
// that it got for the channel, and a newline. What comes then is the channel's
// own: its handler takes the connection from the codec, which is a wire.Raw, or
// the codec reads it as on the server's port.
type Tickets struct{}

// WebTickets is the same over WebSocket, for browsers: the first message is the
// ticket, and then binary messages are the channel's bytes, or text messages
// objects. Pages of any origin may connect: who has a ticket has been let in.
type WebTickets struct{}

const (
	// ticketLetters are what a ticket is made of, so that it is told apart from
	// the first words of other protocols.
	ticketLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	// maxTicket is the bytes of a ticket: there are enough with half of them
	// that nobody guesses one.
	maxTicket = 64
)

var (
	_ wire.Channeler = Lines{}
	_ wire.Channeler = WebSocket{}
	_ wire.Protocol  = Tickets{}
	_ wire.Protocol  = WebTickets{}
)

// Channel implements wire.Channeler.
func (Lines) Channel() wire.Protocol { return Tickets{} }

// Channel implements wire.Channeler.
func (WebSocket) Channel() wire.Protocol { return WebTickets{} }

// Name implements wire.Protocol.
func (Tickets) Name() string { return "jsonrpc-channel" }

// Name implements wire.Protocol.
func (WebTickets) Name() string { return "websocket-channel" }

// Claims implements wire.Protocol.
func (Tickets) Claims(first []byte) wire.Match {
	switch {
	case len(first) == 0:
		return wire.More
	case strings.IndexByte(ticketLetters, first[0]) >= 0:
		return wire.Yes
	}
	return wire.No
}

// Claims implements wire.Protocol.
func (WebTickets) Claims(first []byte) wire.Match { return WebSocket{}.Claims(first) }

// Accept implements wire.Protocol.
func (Tickets) Accept(_ context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	return present(newCodec(conn), desk)
}

// Accept implements wire.Protocol.
func (WebTickets) Accept(_ context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	frames, err := WebSocket{anyOrigin: true}.shake(conn)
	if err != nil {
		return nil, err
	}
	c, err := present(newCodec(frames), desk)
	if err != nil {
		return nil, err
	}
	return &webCodec{c, frames}, nil
}

// present reads a ticket and shows it at the desk. Who has none that is valid is
// told so: a client with a ticket reads nothing before it has come in.
func present(c *codec, desk wire.Desk) (*codec, error) {
	line, err := c.in.Line(maxTicket)
	if err == nil {
		err = show(strings.TrimRight(string(line), " "), desk)
	}
	if err == nil {
		c.in.Wait(0)
		return c, nil
	}
	if said := new(fault.Error); errors.As(err, &said) {
		_, _ = c.Write(Refusal(err)) // nobody else to tell
		wire.Linger(c.conn)
	}
	return nil, err
}

func show(ticket string, desk wire.Desk) error {
	if ticket == "" || strings.Trim(ticket, ticketLetters) != "" {
		return fault.New(fault.Invalid, "a channel's connection begins with a ticket and a newline")
	}
	_, err := desk.Attach(ticket)
	return err
}

// Dial implements wire.Protocol. The ticket is the Hello's Resume.
func (Tickets) Dial(_ context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	return hand(newCodec(conn), hello)
}

// Dial implements wire.Protocol.
func (WebTickets) Dial(ctx context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	frames, err := dialFrames(ctx, conn)
	if err != nil {
		return nil, wire.Welcome{}, err
	}
	c, welcome, err := hand(newCodec(frames), hello)
	if err != nil {
		return nil, wire.Welcome{}, err
	}
	return &webCodec{c, frames}, welcome, nil
}

// hand gives a ticket in.
func hand(c *codec, hello wire.Hello) (*codec, wire.Welcome, error) {
	if hello.Resume == "" {
		return nil, wire.Welcome{}, errors.New("a channel needs a ticket")
	}
	if _, err := io.WriteString(c, hello.Resume+"\n"); err != nil {
		return nil, wire.Welcome{}, err
	}
	c.in.Wait(0)
	return c, wire.Welcome{Name: hello.Name}, nil
}

// webCodec is a channel's connection over WebSocket. Nothing is read ahead: each
// message is read by itself.
type webCodec struct {
	*codec
	frames *frames
}

// Conn implements wire.Raw: the bytes are in binary messages.
func (c *webCodec) Conn() net.Conn { return &stream{frames: c.frames} }
