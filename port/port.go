// Package port is what gateways with a port of their own have in common: they accept
// connections, know those that are there, and end them.
package port

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// ErrClosed is what Serve returns after Shutdown or Close.
var ErrClosed = errors.New("the port is closed")

// acceptPause is the rest after an accept that failed, which is nearly always a lack
// of file descriptors.
const acceptPause = 50 * time.Millisecond

// Visit is one connection, as its gateway serves it.
type Visit interface {
	// Serve answers until the connection ends, or ctx.
	Serve(ctx context.Context)
	// Finish makes it answer what it has read, and end. It is called beside Serve.
	Finish()
	// Close cuts the connection off. It may be called beside Serve, and again after
	// it, always last.
	Close()
}

// Port lets connections in. The zero value is ready; its methods may be called
// concurrently.
type Port struct {
	mu        sync.Mutex
	closing   bool // no new connections
	listeners map[net.Listener]struct{}
	visits    map[Visit]struct{}
	running   sync.WaitGroup
	ctx       context.Context //nolint:containedctx // of all connections: it ends with the port
	cancel    context.CancelFunc
}

// Serve accepts connections on l until Shutdown or Close, and returns ErrClosed
// then, else the error that stopped it. It closes l. admit, which must not wait,
// makes a visit of each.
func (p *Port) Serve(l net.Listener, log *slog.Logger, admit func(net.Conn) Visit) error {
	defer l.Close()
	if !p.open(l) {
		return ErrClosed
	}
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			p.begin(c, admit)
		case p.isClosing():
			return ErrClosed
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			log.Warn("no connection could be accepted", "at", l.Addr().String(), "error", err)
			p.pause(acceptPause)
		}
	}
}

func (p *Port) open(l net.Listener) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing {
		return false
	}
	if p.visits == nil {
		p.visits = map[Visit]struct{}{}
		p.listeners = map[net.Listener]struct{}{}
		p.ctx, p.cancel = context.WithCancel(context.Background())
	}
	p.listeners[l] = struct{}{}
	return true
}

// begin starts the goroutine of one connection.
func (p *Port) begin(c net.Conn, admit func(net.Conn) Visit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing {
		c.Close()
		return
	}
	v := admit(c)
	p.visits[v] = struct{}{}
	p.running.Go(func() {
		defer p.end(v)
		v.Serve(p.ctx)
	})
}

func (p *Port) end(v Visit) {
	v.Close()
	p.mu.Lock()
	delete(p.visits, v)
	p.mu.Unlock()
}

// Shutdown stops accepting, lets every connection answer what it has read, and
// returns when all are closed or ctx is done, whose error it then returns.
func (p *Port) Shutdown(ctx context.Context) error {
	p.stop(Visit.Finish)
	done := make(chan struct{})
	go func() { p.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		p.Close()
		<-done
		return ctx.Err()
	}
}

// Close closes the listeners and every connection at once, and returns when their
// goroutines have ended.
func (p *Port) Close() {
	p.stop(Visit.Close)
	p.mu.Lock()
	if p.cancel != nil {
		p.cancel()
	}
	p.mu.Unlock()
	p.running.Wait()
}

func (p *Port) stop(each func(Visit)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closing = true
	for l := range p.listeners {
		l.Close()
	}
	for v := range p.visits {
		each(v)
	}
}

// pause rests, but not past the end of the port.
func (p *Port) pause(d time.Duration) {
	rest := time.NewTimer(d)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-p.ctx.Done():
	}
}

func (p *Port) isClosing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closing
}
