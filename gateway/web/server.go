// Package web is the gateway of the web port: the dashboard, the HTTP API that
// docs/http-api.md specifies, and what monitoring asks.
package web

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/port"
	"althing/wire"
)

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = port.ErrClosed

const (
	// readWithin is how long a request may take to arrive: a body of a megabyte over a
	// slow link, but not one byte a second.
	readWithin = 30 * time.Second
	// answerWithin is how long a request may take in all; the evaluation and the SQL
	// behind it end long before.
	answerWithin = 2 * time.Minute
	// idle is how long a connection is kept between requests.
	idle = 2 * time.Minute
	// longestHeader bounds the head of a request: cookies of others on the same host
	// come along.
	longestHeader = 16 << 10
)

// Server answers on the web port. Its methods may be called concurrently.
type Server struct {
	Hub *hub.Hub
	Log *slog.Logger // nil: slog.Default()
	// TLS, when set, lets connections in that begin with TLS, beside those that do
	// not.
	TLS *tls.Config
	// TLSOnly sends browsers on other machines to HTTPS, and refuses others there.
	TLSOnly bool
	// Names are host names by which the hub is reached, beside its addresses, the
	// machine's own names and those that end with .local.
	Names []string

	begun    sync.Once
	http     *http.Server
	logins   *logins
	feed     *feed
	document func() ([]byte, error) // the OpenAPI one, the same for as long as the program runs
	ctx      context.Context        //nolint:containedctx // of all streams: it ends with the server
	end      context.CancelFunc
	conns    conns
	mu       sync.Mutex
	ending   bool // no new streams
	streams  sync.WaitGroup
}

// Serve accepts connections on l until Shutdown or Close, and returns
// ErrServerClosed then, else the error that stopped it. It closes l.
func (s *Server) Serve(l net.Listener) error {
	s.begin()
	err := s.http.Serve(doorway{l, s})
	if errors.Is(err, http.ErrServerClosed) {
		return ErrServerClosed
	}
	return err
}

// begin makes what serving needs, once.
func (s *Server) begin() {
	s.begun.Do(func() {
		s.ctx, s.end = context.WithCancel(context.Background())
		s.logins = newLogins(s.Hub.Now)
		s.feed = newFeed(s.Hub, s.log())
		s.http = &http.Server{
			Handler:                      s.guard(s.routes()),
			ReadHeaderTimeout:            wire.Patience,
			ReadTimeout:                  readWithin,
			WriteTimeout:                 answerWithin,
			IdleTimeout:                  idle,
			MaxHeaderBytes:               longestHeader,
			ErrorLog:                     slog.NewLogLogger(s.log().Handler(), slog.LevelDebug),
			DisableGeneralOptionsHandler: true, // it answers OPTIONS * past the guard
			ConnContext: func(ctx context.Context, c net.Conn) context.Context {
				return context.WithValue(ctx, connKey{}, c)
			},
		}
	})
}

// Shutdown stops accepting, ends the streams, lets every request that has arrived be
// answered, and returns when all connections are closed or ctx is done, whose error
// it then returns.
func (s *Server) Shutdown(ctx context.Context) error {
	s.endStreams()
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close()
	}
	s.streams.Wait()
	s.feed.close()
	return err
}

// Close closes the listeners and every connection at once, and returns when the
// streams have ended.
func (s *Server) Close() {
	s.endStreams()
	_ = s.http.Close()
	s.streams.Wait()
	s.feed.close()
}

// endStreams tells the streams to end, and lets none begin.
func (s *Server) endStreams() {
	s.begin()
	s.mu.Lock()
	s.ending = true
	s.mu.Unlock()
	s.end()
	s.conns.endUnasked()
}

var errStopping = fault.New(fault.Unavailable, "the hub is stopping")

// enter counts a stream, unless it comes too late.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ending {
		s.streams.Add(1)
	}
	return !s.ending
}

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

// doorway accepts connections, and counts them among all the hub's.
type doorway struct {
	net.Listener
	server *Server
}

func (d doorway) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if v := d.server.admit(c); v != nil {
			return v, nil
		}
	}
}

// admit lets a connection in, or lets it in to be told why not; nil: too many of those
// wait for their first request already.
func (s *Server) admit(c net.Conn) *conn {
	session, refused := s.Hub.Enter(hub.Caller{Gateway: "web", From: hub.IPOf(c.RemoteAddr()), Role: access.Guest, Hang: func() { c.Close() }})
	v := &conn{Conn: c, server: s, session: session, refused: refused}
	v.now.Store(&c)
	if !s.conns.add(v) {
		_ = v.Close() // nothing was said
		return nil
	}
	return v
}
