package web

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"althing/hub"
	"althing/secure"
	"althing/wire"
)

// conn is one connection: it tells TLS by the first byte, when that is read. HTTP/1.1
// is all it speaks, so that one request at a time is on it.
type conn struct {
	net.Conn // as the listener gave it
	server   *Server
	session  *hub.Session // counts it, and gives each request its own
	refused  error        // why it is not let in

	begun  bool
	secure bool
	failed error
	now    atomic.Pointer[net.Conn] // the same, or TLS over it
	asked  atomic.Bool              // a request has come
	gone   sync.Once
}

type connKey struct{}

// connOf is the connection that a request has come over.
func connOf(ctx context.Context) *conn { return ctx.Value(connKey{}).(*conn) }

// Read reads what the client says, in clear. The server reads before it writes, so
// that the first read is alone.
func (c *conn) Read(p []byte) (int, error) {
	if !c.begun {
		c.begun = true
		c.failed = c.begin()
	}
	if c.failed != nil {
		return 0, c.failed
	}
	return (*c.now.Load()).Read(p)
}

// begin looks at the first byte, under the deadline for a request's head.
func (c *conn) begin() error {
	first := make([]byte, 1)
	if _, err := io.ReadFull(c.Conn, first); err != nil {
		return err
	}
	inner := wire.Ahead(c.Conn, first)
	if c.server.TLS != nil && secure.Begins(first) {
		ctx, cancel := context.WithTimeout(c.server.ctx, wire.Patience)
		defer cancel()
		secured, err := secure.Accept(ctx, c.Conn, first, c.server.TLS)
		if err != nil {
			return err
		}
		inner, c.secure = secured, true
	}
	c.now.Store(&inner)
	return nil
}

func (c *conn) Write(p []byte) (int, error) { return (*c.now.Load()).Write(p) }

// Close closes it, and gives its place among the hub's connections back.
func (c *conn) Close() error {
	c.gone.Do(func() {
		c.session.Close()
		c.server.conns.drop(c)
	})
	return (*c.now.Load()).Close()
}

// conns are the connections that there are. Safe for concurrent use.
type conns struct {
	mu      sync.Mutex
	all     map[*conn]struct{}
	refused int // of them
}

// mostRefused bounds the connections over which it is yet to be said that there are too
// many: they have no place among the hub's, and may say nothing until their time is
// over.
const mostRefused = 100

// add adds one, unless it is one too many of the refused.
func (s *conns) add(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.refused != nil {
		if s.refused == mostRefused {
			return false
		}
		s.refused++
	}
	if s.all == nil {
		s.all = map[*conn]struct{}{}
	}
	s.all[c] = struct{}{}
	return true
}

func (s *conns) drop(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, is := s.all[c]; is && c.refused != nil {
		s.refused--
	}
	delete(s.all, c)
}

// endUnasked closes those over which no request has come yet: browsers open them
// beforehand, and the end would wait for them.
func (s *conns) endUnasked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.all {
		if !c.asked.Load() {
			c.Conn.Close()
		}
	}
}
