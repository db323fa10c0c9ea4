package althing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"syscall"
	"time"

	"althing/fault"
	"althing/secure"
	"althing/wire"
)

// Connect connects to the server at addr and registers. An error says why that
// failed, in a line for people. ctx bounds the connecting alone, and
// Limits.Register does when ctx has no deadline. With an empty addr the server is
// looked for with ClientOptions.Find, also when the connection is lost.
func (c *Client) Connect(ctx context.Context, addr string) error {
	c.mu.Lock()
	if c.started || c.ended != nil {
		c.mu.Unlock()
		return fault.New(fault.Conflict, "the client is connected, or was closed; make another")
	}
	c.started, c.addr, c.anywhere = true, addr, addr == ""
	c.mu.Unlock()
	err := c.connect(ctx)
	if err != nil {
		c.mu.Lock()
		c.started = false // it may be tried again
		c.mu.Unlock()
	}
	return err
}

// connect makes one attempt. Close ends it.
func (c *Client) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Limits.Register)
	defer cancel()
	c.mu.Lock()
	c.giveUp = cancel
	c.mu.Unlock()
	nc, addr, err := c.reach(ctx)
	if err != nil {
		return err
	}
	hello := c.description()
	codec, welcome, err := c.register(ctx, nc, hello)
	if err != nil {
		nc.Close()
		return unreachable(ctx, addr, err)
	}
	conn := newConn(c, c.work.Go, nc, codec, c.options.Protocol.Name(), &c.options.Limits)
	conn.id, conn.name, conn.server = welcome.ID, welcome.Server.Name, &welcome.Server
	conn.prepare(context.Background()) // it ends when the conn is dropped
	before, err := c.install(conn, welcome)
	if err != nil {
		nc.Close()
		return err
	}
	if !reflect.DeepEqual(c.description(), hello) { // it has changed meanwhile
		_ = c.describe(nil)
	}
	c.out().connection(fmt.Sprintf("Connected with %s at %d", hostOf(addr), portOf(nc.RemoteAddr())), "name", welcome.Name)
	if welcome.Notice != "" {
		c.out().warning(welcome.Notice, "name", welcome.Name)
	}
	told := make(chan struct{})
	conn.first = func() {
		defer close(told)
		for _, f := range c.connected.all() {
			(*f)()
		}
	}
	conn.start()
	<-told
	if before != "" {
		c.work.Go(func() { c.restore(conn, before) })
	}
	return nil
}

// install makes conn the client's connection, unless the client was closed. It
// returns the id that the client had before, empty when it was not connected.
func (c *Client) install(conn *Conn, welcome wire.Welcome) (before string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended != nil {
		return "", c.ended
	}
	before = c.id
	c.conn, c.id, c.name, c.resume, c.met = conn, welcome.ID, welcome.Name, welcome.Resume, c.addr
	return before, nil
}

// address is where the client's server is.
func (c *Client) address() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.addr
}

func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return host
}

// dial connects to a port of the server's.
func (c *Client) dial(ctx context.Context, addr string) (net.Conn, error) {
	config, err := c.security()
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: c.options.Limits.Dial}
	nc, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, unreachable(ctx, addr, err)
	}
	if config == nil {
		return nc, nil
	}
	// A certificate is of the server's name, under whichever address a channel is.
	secured, err := secure.Connect(ctx, nc, c.address(), config)
	if err != nil {
		nc.Close()
		return nil, unreachable(ctx, addr, err)
	}
	return secured, nil
}

// security is how the connection is to be secured; nil is not at all.
func (c *Client) security() (*tls.Config, error) {
	if c.options.Fingerprint == "" {
		return c.options.TLS, nil
	}
	f, err := secure.ParseFingerprint(c.options.Fingerprint)
	if err != nil {
		return nil, err
	}
	return f.Pin(c.options.TLS), nil
}

