package text

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"althing/expr"
	"althing/fault"
	"althing/hub"
)

const (
	// firstBuffer holds any request of a small device, and is all the memory
	// that an idle connection keeps for reading.
	firstBuffer = 1 << 10
	// keptBuffer is the size above which a buffer is given back as soon as it
	// is empty, so that one long line does not weigh on an idle connection.
	keptBuffer = 16 << 10
	// pipelined is how many requests of one connection may wait for the log
	// together, and together how long their replies may be: they are kept until
	// then.
	pipelined      = 256
	pipelinedBytes = 64 << 10
	// replyChunk is written at a time, each with its own patience.
	replyChunk = 64 << 10
	// discarded is how much of a refused request is read and thrown away.
	discarded = 4 << 20
)

// conn is one connection. One goroutine serves it; finish may be called by
// another.
type conn struct {
	server  *Server
	net     net.Conn
	session *hub.Session

	buf       []byte      // what has been read and not yet answered
	out       []byte      // replies not yet written
	waiting   []hub.Reply // requests of line mode that wait for the log together
	lined     bool        // line mode
	finishing atomic.Bool
}

// finish makes the connection answer what it has read and close.
func (c *conn) finish() {
	c.finishing.Store(true)
	c.net.SetReadDeadline(time.Unix(1, 0))
}

// serve answers until the connection ends.
func (c *conn) serve(ctx context.Context) {
	c.buf = make([]byte, 0, firstBuffer)
	var f framing
	c.patience(firstByte)
	for {
		e := c.read()
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
			if silence > 0 {
				c.patience(silence)
			} else {
				c.patience(firstByte)
			}
		case answer:
			program, err := f.request(text)
			c.answer(ctx, program, err)
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

// answer replies to the one request of a connection that closes after it.
func (c *conn) answer(ctx context.Context, program *expr.Program, err error) {
	reply := c.session.Start(ctx, program, err)
	defer reply.Done()
	c.send(reply.Wait())
}

// handOver gives a connection that begins as a session to whoever serves those.
func (c *conn) handOver(ctx context.Context, begun []byte) {
	if c.server.HandOver == nil {
		c.refuse(fault.New(fault.Unavailable, "this hub does not speak the session protocol"))
		return
	}
	c.net.SetReadDeadline(time.Time{})
	c.server.HandOver(ctx, c.net, begun)
}

// serveLines answers every line until the client ends. Requests that have come
// together are started one after the other and waited for together, so that
// they share a commit.
func (c *conn) serveLines(ctx context.Context, ended bool) {
	c.lined = true
	c.session.Keep()
	c.net.SetReadDeadline(time.Time{})
	if c.finishing.Load() { // the deadline that finish had set is gone
		ended = true
	}
	for {
		rest, ok := c.answerLines(ctx, c.buf, ended)
		if !ok || ended {
			return
		}
		c.keep(rest)
		if e := c.read(); e != piece && e != full {
			ended = true
		}
		if int64(len(c.buf)) > c.server.Hub.Limits().Query && bytes.IndexByte(c.buf, '\n') < 0 {
			c.refuse(c.tooLong())
			return
		}
	}
}

// answerLines answers the whole lines in text, and when no more can come the
// unfinished last one too. It gives back what is left, and false when the
// connection is at its end.
func (c *conn) answerLines(ctx context.Context, text []byte, ended bool) (rest []byte, ok bool) {
	for {
		c.waiting = c.waiting[:0]
		for size := 0; len(c.waiting) < pipelined && size < pipelinedBytes; {
			line, more, found := bytes.Cut(text, newline)
			if !found && !ended {
				break
			}
			text = more
			line = bytes.TrimSpace(line)
			if len(line) > 0 {
				if looksLikeHTTP(line) {
					return nil, false
				}
				program, err := expr.Parse(string(line))
				reply := c.session.Start(ctx, program, err)
				size += reply.Len()
				c.waiting = append(c.waiting, reply)
			}
			if !found {
				break
			}
		}
		if len(c.waiting) == 0 {
			return text, true
		}
		if !c.sendLines() {
			return nil, false
		}
	}
}

// sendLines waits for the requests that were started, in order, and sends their
// replies. False: the client is gone or does not read.
func (c *conn) sendLines() bool {
	sent := true
	for i, reply := range c.waiting {
		if sent {
			c.out = appendLine(c.out, reply.Wait())
			sent = len(c.out) < replyChunk || c.flush()
		}
		reply.Done()
		c.waiting[i] = hub.Reply{} // its text is not kept while the connection idles
	}
	return sent && c.flush()
}

var newline = []byte{'\n'}

// appendLine writes a reply as one line of line mode.
func appendLine(dst []byte, reply string) []byte {
	if !strings.ContainsAny(reply, "\n\\") {
		return append(append(dst, reply...), '\n')
	}
	for i := range len(reply) {
		switch reply[i] {
		case '\n':
			dst = append(dst, `\n`...)
		case '\\':
			dst = append(dst, `\\`...)
		default:
			dst = append(dst, reply[i])
		}
	}
	return append(dst, '\n')
}

// keep makes rest the beginning of what is read next, and gives a large buffer
// back when it is empty.
func (c *conn) keep(rest []byte) {
	if len(rest) == 0 && cap(c.buf) > keptBuffer {
		c.buf = make([]byte, 0, firstBuffer)
		return
	}
	c.buf = c.buf[:copy(c.buf[:cap(c.buf)], rest)]
}

// read reads one piece behind what is there.
func (c *conn) read() event {
	if len(c.buf) == cap(c.buf) {
		c.buf = append(c.buf, 0)[:len(c.buf)]
	}
	n, err := c.net.Read(c.buf[len(c.buf):cap(c.buf)])
	c.buf = c.buf[:len(c.buf)+n]
	switch {
	case len(c.buf) == cap(c.buf):
		return full
	case n > 0:
		return piece
	case errors.Is(err, os.ErrDeadlineExceeded) && !c.finishing.Load():
		return quiet
	default:
		return ended
	}
}

func (c *conn) patience(d time.Duration) {
	c.net.SetReadDeadline(time.Now().Add(d))
	if c.finishing.Load() {
		c.net.SetReadDeadline(time.Unix(1, 0))
	}
}

// flush writes the replies that have gathered. False: the client is gone or
// does not read.
func (c *conn) flush() bool {
	if !c.write(c.out) {
		return false
	}
	c.out = c.out[:0]
	if cap(c.out) > keptBuffer {
		c.out = nil
	}
	return true
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
		c.net.SetWriteDeadline(time.Now().Add(unread))
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
	if !c.flush() {
		return
	}
	if t, ok := c.net.(interface{ CloseWrite() error }); ok {
		t.CloseWrite()
	}
	c.net.SetReadDeadline(time.Now().Add(linger))
	io.CopyN(io.Discard, c.net, discarded)
}

func (c *conn) tooLong() error {
	return fault.New(fault.Limit, "a request may have %d bytes", c.server.Hub.Limits().Query)
}
