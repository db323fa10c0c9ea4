package cpu

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"althing/fault"
	"althing/hostmetrics"
	"althing/hub"
	"althing/port"
	"althing/secure"
	"althing/wire"
)

// conn is one connection. One goroutine serves it; Finish and Close may be called
// by another.
type conn struct {
	server   *Server
	accepted net.Conn // as the listener gave it
	net      net.Conn // the same, or TLS over it
	session  *hub.Session
	refused  error // why it is not let in

	host      *hostmetrics.Sampler
	armed     time.Time // when its deadlines were set
	finishing atomic.Bool
}

// Finish makes the connection end before it waits for another message.
func (c *conn) Finish() {
	c.finishing.Store(true)
	_ = c.accepted.SetReadDeadline(time.Unix(1, 0))
}

// Close cuts the connection off.
func (c *conn) Close() { c.accepted.Close() }

// Serve answers until the client says bye, or has ended.
func (c *conn) Serve(ctx context.Context) {
	defer func() { c.net.Close() }() // it may be TLS by then, which says goodbye
	defer c.session.Close()
	if c.refused == nil {
		c.host, c.refused = c.session.Host()
	}
	if c.refused != nil {
		c.refuse(c.refused)
		return
	}
	c.session.Keep()
	from := c.accepted.RemoteAddr().String()
	c.server.log().Info("cpu: a client has connected", "from", from)
	defer c.server.log().Info("cpu: a client has disconnected", "from", from)
	buf := make([]byte, longest)
	for n, err := c.begin(ctx, buf); err == nil && c.answer(buf[:n]); n, err = c.net.Read(buf) {
	}
}

// begin reads the first message: behind the handshake when it begins one.
func (c *conn) begin(ctx context.Context, buf []byte) (n int, err error) {
	c.arm()
	n, err = c.net.Read(buf)
	switch {
	case err != nil:
		return 0, err
	case c.server.TLS != nil && secure.Begins(buf[:n]):
		ctx, cancel := context.WithTimeout(ctx, wire.Patience)
		defer cancel()
		secured, err := secure.Accept(ctx, c.accepted, append([]byte(nil), buf[:n]...), c.server.TLS)
		if err != nil {
			return 0, err // TLS has told the client
		}
		c.net = secured
		if n, err = c.net.Read(buf); err != nil {
			return 0, err
		}
	case c.server.TLSOnly && !hub.IPOf(c.accepted.RemoteAddr()).IsLoopback():
		c.refuse(secure.ErrPlain)
		return 0, secure.ErrPlain
	}
	if port.LooksLikeHTTP(buf[:n]) {
		return 0, errHTTP
	}
	return n, nil
}

var errHTTP = fault.New(fault.Invalid, "the CPU port does not speak HTTP")

// refuse says why in a line.
func (c *conn) refuse(err error) {
	c.arm()
	if _, err := c.net.Write([]byte(fault.Of(err).Line())); err == nil {
		wire.Linger(c.net)
	}
}

// answer answers one message. False: the conversation is over.
func (c *conn) answer(message []byte) bool {
	var space [32]byte // for one figure
	reply, goes := figure(space[:0], c.host, message)
	if !goes {
		return false
	}
	c.arm()
	_, err := c.net.Write(reply)
	return err == nil
}

// arm sets the deadlines of the next read and write, when that was long ago.
func (c *conn) arm() {
	if now := time.Now(); now.Sub(c.armed) > rearm {
		c.armed = now
		_ = c.net.SetWriteDeadline(now.Add(unread))
		_ = c.net.SetReadDeadline(now.Add(idle))
	}
	if c.finishing.Load() { // the deadline that Finish had set may be gone
		_ = c.accepted.SetReadDeadline(time.Unix(1, 0))
	}
}
