// Package session is the gateway of the session port: a server of package althing
// whose clients are the hub's. It speaks the session protocol (over TCP and
// WebSocket, docs/session-protocol.md) and LocalThingsNetwork's, and every method
// is a thin translation to one of hub.Session.
package session

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"althing"
	"althing/access"
	"althing/hub"
	"althing/value"
	"althing/wire"
	"althing/wire/jsonrpc"
	"althing/wire/localthings"
)

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = althing.ErrServerClosed

// oldProtocol is the name of LocalThings' protocol.
var oldProtocol = localthings.Protocol{}.Name()

// Options are the options of a Server. The zero value is useful.
type Options struct {
	Log *slog.Logger // nil: slog.Default()
	// TLS, when set, lets clients in that begin with TLS, beside those that do
	// not; TLSOnly refuses the latter when they come from other machines.
	TLS     *tls.Config
	TLSOnly bool
	// Handed makes it a gateway without ports of its own: ServeHanded is to be called
	// in place of Serve, and LocalThings' clients have no Maindata.
	Handed bool
	// Console is where what happens is told to people, in lines. nil: nowhere.
	Console io.Writer
	// Below says that the hub is to have a parent, though it has none yet: people are
	// told of a subserver.
	Below bool
}

// Server is the gateway. Its methods may be called concurrently.
type Server struct {
	hub    *hub.Hub
	log    *slog.Logger
	server *althing.Server
	does   map[string]does // what hubs answer each other, too
	begun  chan struct{}   // closed once it serves

	opening sync.Mutex // of the channel for backups
	saving  atomic.Pointer[saving]
}

// New makes the gateway of a hub, of which there is one at most.
func New(h *hub.Hub, o Options) (*Server, error) {
	s := &Server{hub: h, log: o.Log, begun: make(chan struct{})}
	if s.log == nil {
		s.log = slog.Default()
	}
	limits := h.Limits()
	s.server = h.Server()
	s.server.Protocols = []wire.Protocol{jsonrpc.Lines{}, jsonrpc.WebSocket{}, localthings.Protocol{}}
	s.server.TLS, s.server.TLSOnly, s.server.Console = o.TLS, o.TLSOnly, o.Console
	s.server.Directory, s.server.Authorize, s.server.ConnContext = directory{s}, authorize, withLink
	s.server.Deliver, s.server.Status, s.server.Elsewhere = deliver, s.status, s.requestFrom
	s.server.Limits = althing.Limits{
		Message: int(min(limits.Value, wire.MaxFrame/2)), QueueTotal: int(limits.QueueTotal),
		Conns: int(limits.Conns), ConnsPerAddr: int(limits.ConnsPerHost),
	}
	s.server.OnStart(sync.OnceFunc(func() { close(s.begun) }))
	s.server.OnConnect(connected)
	s.server.OnMessage(func(c *althing.Conn, m *althing.Message) { h.ToHub(c.Name(), m.String()) })
	if err := s.addMethods(); err != nil || o.Handed {
		return s, err
	}
	if err := s.server.OpenMaindata(); err != nil {
		return nil, err
	}
	s.server.OnStart(func() { s.server.Say(althing.KindStatus, operational(h, o.Below)) })
	// Pinging is for who wants it: what is idle is to stay so.
	err := s.server.SetServiceEnabled("ping", false)
	s.server.StartServices(0)
	return s, err
}

// operational is the last line of a start, as LocalThings has it.
func operational(h *hub.Hub, below bool) string {
	if !below && h.Network().Above().Address == "" {
		return "Mainserver operational"
	}
	return fmt.Sprintf("Subserver '%s' operational", h.Name())
}

// Serve serves what connects to l until Shutdown or Close, and returns
// ErrServerClosed then, else the error that stopped it. It closes l.
func (s *Server) Serve(l net.Listener) error { return s.server.Serve(&door{Listener: l, server: s}) }

// ServeHanded is Serve for what other gateways hand over, and nothing else.
func (s *Server) ServeHanded() error { return s.server.Serve(&nowhere{closed: make(chan struct{})}) }

// HandOver serves a connection of which another gateway has read the beginning,
// once the Server serves. It returns when the connection has ended, or when ctx has
// before that begins.
func (s *Server) HandOver(ctx context.Context, nc net.Conn, begun []byte) {
	select {
	case <-s.begun: // gateways are started beside each other
	case <-ctx.Done():
		return
	}
	l, err := s.enter(wire.Ahead(nc, begun))
	if err != nil {
		return // it has been told
	}
	if err := s.server.ServeConn(l); err == nil {
		<-l.closed
	}
}

// Shutdown takes no more clients, answers what has been begun, tells all clients,
// and returns when all connections are closed or ctx is done, whose error it then
// returns.
func (s *Server) Shutdown(ctx context.Context) error { return s.server.Shutdown(ctx) }

// ShutdownToRestart is Shutdown for a hub that comes back in a moment, and tells
// the clients that.
func (s *Server) ShutdownToRestart(ctx context.Context) error {
	return s.server.ShutdownToRestart(ctx)
}

// Close closes the listeners and all connections at once.
func (s *Server) Close() error { return s.server.Close() }

// status is what the hub says about itself, to those who may read: whoever asks
// by way of a query has been looked at there.
func (s *Server) status(ctx context.Context) (value.Value, error) {
	if l, ok := ctx.Value(linkKey{}).(*link); ok {
		if err := s.hub.Access().May(l.role(), access.Read); err != nil {
			return nil, err
		}
	}
	return s.hub.Status(), nil
}

// authorize gives a client that has a key its role.
func authorize(ctx context.Context, hello wire.Hello, _ netip.AddrPort) (admin bool, err error) {
	err = linkOf(ctx).use(func(session *hub.Session) error {
		err := session.Authorize(hello.Key)
		admin = session.Role() == access.Admin
		return err
	})
	return admin, err
}

// deliver stores a message in the inbox of whoever it is for.
func deliver(ctx context.Context, _ *althing.Conn, m *althing.Message) error {
	message := hub.Message{From: m.From, To: m.To, Body: string(m.Body)}
	for _, h := range m.Headers {
		message.Headers = append(message.Headers, hub.Header(h))
	}
	var sent hub.Pending
	_ = linkOf(ctx).use(func(session *hub.Session) error {
		sent = session.Send(ctx, message)
		return nil
	})
	_, err := sent.Wait(ctx)
	return err
}
