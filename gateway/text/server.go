// Package text is the gateway of the text port: a Python expression in, its
// value as text out. The protocol is specified in docs/text-protocol.md.
package text

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"althing/access"
	"althing/hub"
)

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = errors.New("text: server closed")

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
	// acceptPause is the rest after an accept that failed, which is nearly
	// always a lack of file descriptors.
	acceptPause = 50 * time.Millisecond
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
	// HandOver takes a connection that begins as a session of our own
	// protocol, with the bytes read so far, and returns when it has ended. Nil: it is answered that there is
	// no such service here.
	HandOver func(ctx context.Context, c net.Conn, begun []byte)

	mu        sync.Mutex
	closing   bool // no new connections
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	running   sync.WaitGroup
	large     atomic.Int64    // bytes of large requests that are not yet answered
	ctx       context.Context //nolint:containedctx // of all connections: it ends with the server
	cancel    context.CancelFunc
}

// Serve accepts connections on l until Shutdown or Close, and returns
// ErrServerClosed then, else the error that stopped it. It closes l.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.open(l) {
		return ErrServerClosed
	}
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			s.admit(c)
		case s.isClosing():
			return ErrServerClosed
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			s.log().Warn("text: no connection could be accepted", "error", err)
			s.pause(acceptPause)
		}
	}
}

func (s *Server) open(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	if s.conns == nil {
		s.conns = map[*conn]struct{}{}
		s.listeners = map[net.Listener]struct{}{}
		s.ctx, s.cancel = context.WithCancel(context.Background())
	}
	s.listeners[l] = struct{}{}
	return true
}

// admit starts the goroutine of one connection, unless there are too many.
func (s *Server) admit(nc net.Conn) {
	from := addrOf(nc.RemoteAddr())
	session, err := s.Hub.Enter(hub.Caller{Gateway: "text", From: from, Role: access.Guest})
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		if err == nil {
			session.Close()
		}
		nc.Close()
		return
	}
	s.running.Add(1)
	c := &conn{server: s, accepted: nc, net: nc, session: session}
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	go func() {
		defer s.running.Done()
		defer s.forget(c)
		if err != nil {
			c.refuse(err)
			return
		}
		defer c.leave()
		c.serve(s.ctx)
	}()
}

func (s *Server) forget(c *conn) {
	c.net.Close()
	c.uncount()
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
}

// Shutdown stops accepting, lets every connection answer what it has read, and
// returns when all are closed or ctx is done, whose error it then returns.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop((*conn).finish)
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		_ = s.Close() // it has no error of its own
		<-done
		return ctx.Err()
	}
}

// Close closes the listeners and every connection at once, and returns when
// their goroutines have ended.
func (s *Server) Close() error {
	s.stop(func(c *conn) { c.accepted.Close() })
	s.mu.Lock()
	if s.cancel != nil {
		s.cancel()
	}
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

func (s *Server) stop(each func(*conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for l := range s.listeners {
		l.Close()
	}
	for c := range s.conns {
		each(c)
	}
}

// pause rests, but not past the end of the server.
func (s *Server) pause(d time.Duration) {
	rest := time.NewTimer(d)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-s.ctx.Done():
	}
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		addr, _ := netip.AddrFromSlice(t.IP)
		return addr.Unmap()
	}
	return netip.Addr{}
}
