package althing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"althing/fault"
	"althing/secure"
	"althing/value"
	"althing/wire"
)

const (
	// maxFirst is how many bytes of a connection are looked at to find out what
	// it speaks: more than the first word of any protocol.
	maxFirst = 64
	// silence is how long a connection that says nothing is waited for, when a
	// protocol is among those in question whose clients wait for the server.
	silence = 500 * time.Millisecond
)

// admit registers whoever has connected, in a goroutine of its own.
func (s *Server) admit(r *run, nc net.Conn) {
	if err := s.roll.enter(nc, &s.Limits); err != nil {
		s.warn("a connection was refused", "from", nc.RemoteAddr().String(), "err", err)
		nc.Close()
		return
	}
	r.work.Go(func() {
		c, err := s.register(r, nc)
		if err != nil {
			s.roll.left(nc)
			nc.Close()
			if !errors.Is(err, io.EOF) { // it only looked
				s.refused("a registration has failed", err, "from", nc.RemoteAddr().String())
			}
			return
		}
		s.call(r, func() {
			for _, f := range s.connected.all() {
				(*f)(c)
			}
		})
		c.start()
	})
}

// register finds out what protocol a connection speaks, and registers the client.
func (s *Server) register(r *run, nc net.Conn) (*Conn, error) {
	base := r.ctx
	if s.ConnContext != nil {
		base = s.ConnContext(base, nc)
	}
	ctx, cancel := context.WithTimeout(base, s.Limits.Register)
	defer cancel()
	if err := nc.SetDeadline(time.Now().Add(s.Limits.Register)); err != nil {
		return nil, err
	}
	is, err := s.recognise(ctx, nc, s.Protocols)
	if err != nil {
		return nil, err
	}
	e := &entrance{server: s, net: nc, secured: is.secured}
	e.enter = func(hello wire.Hello) (wire.Welcome, error) { return s.enter(ctx, e, hello) }
	e.status = func() (value.Value, error) { return s.status(ctx) }
	codec, err := is.protocol.Accept(ctx, is.conn, e)
	if err == nil && !e.entered {
		err = fault.New(fault.Invalid, "the connection was not registered")
	}
	if err == nil {
		err = nc.SetDeadline(time.Time{})
	}
	if err != nil {
		if e.entered && s.roll.byID(e.identity.ID) == nil {
			s.Directory.Leave(e.identity.ID)
		}
		return nil, err
	}
	c := s.conn(r, nc, is, codec)
	c.id, c.name, c.permissions, c.hello = e.identity.ID, e.identity.Name, e.permissions, e.hello
	c.from, c.groups, c.told = addrOf(nc), s.Groups, e.told
	if further := furtherOf(is.protocol); further != nil {
		c.further = further.Name()
	}
	c.prepare(base)
	if before := s.roll.register(nc, c); before != nil {
		before.drop(fault.New(fault.Conflict, "the client has registered again"))
	}
	if s.isClosing(r) { // it has let everybody go who was there before
		c.drop(s.whyClosing(r))
	}
	s.came(c, fmt.Sprintf("%s is registered as '%s'", c.from.Addr(), c.Name()), "from", c.from.String(), "protocol", c.protocol)
	return c, nil
}

// conn makes a Conn of a connection that has been accepted as nc.
func (s *Server) conn(r *run, nc net.Conn, is recognised, codec wire.Codec) *Conn {
	c := newConn(s, r.work.Go, is.conn, codec, is.protocol.Name(), &s.Limits)
	c.accepted, c.run, c.out.budget = nc, r, &s.queues
	return c
}

// recognised is a connection of which is known what it speaks.
type recognised struct {
	conn     net.Conn
	secured  bool // by TLS
	protocol wire.Protocol
}

