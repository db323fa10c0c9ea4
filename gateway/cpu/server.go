// Package cpu is the gateway of the CPU port: whatever a client sends, it is
// answered how busy this machine is. The protocol is specified in docs/cpu-port.md.
package cpu

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

const (
	// longest is how much of what a client sends is one message, as the seed's
	// server has it, and all the memory that a connection takes.
	longest = 1 << 10
	// idle is how long a client may say nothing: a window that plots may stay open
	// over night with its button not pressed. One that has died is noticed by TCP.
	idle = 24 * time.Hour
	// unread is how long an answer may wait for a client that does not read.
	unread = 2 * time.Minute
	// rearm is how often these two are set again, rather than at every message.
	rearm = time.Minute
)

// Server answers on the CPU port. Its methods may be called concurrently.
type Server struct {
	Hub *hub.Hub
	Log *slog.Logger // nil: slog.Default()
	// TLS, when set, lets connections in that begin with TLS, beside those that
	// do not.
	TLS *tls.Config
	// TLSOnly closes connections from other machines that do not begin with TLS.
	TLSOnly bool

	port port.Port
}

// Serve accepts connections on l until Shutdown or Close, and returns
// ErrServerClosed then, else the error that stopped it. It closes l.
func (s *Server) Serve(l net.Listener) error { return s.port.Serve(l, s.log(), s.admit) }

// admit begins a session for a connection, unless there are too many.
func (s *Server) admit(nc net.Conn) port.Visit {
	session, err := s.Hub.Enter(hub.Caller{Gateway: "cpu", From: hub.IPOf(nc.RemoteAddr()), Role: access.Guest, Hang: func() { nc.Close() }})
	return &conn{server: s, accepted: nc, net: nc, session: session, refused: err}
}

// Shutdown stops accepting, lets every connection answer what it has read, and
// returns when all are closed or ctx is done, whose error it then returns.
func (s *Server) Shutdown(ctx context.Context) error { return s.port.Shutdown(ctx) }

// Close closes the listeners and every connection at once, and returns when their
// goroutines have ended.
func (s *Server) Close() { s.port.Close() }

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}
