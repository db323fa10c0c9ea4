package althing

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"althing/value"
	"althing/wire"
)

// ErrServerClosed is what ListenAndServe, Serve and Wait return after Shutdown
// or Close.
var ErrServerClosed = errors.New("althing: the server is closed")

// DefaultAddr is where a server without an Addr listens: on this machine only,
// on the first free port from 4000 up.
const DefaultAddr = "127.0.0.1:>4000"

// Server serves clients. The fields are its options; they are set before it is
// started and not changed later, and the zero value of each is useful. Methods
// may be called concurrently, before the start, while it runs and behind its end.
//
// What one client sends is handled in order, by one goroutine; callbacks for
// different clients run concurrently, unless ManualUpdate is set.
type Server struct {
	// Addr is where it listens, host:port, of which the port may be an expression
	// (Ports): DefaultAddr.
	Addr string
	// DataPorts are where its channels listen on that host: "<3999".
	DataPorts   Ports
	Name        string // "server"
	Description string
	Version     string
	// Path is where the server stands in a tree of servers, and Layer how deep.
	Path  string
	Layer int
	// Place, when set, says where it is instead, and at which address the server
	// above it is, if there is one.
	Place func() (path string, layer int, higher string)
	// Protocols are those that it speaks, told apart by the first bytes of a
	// connection: the session protocol, over TCP and WebSocket. What none of
	// them claims is refused by the first.
	Protocols []wire.Protocol
	// TLS, when set, lets clients in that begin with TLS, beside those that do
	// not. Package secure makes and reads certificates.
	TLS *tls.Config
	// TLSOnly refuses clients of other machines that do not begin with TLS.
	TLSOnly bool
	// Directory knows who is a client: memory.
	Directory Directory
	// AdminKey is the key by which a client gets the permission Admin, until
	// SetAdminKey. When it is empty, every client has that.
	AdminKey string
	// Authorize, when set, takes the place of AdminKey: it says whether a client
	// is an admin, or refuses it with an error.
	Authorize func(ctx context.Context, hello wire.Hello, from netip.AddrPort) (admin bool, err error)
	// Permit, when set, may refuse a message, a command or a request of a client
	// before anything is done for it. name is that of the command or request, to
	// who is to have the message or answer the request; empty: the server. A
	// client that is about to connect to a channel is a wire.Call of
	// "channel.open", to the channel.
	Permit func(c *Conn, kind wire.Kind, name, to string) error
	// Elsewhere, when set, answers a request for a client of another server, whose
	// name has an '@' in it.
	Elsewhere func(ctx context.Context, c *Conn, to, name string, args []value.Value) (value.Value, error)
	// ConnContext, when set, gives the context in which everything is done for
	// one connection, from its registration on, and for those that its client has
	// to channels. It is derived from ctx; nc is the connection as the listener
	// gave it.
	ConnContext func(ctx context.Context, nc net.Conn) context.Context
	// Deliver takes a message that names who is to have it, and answers once
	// the message is safe. The message's From is what the client says it is. When
	// it is nil, the message goes to the client with that id or name, who must be
	// connected.
	Deliver func(ctx context.Context, from *Conn, m *Message) error
	// Status is what anybody may know, registered or not: name, version, number
	// of conns.
	Status func(ctx context.Context) (value.Value, error)
	// TickRate is how often a second OnTick's callbacks are called: 120.
	TickRate int
	// ManualUpdate leaves the calling of callbacks to the program, which calls
	// Update for it.
	ManualUpdate bool
	// Groups are permissions that stand for several others.
	Groups map[string][]string
	// Console gets what is to be known as lines for people: usually os.Stdout.
	// Styles are left out when it is no terminal, NO_COLOR is set, or NoStyles.
	// Output takes kinds of it elsewhere.
	Console  io.Writer
	NoStyles bool
	Output   Output
	// LogFile is a file to which the same is appended.
	LogFile string
	// Logger gets what is to be known: slog.Default when there is no Console.
	// Without Verbose that is warnings and errors.
	Logger  *slog.Logger
	Verbose bool
	Limits  Limits

	begun        callbacks[func()]
	connected    callbacks[func(*Conn)]
	received     callbacks[func(*Conn, *Message)]
	disconnected callbacks[func(*Conn, error)]
	ticked       callbacks[func()]

	commands table[*Command]
	requests table[RequestFunc]
	methods  table[method]

	roll     roll
	queues   budget
	tally    tally
	channels channels
	services services
	said     voice
	saying   sync.Once
	further  []wire.Protocol // spoken on channels' ports

	mu       sync.Mutex
	run      *run // nil before the first start
	addr     net.Addr
	adminKey adminKey // what SetAdminKey has set
	facts    *wire.Info
}

// ListenAndServe listens on Addr and serves until Shutdown or Close, when it
// returns ErrServerClosed.
func (s *Server) ListenAndServe() error {
	if err := s.Start(); err != nil {
		return err
	}
	return s.Wait()
}

// Start listens on Addr and serves in the background. It returns when clients
// can connect, or why they cannot.
func (s *Server) Start() error {
	return s.listen(cmp.Or(s.Addr, DefaultAddr))
}

