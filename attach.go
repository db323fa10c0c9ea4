package althing

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// admitTo makes whoever has connected to a channel's port a further conn of a
// client, in a goroutine of its own.
func (s *Server) admitTo(r *run, ch *channel, nc net.Conn) {
	if err := s.roll.enter(nc, &s.Limits); err != nil {
		s.warn("a connection was refused", "from", nc.RemoteAddr().String(), "err", err)
		nc.Close()
		return
	}
	r.work.Go(func() {
		if err := s.attach(r, ch, nc); err != nil {
			s.roll.left(nc)
			nc.Close()
			if !errors.Is(err, io.EOF) { // it only looked
				s.refused("a connection to a channel was refused", err, "channel", ch.Name, "from", nc.RemoteAddr().String())
			}
		}
	})
}

// attach finds out whose connection it is, and has it read. When it succeeds,
// the connection is taken off the roll when it ends.
func (s *Server) attach(r *run, ch *channel, nc net.Conn) error {
	ctx, cancel := context.WithTimeout(r.ctx, s.Limits.Register)
	defer cancel()
	if err := nc.SetDeadline(time.Now().Add(s.Limits.Register)); err != nil {
		return err
	}
	is, err := s.recognise(ctx, nc, s.further)
	if err != nil {
		return err
	}
	d := &landing{server: s, channel: ch, net: nc, is: is}
	codec, err := is.protocol.Accept(ctx, is.conn, d)
	if err == nil && d.client == nil {
		err = fault.New(fault.Invalid, "the connection was not registered")
	}
	if err == nil {
		err = nc.SetDeadline(time.Time{})
	}
	if err != nil {
		return err
	}
	base := d.client.main.ctx
	l := &link{channel: ch, name: ch.Name, port: portOf(nc.LocalAddr()), client: d.client}
	if ch.Handle == nil {
		return s.joinFramed(base, l, s.conn(r, nc, is, codec))
	}
	raw, ok := codec.(wire.Raw)
	if !ok {
		return fault.New(fault.Invalid, "%s has no raw bytes", is.protocol.Name())
	}
	return s.joinRaw(base, l, nc, raw.Conn())
}

// joinFramed reads a connection as the one on the server's port is read.
func (s *Server) joinFramed(ctx context.Context, l *link, c *Conn) error {
	c.peer, c.link = l.client, l
	l.conn, l.close = c, func() { c.drop(nil) }
	c.prepare(ctx)
	if !s.channels.link(l) {
		return ErrServerClosed
	}
	s.roll.admitted(c.accepted)
	c.start()
	return nil
}

// joinRaw has the channel's handler read a connection, until it ends.
func (s *Server) joinRaw(ctx context.Context, l *link, nc, raw net.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.close = func() {
		cancel()
		nc.Close()
	}
	if !s.channels.link(l) {
		return ErrServerClosed
	}
	s.roll.admitted(nc)
	s.handleRaw(ctx, l, raw)
	s.channels.unlink(l)
	raw.Close() // TLS says goodbye
	s.roll.left(nc)
	return nil
}

// channelProtocols are what is spoken on channels' ports. What none claims is
// refused by the first: the last one's, which are the old ones, have a word for it.
func channelProtocols(protocols []wire.Protocol) []wire.Protocol {
	var spoken []wire.Protocol
	for _, p := range slices.Backward(protocols) {
		further := furtherOf(p)
		if further != nil && !slices.ContainsFunc(spoken, func(s wire.Protocol) bool { return s.Name() == further.Name() }) {
			spoken = append(spoken, further)
		}
	}
	return spoken
}

// furtherOf is what a protocol's clients speak on a channel's port, nil when
// they cannot connect to one.
func furtherOf(p wire.Protocol) wire.Protocol {
	if c, ok := p.(wire.Channeler); ok {
		return c.Channel()
	}
	return nil
}

// landing is the wire.Desk of one connection to a channel.
type landing struct {
	server  *Server
	channel *channel
	net     net.Conn
	is      recognised
	client  *peer
}

// errLanding is what a channel's port says to questions that are the server's.
var errLanding = fault.New(fault.Invalid, "this is a channel's port; register at the server's")

// Info implements wire.Desk.
func (d *landing) Info() wire.Info { return d.server.Info() }

// Status implements wire.Desk.
func (*landing) Status() (value.Value, error) { return nil, errLanding }

// Enter implements wire.Desk.
func (d *landing) Enter(wire.Hello) (wire.Welcome, error) {
	return wire.Welcome{}, errLanding
}

// Attach implements wire.Desk.
func (d *landing) Attach(claim string) (wire.Welcome, error) {
	if err := d.server.mayComeIn(d.net, d.is.secured); err != nil {
		return wire.Welcome{}, err
	}
	var c *Conn
	if at, err := netip.ParseAddrPort(claim); err == nil {
		c = d.server.claimed(at, d)
	} else {
		c = d.server.channels.tickets.take(claim, d.channel.Name, time.Now())
	}
	if c == nil {
		return wire.Welcome{}, fault.New(fault.Denied, "no client has that address or ticket")
	}
	if err := d.server.permitChannel(c, d.channel.Name); err != nil {
		return wire.Welcome{}, err
	}
	d.client = c.peer
	return wire.Welcome{ID: c.ID(), Name: c.Name(), Server: d.server.Info()}, nil
}

// claimed finds the client whose own address on the server's port is the claim.
// Anybody may claim anybody's, so the connection must come from where the
// client's has come from; behind an address translation the client does not know
// that address, but perhaps the port, or it is the only one from there that may
// be meant. Who gets in with a ticket is never found here.
func (s *Server) claimed(claim netip.AddrPort, d *landing) *Conn {
	from, spoken := addrOf(d.net).Addr(), d.is.protocol.Name()
	translated := claim.Addr().Unmap() != from
	var candidates []*Conn
	for _, c := range s.Conns() {
		switch {
		case c.further != spoken, c.from.Addr() != from:
		case c.from.Port() == claim.Port():
			return c
		case translated && !c.has(d.channel.Name):
			candidates = append(candidates, c)
		}
	}
	if len(candidates) == 1 {
		return candidates[0]
	}
	return nil
}
