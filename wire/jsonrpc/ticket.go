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
)

// Channel implements wire.Channeler.
func (Lines) Channel() wire.Protocol { return Tickets{} }

// Channel implements wire.Channeler: a channel's port speaks no HTTP.
func (WebSocket) Channel() wire.Protocol { return Tickets{} }

// Name implements wire.Protocol.
func (Tickets) Name() string { return "jsonrpc-channel" }

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

// Accept implements wire.Protocol. Who has no valid ticket is told nothing: what
// follows would be read as the channel's own bytes.
func (Tickets) Accept(_ context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	c := newCodec(conn)
	line, err := c.in.Line(maxTicket)
	if err != nil {
		return nil, err
	}
	ticket := string(line)
	if ticket == "" || strings.Trim(ticket, ticketLetters) != "" {
		return nil, fault.New(fault.Invalid, "a channel's connection begins with a ticket and a newline")
	}
	if _, err := desk.Attach(ticket); err != nil {
		return nil, err
	}
	c.in.Wait(0)
	return c, nil
}

// Dial implements wire.Protocol. The ticket is the Hello's Resume.
func (Tickets) Dial(_ context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	if hello.Resume == "" {
		return nil, wire.Welcome{}, errors.New("a channel needs a ticket")
	}
	if _, err := io.WriteString(conn, hello.Resume+"\n"); err != nil {
		return nil, wire.Welcome{}, err
	}
	c := newCodec(conn)
	c.in.Wait(0)
	return c, wire.Welcome{Name: hello.Name}, nil
}