func (s *Server) listen(addr string) error {
	l, err := listenOn(addr)
	if err != nil {
		return err
	}
	return s.serve(l)
}

// Serve serves what connects to l, which may be any listener, until Shutdown or
// Close. A server may serve several listeners at once.
func (s *Server) Serve(l net.Listener) error {
	if err := s.serve(l); err != nil {
		return err
	}
	return s.Wait()
}

// ListenAddr is where the server listens, nil before its first start.
func (s *Server) ListenAddr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// String is the server as text:
// <Server (Demoserver), active, Serversock=('192.168.178.140', 4000)>.
func (s *Server) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil || s.run.closing {
		return fmt.Sprintf("<Server (%s), inactive>", s.name())
	}
	return fmt.Sprintf("<Server (%s), active, Serversock=%s>", s.name(), pair(s.addr))
}

// pair is an address as Python shows it: ('192.168.178.140', 4000).
func pair(addr net.Addr) string {
	host, _, _ := net.SplitHostPort(addr.String()) // an address of another kind has none
	return fmt.Sprintf("('%s', %d)", host, portOf(addr))
}

func (s *Server) name() string {
	if s.Name == "" {
		return "server"
	}
	return s.Name
}

// OnStart has f called when the server has started, also again: clients can connect
// from then on. f must not wait for the server's end. The returned function removes
// f; so do those of the other events.
func (s *Server) OnStart(f func()) (remove func()) { return s.begun.add(f) }

// OnConnect has f called when a client has registered, before anything that it
// sends.
func (s *Server) OnConnect(f func(*Conn)) (remove func()) { return s.connected.add(f) }

// OnMessage has f called for each message that names no receiver.
func (s *Server) OnMessage(f func(*Conn, *Message)) (remove func()) { return s.received.add(f) }

// OnDisconnect has f called when a client's conn has ended, with the reason.
func (s *Server) OnDisconnect(f func(*Conn, error)) (remove func()) { return s.disconnected.add(f) }

// OnTick has f called TickRate times a second, or by each Update.
func (s *Server) OnTick(f func()) (remove func()) {
	remove = s.ticked.add(f)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run != nil {
		s.startTicking(s.run)
	}
	return remove
}

// Conns gives the clients' conns, in no order. The slice must not be changed.
func (s *Server) Conns() []*Conn { return s.roll.all() }

// Conn gives the conn of the client with that id, nil when it has none.
func (s *Server) Conn(id string) *Conn { return s.roll.byID(id) }

// ByName gives the conn of the client with that name, nil when it has none.
func (s *Server) ByName(name string) *Conn {
	for _, c := range s.Conns() {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// Send sends a message to a list of clients. It does not block. Conns to which
// it could not be sent are in the error; the others have it.
func (s *Server) Send(to []*Conn, m *Message) error { return broadcast(to, nil, m) }

// Broadcast sends a message to all clients, with exceptions, as Send does.
func (s *Server) Broadcast(m *Message, except ...*Conn) error { return broadcast(s.Conns(), except, m) }

// Rename gives a client another name, or says why it cannot have it.
func (s *Server) Rename(ctx context.Context, c *Conn, name string) error {
	if err := s.Directory.Rename(ctx, c.ID(), name); err != nil {
		return err
	}
	c.rename(name)
	return c.Event(wire.EventRenamed, value.DictOf(wire.KeyName, value.Str(name)))
}

// AddCommand adds a command that clients may call. It fails when its name is no
// name, or is taken and not to be overwritten.
func (s *Server) AddCommand(c Command, overwrite bool) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.commands.add(c.Name, &c, overwrite)
}

// Handle adds a command under a name that is a constant of the program: it
// panics where AddCommand fails, as http.Handle does.
func (s *Server) Handle(c Command) {
	if err := s.AddCommand(c, false); err != nil {
		panic(err)
	}
}

// DeleteCommand takes a command away.
func (s *Server) DeleteCommand(name string) error { return s.commands.delete(name) }

// Commands gives the commands in the order of their names.
func (s *Server) Commands() []*Command {
	var all []*Command
	for _, name := range s.commands.names() {
		if c, ok := s.commands.get(name); ok {
			all = append(all, c)
		}
	}
	return all
}

// AddRequest adds what clients may request: a RequestFunc, a func() any that is
// called each time, or a value.
func (s *Server) AddRequest(name string, v any, overwrite bool) error {
	if err := checkName("request", name); err != nil {
		return err
	}
	f, err := requestFunc(v)
	if err != nil {
		return err
	}
	return s.requests.add(name, f, overwrite)
}

// DeleteRequest takes a request away.
func (s *Server) DeleteRequest(name string) error { return s.requests.delete(name) }

// MethodFunc answers a method of the session protocol, by the answer's Value.
// params is never nil.
type MethodFunc func(ctx context.Context, c *Conn, params *value.Dict) (Answer, error)

// Method adds a further method of the session protocol. What one client calls is
// done in order, but for methods that wait: those run beside what the client
// sends next, and end with their ctx.
func (s *Server) Method(name string, waits bool, f MethodFunc) error {
	return s.methods.add(name, method{f, waits}, false)
}

// method is a MethodFunc and how it runs.
type method struct {
	do    MethodFunc
	waits bool
}
