package althing

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/jsonrpc"
)

// ClientOptions are the options of a Client. The zero value of each is useful.
type ClientOptions struct {
	// Name is the name that the client asks for: the server chooses.
	Name        string
	Description string
	Version     string
	// Key is the server's admin key, for a client that is to be an admin; of a hub,
	// it may also be a user's.
	Key string
	// Resume is what Client.Resume gave another program, whose client this one is
	// to be again.
	Resume string
	// Visitor makes the client one that asks what it has to ask and goes. It has
	// no name of its own; a hub gives it no inbox and no groups, keeps nothing of
	// it, and runs its commands at once that others have to confirm.
	Visitor bool
	// At names another hub of the server's tree, which then does what Set, Get, Fetch,
	// Page, List, Delete, History, SQL, Eval, Status, Groups, Members and Command say,
	// and whose keys Watch watches.
	At string
	// Protocol is what is spoken: the session protocol.
	Protocol wire.Protocol
	// TLS, when set, is how the connection is secured; the zero value trusts
	// the certificates that this machine trusts.
	TLS *tls.Config
	// Fingerprint, when set, is that of the one certificate that is trusted,
	// AB:CD:…, and has the connection secured with or without TLS being set.
	Fingerprint string
	// Find, when set, looks for the server when Connect is given no address, and
	// gives the addresses that it may have; discovery.Find looks for a hub. To one
	// on another machine Key and Resume are told only if Fingerprint or TLS tells
	// that it is the right one.
	Find func(ctx context.Context) ([]string, error)
	// NoReconnect makes a lost connection the end of the client.
	NoReconnect bool
	// Backoff is how long to wait before attempt n to reconnect, n from 0: from
	// a quarter of a second, twice as long each time, up to half a minute, and
	// up to half of that more or less, so that a thousand clients do not come
	// back at once.
	Backoff func(n int) time.Duration
	// Subserver, when set, is the address "ip:port" of this program's own server:
	// the client is a server below the other.
	Subserver string
	// Console gets what is to be known as lines for people, as Server.Console
	// does, messages without their time. Output takes kinds of it elsewhere.
	Console  io.Writer
	NoStyles bool
	Output   Output
	// Logger gets what is to be known: slog.Default when there is no Console.
	// Without Verbose that is warnings and errors.
	Logger  *slog.Logger
	Verbose bool
	Limits  Limits
}

// inboxSize is how many messages wait for Read. When they do, the connection is
// not read, and the server notices in time.
const inboxSize = 1024

// Client is a client of a Server. Its methods may be called concurrently.
//
// A client that has connected once does so again when its connection is lost,
// under its name and id, with its watches and groups, until it is closed. What it
// asks meanwhile, and what it had asked when the connection broke, fails with code
// Closed: that may have been done or not.
//
// The methods from Set to OpenChannel are for a hub. Another server knows those
// of them that its program has added by Server.Method.
type Client struct {
	options ClientOptions
	inbox   chan letter
	nexts   nexts
	kept    kept
	work    sync.WaitGroup
	over    chan struct{} // closed when the client has ended for good
	said    voice

	connected    callbacks[func()]
	received     callbacks[func(*Message)]
	disconnected callbacks[func(error)]
	happened     callbacks[func(kind string, data value.Value)]
	restored     callbacks[func(error)]

	commands table[*Command]
	requests table[RequestFunc]
	methods  table[MethodFunc]

	mu       sync.Mutex
	started  bool  // it has connected once, or is at it
	conn     *Conn // nil while there is none
	addr     string
	anywhere bool   // no address was given: it is looked for
	met      string // the address at which it was met last
	name     string
	id       string
	resume   string
	moving   string             // where the server has sent the client, until it is there
	strange  bool               // the present server is one to which it was sent
	giveUp   context.CancelFunc // ends the last attempt to connect
	ended    error              // why it has ended for good
}

// NewClient makes a client that is not connected yet.
func NewClient(options ClientOptions) *Client {
	options.Limits.setDefaults()
	if options.Protocol == nil {
		options.Protocol = jsonrpc.Lines{}
	}
	if options.Backoff == nil {
		options.Backoff = backoff
	}
	c := &Client{
		options: options, name: options.Name, resume: options.Resume, inbox: make(chan letter, inboxSize), over: make(chan struct{}),
		nexts: nexts{turn: make(chan struct{}, 1)},
	}
	_ = c.Method("registry.changed", c.kept.watches.changed) // it is the first
	if options.Subserver != "" {
		c.said.mark = "> "
	}
	c.said.prepare(options.Console, options.Output, options.NoStyles, options.Logger, options.Verbose)
	return c
}

// Dial makes a client that is connected to the server at addr, or says why it
// could not.
func Dial(ctx context.Context, addr string, options ClientOptions) (*Client, error) {
	c := NewClient(options)
	if err := c.Connect(ctx, addr); err != nil {
		return nil, err
	}
	return c, nil
}

// OnConnect has f called when the client has connected, also again. The returned
// function removes f; so do those of the other events.
func (c *Client) OnConnect(f func()) (remove func()) { return c.connected.add(f) }

// OnMessage has f called for each message. While there is any such f, Read gets
// none.
func (c *Client) OnMessage(f func(*Message)) (remove func()) { return c.received.add(f) }

// OnDisconnect has f called when the connection has ended, with the reason.
func (c *Client) OnDisconnect(f func(error)) (remove func()) { return c.disconnected.add(f) }

