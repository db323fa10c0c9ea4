package althing

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// handle implements end: one frame of a client.
func (s *Server) handle(ctx context.Context, c *Conn, f wire.Frame) {
	if c.Muted() && f.Kind != wire.Ping {
		c.fail(f, fault.Wrap(wire.ErrMuted, fault.Denied, "you are muted"))
		return
	}
	if err := s.permit(c, f); err != nil {
		c.fail(f, err)
		return
	}
	switch f.Kind {
	case wire.Message:
		s.message(ctx, c, f)
	case wire.Command:
		s.command(ctx, c, f)
	case wire.Request:
		s.request(ctx, c, f)
	case wire.Ping:
		c.answer(f, wire.Frame{Value: wire.Now()})
	case wire.Call:
		s.method(ctx, c, f)
	case wire.Event:
		if f.Hello != nil {
			c.describes(*f.Hello)
		}
	case wire.Data:
		class := f.Value.TypeName() // of which there are few
		s.warnLine("data of no use: "+class, fmt.Sprintf("Could not identify the purpose of a <class '%s'> obj sent by user '%s'", class, c.Name()))
	case wire.Wrong:
		s.refused("something that is no frame", f.Err, "conn", c.Name())
		c.fail(f, f.Err)
	}
}

// permit asks Permit about what it decides on.
func (s *Server) permit(c *Conn, f wire.Frame) error {
	if s.Permit == nil || f.Kind != wire.Message && f.Kind != wire.Command && f.Kind != wire.Request {
		return nil
	}
	return s.Permit(c, f.Kind, f.Name, f.To)
}

// came says that a client has come or gone. Of visitors only the log hears: there
// is one for each verb of a command line.
func (s *Server) came(c *Conn, line string, attrs ...any) {
	if c.hello.Role == wire.Visitor {
		s.out().log().Debug(line, attrs...) //nolint:sloglint // it is a line for people
		return
	}
	s.out().connection(line, attrs...)
}

// gone implements end.
func (s *Server) gone(c *Conn, reason *fault.Error) {
	s.roll.left(c.accepted)
	if c.link != nil {
		s.channels.unlink(c.link)
		return
	}
	if s.roll.remove(c) {
		s.Directory.Leave(c.id)
	}
	c.leave()
	s.came(c, fmt.Sprintf("Disconnected connection '%s'", c.Name()), "reason", reason)
	s.call(c.run, func() {
		for _, f := range s.disconnected.all() {
			(*f)(c, reason)
		}
	})
}

// dropped implements end.
func (s *Server) dropped(c *Conn, reason *fault.Error) {
	s.warn("a client that does not read was dropped", "conn", c.Name(), "err", reason)
}

func (s *Server) message(ctx context.Context, c *Conn, f wire.Frame) {
	m := messageOf(f)
	err := s.Limits.check(m)
	if m.To == "" || s.Deliver == nil {
		m.From = c.Name()
	}
	switch {
	case err != nil: // a client of a wire without answers is not told
		s.warn("a message was refused", "conn", c.Name(), "err", err)
	case m.To == "":
		// A command that was mistyped comes as a message.
		s.hear(c, func() string { return wire.Redact(m.String()) })
		s.call(c.run, func() {
			for _, f := range s.received.all() {
				(*f)(c, m)
			}
		})
	case s.Deliver != nil:
		err = s.Deliver(ctx, c, m)
	default:
		err = s.forward(m)
	}
	if err != nil {
		c.fail(f, err)
		return
	}
	c.answer(f, wire.Frame{})
}

// forward sends a message to the client that it names.
func (s *Server) forward(m *Message) error {
	to, err := s.client(m.To)
	if err != nil {
		return err
	}
	return to.Send(m)
}

// client finds a client by its id or its name.
func (s *Server) client(who string) (*Conn, error) {
	c := s.Conn(who)
	if c == nil {
		c = s.ByName(who)
	}
	if c == nil {
		return nil, fault.New(fault.NotFound, "No user %s", quoted(who))
	}
	return c, nil
}

func (s *Server) command(ctx context.Context, c *Conn, f wire.Frame) {
	s.hear(c, func() string { return wire.Redact(wire.CommandText(f.Name, f.Args)) })
	command, err := s.commandFor(c, &f)
	if err != nil {
		c.fail(f, err)
		return
	}
	c.runCommand(ctx, command, f)
}

// runCommand runs a command that may be run, and answers.
func (c *Conn) runCommand(ctx context.Context, command *Command, f wire.Frame) {
	do := func(ctx context.Context) {
		answer, err := command.run(ctx, &Call{By: c, Conn: c, Name: f.Name, Args: f.Args}, c.end.out())
		if err != nil {
			c.fail(f, err)
			return
		}
		c.answer(f, wire.Frame{Text: answer.Text, Value: answer.Value})
		if answer.After != nil {
			answer.After()
		}
	}
	if command.Background {
		c.beside(ctx, f, do)
		return
	}
	do(ctx)
}

func (s *Server) request(ctx context.Context, c *Conn, f wire.Frame) {
	f.From = c.Name() // whatever it says
	if f.To != "" {
		s.relay(ctx, c, f)
		return
	}
	c.answerRequest(ctx, &s.requests, f)
}

