package text

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"althing/expr"
	"althing/fault"
	"althing/hub"
	"althing/secure"
	"althing/wire"
)

const (
	// firstBuffer holds any request of a small device, and is all the memory
	// that an idle connection keeps for reading.
	firstBuffer = 1 << 10
	// keptBuffer is the size above which a buffer is given back as soon as it
	// is empty, so that one long line does not weigh on an idle connection.
	keptBuffer = 16 << 10
	// largeWithin is how long a request in a larger buffer is waited for: a client
	// that sends most of one and then nothing costs memory that others need.
	largeWithin = time.Minute
	// lastRead is how long a connection that is to finish waits for what its
	// client has sent already.
	lastRead = 10 * time.Millisecond
	// replyChunk is written at a time, each with its own patience.
	replyChunk = 64 << 10
	// discarded is how much of a refused request is read and thrown away.
	discarded = 4 << 20
)

// conn is one connection. One goroutine serves it; Finish may be called by
// another. A deadline cannot be set only when the connection is closed, which
// the next read or write says.
type conn struct {
	server   *Server
	accepted net.Conn // as the listener gave it
	net      net.Conn // the same, or TLS over it
	session  *hub.Session
	refused  error // why it is not let in

	buf       []byte      // what has been read and not yet answered
	large     int64       // what buf is counted for among the large ones
	since     time.Time   // when it became large
	out       []byte      // replies not yet written
	parser    expr.Parser // of line mode
	waiting   []hub.Reply // requests of line mode that wait for the log together
	lined     bool        // line mode
	gone      bool        // the client takes no replies any more
	finishing atomic.Bool
	handed    atomic.Bool // to whoever serves sessions
}

// Finish makes the connection answer what it has read and close.
func (c *conn) Finish() {
	c.finishing.Store(true)
	if c.handed.Load() {
		return // who has it ends it
	}
	_ = c.accepted.SetReadDeadline(time.Now().Add(lastRead))
}

// Close cuts the connection off.
func (c *conn) Close() { c.accepted.Close() }

// Serve answers until the connection ends, and closes it.
func (c *conn) Serve(ctx context.Context) {
	defer c.uncount()
	defer func() { c.net.Close() }() // it may be TLS by then, which says goodbye
	if c.refused != nil {
		c.refuse(c.refused)
		return
	}
	defer c.leave()
	c.serve(ctx)
}

func (c *conn) serve(ctx context.Context) {
	c.buf = make([]byte, 0, firstBuffer)
	var f framing
	c.patience(firstByte)
	for e, err := c.begin(ctx); ; e, err = c.read() {
		if err != nil {
			c.refuse(err)
			return
		}
		text := bytes.TrimLeft(c.buf, " \t\r\n")
		if len(text) == 0 && (e == piece || e == full) {
			c.buf = c.buf[:0]
		}
		if e == quiet && len(text) == 0 {
			c.refuse(fault.New(fault.Timeout, "no request within %v", firstByte))
			return
		}
		if int64(len(text)) > c.server.Hub.Limits().Query {
			c.refuse(c.tooLong())
			return
		}
		v, silence := f.after(e, text)
		switch v {
		case wait:
			if silence == 0 {
				silence = firstByte
			}
			c.patience(silence)
		case answer:
			program, err := f.request(text)
			c.answer(ctx, text, program, err)
			return
		case lines:
			c.buf = text
			c.serveLines(ctx, e == ended)
			return
		case handOn:
			c.handOver(ctx, text)
			return
		case hangUp:
			return
		}
	}
}

// begin reads the first piece: behind the handshake when it begins one.
func (c *conn) begin(ctx context.Context) (event, error) {
	e, err := c.read()
	if err != nil || c.server.TLS == nil || len(c.buf) == 0 {
		return e, err
	}
	if !secure.Begins(c.buf) {
		if c.server.TLSOnly && !hub.IPOf(c.accepted.RemoteAddr()).IsLoopback() {
			return e, secure.ErrPlain
		}
		return e, nil
	}
	ctx, cancel := context.WithTimeout(ctx, wire.Patience)
	defer cancel()
	secured, err := secure.Accept(ctx, c.accepted, c.buf, c.server.TLS)
	c.buf = c.buf[:0]
	if err != nil {
		c.server.log().Debug("text: a client could not be let in", "from", c.accepted.RemoteAddr().String(), "error", err)
		return ended, nil // TLS has told the client
	}
	c.net = secured
	c.patience(firstByte)
	return c.read()
}

// answer replies to the one request of a connection that closes after it.
func (c *conn) answer(ctx context.Context, text []byte, program *expr.Program, err error) {
	reply := c.session.Ask(ctx, text, program, err)
	defer reply.Done()
	more := err != nil || c.net != c.accepted // behind what is beyond mending; or TLS's goodbye
	if c.send(reply.Wait()) && more {
		c.linger()
	}
}

