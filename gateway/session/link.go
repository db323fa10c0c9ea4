package session

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"althing"
	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/value"
	"althing/wire/jsonrpc"
)

// door is the session port's listener: whoever comes in has a session with the
// hub, which counts it.
type door struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	for {
		nc, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l, err := d.server.enter(nc); err == nil {
			return l, nil
		}
	}
}

// nowhere is a listener that nobody can reach.
type nowhere struct {
	once   sync.Once
	closed chan struct{}
}

// Accept implements net.Listener.
func (n *nowhere) Accept() (net.Conn, error) {
	<-n.closed
	return nil, net.ErrClosed
}

// Close implements net.Listener.
func (n *nowhere) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr implements net.Listener.
func (*nowhere) Addr() net.Addr { return &net.TCPAddr{} }

// link is one connection and its session with the hub. Closing it ends both.
type link struct {
	net.Conn
	session *hub.Session
	once    sync.Once
	closed  chan struct{}

	// mu is held by whoever uses the session.
	mu sync.Mutex

	conn atomic.Pointer[althing.Conn] // nil until the client has registered
	lost atomic.Pointer[fault.Error]  // why the client is not the link's any more

	telling  sync.Mutex // held by the watch that says something
	watching sync.Mutex
	watches  map[value.Int]watching // by the numbers that the client knows them by
	last     value.Int
}

// enter makes the link of a connection. When the hub has too many, it has told
// the client so and closed the connection.
func (s *Server) enter(nc net.Conn) (*link, error) {
	session, err := s.hub.Enter(hub.Caller{Gateway: "session", From: hub.IPOf(nc.RemoteAddr()), Role: access.Guest, Hang: func() { nc.Close() }})
	if err != nil {
		s.log.Debug("session: a connection was refused", "from", nc.RemoteAddr().String(), "error", err)
		refuse(nc, err)
		return nil, err
	}
	return &link{Conn: nc, session: session, closed: make(chan struct{})}, nil
}

const (
	// goodbye is how long the reason of a refusal may take to be sent: the
	// connection is new, so that there is room for it.
	goodbye = 100 * time.Millisecond
)

// refuse tells a client of our own protocol why it cannot come in. Others see that
// they are not expected.
func refuse(nc net.Conn, reason error) {
	_ = nc.SetWriteDeadline(time.Now().Add(goodbye)) // the write says whether it is closed
	_, _ = nc.Write(jsonrpc.Refusal(reason))
	nc.Close()
}

// Close implements net.Conn.
func (l *link) Close() error {
	err := l.Conn.Close()
	l.once.Do(func() {
		l.session.Close()
		close(l.closed)
	})
	return err
}

// CloseWrite ends the connection as the other side sees it, where it can be.
func (l *link) CloseWrite() error {
	if half, ok := l.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return l.Close()
}

// SyscallConn implements syscall.Conn, where the connection is a socket: it can be
// waited for without a buffer.
func (l *link) SyscallConn() (syscall.RawConn, error) {
	if socket, ok := l.Conn.(syscall.Conn); ok {
		return socket.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// NetConn is the connection without its session.
func (l *link) NetConn() net.Conn { return l.Conn }

// use has f use the session, which is the client's alone as long as f runs. What
// the client may do is what its conn says: others may have made it an
// administrator, or no longer one; and a query that brings the key makes it one.
func (l *link) use(f func(*hub.Session) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	conn := l.conn.Load()
	if conn == nil {
		return f(l.session)
	}
	l.session.Become(hub.RoleOf(conn))
	err := f(l.session)
	if l.session.Role() == access.Admin {
		conn.Grant(althing.Admin)
	}
	return err
}

// role is what the client is to the hub; nobody is anything before registering.
func (l *link) role() access.Role {
	if conn := l.conn.Load(); conn != nil {
		return hub.RoleOf(conn)
	}
	return access.Guest
}

// Session is the link's session, for hub.RoleOf.
func (l *link) Session() *hub.Session { return l.session }

// linkKey is the key of a link in a context.
type linkKey struct{}

// withLink gives the context in which everything is done for a link.
func withLink(ctx context.Context, nc net.Conn) context.Context {
	return context.WithValue(ctx, linkKey{}, nc)
}

// linkOf gives the link for which something is done.
func linkOf(ctx context.Context) *link { return ctx.Value(linkKey{}).(*link) }
