package althing

import (
	"context"
	"log/slog"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// handle implements end: one frame of the server.
func (c *Client) handle(ctx context.Context, conn *Conn, f wire.Frame) {
	switch f.Kind {
	case wire.Message:
		c.message(ctx, conn, f)
	case wire.Command:
		c.command(ctx, conn, f)
	case wire.Request:
		conn.answerRequest(ctx, &c.requests, f)
	case wire.Ping:
		conn.answer(f, wire.Frame{Value: wire.Now()})
	case wire.Event:
		c.event(ctx, conn, f)
	case wire.Call:
		c.method(ctx, conn, f)
	case wire.Wrong:
		c.out().say(KindWarning, sentence("the server sent what is no frame", []any{"err", f.Err}), "the server sent what is no frame", []any{"err", f.Err})
		conn.fail(f, f.Err)
	}
}

// message hands on a message, and acknowledges it then. One of an inbox is
// acknowledged only when it was read, for it comes again when it was not.
func (c *Client) message(ctx context.Context, conn *Conn, f wire.Frame) {
	m := messageOf(f)
	c.hear(conn, m)
	callbacks := c.received.all()
	for _, f := range callbacks {
		(*f)(m)
	}
	if len(callbacks) == 0 {
		l := letter{message: m}
		if m.ID != "" {
			l.conn, l.ask, f = conn, f, wire.Frame{}
		}
		select {
		case c.inbox <- l:
		case <-ctx.Done():
			return
		}
	}
	conn.answer(f, wire.Frame{})
}

func (c *Client) command(ctx context.Context, conn *Conn, f wire.Frame) {
	command, ok := c.commands.get(f.Name)
	if !ok {
		conn.fail(f, fault.New(fault.NotFound, "No Clientcommand %s available", quoted(f.Name)))
		return
	}
	if err := command.accepts(len(f.Args)); err != nil {
		conn.fail(f, err)
		return
	}
	conn.runCommand(ctx, command, f)
}

func (c *Client) event(ctx context.Context, conn *Conn, f wire.Frame) {
	if f.Info != nil {
		conn.setServer(*f.Info)
	}
	data, ok := f.Value.(*value.Dict)
	if !ok {
		data = &value.Dict{}
	}
	addr := textIn(data, wire.KeyAddress)
	switch {
	case f.Name == wire.EventRenamed:
		c.mu.Lock()
		c.name = textIn(data, wire.KeyName)
		c.mu.Unlock()
	case f.Name == wire.EventChannel && addr != "":
		c.join(ctx, conn, addr)
	case f.Name == wire.EventMoved && addr != "":
		c.sent(conn, addr)
	case f.Name == wire.EventClosing:
		code := fault.Code(textIn(data, wire.KeyCode))
		if code == fault.Denied || code == fault.Conflict { // it is not to come back, or another has as this client
			c.end(fault.New(code, "%s", textIn(data, wire.KeyMessage)))
		}
	}
	if f.Name == eventAnew {
		c.kept.watches.anew(f.Value)
	}
	for _, happened := range c.happened.all() {
		(*happened)(f.Name, f.Value)
	}
}

func (c *Client) method(ctx context.Context, conn *Conn, f wire.Frame) {
	do, ok := c.methods.get(f.Name)
	if !ok {
		conn.fail(f, wire.UnknownMethod(f.Name))
		return
	}
	params, ok := f.Value.(*value.Dict)
	if !ok {
		params = &value.Dict{}
	}
	answer, err := do(ctx, conn, params)
	conn.reply(ctx, f, answer, err)
}

// logger implements end.
func (c *Client) logger() *slog.Logger { return logger(c.options.Logger, c.options.Verbose) }

// out is what the client says things with.
func (c *Client) out() *voice { return &c.said }

// hear says what the server has said, or somebody else through it, if anybody
// wants to know.
func (c *Client) hear(conn *Conn, m *Message) {
	out := c.out()
	switch {
	case !out.chatty:
	case m.From == "" || m.From == conn.Name():
		out.message(conn.Name(), m.String())
	default:
		out.message(conn.Name(), m.From+": "+m.String())
	}
}