// recognise finds out which of the protocols a connection speaks, and shakes
// hands when that is TLS first.
func (s *Server) recognise(ctx context.Context, nc net.Conn, protocols []wire.Protocol) (is recognised, err error) {
	is.conn, is.secured = nc, secure.Is(nc)
	for first := []byte(nil); ; {
		if s.TLS != nil && !is.secured && secure.Begins(first) {
			if is.conn, err = secure.Accept(ctx, nc, first, s.TLS); err != nil {
				return is, err
			}
			is.secured, first = true, nil
		}
		var certain bool
		is.protocol, certain = match(protocols, first)
		certain = certain && (s.TLS == nil || is.secured || len(first) > 0)
		if certain || len(first) >= maxFirst {
			is.conn = wire.Ahead(is.conn, first)
			return is, nil
		}
		claimed := is.protocol.Claims(first) == wire.Yes // unless more comes soon
		if claimed {
			_ = nc.SetReadDeadline(time.Now().Add(silence)) // the read says whether it is closed
		}
		more := make([]byte, maxFirst-len(first))
		n, err := is.conn.Read(more)
		first = append(first, more[:n]...)
		if claimed {
			_ = nc.SetReadDeadline(time.Now().Add(s.Limits.Register))
			if errors.Is(err, os.ErrDeadlineExceeded) {
				is.conn = wire.Ahead(is.conn, first)
				return is, nil
			}
		}
		if err != nil && n == 0 {
			return is, err
		}
	}
}

// match finds the protocol of a connection that begins with first. It is
// certain, unless one that comes before it needs more bytes to tell. One that
// alone may still claim what has begun waits for the rest itself, with its own
// patience. What none claims is refused by one that has a word for it, or by the
// first, in its own words.
func match(protocols []wire.Protocol, first []byte) (found wire.Protocol, certain bool) {
	var open []wire.Protocol
	for _, p := range protocols {
		switch p.Claims(first) {
		case wire.Yes:
			return p, len(open) == 0
		case wire.More:
			open = append(open, p)
		}
	}
	if len(open) == 1 && len(first) > 0 {
		return open[0], true
	}
	if len(open) > 0 {
		return protocols[0], false
	}
	for _, p := range protocols {
		if r, ok := p.(wire.Refuser); ok && r.Refuses(first) {
			return p, true
		}
	}
	return protocols[0], true
}

// entrance is the wire.Desk of one connection.
type entrance struct {
	server      *Server
	net         net.Conn
	secured     bool
	enter       func(wire.Hello) (wire.Welcome, error)
	status      func() (value.Value, error)
	entered     bool
	told        *wire.Info // what the client was told of the server
	hello       wire.Hello
	identity    Identity
	permissions []string
}

// Info implements wire.Desk.
func (e *entrance) Info() wire.Info {
	if e.told != nil {
		return e.server.Info()
	}
	e.told = e.server.infoNow()
	return *e.told
}

// Status implements wire.Desk.
func (e *entrance) Status() (value.Value, error) {
	if err := e.server.mayComeIn(e.net, e.secured); err != nil {
		return nil, err
	}
	return e.status()
}

// mayComeIn refuses a connection without TLS where it is not wanted.
func (s *Server) mayComeIn(nc net.Conn, secured bool) error {
	if s.TLSOnly && !secured && !addrOf(nc).Addr().IsLoopback() {
		return secure.ErrPlain
	}
	return nil
}

// Enter implements wire.Desk.
func (e *entrance) Enter(hello wire.Hello) (wire.Welcome, error) {
	if err := e.server.mayComeIn(e.net, e.secured); err != nil {
		return wire.Welcome{}, err
	}
	return e.enter(hello)
}

// Attach implements wire.Desk.
func (e *entrance) Attach(string) (wire.Welcome, error) {
	return wire.Welcome{}, fault.New(fault.NotFound, "no client has that address or ticket")
}

// enter registers a client.
func (s *Server) enter(ctx context.Context, e *entrance, hello wire.Hello) (wire.Welcome, error) {
	if e.entered {
		return wire.Welcome{}, fault.New(fault.Conflict, "the connection is registered already")
	}
	from := addrOf(e.net)
	admin, err := s.authorize(ctx, hello, from)
	if err != nil {
		return wire.Welcome{}, err
	}
	hello.Key = ""
	identity, err := s.Directory.Enter(ctx, hello, from)
	if err != nil {
		return wire.Welcome{}, err
	}
	hello.Resume = ""
	e.entered, e.hello, e.identity = true, hello, identity
	e.permissions = append(e.permissions, identity.Permissions...)
	if admin {
		e.permissions = append(e.permissions, Admin)
	}
	return wire.Welcome{
		ID: identity.ID, Name: identity.Name, Notice: identity.Notice, Resume: identity.Resume,
		Admin: admin, Server: e.Info(),
	}, nil
}
