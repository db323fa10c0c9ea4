package althing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"althing/fault"
	"althing/wire"
	"althing/wire/jsonrpc"
)

// run is a server from its start to its end.
type run struct {
	ctx       context.Context //nolint:containedctx // it is the run's own: it ends when the server is closed
	cancel    context.CancelFunc
	started   time.Time
	listeners []net.Listener
	closing   bool
	why       *fault.Error   // of closing, as clients are told
	work      sync.WaitGroup // all goroutines of the server
	updates   chan func()    // callbacks that wait for Update
	ticking   chan struct{}  // closed to end the ticking; nil when nothing ticks
	unbound   []string       // what is to be said of ports that were closed
	over      chan struct{}
	err       error // why it is over, readable behind over
}

// serve begins to serve l, and with the first one all else that the server has.
func (s *Server) serve(l net.Listener) error {
	r, first, err := s.begin(l)
	if err != nil {
		l.Close()
		return err
	}
	s.out().status(fmt.Sprintf("Serversock bound to %d", portOf(l.Addr())), "addr", l.Addr().String())
	if !first {
		return nil
	}
	s.out().status("Server is running at " + pair(l.Addr()))
	if s.everybodyIsAdmin() {
		s.out().warning("Every client has admin permissions: there is no admin key")
	}
	if err := s.openPorts(r); err != nil {
		s.giveUp()
		return err
	}
	for _, f := range s.begun.all() {
		(*f)()
	}
	s.startRoutine(r)
	return nil
}

// begin has l accepted from, and reports whether it is the first.
func (s *Server) begin(l net.Listener) (r *run, first bool, err error) {
	if err := s.out().events.open(s.LogFile); err != nil {
		return nil, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil || s.ended() {
		s.newRun()
	}
	r = s.run
	if r.closing {
		return nil, false, ErrServerClosed
	}
	first = len(r.listeners) == 0
	if first {
		s.addr = l.Addr()
	}
	r.listeners = append(r.listeners, l)
	r.work.Go(func() { s.acceptFrom(r, l, func(nc net.Conn) { s.admit(r, nc) }) })
	return r, first, nil
}

// giveUp ends a server that could not start.
func (s *Server) giveUp() {
	ctx, cancel := context.WithTimeout(context.Background(), wire.Goodbye)
	defer cancel()
	_ = s.Shutdown(ctx) // why it could not start is what counts
}

// running gives the run of a server that runs, else nil.
func (s *Server) running() *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil || s.run.closing {
		return nil
	}
	return s.run
}

// ServeConn serves a connection that the program has accepted itself, in the
// background. The server must run.
func (s *Server) ServeConn(nc net.Conn) error {
	s.mu.Lock() // so that no Shutdown waits while this begins
	defer s.mu.Unlock()
	if r := s.run; r != nil && !r.closing {
		s.admit(r, nc)
		return nil
	}
	nc.Close()
	return ErrServerClosed
}

func (s *Server) ended() bool {
	select {
	case <-s.run.over:
		return true
	default:
		return false
	}
}

// newRun fills in what options leave out, and starts a run.
func (s *Server) newRun() {
	s.Limits.setDefaults()
	s.queues.limit = int64(s.Limits.QueueTotal)
	if len(s.Protocols) == 0 {
		s.Protocols = []wire.Protocol{jsonrpc.Lines{}, jsonrpc.WebSocket{}}
	}
	if s.Directory == nil {
		s.Directory = newMemory(s.Limits.Resume)
	}
	s.further = channelProtocols(s.Protocols)
	r := &run{started: time.Now(), updates: make(chan func()), over: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	s.run = r
	s.startTicking(r)
}

// acceptFrom accepts connections until the listener is closed.
func (s *Server) acceptFrom(r *run, l net.Listener, admit func(net.Conn)) {
	const pause = 50 * time.Millisecond // behind a failure to accept: most often, too many files are open
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			admit(nc)
		case s.isClosing(r) || errors.Is(err, net.ErrClosed):
			return
		default:
			s.warn("cannot accept a connection", "err", err)
			wait := time.NewTimer(pause)
			select {
			case <-wait.C:
			case <-r.ctx.Done():
				wait.Stop()
				return
			}
		}
	}
}

func (s *Server) isClosing(r *run) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.closing
}

// whyClosing is what clients are told; nil: nothing.
func (s *Server) whyClosing(r *run) *fault.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.why
}

