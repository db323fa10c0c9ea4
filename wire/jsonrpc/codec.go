package jsonrpc

import (
	"bytes"
	"net"
	"sync"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// codec is one connection.
type codec struct {
	conn  net.Conn
	in    *wire.Reader
	limit int          // bytes of a line
	asks  bool         // this is a client's side: it has asked for what comes
	next  []wire.Frame // the rest of a batch that was read

	greeting []byte // the answer to the registration, until it is written

	mu      sync.Mutex
	batches map[string]*batch // those of which answers are missing, by number
	number  int
	kept    int // bytes of the answers in batches
}

func newCodec(conn net.Conn) *codec {
	return &codec{conn: conn, in: wire.NewReader(conn), limit: wire.MaxFrame}
}

// Form implements wire.Codec.
func (c *codec) Form() string { return "jsonrpc" }

// Read implements wire.Codec.
func (c *codec) Read() (wire.Frame, error) {
	for len(c.next) == 0 {
		line, err := c.in.Line(c.limit)
		if err != nil {
			if fault.Is(err, fault.Limit) && !c.asks { // else some question would wait in vain
				return wrong(noID, errFrame, err), nil
			}
			return wire.Frame{}, err
		}
		line = bytes.Trim(line, " \t\r")
		switch {
		case len(line) == 0: // a blank line keeps a connection alive
		case line[0] == '[':
			c.next = c.readBatch(line)
		default:
			return decode(line), nil
		}
	}
	f := c.next[0]
	if c.next = c.next[1:]; len(c.next) == 0 {
		c.next = nil
	}
	return f, nil
}

// Append implements wire.Codec.
func (c *codec) Append(dst []byte, f wire.Frame) ([]byte, error) {
	if f.Kind == wire.Answer || f.Kind == wire.Wrong {
		if id, number, ok := inBatch(f.ID); ok {
			return c.appendInBatch(dst, f, id, number), nil
		}
	}
	return encode(dst, f)
}

// Greeting implements wire.Greeter.
func (c *codec) Greeting() []byte {
	greeting := c.greeting
	c.greeting = nil
	return greeting
}

// Write implements wire.Codec.
func (c *codec) Write(p []byte) (int, error) { return c.conn.Write(p) }

// Conn implements wire.Raw.
func (c *codec) Conn() net.Conn { return c.in.Conn() }

// Close implements wire.Codec. The word for a reason is the event "closing".
func (c *codec) Close(reason *fault.Error) error {
	if reason != nil {
		data, _ := value.FromGo(map[string]any{wire.KeyCode: string(reason.Code), wire.KeyMessage: reason.Message}) // two texts
		line, _ := encode(nil, wire.Frame{Kind: wire.Event, Name: wire.EventClosing, Value: data})                  // an event can always be said
		_ = c.conn.SetWriteDeadline(time.Now().Add(wire.Goodbye))                                                   // the write says whether it is closed
		if _, err := c.conn.Write(line); err != nil {
			return c.conn.Close()
		}
	}
	wire.Linger(c.conn)
	return nil
}