// OnRestore has f called when the client has connected again, and is back in its
// groups, with its watches and its inbox pushed as before: with nil, or with what
// could not be restored.
func (c *Client) OnRestore(f func(error)) (remove func()) { return c.restored.add(f) }

// OnEvent has f called for what the server tells of: wire.EventRenamed and its
// like, "closing" …
func (c *Client) OnEvent(f func(kind string, data value.Value)) (remove func()) {
	return c.happened.add(f)
}

// AddCommand adds a command that the server may call. Its Needs are not looked
// at. The server hears of it when the client connects, or at once: a server of
// LocalThings when it asks.
func (c *Client) AddCommand(command Command, overwrite bool) error {
	err := command.check()
	if err == nil {
		err = c.commands.add(command.Name, &command, overwrite)
	}
	return c.describe(err)
}

// Handle adds a command as AddCommand does, and panics where that fails.
func (c *Client) Handle(command Command) {
	if err := c.AddCommand(command, false); err != nil {
		panic(err)
	}
}

// DeleteCommand takes a command away.
func (c *Client) DeleteCommand(name string) error { return c.describe(c.commands.delete(name)) }

// AddRequest adds what the server may request, as Server.AddRequest does. The
// server hears of it as of a command.
func (c *Client) AddRequest(name string, v any, overwrite bool) error {
	if err := checkName("request", name); err != nil {
		return err
	}
	f, err := requestFunc(v)
	if err == nil {
		err = c.requests.add(name, f, overwrite)
	}
	return c.describe(err)
}

// DeleteRequest takes a request away.
func (c *Client) DeleteRequest(name string) error { return c.describe(c.requests.delete(name)) }

// describe tells the server, while there is one, what the client says about itself
// now, unless that could not be changed.
func (c *Client) describe(err error) error {
	if conn, none := c.Conn(); err == nil && none == nil {
		now := c.description()
		_ = conn.send(wire.Frame{Kind: wire.Event, Name: wire.EventClient, Hello: &now}) // who cannot be told is about to be dropped
	}
	return err
}

// description is what the client says about itself.
func (c *Client) description() wire.Hello {
	return wire.Hello{
		Description: c.options.Description, Version: c.options.Version,
		Commands: c.commands.names(), Requests: c.requests.names(),
	}
}

// Method adds a method of the session protocol that the server may call.
func (c *Client) Method(name string, f MethodFunc) error { return c.methods.add(name, f, false) }

// Conn is the connection, or the reason why there is none.
func (c *Client) Conn() (*Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.conn != nil:
		return c.conn, nil
	case c.ended != nil:
		return nil, c.ended
	}
	return nil, fault.New(fault.Closed, "the client is not connected")
}

// ID is the client's id at the server, empty before it has connected.
func (c *Client) ID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id
}

// Name is the client's name: the one it asks for, or the one it got.
func (c *Client) Name() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.name
}

// Resume is the token by which another program, or this one when it is started
// again, is the same client, until the server has forgotten it. It is a secret.
func (c *Client) Resume() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.resume
}

// Send sends a message, as Conn.Send does.
func (c *Client) Send(m *Message) error {
	conn, err := c.Conn()
	if err != nil {
		return err
	}
	return conn.Send(m)
}

// SendValue sends a value by itself, as Conn.SendValue does.
func (c *Client) SendValue(v any) error {
	conn, err := c.Conn()
	if err != nil {
		return err
	}
	return conn.SendValue(v)
}

// SendBytes sends bytes as a message without headers.
func (c *Client) SendBytes(body []byte) error { return c.Send(&Message{Body: body}) }

// Deliver sends a message and waits until the server has it safe.
func (c *Client) Deliver(ctx context.Context, m *Message) error {
	conn, err := c.Conn()
	if err != nil {
		return err
	}
	return conn.Deliver(ctx, m)
}

// Command has the server run a command, as Conn.Command does.
func (c *Client) Command(ctx context.Context, name string, args ...any) (Answer, error) {
	if c.options.At != "" {
		return c.commandAt(ctx, name, args)
	}
	conn, err := c.Conn()
	if err != nil {
		return Answer{}, err
	}
	return conn.Command(ctx, name, args...)
}

// Request asks the server for a value, as Conn.Request does.
func (c *Client) Request(ctx context.Context, name string, args ...any) (Answer, error) {
	conn, err := c.Conn()
	if err != nil {
		return Answer{}, err
	}
	return conn.Request(ctx, name, args...)
}

// RequestFrom asks another client of the server, by its id or name, for a value.
func (c *Client) RequestFrom(ctx context.Context, client, name string, args ...any) (Answer, error) {
	conn, err := c.Conn()
	if err != nil {
		return Answer{}, err
	}
	return conn.askFor(ctx, wire.Frame{Kind: wire.Request, Name: name, To: client}, args)
}

// Call calls any further method of the session protocol, as Conn.Call does.
func (c *Client) Call(ctx context.Context, method string, params *value.Dict) (value.Value, error) {
	conn, err := c.Conn()
	if err != nil {
		return nil, err
	}
	return conn.Call(ctx, method, params)
}

// Ping returns what a question and its answer take.
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	conn, err := c.Conn()
	if err != nil {
		return 0, err
	}
	return conn.Ping(ctx)
}

// backoff is the default of ClientOptions.Backoff.
func backoff(n int) time.Duration {
	const first, longest = 250 * time.Millisecond, 30 * time.Second
	d := longest
	if n < 7 {
		d = min(longest, first<<n)
	}
	return d/2 + rand.N(d) //nolint:gosec // it spreads, nobody gains by guessing it
}
