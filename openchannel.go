package althing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// OpenChannel connects to a channel of the server. The connection carries the
// channel's own bytes; the caller closes it, and the server does at the latest
// when the client's conn ends. ctx bounds the connecting alone, and
// Limits.Register does in any case.
func (c *Client) OpenChannel(ctx context.Context, name string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Limits.Register)
	defer cancel()
	conn, err := c.Conn()
	if err != nil {
		return nil, err
	}
	addr, claim, err := c.wayTo(ctx, conn, name)
	if err != nil {
		return nil, err
	}
	nc, codec, err := c.knock(ctx, addr, claim)
	if err != nil {
		return nil, err
	}
	raw, ok := codec.(wire.Raw)
	if !ok {
		nc.Close()
		return nil, fault.New(fault.Invalid, "%s has no raw bytes", c.options.Protocol.Name())
	}
	return raw.Conn(), nil
}

// wayTo asks where a channel is, and what to say there. A server whose protocol
// has no tickets has told the port already, and knows its clients by their
// address.
func (c *Client) wayTo(ctx context.Context, conn *Conn, name string) (addr, claim string, err error) {
	r, err := c.callText(ctx, openMethod, wire.KeyName, name)
	if err == nil {
		addr, claim = string(field[value.Str](r, wire.KeyAddress)), string(field[value.Str](r, wire.KeyTicket))
		return addr, claim, r.err
	}
	if !errors.Is(err, wire.ErrUnknownMethod) {
		return "", "", err
	}
	for _, sock := range conn.Server().Socks {
		if sock.Name == name && sock.Port > 0 {
			return beside(conn, sock.Port), c.token(), nil
		}
	}
	return "", "", fault.New(fault.NotFound, "the server has no channel %s", quoted(name))
}

// beside is the address of another port of the server that conn leads to. What a
// server says of its own host is its view, which need not be ours, and nothing
// that it says makes a client connect elsewhere.
func beside(conn *Conn, port int) string {
	host, _, _ := net.SplitHostPort(conn.RemoteAddr().String()) // one that was dialled has a host
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// knock connects to a channel's port.
func (c *Client) knock(ctx context.Context, addr, claim string) (net.Conn, wire.Codec, error) {
	further := furtherOf(c.options.Protocol)
	if further == nil {
		return nil, nil, fault.New(fault.Invalid, "%s has no channels", c.options.Protocol.Name())
	}
	nc, err := c.dial(ctx, addr)
	if err != nil {
		return nil, nil, err
	}
	deadline, _ := ctx.Deadline()
	err = nc.SetDeadline(deadline)
	var codec wire.Codec
	if err == nil {
		codec, _, err = further.Dial(ctx, nc, wire.Hello{Name: c.Name(), Resume: claim})
	}
	if err == nil {
		err = nc.SetDeadline(time.Time{})
	}
	if err != nil {
		nc.Close()
		return nil, nil, unreachable(ctx, addr, err)
	}
	return nc, codec, nil
}

// join connects to a channel because the server said so, in a protocol in which
// that is all there is to say. It carries frames: only a program knows if it
// should be other bytes, and opens it itself.
func (c *Client) join(ctx context.Context, conn *Conn, addr string) {
	conn.beside(ctx, wire.Frame{}, func(ctx context.Context) {
		_, text, _ := net.SplitHostPort(addr) // without a port it has none to connect to
		port, _ := strconv.Atoi(text)
		ctx, cancel := context.WithTimeout(ctx, c.options.Limits.Register)
		defer cancel()
		nc, codec, err := c.knock(ctx, beside(conn, port), c.token())
		if err != nil {
			c.out().warning(fmt.Sprintf("Cannot connect to the datasock at %d: %v", port, err))
			return
		}
		further := newConn(c, c.work.Go, nc, codec, conn.protocol, conn.limits)
		l := &link{port: port, conn: further, client: conn.peer, close: func() { further.drop(nil) }}
		for _, sock := range conn.Server().Socks {
			if sock.Port == port {
				l.name = sock.Name
			}
		}
		further.peer, further.link = conn.peer, l
		further.prepare(context.Background()) // it ends when the conn is dropped
		if !conn.add(l) {
			nc.Close()
			return
		}
		c.out().connection(fmt.Sprintf("Connected new datasocket to port %d", port))
		further.start()
	})
}

// token is what the server has given the client to be known by.
func (c *Client) token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.resume
}

// textIn is a text in a dict of the server's, empty when there is none.
func textIn(d *value.Dict, key string) string {
	v, _ := d.Get(value.Str(key))
	text, _ := v.(value.Str)
	return string(text)
}
