package localthings

import (
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
)

// client is the tongue of a client: what its server says, and what that
// understands.
type client struct {
	mu    sync.Mutex
	hello wire.Hello // what it says about itself, with the name it has now
}

func (t *talk) dial(hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	none := wire.Welcome{}
	role := "CLIENT"
	for name, r := range roles {
		if r == hello.Role {
			role = name
		}
	}
	if err := t.knock(wordClient); err != nil {
		return nil, none, err
	}
	if err := t.say(role + "|" + clientVersion); err != nil {
		return nil, none, err
	}
	if hello.Role == wire.Finder {
		return nil, none, io.EOF
	}
	v, err := t.value()
	if err != nil {
		return nil, none, err
	}
	info, packetSize, err := readServerdata(v)
	if err != nil {
		return nil, none, err
	}
	if err := t.say(string(pickle.Append(nil, clientdata(hello)))); err != nil {
		return nil, none, err
	}
	name, err := t.name()
	if err != nil {
		return nil, none, err
	}
	if err := t.say(wordContinue); err != nil {
		return nil, none, err
	}
	hello.Name = name
	c := t.codec(&client{hello: hello}, packetSize, maxIncoming)
	return c, wire.Welcome{Name: name, Resume: t.conn.LocalAddr().String(), Server: info}, nil
}

func (t *talk) dialData(hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	own, err := address(hello.Resume)
	if err != nil {
		return nil, wire.Welcome{}, err
	}
	if err := t.knock(wordData); err != nil {
		return nil, wire.Welcome{}, err
	}
	if err := t.say(string(pickle.Append(nil, own))); err != nil {
		return nil, wire.Welcome{}, err
	}
	return t.codec(&client{hello: hello}, maxPacket, maxIncoming), wire.Welcome{Name: hello.Name}, nil
}

// knock is the first step as a client takes it.
func (t *talk) knock(word string) error {
	if err := t.say(word); err != nil {
		return err
	}
	ok, err := t.expect(wordSuited)
	if err == nil && !ok {
		err = fault.Wrap(wire.ErrUnsuited, fault.Denied, "the server does not take a %s here", word)
	}
	return err
}

// name reads the name that the client got. Nothing says where it ends, and the
// server says nothing more until it is answered.
func (t *talk) name() (string, error) {
	for {
		said := t.in.Bytes()
		switch {
		case len(said) > wire.MaxName:
			return "", fault.New(fault.Limit, "the server gives a name of more than %d bytes", wire.MaxName)
		case len(said) > 0 && utf8.Valid(said):
			name := string(said)
			t.in.Skip(len(said))
			return name, nil
		}
		if err := t.fill(wire.MaxName + 1); err != nil {
			return "", err
		}
	}
}

func (*client) wrong(err error) wire.Frame { return wire.Frame{Kind: wire.Wrong, Err: fault.Of(err)} }

func (*client) form() string { return "localthings client" }

func (*client) goodbye(*fault.Error) []wire.Frame { return nil }

func (c *client) read(v value.Value) (wire.Frame, error) {
	if text, ok := v.(value.Str); ok {
		return wire.Frame{Kind: wire.Message, Body: []byte(text)}, nil
	}
	if f, ok, err := readMarked(v); ok {
		return f, err
	}
	if parts, _ := value.Items(v); len(parts) == 3 && parts[0] == markCommand {
		name, ok := parts[1].(value.Str)
		if !ok || len(name) > wire.MaxName {
			return wire.Frame{}, fault.New(fault.Invalid, "a clientcommand's name is a text of at most %d bytes", wire.MaxName)
		}
		return c.run(string(name), arguments(parts[2]))
	}
	return wire.Frame{Kind: wire.Data, Value: v}, nil
}

// arguments gives the arguments of a clientcommand, of which a single one may
// stand without a list.
func arguments(v value.Value) []value.Value {
	if args, ok := value.Items(v); ok {
		return args
	}
	if v == (value.None{}) {
		return nil
	}
	return []value.Value{v}
}