// handOver gives a connection that begins as a session to whoever serves those.
func (c *conn) handOver(ctx context.Context, begun []byte) {
	if c.server.HandOver == nil {
		c.refuse(fault.New(fault.Unavailable, "this hub does not speak the session protocol"))
		return
	}
	c.handed.Store(true)
	_ = c.net.SetReadDeadline(time.Time{})
	c.leave() // it has a session of another kind from now on
	c.server.HandOver(ctx, c.net, begun)
}

// leave ends the session with the hub.
func (c *conn) leave() {
	if c.session != nil {
		c.session.Close()
		c.session = nil
	}
}

// keep makes rest the beginning of what is read next, and gives a large buffer
// back when it is empty.
func (c *conn) keep(rest []byte) {
	if len(rest) == 0 && cap(c.buf) > keptBuffer {
		c.buf = make([]byte, 0, firstBuffer)
		c.uncount()
		return
	}
	if c.large > 0 && len(rest) < len(c.buf) {
		c.since = time.Now() // another request begins
	}
	c.buf = c.buf[:copy(c.buf[:cap(c.buf)], rest)]
}

// read reads one piece behind what is there. The error says that there is no
// room for it, or that it is too late.
func (c *conn) read() (event, error) {
	if len(c.buf) == cap(c.buf) {
		if err := c.grow(); err != nil {
			return ended, err
		}
	}
	n, err := c.net.Read(c.buf[len(c.buf):cap(c.buf)])
	c.buf = c.buf[:len(c.buf)+n]
	switch {
	case c.large > 0 && time.Since(c.since) > largeWithin:
		return ended, fault.New(fault.Timeout, "a request of more than %d bytes has to be whole within %v", keptBuffer, largeWithin)
	case len(c.buf) == cap(c.buf):
		return full, nil
	case n > 0:
		return piece, nil
	case errors.Is(err, os.ErrDeadlineExceeded) && !c.finishing.Load():
		return quiet, nil
	default:
		return ended, nil
	}
}

// grow doubles the buffer, to a little more than the longest request, so that
// one that is longer shows.
func (c *conn) grow() error {
	size := min(2*cap(c.buf), int(c.server.Hub.Limits().Query)+2*firstBuffer)
	if size > keptBuffer {
		more := int64(size) - c.large
		if !wire.TakeLarge(c.net, more) {
			return fault.Python(fault.Limit, "MemoryError", "too many large requests are being received; try again later")
		}
		if c.large == 0 {
			c.since = time.Now()
		}
		c.large = int64(size)
	}
	c.buf = append(make([]byte, 0, max(size, cap(c.buf)+1)), c.buf...)
	return nil
}

// uncount gives back what the buffer was counted for.
func (c *conn) uncount() {
	if c.large == 0 {
		return // as nearly always: nobody waits for the lock
	}
	wire.GiveLarge(c.net, c.large)
	c.large = 0
}

// patience is how long the next read may take; 0 is for ever.
func (c *conn) patience(d time.Duration) {
	var until time.Time
	if d > 0 {
		until = time.Now().Add(d)
	}
	_ = c.net.SetReadDeadline(until)
	if c.finishing.Load() { // the deadline that Finish had set is gone
		_ = c.net.SetReadDeadline(time.Unix(1, 0))
	}
}

// flush writes the replies that have gathered. False: the client is gone or
// does not read.
func (c *conn) flush() bool {
	sent := c.write(c.out)
	c.out = c.out[:0]
	return sent
}

// send writes one text without copying it whole.
func (c *conn) send(text string) bool {
	for len(text) > 0 {
		n := min(len(text), replyChunk)
		if !c.write([]byte(text[:n])) {
			return false
		}
		text = text[n:]
	}
	return true
}

// write writes a piece at a time, each with its own patience.
func (c *conn) write(data []byte) bool {
	for len(data) > 0 {
		n := min(len(data), replyChunk)
		_ = c.net.SetWriteDeadline(time.Now().Add(unread))
		if _, err := c.net.Write(data[:n]); err != nil {
			return false
		}
		data = data[n:]
	}
	return true
}

// refuse sends one line and closes, reading on for a moment so that the line
// arrives although the client is still sending.
func (c *conn) refuse(err error) {
	c.out = append(c.out[:0], fault.Of(err).Line()...)
	if c.lined {
		c.out = append(c.out, '\n')
	}
	if c.flush() {
		c.linger()
	}
}

// linger ends the connection as the client sees it, and reads on for a moment.
func (c *conn) linger() {
	if t, ok := c.net.(interface{ CloseWrite() error }); ok {
		_ = t.CloseWrite()
	}
	_ = c.net.SetReadDeadline(time.Now().Add(lingering))
	_, _ = io.CopyN(io.Discard, c.net, discarded)
}

func (c *conn) tooLong() error {
	return fault.New(fault.Limit, "a request may have %d bytes", c.server.Hub.Limits().Query)
}
