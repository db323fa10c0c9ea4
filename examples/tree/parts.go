package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"althing"
	"althing/access"
	"althing/gateway/session"
	"althing/hub"
	"althing/wire/localthings"
)

// patience bounds each step.
const patience = 10 * time.Second

// page is where the demonstration is written, by many at a time.
type page struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements io.Writer.
func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.to.Write(b)
}

func (p *page) print(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// demonstration is the notebook's variables.
type demonstration struct {
	ctx     context.Context //nolint:containedctx // it is the one of the whole program
	out     *page
	folder  string
	host    string
	hubs    map[string]*station
	clients map[string]*friend
}

func (d *demonstration) cell(n int, code string, args ...any) {
	d.out.print("\nIn [%d] "+code, append([]any{n}, args...)...)
}

// end ends what is still there.
func (d *demonstration) end() {
	for _, f := range d.clients {
		_ = f.client.Close() // it cannot fail
	}
	for _, s := range d.hubs {
		_ = s.shutdown() // what matters was said before
	}
}

// station is a hub with its session port.
type station struct {
	hub     *hub.Hub
	gateway *session.Server
	address string
	stop    chan struct{} // somebody has had it shut down
	over    chan error    // it has ended
	once    sync.Once
}

// mainserver is the hub that has none above it.
const mainserver = "Mainserver"

// startHub starts a hub. Its admin key is empty, as in the notebook: everyone is an
// administrator.
func (d *demonstration) startHub(name string) error {
	key := filepath.Join(d.folder, "key")
	if err := os.WriteFile(key, nil, 0o600); err != nil {
		return err
	}
	s := &station{stop: make(chan struct{}), over: make(chan error, 1)}
	quiet := slog.New(slog.DiscardHandler) // the console says what the notebook says
	var err error
	s.hub, err = hub.Open(d.ctx, hub.Config{
		Data: filepath.Join(d.folder, name), Name: name, AdminKeyFile: key, ParentMay: access.Admin, Log: quiet,
		Stop: func(bool) { s.once.Do(func() { close(s.stop) }) },
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(d.ctx, "tcp", net.JoinHostPort(d.host, "0"))
	if err != nil {
		return err
	}
	s.address = listener.Addr().String()
	s.hub.Listening("session", s.address)
	if s.gateway, err = session.New(s.hub, session.Options{Log: quiet, Console: d.out, Below: name != mainserver}); err != nil {
		return err
	}
	started := make(chan struct{})
	s.hub.Server().OnStart(func() { close(started) })
	served := make(chan error, 1)
	go func() { served <- s.gateway.Serve(listener) }()
	go func() { s.over <- s.run(served) }()
	<-started
	d.hubs[name] = s
	return s.hub.StartTree()
}

// run waits until the hub is to end, and ends it.
func (s *station) run(served <-chan error) error {
	<-s.stop
	s.hub.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := s.gateway.Shutdown(ctx)
	if end := <-served; !errors.Is(end, session.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return errors.Join(err, s.hub.Close(ctx))
}

// shutdown ends the hub.
func (s *station) shutdown() error {
	s.once.Do(func() { close(s.stop) })
	return s.ended(context.Background())
}

// ended waits until the hub has ended.
func (s *station) ended(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case err := <-s.over:
		s.over <- err // for who asks next
		return err
	case <-ctx.Done():
		return fmt.Errorf("a hub did not end: %w", ctx.Err())
	}
}

// friend is a client.
type friend struct {
	client *althing.Client
	lost   chan struct{}
}

// connectClient connects a client, which says what happens to it.
func (d *demonstration) connectClient(name string, to *station) error {
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	f := &friend{lost: make(chan struct{})}
	f.client = althing.NewClient(althing.ClientOptions{Name: name, NoReconnect: true, Console: d.out, NoStyles: true, Protocol: localthings.Protocol{}})
	f.client.OnDisconnect(func(error) { close(f.lost) })
	d.clients[name] = f
	if err := f.client.Connect(ctx, to.address); err != nil {
		return err
	}
	for range welcome {
		if _, err := f.client.Read(ctx); err != nil {
			return err
		}
	}
	return nil
}

// welcome is the lines with which a server greets a client.
const welcome = 4

// send sends a command as a message, and waits until something is answered, which
// the client's console shows.
func (d *demonstration) send(name, command string) error {
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	client := d.clients[name].client
	if err := client.Send(althing.NewMessage(command)); err != nil {
		return err
	}
	_, err := client.Read(ctx)
	return err
}

// gone waits until the client has lost its hub.
func (f *friend) gone(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-f.lost:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("a client did not lose its hub: %w", ctx.Err())
	}
}