// Wait waits until the server has ended, and returns why.
func (s *Server) Wait() error {
	s.mu.Lock()
	r := s.run
	s.mu.Unlock()
	if r == nil {
		return ErrServerClosed
	}
	<-r.over
	return r.err
}

// Shutdown ends the server: it takes no more connections, writes what waits,
// tells the clients, and waits until all that it started has ended, or ctx has.
// In the latter case it closes what is left, as Close does. It must not be
// called by a callback, which it would wait for; a callback may start a
// goroutine for it.
func (s *Server) Shutdown(ctx context.Context) error { return s.shutdown(ctx, shuttingDown) }

// ShutdownToRestart is Shutdown for a program that starts another server in the
// place of this one: the clients are told that they may come back.
func (s *Server) ShutdownToRestart(ctx context.Context) error { return s.shutdown(ctx, restarting) }

func (s *Server) shutdown(ctx context.Context, why ending) error {
	r := s.stop(why)
	if r == nil {
		return nil
	}
	err := s.drain(ctx, r)
	s.finish(r)
	return err
}

// ending is why a server ends: what it says itself, and what it tells its clients.
type ending struct {
	line   string
	reason *fault.Error
}

var (
	shuttingDown = ending{"Shutting Server down", fault.New(fault.Closed, "the server is shutting down")}
	restarting   = ending{"Restarting Server", fault.New(fault.Unavailable, "the server restarts; try again in a moment")}
)

// Close ends the server at once, without telling anybody, and does not wait for
// callbacks to return.
func (s *Server) Close() error {
	if r := s.stop(ending{line: shuttingDown.line}); r != nil {
		r.cancel()
		s.roll.closeAll()
		go s.finish(r)
	}
	return nil
}

// Restart lets all clients go and begins anew on the same address. Wait, Serve
// and ListenAndServe go on waiting. What is said of Shutdown goes for it too.
func (s *Server) Restart(ctx context.Context) error {
	addr := s.ListenAddr()
	r := s.stop(restarting)
	if r == nil {
		return ErrServerClosed
	}
	if err := s.drain(ctx, r); err != nil {
		s.finish(r)
		return err
	}
	s.unbind(r)
	s.mu.Lock()
	r.closing, r.listeners, r.started = false, nil, time.Now()
	s.startTicking(r)
	s.mu.Unlock()
	if err := s.listen(addr.String()); err != nil {
		s.finish(r)
		return err
	}
	return nil
}

// stop says why, stops listening, and begins to let the clients go. It
// gives nil when the server does not run or is being stopped.
func (s *Server) stop(why ending) *run {
	s.mu.Lock()
	r := s.run
	if r == nil || r.closing {
		s.mu.Unlock()
		return nil
	}
	r.closing, r.why = true, why.reason
	for _, l := range r.listeners {
		l.Close()
		r.unbound = append(r.unbound, closing(serversock, portOf(l.Addr())))
	}
	if r.ticking != nil {
		close(r.ticking)
		r.ticking = nil
	}
	for _, ch := range s.channels.all() {
		if port, listened := s.channels.unbind(ch); listened {
			r.unbound = append(r.unbound, closing(ch.Name, port))
		}
	}
	s.mu.Unlock()
	s.out().status(why.line)
	s.endRoutine()
	s.out().status("Disconnecting all users")
	for _, c := range s.roll.leave() {
		c.retire(why.reason)
	}
	return r
}

// drain waits until all goroutines have ended, and calls the callbacks that they
// wait for. When ctx ends first, it closes what is left.
func (s *Server) drain(ctx context.Context, r *run) error {
	done := make(chan struct{})
	go func() {
		r.work.Wait()
		close(done)
	}()
	for {
		select {
		case call := <-r.updates:
			call()
		case <-done:
			return nil
		case <-ctx.Done():
			r.cancel()
			s.roll.closeAll()
			return ctx.Err()
		}
	}
}

// unbind says which ports are free again.
func (s *Server) unbind(r *run) {
	s.mu.Lock()
	lines := r.unbound
	r.unbound = nil
	s.mu.Unlock()
	if len(lines) > 0 {
		s.out().status("Unbinding all sockets")
	}
	for _, line := range lines {
		s.out().status(line)
	}
}

// finish ends a run of which everything has ended that can.
func (s *Server) finish(r *run) {
	r.cancel()
	s.unbind(r)
	s.mu.Lock()
	last := r.err == nil
	r.closing = true
	if last {
		r.err = ErrServerClosed
	}
	s.mu.Unlock()
	if last {
		s.out().status("Server is inactive")
		s.out().close()
		close(r.over)
	}
}
