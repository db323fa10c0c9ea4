package simple

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"althing/fault"
	"althing/wire"
)

const (
	// segment is what the smallest network passes on in one piece: a message
	// that is shorter is whole when a read has brought it.
	segment = 1200
	// quiet is the silence behind which a longer message is whole: its pieces
	// follow one another at once.
	quiet = 5 * time.Millisecond
	// unfinished is the silence behind which headers without an end are none.
	unfinished = 500 * time.Millisecond
)

// codec is one connection.
type codec struct {
	conn  net.Conn
	in    *wire.Reader
	begun int   // bytes of in that belong to what was written together; 0 when nothing is known
	ended error // why nothing more can be read
}

// newCodec makes the codec of a connection, which needs no registration.
func newCodec(conn net.Conn) *codec {
	in := wire.NewReader(conn)
	in.Wait(0)
	return &codec{conn: conn, in: in}
}

// Form implements wire.Codec.
func (c *codec) Form() string { return "simple" }

// Separate implements wire.Separate: a message ends where its write does.
func (c *codec) Separate() {}

// Read implements wire.Codec.
func (c *codec) Read() (wire.Frame, error) {
	if err := c.gather(); err != nil {
		return wire.Frame{}, err
	}
	headers, body, n := cut(c.in.Bytes())
	f := wire.Frame{Kind: wire.Message, Headers: headers, Body: append([]byte{}, body...)}
	c.in.Skip(n)
	c.begun -= n
	return f, nil
}

// gather reads until what is there is one or more whole messages.
func (c *codec) gather() error {
	for c.begun == 0 {
		wait := c.patience()
		switch {
		case wait == 0 && len(c.in.Bytes()) > 0, c.ended != nil && len(c.in.Bytes()) > 0:
			c.begun = len(c.in.Bytes())
			return nil
		case c.ended != nil:
			return c.ended
		}
		c.in.Wait(wait)
		err := c.in.Fill(wire.MaxFrame)
		c.in.Wait(0)
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && wait > 0:
			c.begun = len(c.in.Bytes())
		case errors.Is(err, io.EOF):
			c.ended = err
		default:
			return err
		}
	}
	return nil
}

// patience is how long to wait for more of what is there; 0 when it is whole,
// and when nothing is there.
func (c *codec) patience() time.Duration {
	data := c.in.Bytes()
	switch {
	case startsUnfinished(data):
		return unfinished
	case len(data) < segment:
		return 0
	}
	return quiet
}

// Append implements wire.Codec. Only messages can be said; the answers of a
// protocol without questions are no loss.
func (c *codec) Append(dst []byte, f wire.Frame) ([]byte, error) {
	switch f.Kind {
	case wire.Message:
		if f.ID != "" {
			return dst, fault.New(fault.Invalid, "the simple protocol acknowledges nothing: send the message without waiting")
		}
		return appendMessage(dst, f)
	case wire.Answer, wire.Event, wire.Wrong:
		return dst, nil
	}
	return dst, fault.New(fault.Invalid, "the simple protocol has messages only")
}

// Write implements wire.Codec.
func (c *codec) Write(p []byte) (int, error) { return c.conn.Write(p) }

// Conn implements wire.Raw.
func (c *codec) Conn() net.Conn { return c.in.Conn() }

// Close implements wire.Codec. The protocol has no word for a reason.
func (c *codec) Close(*fault.Error) error {
	wire.Linger(c.conn)
	return nil
}
