// Package jsonrpc is the session protocol, althing's own: JSON-RPC 2.0 in both
// directions, one object a line over TCP, or one object a text frame over
// WebSocket. docs/session-protocol.md specifies it to the byte.
package jsonrpc

import (
	"bytes"
	"context"
	"errors"
	"net"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

const (
	// maxRegister is the bytes of a line before registration: a thousand
	// commands with names of common length.
	maxRegister = 64 << 10
	// maxAnswer is the bytes of a line that a client takes: 8 MiB of rows, with
	// six bytes for each that has to be escaped.
	maxAnswer = 64 << 20
	// maxWrong is how much of what is no registration is answered before the
	// connection is closed: mistyped lines, not a conversation.
	maxWrong = 16
	// registerID is the id of a client's registration; the ids of its later
	// questions begin with 1.
	registerID = "0"
)

// Lines is the session protocol over a connection of bytes: one object a line.
type Lines struct{}

// Name implements wire.Protocol.
func (Lines) Name() string { return "jsonrpc" }

// Claims implements wire.Protocol: a connection that begins with an object or a
// batch.
func (Lines) Claims(first []byte) wire.Match {
	first = bytes.TrimLeft(first, " \t\r\n")
	switch {
	case len(first) == 0:
		return wire.More
	case first[0] == '{', first[0] == '[':
		return wire.Yes
	}
	return wire.No
}

// Accept implements wire.Protocol. What is not a registration is answered: ping
// and status as later, anything else with an error.
func (Lines) Accept(ctx context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	c := newCodec(conn)
	c.limit = maxRegister
	for range maxWrong {
		f, err := c.Read()
		if err != nil {
			c.tooLate(err)
			return nil, err
		}
		answer, entered := reception(f, desk)
		var line []byte
		if f.ID != "" {
			line, _ = c.Append(nil, answer) // an answer can always be said
		}
		if entered {
			c.limit, c.greeting = wire.MaxFrame, line
			c.in.Wait(0)
			return c, nil
		}
		if _, err := c.Write(line); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	wire.Linger(conn)
	return nil, fault.New(fault.Denied, "%d times something else than a registration", maxWrong)
}

// goodbye is how long the reason may take to be sent to who has not registered in
// time: nearly nothing was sent before, so that there is room for it.
const goodbye = 100 * time.Millisecond

// tooLate tells who has not registered in time that this is why it is let go.
func (c *codec) tooLate(err error) {
	var late net.Error
	if !errors.As(err, &late) || !late.Timeout() {
		return
	}
	if c.conn.SetDeadline(time.Now().Add(goodbye)) == nil {
		_, _ = c.Write(Refusal(fault.New(fault.Timeout, "nobody registered in time; connect again and begin with register, whole")))
	}
}

// reception answers one frame of a client that is not registered yet.
func reception(f wire.Frame, desk wire.Desk) (answer wire.Frame, entered bool) {
	answer = wire.Frame{Kind: wire.Answer, Of: f.Kind, ID: f.ID}
	var err error
	switch {
	case f.Kind == wire.Wrong:
		answer.Err = f.Err
	case f.Kind == wire.Ping:
		answer.Value = wire.Now()
	case f.Kind == wire.Call && f.Name == "status":
		answer.Value, err = desk.Status()
	case f.Kind == wire.Call && f.Name == "register":
		if answer.Value, err = register(f, desk); err == nil {
			return answer, true
		}
	default:
		err = fault.New(fault.Denied, "register first")
	}
	if err != nil {
		answer.Err = fault.Of(err)
	}
	return answer, false
}

func register(f wire.Frame, desk wire.Desk) (value.Value, error) {
	if f.ID == "" {
		return nil, fault.New(fault.Invalid, "register needs an id")
	}
	hello, err := readHello(f.Value)
	if err != nil {
		return nil, wrong(f.ID, wire.ErrParams, err).Err
	}
	welcome, err := desk.Enter(hello)
	if err != nil {
		return nil, err
	}
	return welcomeValue(welcome), nil
}

// Dial implements wire.Protocol.
func (Lines) Dial(_ context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	c := newCodec(conn)
	c.limit, c.asks = maxAnswer, true
	line, err := c.Append(nil, wire.Frame{Kind: wire.Call, ID: registerID, Name: "register", Value: helloValue(hello)})
	if err == nil {
		_, err = c.Write(line)
	}
	if err != nil {
		return nil, wire.Welcome{}, err
	}
	for range maxWrong {
		f, err := c.Read()
		if err != nil {
			return nil, wire.Welcome{}, err
		}
		if f.Kind != wire.Answer || f.ID != registerID {
			continue
		}
		if f.Err != nil {
			return nil, wire.Welcome{}, f.Err
		}
		c.in.Wait(0)
		welcome, err := readWelcome(f.Value)
		return c, welcome, err
	}
	return nil, wire.Welcome{}, fault.Wrap(wire.ErrUnsuited, fault.Invalid, "the other side does not answer the registration; is it a server of this protocol?")
}
