// Package text is the gateway of the text port: a Python expression in, its
// value as text out. The protocol is specified in docs/text-protocol.md; what an
// expression may name is in package scope.
package text

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"althing/access"
	"althing/hub"
	"althing/port"
)

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = port.ErrClosed

// How patient the gateway is.
const (
	// firstByte is how long a connection may say nothing: as long as the
	// seed's clients wait for an answer themselves.
	firstByte = 20 * time.Second
	// unread is how long a client may leave a part of a reply unread before its
	// connection is given up: the memory of the reply is the hub's.
	unread = 20 * time.Second
	// lingering bounds how long, after a refusal, what the client still sends is
	// thrown away, so that the refusal is read and not lost in a reset.
	lingering = time.Second
)

// Server answers on the text port. Its methods may be called concurrently.
type Server struct {
	Hub *hub.Hub
	Log *slog.Logger // nil: slog.Default()
	// TLS, when set, lets connections in that begin with TLS, beside those that
	// do not.
	TLS *tls.Config
	// TLSOnly refuses connections from other machines that do not begin with
	// TLS.
	TLSOnly bool
	// HandOver takes a connection that begins as a session of our own protocol, with
	// the bytes read so far, and returns when it has ended. Nil: it is answered that
	// there is no such service here.
	HandOver func(ctx context.Context, c net.Conn, begun []byte)

	port port.Port
}

// Serve accepts connections on l until Shutdown or Close, and returns
// ErrServerClosed then, else the error that stopped it. It closes l.
func (s *Server) Serve(l net.Listener) error { return s.port.Serve(l, s.log(), s.admit) }

// admit begins a session for a connection, unless there are too many.
func (s *Server) admit(nc net.Conn) port.Visit {
	session, err := s.Hub.Enter(hub.Caller{Gateway: "text", From: hub.IPOf(nc.RemoteAddr()), Role: access.Guest, Hang: func() { nc.Close() }})
	return &conn{server: s, accepted: nc, net: nc, session: session, refused: err}
}

// Shutdown stops accepting, lets every connection answer what it has read, and
// returns when all are closed or ctx is done, whose error it then returns.
func (s *Server) Shutdown(ctx context.Context) error { return s.port.Shutdown(ctx) }

// Close closes the listeners and every connection at once, and returns when
// their goroutines have ended.
func (s *Server) Close() { s.port.Close() }

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}
