package treetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"althing"
	"althing/datadir"
	"althing/internal/hubrun"
	"althing/network"
	"althing/value"
)

// GrowProcesses is Grow of hubs each of which has a process of its own, so that it
// can be killed. It returns when they have stored who there is.
func GrowProcesses(t testing.TB, paths ...string) *Tree {
	t.Helper()
	program := hubrun.Build(t)
	tree := &Tree{t: t, start: func(h *Hub) running { return spawn(h, program) }}
	tree.grow(paths)
	for _, h := range tree.hubs {
		tree.Soon("that "+h.Name+" has stored the tree", func() bool { return h.stored() == len(tree.hubs)-1 }, func() string {
			return fmt.Sprint(h.stored(), " other hubs")
		})
	}
	return tree
}

// Place is a machine that is not the test's own.
type Place struct {
	Program string                      // the hub's, as it is run there
	Session string                      // the address of the hub's session port there
	Reach   func(address string) string // gives an address here that leads to one there
}

// Spread starts a hub on each of some machines, none of which is below another one.
// They are named h0, h1 and so on.
func Spread(t testing.TB, places ...Place) *Tree {
	t.Helper()
	tree := &Tree{t: t}
	for i := range places {
		place := &places[i]
		tree.start = func(h *Hub) running {
			h.place = place
			return spawn(h, place.Program)
		}
		tree.Start(fmt.Sprint("h", i))
	}
	return tree
}

// stored is how many other hubs stand in the hub's data folder.
func (h *Hub) stored() int {
	data, err := os.ReadFile(filepath.Join(h.data, datadir.NetworkFile))
	if err != nil {
		return 0
	}
	data, _, _ = bytes.Cut(data, []byte("\n")) // a checksum is behind it
	var kept struct{ Hubs [][]byte }
	if err := json.Unmarshal(data, &kept); err != nil {
		return 0
	}
	return len(kept.Hubs)
}

// process is a hub in a process of its own, which is spoken to from outside.
type process struct {
	hub     *hubrun.Hub
	entry   string          // leads to its session port
	control *althing.Client // who looks and steers
	client  *althing.Client
}

// spawn starts a hub as a process.
func spawn(h *Hub, program string) running {
	t := h.tree.t
	t.Helper()
	noKey := filepath.Join(t.TempDir(), "no-key")
	if err := os.WriteFile(noKey, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	flags := []string{"--name", h.Name, "--web", "off", "--admin-key-file", noKey}
	if h.place != nil {
		flags = append(flags, "--session", h.place.Session)
	}
	p := &process{hub: hubrun.Start(t, program, h.data, flags...)}
	if p.entry = p.address(); h.place != nil {
		p.entry = h.place.Reach(p.address())
	}
	var err error
	p.control, err = althing.Dial(t.Context(), p.entry, althing.ClientOptions{Visitor: true, NoReconnect: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *process) address() string { return p.hub.Session }

// Entry is an address on the test's own machine that leads to the session port of a
// hub with a process of its own.
func (h *Hub) Entry() string { return h.running.(*process).entry }

func (p *process) sees() (lines []string, err error) {
	answer, err := p.control.Command(context.Background(), "s.listnetwork")
	if err != nil {
		return nil, err
	}
	var walk func(v value.Value)
	walk = func(v value.Value) {
		d, ok := v.(*value.Dict)
		if !ok {
			err = fmt.Errorf("no hub is %v", v)
			return
		}
		path, _ := d.Get(value.Str("path"))
		up, _ := d.Get(value.Str("up"))
		lines = append(lines, seen(value.Text(path), up == value.Bool(true)))
		servers, _ := d.Get(value.Str("servers"))
		below, _ := value.Items(servers)
		for _, v := range below {
			walk(v)
		}
	}
	walk(answer.Value)
	return lines, err
}

func (p *process) above() (network.Above, error) {
	status, err := p.control.Status(context.Background())
	if err != nil {
		return network.Above{}, err
	}
	parent, _ := status.Get(value.Str("parent"))
	d, ok := parent.(*value.Dict)
	if !ok {
		return network.Above{}, errors.New("the status has no parent")
	}
	text := func(key string) string {
		v, _ := d.Get(value.Str(key))
		s, _ := v.(value.Str)
		return string(s)
	}
	return network.Above{Address: text("address"), Up: text("state") == "up", Problem: text("problem")}, nil
}

func (p *process) token() (string, error) {
	line, err := p.control.MakeToken(context.Background())
	token, _, _ := bytes.Cut([]byte(line), []byte("@"))
	return string(token), err
}

func (p *process) move(address, token string) error {
	return p.control.SetParent(context.Background(), address, token)
}

func (p *process) enter(c *client) error {
	p.client = althing.NewClient(althing.ClientOptions{Name: clientName, Resume: c.resume, NoReconnect: true})
	p.client.OnMessage(func(m *althing.Message) { c.hear(m.ID, m.From, string(m.Body)) })
	if err := p.client.Connect(context.Background(), p.entry); err != nil {
		return err
	}
	c.resume = p.client.Resume()
	return p.client.Push(context.Background(), window)
}

func (p *process) send(messages []message) (int, error) {
	for i, m := range messages {
		if err := p.client.Deliver(context.Background(), &althing.Message{To: m.to, Body: []byte(m.body)}); err != nil {
			return i, err
		}
	}
	return len(messages), nil
}

func (p *process) stop() error {
	err := errors.Join(p.client.Close(), p.control.Close())
	p.hub.Stop()
	return err
}

func (p *process) kill() {
	p.hub.Kill()
	_, _ = p.client.Close(), p.control.Close() // the connections have broken off
}
