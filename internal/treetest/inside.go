package treetest

import (
	"context"
	"errors"
	"log/slog"
	"net"

	"althing/gateway/session"
	"althing/hub"
	"althing/network"
)

// inside is a hub in the test's process.
type inside struct {
	hub     *hub.Hub
	gateway *session.Server
	at      string
	served  chan error
	session *hub.Session // the client's
}

// within starts a hub in the test's process.
func within(h *Hub) running {
	t := h.tree.t
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	opened, err := hub.Open(context.Background(), hub.Config{Data: h.data, Name: h.Name, Log: log.With("at", h.Name), ParentMay: 2})
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := session.New(opened, session.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	opened.Listening("session", l.Addr().String())
	r := &inside{hub: opened, gateway: gateway, at: l.Addr().String(), served: make(chan error, 1)}
	go func() { r.served <- gateway.Serve(l) }()
	if err := opened.StartTree(); err != nil {
		t.Fatal(err)
	}
	return r
}

// Inside is the hub itself, of one that runs in the test's process.
func (h *Hub) Inside() *hub.Hub { return h.running.(*inside).hub }

func (r *inside) address() string { return r.at }

func (r *inside) sees() (lines []string, err error) {
	r.hub.Network().Tree(func(t *network.Tree) {
		for _, other := range t.All() {
			lines = append(lines, seen(t.Path(other.ID()), other.Up))
		}
	})
	return lines, nil
}

func (r *inside) above() (network.Above, error) { return r.hub.Network().Above(), nil }

func (r *inside) token() (string, error) { return r.hub.Network().MakeToken() }

func (r *inside) move(address, token string) error {
	return r.hub.Network().Move(context.Background(), address, token)
}

func (r *inside) enter(c *client) (err error) {
	if r.session, err = r.hub.Enter(hub.Caller{Gateway: "test"}); err != nil {
		return err
	}
	is, err := r.session.Register(context.Background(), hub.Registration{Name: clientName, Resume: c.resume})
	if err != nil {
		return err
	}
	c.resume = is.Resume
	inbox, err := r.session.Inbox()
	if err != nil {
		return err
	}
	return inbox.Push(window, func(l hub.Letter) error {
		c.hear(l.ID, l.From, l.Text)
		return inbox.Acknowledge(l.ID)
	})
}

func (r *inside) send(messages []message) (int, error) {
	pending := make([]hub.Pending, len(messages))
	for i, m := range messages {
		pending[i] = r.session.Send(context.Background(), hub.Message{To: m.to, Body: m.body})
	}
	taken, refused := 0, error(nil)
	for _, p := range pending {
		switch _, err := p.Wait(context.Background()); {
		case err != nil && refused == nil:
			refused = err
		case err == nil && refused != nil:
			return taken, errors.Join(errors.New("a message is taken behind one that was not"), refused)
		case err == nil:
			taken++
		}
	}
	return taken, refused
}

func (r *inside) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r.hub.Stop()
	shutting := r.gateway.Shutdown(ctx)
	serving := <-r.served
	if errors.Is(serving, session.ErrServerClosed) {
		serving = nil
	}
	return errors.Join(shutting, serving, r.hub.Close(ctx))
}

// kill is only for those that have a process of their own: this one is the test's.
func (r *inside) kill() { panic("a hub in the test's process cannot be killed") }
