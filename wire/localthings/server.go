package localthings

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// server is the tongue of a server: what its clients say, and what they
// understand.
type server struct {
	desk  wire.Desk
	conn  net.Conn
	size  int         // of its packets
	data  bool        // a datasock
	moved atomic.Bool // the client was sent elsewhere, and disconnects by itself
}

// wrongID is the ID of what is answered although it has none: every client reads
// messages.
const wrongID = "-"

func (*server) wrong(err error) wire.Frame {
	return wire.Frame{Kind: wire.Wrong, ID: wrongID, Err: fault.Of(err)}
}

// form holds this side's address, because it stands in what clients are told to
// connect to, and the size of packets.
func (s *server) form() string { return fmt.Sprintf("localthings %d %s", s.size, s.host()) }

func (s *server) host() string {
	host, _, err := net.SplitHostPort(s.conn.LocalAddr().String())
	if err != nil {
		return ""
	}
	return host
}

// greet prepares what a new client is sent first: what it has to connect to,
// and the lines by which it is welcomed.
func (c *codec) greet(w wire.Welcome) error {
	say := func(f wire.Frame) (err error) {
		c.greeting, err = c.Append(c.greeting, f)
		return err
	}
	for _, sock := range w.Server.Socks {
		if !sock.ConnectNew {
			continue
		}
		port := dict([]value.Pair{pair(wire.KeyName, value.Str(sock.Name)), pair(wire.KeyPort, value.Int(sock.Port))})
		if err := say(wire.Frame{Kind: wire.Event, Name: wire.EventChannel, Value: port}); err != nil {
			return err
		}
	}
	lines := []string{"Connected to " + w.Server.Name, w.Notice, "Registered as '" + w.Name + "'", "Type 's.help()' for more information", ""}
	if w.Admin {
		lines[len(lines)-1] = "You have admin permissions"
	}
	for _, line := range lines {
		if line == "" {
			continue
		}
		if err := say(wire.Frame{Kind: wire.Message, Body: []byte(line)}); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) read(v value.Value) (wire.Frame, error) {
	if text, ok := v.(value.Str); ok {
		return readText(string(text))
	}
	if f, ok, err := readMarked(v); ok {
		return f, err
	}
	return wire.Frame{Kind: wire.Data, Value: v}, nil
}

// readText reads a command or a message. The ID of a message is its text, which
// the answer repeats; that of a command only says that there is somebody to
// answer.
func readText(text string) (wire.Frame, error) {
	name, inner, ok := cutCommand(text)
	if !ok {
		return wire.Frame{Kind: wire.Message, ID: text, Body: []byte(text)}, nil
	}
	args, err := wire.SplitArgs(inner)
	if err != nil {
		return wire.Frame{}, err
	}
	return wire.Frame{Kind: wire.Command, ID: name, Name: name, Args: args, Text: inner}, nil
}

// cutCommand takes apart "s.name(args)", which has a point as its second
// character.
func cutCommand(text string) (name, inner string, ok bool) {
	_, n := utf8.DecodeRuneInString(text)
	if !strings.HasPrefix(text[n:], ".") {
		return "", "", false
	}
	return wire.CutCommand(text)
}

func (s *server) say(f wire.Frame) (value.Value, error) {
	switch f.Kind {
	case wire.Message:
		self := ""
		if f.From != "" {
			self = s.desk.Info().Name
		}
		return message(f, self), nil
	case wire.Command:
		return run(f.Name, f.Args...), nil
	case wire.Request, wire.Ping:
		return ask(f)
	case wire.Answer:
		return s.answer(f)
	case wire.Event:
		return s.event(f)
	case wire.Data:
		return plain(f.Value)
	case wire.Call:
		return nil, noMethod(f.Name)
	}
	return nil, nil
}

// run is the value of a clientcommand.
func run(name string, args ...value.Value) value.Value {
	return value.List{markCommand, value.Str(name), append(value.List{}, args...)}
}

// received is how the original begins its answer to a message, in italics.
const received = "\x1b[3mReceived:\x1b[0m "

func (s *server) answer(f wire.Frame) (value.Value, error) {
	if f.Err != nil && errors.Is(f.Err, wire.ErrMuted) {
		return nil, nil // what a muted client sends has no effect at all
	}
	if f.Of == wire.Request || f.Of == wire.Ping {
		return answer(f, func(name string) value.Value { return s.reply(f, name) })
	}
	return lines(f), nil
}

// lines is what a client reads as the answer to a message, a command, or what
// made no sense.
func lines(f wire.Frame) value.Value {
	_, none := f.Value.(value.None)
	switch {
	case f.Err != nil:
		return failure(f.Err)
	case f.Of == wire.Message:
		return value.Str(received + f.ID)
	case f.Text != "":
		return value.Str(f.Text)
	case f.Of != wire.Command, f.Value == nil, none:
		return nil
	}
	return value.Str(value.Text(f.Value))
}

// failure is what a client reads of an error.
func failure(err *fault.Error) value.Value { return value.Str(err.Message) }

func (s *server) reply(f wire.Frame, name string) value.Value {
	switch {
	case name == askServerdata:
		return serverdata(s.desk.Info(), s.size)
	case f.Err != nil && f.Err.Code == fault.NotFound:
		return value.Str("No requestable '" + name + "'")
	case f.Err != nil:
		return failure(f.Err)
	case f.Value == nil:
		return value.None{}
	}
	return f.Value
}

// event is the clientcommand that an event is, if it is one.
func (s *server) event(f wire.Frame) (value.Value, error) {
	d, ok := f.Value.(*value.Dict)
	if !ok {
		d = &value.Dict{}
	}
	switch f.Name {
	case wire.EventRenamed:
		name, err := textOf(d, wire.KeyName, wire.MaxName)
		return run(doRename, value.Str(name)), err
	case wire.EventLayer:
		return run(doLayer, value.Int(numberOf(d, wire.KeyLayer))), nil
	case wire.EventServer:
		return run(doServerdata, serverdata(s.desk.Info(), s.size)), nil
	case wire.EventMoved:
		text, err := textOf(d, wire.KeyAddress, wire.MaxName)
		if err != nil {
			return nil, err
		}
		to, err := address(text)
		if err != nil {
			return nil, err
		}
		s.moved.Store(true)
		return run(doConnect, to...), nil
	case wire.EventChannel:
		return run(doNewDatasock, value.Tuple{value.Str(s.host()), value.Int(numberOf(d, wire.KeyPort))}), nil
	}
	return nil, nil
}

func (s *server) goodbye(reason *fault.Error) []wire.Frame {
	if s.data || s.moved.Load() {
		return nil
	}
	var last []wire.Frame
	if reason != nil {
		last = append(last, wire.Frame{Kind: wire.Message, Body: []byte(reason.Message)})
	}
	return append(last, wire.Frame{Kind: wire.Command, Name: doDisconnect})
}
