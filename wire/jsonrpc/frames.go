package jsonrpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/coder/websocket"

	"althing/fault"
	"althing/wire"
)

// frames is a WebSocket as a connection of lines: what is read of it is each
// text frame and a newline, and each line that is written is a text frame. The
// codec is the same over both.
type frames struct {
	net.Conn // what is below, for addresses and deadlines
	ws       *websocket.Conn
	cork     *cork // nil: what is written is not gathered

	in   io.Reader      // the rest of the frame that is being read
	part io.WriteCloser // the frame of which the beginning has been written
}

func newFrames(ws *websocket.Conn, conn net.Conn, c *cork) *frames {
	ws.SetReadLimit(-1) // the codec has its limit, and answers
	return &frames{Conn: conn, ws: ws, cork: c}
}

// Read reads of the frames. A line break within one is white space in JSON, and
// becomes a blank.
func (f *frames) Read(p []byte) (int, error) {
	if err := f.next(websocket.MessageText); err != nil {
		return 0, err
	}
	n, err := f.in.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			p[i] = ' '
		}
	}
	switch {
	case err == nil || n > 0:
		return n, nil // an error comes again
	case errors.Is(err, io.EOF):
		f.in = nil
		p[0] = '\n'
		return 1, nil
	}
	return 0, ended(err)
}

// next begins with the next frame when the one before has been read.
func (f *frames) next(kind websocket.MessageType) error {
	if f.in != nil {
		return nil
	}
	is, in, err := f.ws.Reader(context.Background())
	if err != nil {
		return ended(err)
	}
	if is != kind {
		return fault.New(fault.Invalid, "a frame is of the wrong kind: text is for objects and tickets, binary for a channel's bytes")
	}
	f.in = in
	return nil
}

// ended is the error of a connection that has ended.
func ended(err error) error {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return io.EOF
	}
	return err
}

// Write writes a frame for each line. The end of a line may come with a later
// Write. The frames of one Write go out together.
func (f *frames) Write(p []byte) (int, error) {
	f.cork.push()
	n, err := f.write(p)
	if popped := f.cork.pop(); err == nil {
		err = popped
	}
	return n, err
}

func (f *frames) write(p []byte) (written int, err error) {
	ctx := context.Background() // the connection's deadline bounds it
	for len(p) > 0 && err == nil {
		n := bytes.IndexByte(p, '\n')
		switch {
		case n >= 0 && f.part == nil:
			err = f.ws.Write(ctx, websocket.MessageText, p[:n])
		case n >= 0:
			_, err = f.part.Write(p[:n])
			err = errors.Join(err, f.part.Close())
			f.part = nil
		default:
			n = len(p) - 1
			if f.part == nil {
				f.part, err = f.ws.Writer(ctx, websocket.MessageText)
			}
			if err == nil {
				_, err = f.part.Write(p)
			}
		}
		if err == nil {
			written += n + 1
			p = p[n+1:]
		}
	}
	return written, err
}

// Close says goodbye as WebSockets do, and closes.
func (f *frames) Close() error {
	_ = f.SetDeadline(time.Now().Add(wire.Goodbye)) // what comes next says whether it is closed
	return f.ws.Close(websocket.StatusNormalClosure, "")
}

// maxCork is what is gathered before it is written.
const maxCork = 64 << 10

var corks = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// cork gathers what is written while it is pushed in. A frame that the reading
// side writes meanwhile keeps its place. A nil cork does nothing.
type cork struct {
	to io.Writer

	mu  sync.Mutex
	buf *bytes.Buffer // nil: it is out
}

// Write implements io.Writer.
func (c *cork) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.buf == nil {
		return c.to.Write(p)
	}
	if c.buf.Len()+len(p) > maxCork {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	return c.buf.Write(p)
}

func (c *cork) push() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.buf = corks.Get().(*bytes.Buffer)
}

// pop writes what has gathered.
func (c *cork) pop() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.flush()
	corks.Put(c.buf)
	c.buf = nil
	return err
}

func (c *cork) flush() error {
	_, err := c.to.Write(c.buf.Bytes())
	c.buf.Reset()
	return err
}