// answerRequest answers a request out of a table.
func (c *Conn) answerRequest(ctx context.Context, requests *table[RequestFunc], f wire.Frame) {
	answer, ok := requests.get(f.Name)
	if !ok {
		c.fail(f, fault.New(fault.NotFound, "No requestable %s", quoted(f.Name)))
		return
	}
	began := time.Now()
	v, err := answer(ctx, &Call{By: c, Conn: c, Name: f.Name, Args: f.Args, From: f.From})
	if err != nil {
		c.fail(f, err)
		return
	}
	c.answer(f, wire.Frame{Value: v, Seconds: time.Since(began).Seconds()})
}

// relay asks the client that a request names.
func (s *Server) relay(ctx context.Context, c *Conn, f wire.Frame) {
	if s.Elsewhere != nil && strings.Contains(f.To, "@") {
		c.beside(ctx, f, func(ctx context.Context) {
			began := time.Now()
			v, err := s.Elsewhere(ctx, c, f.To, f.Name, f.Args)
			if err != nil {
				c.fail(f, err)
				return
			}
			c.answer(f, wire.Frame{Value: v, Seconds: time.Since(began).Seconds()})
		})
		return
	}
	to, err := s.client(f.To)
	if err == nil {
		err = to.lacks(f.Name)
	}
	if err != nil {
		c.fail(f, err)
		return
	}
	c.beside(ctx, f, func(ctx context.Context) {
		answer, took, err := to.ask(ctx, wire.Frame{Kind: wire.Request, Name: f.Name, Args: f.Args, From: f.From})
		if err != nil {
			c.fail(f, err)
			return
		}
		c.answer(f, wire.Frame{Value: answer.Value, Seconds: took.Seconds()})
	})
}

// RequestFrom asks a client of the server, by its id or name, for a value, for
// somebody who has no conn here.
func (s *Server) RequestFrom(ctx context.Context, by, client, name string, args []value.Value) (value.Value, error) {
	to, err := s.client(client)
	if err != nil {
		return nil, err
	}
	answer, _, err := to.ask(ctx, wire.Frame{Kind: wire.Request, Name: name, Args: args, From: by})
	return answer.Value, err
}

func (s *Server) method(ctx context.Context, c *Conn, f wire.Frame) {
	params, ok := f.Value.(*value.Dict)
	if !ok {
		params = &value.Dict{}
	}
	switch f.Name {
	case "cancel":
		id, _ := params.Get(value.Str("id"))
		c.reply(ctx, f, Answer{}, c.running.stop(string(value.AppendJSON(nil, id))))
		return
	case "status":
		v, err := s.status(ctx)
		c.reply(ctx, f, Answer{Value: v}, err)
		return
	case openMethod:
		v, err := s.openFor(c, params)
		c.reply(ctx, f, Answer{Value: v}, err)
		return
	case "register":
		c.fail(f, fault.New(fault.Conflict, "the connection is registered already"))
		return
	}
	m, ok := s.methods.get(f.Name)
	if !ok {
		c.fail(f, wire.UnknownMethod(f.Name))
		return
	}
	do := func(ctx context.Context) {
		answer, err := m.do(ctx, c, params)
		c.reply(ctx, f, answer, err)
	}
	if m.waits {
		c.beside(ctx, f, do)
		return
	}
	do(ctx)
}

// reply answers a call of a method.
func (c *Conn) reply(ctx context.Context, f wire.Frame, answer Answer, err error) {
	if err == nil && answer.Later != nil {
		c.finish(f, func() {
			last, err := answer.Later(ctx)
			c.reply(ctx, f, last, err)
		})
		return
	}
	if err == nil {
		c.answer(f, wire.Frame{Value: answer.Value})
		if answer.After != nil {
			answer.After()
		}
		return
	}
	if fault.Of(err).Code == fault.Internal {
		c.end.out().error("a method has failed", "method", f.Name, "conn", c.Name(), "err", err)
	}
	c.fail(f, err)
}

// Info is what the server says about itself.
func (s *Server) Info() wire.Info {
	path, layer, higher := s.Path, s.Layer, ""
	if s.Place != nil {
		path, layer, higher = s.Place()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info := wire.Info{
		Name: s.name(), Description: s.Description, Version: s.Version, Layer: layer, Path: path, Higher: higher,
		Commands: s.commands.names(), Requests: s.requests.names(),
		Limits: wire.Limits{Message: s.Limits.Message, Name: maxName},
	}
	if s.run != nil {
		info.Started = s.run.started
	}
	info.Socks = s.Channels()
	return info
}

// infoNow is Info, the same pointer for as long as it is the same.
func (s *Server) infoNow() *wire.Info {
	info := s.Info()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.facts == nil || !reflect.DeepEqual(*s.facts, info) {
		s.facts = &info
	}
	return s.facts
}

func (s *Server) status(ctx context.Context) (value.Value, error) {
	if s.Status != nil {
		return s.Status(ctx)
	}
	return value.FromGo(map[string]any{"name": s.name(), "version": s.Version, "conns": len(s.Conns())})
}
