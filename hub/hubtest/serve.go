package hubtest

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"
)

// patience bounds how long a server may take to end.
const patience = 15 * time.Second

// Server is what lets clients into a hub, as each gateway has one.
type Server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Listen listens on loopback, at a port that the system picks.
func Listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Serve has a server let clients in until stop is called, or the test ends. Serve has
// to return closed then.
func Serve(t testing.TB, s Server, l net.Listener, closed error) (stop func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-done; !errors.Is(err, closed) {
			t.Errorf("Serve ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// From is a listener whose clients seem to come from an address; empty: from where
// they are.
func From(l net.Listener, address string) net.Listener {
	if address == "" {
		return l
	}
	return elsewhere{l, &net.TCPAddr{IP: net.ParseIP(address), Port: 1}}
}

type elsewhere struct {
	net.Listener
	from net.Addr
}

func (l elsewhere) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return farConn{c, l.from}, nil
}

type farConn struct {
	net.Conn
	from net.Addr
}

func (c farConn) RemoteAddr() net.Addr { return c.from }