// run turns the commands that every client runs into the events that they are.
func (c *client) run(name string, args []value.Value) (wire.Frame, error) {
	event := func(kind string, entries ...value.Pair) (wire.Frame, error) {
		return wire.Frame{Kind: wire.Event, Name: kind, Value: dict(entries)}, nil
	}
	var first value.Value = value.None{}
	if len(args) > 0 {
		first = args[0]
	}
	switch name {
	case doDisconnect:
		return wire.Frame{}, io.EOF
	case doRename:
		if text, ok := first.(value.Str); ok {
			c.mu.Lock()
			c.hello.Name = string(text)
			c.mu.Unlock()
			return event(wire.EventRenamed, pair(wire.KeyName, text))
		}
	case doLayer:
		return event(wire.EventLayer, pair(wire.KeyLayer, first))
	case doServerdata:
		if d, ok := first.(*value.Dict); ok {
			info, _, err := readServerdata(d)
			return wire.Frame{Kind: wire.Event, Name: wire.EventServer, Value: d, Info: &info}, err
		}
	case doConnect, doNewDatasock:
		to, err := readAddress(value.List(args))
		if err != nil {
			to, err = readAddress(first)
		}
		if err != nil {
			return wire.Frame{}, err
		}
		if name == doConnect {
			return event(wire.EventMoved, pair(wire.KeyAddress, value.Str(to)))
		}
		return event(wire.EventChannel, pair(wire.KeyAddress, value.Str(to)))
	default:
		return wire.Frame{Kind: wire.Command, Name: name, Args: args}, nil
	}
	return wire.Frame{}, fault.New(fault.Invalid, "the clientcommand %s has no use for %.60s", name, value.Repr(first))
}

func (c *client) say(f wire.Frame) (value.Value, error) {
	switch f.Kind {
	case wire.Message:
		if f.To != "" {
			return nil, fault.New(fault.Invalid, "LocalThings sends messages to the server only")
		}
		return message(f, f.From), nil
	case wire.Command:
		return call(f)
	case wire.Request, wire.Ping:
		return ask(f)
	case wire.Answer:
		if f.Of != wire.Request && f.Of != wire.Ping {
			return nil, nil
		}
		return answer(f, func(name string) value.Value { return c.reply(f, name) })
	case wire.Event:
		c.describe(f)
	case wire.Data:
		return plain(f.Value)
	case wire.Call:
		return nil, noMethod(f.Name)
	}
	return nil, nil
}

// describe remembers what the client says about itself now. The server hears of
// it when it asks.
func (c *client) describe(f wire.Frame) {
	if f.Name != wire.EventClient || f.Hello == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hello.Description, c.hello.Version = f.Hello.Description, f.Hello.Version
	c.hello.Commands, c.hello.Requests = f.Hello.Commands, f.Hello.Requests
}

// call is the text of a servercommand, in which no argument can hold what
// stands between two.
func call(f wire.Frame) (value.Value, error) {
	for _, arg := range f.Args {
		if text := value.Text(arg); strings.Contains(text, ",") {
			return nil, fault.New(fault.Invalid, "the argument %.40q holds a comma, which ends it in LocalThings", text)
		}
	}
	text := wire.CommandText(f.Name, f.Args)
	if name, _, ok := cutCommand(text); !ok || name != f.Name {
		return nil, fault.New(fault.Invalid, "LocalThings names no servercommand %.60q; expected one like s.help", f.Name)
	}
	return value.Str(text), nil
}

// reply is what is said to a request; an unknown one is None.
func (c *client) reply(f wire.Frame, name string) value.Value {
	switch {
	case name == askClientdata:
		c.mu.Lock()
		defer c.mu.Unlock()
		return clientdata(c.hello)
	case f.Err != nil || f.Value == nil:
		return value.None{}
	}
	return f.Value
}
