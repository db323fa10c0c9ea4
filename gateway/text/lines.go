package text

import (
	"bytes"
	"context"
	"strings"

	"althing/expr"
	"althing/hub"
	"althing/port"
)

// pipelined is how many requests of one connection may wait for the log together,
// and pipelinedBytes how long their replies may be together: they are kept until
// then.
const (
	pipelined      = 256
	pipelinedBytes = 64 << 10
)

// serveLines answers every line until the client ends. Requests that have come
// together are started one after the other and waited for together, so that
// they share a commit.
func (c *conn) serveLines(ctx context.Context, end bool) {
	c.lined = true
	c.session.Keep()
	c.session.Idle = c.sendReady
	c.patience(0)
	for {
		rest, ok := c.answerLines(ctx, c.buf, end)
		if !ok || end {
			return
		}
		wasLarge := c.large > 0
		c.keep(rest)
		switch {
		case c.large > 0:
			c.patience(largeWithin)
		case wasLarge:
			c.patience(0)
		}
		e, err := c.read()
		if err == nil && int64(len(c.buf)) > c.server.Hub.Limits().Query && bytes.IndexByte(c.buf, '\n') < 0 {
			err = c.tooLong()
		}
		if err != nil {
			c.refuse(err)
			return
		}
		end = e == ended
	}
}

// answerLines answers the whole lines in text, and when no more can come the
// unfinished last one too. It gives back what is left, and false when the
// connection is at its end.
func (c *conn) answerLines(ctx context.Context, text []byte, ended bool) (rest []byte, ok bool) {
	for {
		hungUp := false
		for size := 0; len(c.waiting) < pipelined && size < pipelinedBytes; {
			line, more, found := bytes.Cut(text, newline)
			if !found && !ended {
				break
			}
			text = more
			line = bytes.TrimSpace(line)
			if hungUp = port.LooksLikeHTTP(line); hungUp {
				break
			}
			if len(line) > 0 {
				program, err := c.parser.Parse(string(line))
				reply := c.session.Ask(ctx, line, program, err)
				size += reply.Len()
				c.waiting = append(c.waiting, reply)
			}
			if !found {
				break
			}
		}
		some := len(c.waiting) > 0
		c.sendReady()
		c.parser = expr.Parser{} // what the last request said is not kept while the connection idles
		switch {
		case c.gone || hungUp:
			return nil, false
		case !some:
			return text, true
		}
	}
}

// sendReady waits for the requests that were started, in order, and sends their
// replies, unless the client is gone or does not read.
func (c *conn) sendReady() {
	for i, reply := range c.waiting {
		c.gone = c.gone || !c.sendLine(reply.Wait())
		reply.Done()
		c.waiting[i] = hub.Reply{} // its text is not kept while the connection idles
	}
	c.waiting = c.waiting[:0]
	c.gone = c.gone || !c.flush()
	if cap(c.out) > keptBuffer {
		c.out = nil
	}
}

// sendLine gathers one reply as a line. A long one leaves in parts, so that its
// text is never there twice.
func (c *conn) sendLine(reply string) bool {
	for len(reply) > replyChunk {
		c.out = appendEscaped(c.out, reply[:replyChunk])
		if !c.flush() {
			return false
		}
		reply = reply[replyChunk:]
	}
	c.out = append(appendEscaped(c.out, reply), '\n')
	return len(c.out) < replyChunk || c.flush()
}

var newline = []byte{'\n'}

// appendEscaped writes a reply as it stands in a line.
func appendEscaped(dst []byte, reply string) []byte {
	if !strings.ContainsAny(reply, "\n\\") {
		return append(dst, reply...)
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
	return dst
}
