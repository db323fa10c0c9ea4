package localthings

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
)

// transmissions numbers what this process sends. One row for all connections:
// what is sent to many is packed once, and no connection sees a number twice.
var transmissions atomic.Int64

// tongue is what the values mean, which differs between the two sides.
type tongue interface {
	// read gives the frame that a value is. io.EOF is the other side's goodbye.
	read(v value.Value) (wire.Frame, error)
	// say gives the value that a frame is, or nil where nothing need be said.
	say(f wire.Frame) (value.Value, error)
	// form is codec's Form.
	form() string
	// goodbye is what is said before the connection is closed.
	goodbye(reason *fault.Error) []wire.Frame
	// wrong is the frame for what is no value.
	wrong(err error) wire.Frame
}

// codec is one registered connection.
type codec struct {
	conn       net.Conn
	in         *wire.Reader
	tongue     tongue
	packetSize int // of what is sent
	incoming   int // the most of what is read
	parts      assembler
	greeting   []byte
	ended      atomic.Bool // the other side has
}

var (
	_ wire.Codec      = (*codec)(nil)
	_ wire.Greeter    = (*codec)(nil)
	_ wire.Raw        = (*codec)(nil)
	_ wire.Unanswered = (*codec)(nil)
	_ wire.Renewer    = (*codec)(nil)
	_ wire.Styled     = (*codec)(nil)
)

func newCodec(conn net.Conn, in *wire.Reader, tongue tongue, packetSize, incoming int) *codec {
	return &codec{conn: conn, in: in, tongue: tongue, packetSize: packetSize, incoming: incoming, parts: assembler{now: time.Now}}
}

// Form implements wire.Codec.
func (c *codec) Form() string { return c.tongue.form() }

// Unanswered implements wire.Unanswered: a command is answered by messages that
// do not say of which, and a message by one at the most.
func (*codec) Unanswered(k wire.Kind) bool { return k != wire.Request && k != wire.Ping }

// Styled implements wire.Styled.
func (*codec) Styled() {}

// Greeting implements wire.Greeter: a client that is told to connect a datasock
// does so at once, and has to be known by then.
func (c *codec) Greeting() []byte {
	greeting := c.greeting
	c.greeting = nil
	return greeting
}

// Renewal implements wire.Renewer.
func (*codec) Renewal() string { return askClientdata }

// Renew implements wire.Renewer.
func (*codec) Renew(answer value.Value, known wire.Hello) (wire.Hello, error) {
	name := known.Name
	err := readClientdata(answer, &known)
	known.Name = name // it changes where the server says so
	return known, err
}

// Conn implements wire.Raw.
func (c *codec) Conn() net.Conn { return c.in.Conn() }

// Read implements wire.Codec.
func (c *codec) Read() (wire.Frame, error) {
	for {
		data, err := readPacket(c.in, c.incoming)
		if err != nil {
			_, refused := errors.AsType[*fault.Error](err)
			c.ended.Store(!refused)
			return wire.Frame{}, err
		}
		f, whole, err := c.frame(data)
		switch {
		case err != nil:
			return wire.Frame{}, err
		case whole:
			return f, nil
		}
	}
}

// frame reads one packet: whole is true when it was the last of a value, or no
// packet at all.
func (c *codec) frame(data []byte) (f wire.Frame, whole bool, err error) {
	p, err := parsePacket(data)
	if err != nil {
		return c.tongue.wrong(err), true, nil
	}
	pickled, err := c.parts.add(p)
	switch {
	case fault.Is(err, fault.Limit):
		return wire.Frame{}, false, err
	case err != nil:
		return c.tongue.wrong(err), true, nil
	case pickled == nil:
		return wire.Frame{}, false, nil
	}
	v, rest, err := pickle.Decode(pickled, maxTransmission)
	if err == nil && len(rest) > 0 {
		err = fault.New(fault.Invalid, "%d bytes stand behind the pickle", len(rest))
	}
	if err == nil {
		f, err = c.tongue.read(v)
	}
	switch {
	case errors.Is(err, io.EOF):
		c.ended.Store(true)
		return wire.Frame{}, false, err
	case err != nil:
		return c.tongue.wrong(err), true, nil
	}
	return f, true, nil
}

// Append implements wire.Codec.
func (c *codec) Append(dst []byte, f wire.Frame) ([]byte, error) {
	v, err := c.tongue.say(f)
	if v == nil || err != nil {
		return dst, err
	}
	return appendPackets(dst, transmissions.Add(1), v, c.packetSize)
}

// Write implements wire.Codec.
func (c *codec) Write(p []byte) (int, error) { return c.conn.Write(p) }

// Close implements wire.Codec. Clients of this wire do not notice that a
// connection was closed: a server tells them to disconnect, and waits a little
// until they have.
func (c *codec) Close(reason *fault.Error) error {
	if c.ended.Load() {
		return c.conn.Close()
	}
	var last []byte
	for _, f := range c.tongue.goodbye(reason) {
		// A reason that cannot be said is left out.
		last, _ = c.Append(last, f)
	}
	if len(last) == 0 {
		return c.conn.Close()
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(wire.Goodbye)) // the write says whether it is closed
	if _, err := c.conn.Write(last); err != nil {
		return c.conn.Close()
	}
	wire.Linger(c.conn)
	return nil
}