// register registers over a new connection.
func (c *Client) register(ctx context.Context, nc net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	deadline, _ := ctx.Deadline()
	if err := nc.SetDeadline(deadline); err != nil {
		return nil, wire.Welcome{}, err
	}
	given := context.AfterFunc(ctx, func() { nc.Close() })
	c.mu.Lock()
	hello.Name, hello.Resume = c.name, c.resume
	if !c.strange {
		hello.Key = c.options.Key
	}
	if c.options.Visitor {
		hello.Role = wire.Visitor
	}
	if c.options.Subserver != "" {
		hello.Role, hello.Address = wire.Subserver, c.options.Subserver
	}
	c.mu.Unlock()
	codec, welcome, err := c.options.Protocol.Dial(ctx, nc, hello)
	if !given() && err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = nc.SetDeadline(time.Time{})
	}
	return codec, welcome, err
}

// unreachable says in a line why there is no connection.
func unreachable(ctx context.Context, addr string, err error) error {
	var said *fault.Error
	switch {
	case errors.As(secure.Explain(err, addr), &said):
		return said
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		return fault.Wrap(err, fault.Timeout, "%s does not answer in time", addr)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fault.Wrap(err, fault.Unavailable, "there is no server on %s", addr)
	}
	return fault.Wrap(err, fault.Unavailable, "cannot connect to %s", addr)
}

// ConnectResult is what Connect's error says in the words of LocalThings: for nil
// "Connected".
func ConnectResult(err error) string {
	var op *net.OpError
	switch {
	case err == nil:
		return "Connected"
	case fault.Is(err, fault.Timeout):
		return "Timeout"
	case errors.Is(err, wire.ErrUnsuited):
		return "Address is unsuited for client"
	case errors.As(err, &op) && op.Op == "dial":
		return "No Server on this address"
	}
	return "Server refused Connection"
}

// Close ends the client: what it has sent is written, and the connection closed.
// It does not wait for that; Wait does.
func (c *Client) Close() error {
	c.end(fault.New(fault.Closed, "the client is closed"))
	return nil
}

// end ends the client for good.
func (c *Client) end(reason error) {
	c.mu.Lock()
	if c.ended != nil {
		c.mu.Unlock()
		return
	}
	c.ended = reason
	close(c.over)
	conn, giveUp := c.conn, c.giveUp
	c.mu.Unlock()
	if conn != nil {
		c.quit(conn)
	}
	if giveUp != nil {
		giveUp()
	}
}

// quit ends a connection because this side wants that.
func (c *Client) quit(conn *Conn) {
	if c.options.Subserver != "" {
		c.out().connection("Disconnecting from higher Server")
	}
	conn.drop(nil)
}

// Wait waits until the client has ended for good and left nothing behind, and
// returns why it has ended.
func (c *Client) Wait() error {
	<-c.over
	c.work.Wait()
	return c.ended
}

// dropped implements end: gone tells of it, with the reason.
func (*Client) dropped(*Conn, *fault.Error) {}

// gone implements end.
func (c *Client) gone(conn *Conn, reason *fault.Error) {
	c.mu.Lock()
	ended := c.ended != nil
	if conn.link == nil {
		c.conn = nil
	}
	moving := c.moving != ""
	c.mu.Unlock()
	if !ended && !moving {
		c.out().connection(fmt.Sprintf("Lost connection to socket at %d", conn.serverPort()), "reason", reason)
	}
	if conn.link != nil {
		conn.remove(conn.link)
		return
	}
	conn.leave()
	c.kept.watches.lost()
	c.out().connection(fmt.Sprintf("Disconnected from Server '%s'", conn.Name()))
	if c.options.Subserver != "" {
		c.out().connection("Lost connection with higher Server")
	}
	for _, f := range c.disconnected.all() {
		(*f)(reason)
	}
	switch {
	case ended:
	case c.options.NoReconnect && !moving:
		c.end(reason)
	default:
		conn.spawn(c.reconnect)
	}
}

// reconnect tries until it succeeds or the client is closed.
func (c *Client) reconnect() {
	if c.move() {
		return
	}
	if c.options.NoReconnect {
		c.end(fault.New(fault.Closed, "the client was sent to another server, which cannot be reached"))
		return
	}
	for n := 0; ; n++ {
		wait := time.NewTimer(c.options.Backoff(n))
		select {
		case <-wait.C:
		case <-c.over:
			wait.Stop()
			return
		}
		err := c.connect(context.Background())
		if err == nil {
			return
		}
		c.logger().Info("cannot reconnect", "addr", c.address(), "err", err)
	}
}
