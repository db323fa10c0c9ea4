// Package treetest grows trees of real hubs on loopback, whose links can be cut.
package treetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"althing/fault"
	"althing/gateway/session"
	"althing/hub"
	"althing/network"
)

const (
	// patience bounds each wait for what is to come by itself.
	patience = time.Minute
	// glance is how often it is looked whether it has.
	glance = 2 * time.Millisecond
)

// Tree is hubs, and who is below whom. It is for one goroutine.
type Tree struct {
	t    testing.TB
	hubs []*Hub
}

// Grow starts a hub for each path, of which parents come before children, and ends
// them with the test: Grow(t, "main", "main/barn", "main/barn/north"). It returns
// when all of them know all.
func Grow(t testing.TB, paths ...string) *Tree {
	t.Helper()
	tree := &Tree{t: t}
	for _, p := range paths {
		h := tree.Start(path.Base(p))
		if above := path.Base(path.Dir(p)); above != "." {
			h.Join(tree.Hub(above))
		}
	}
	tree.Agree()
	return tree
}

// Chain gives the paths of hubs each below the one before.
func Chain(n int) (paths []string) {
	at := ""
	for i := range n {
		at = path.Join(at, fmt.Sprint("h", i))
		paths = append(paths, at)
	}
	return paths
}

// Star gives the paths of one hub over n others.
func Star(n int) []string {
	paths := []string{"h0"}
	for i := range n {
		paths = append(paths, fmt.Sprint("h0/h", i+1))
	}
	return paths
}

// Binary gives the paths of n hubs of which each has two below it.
func Binary(n int) []string {
	paths := []string{"h0"}
	for i := 1; i < n; i++ {
		paths = append(paths, fmt.Sprint(paths[(i-1)/2], "/h", i))
	}
	return paths
}

// Start starts a hub that is below no other.
func (tree *Tree) Start(name string) *Hub {
	tree.t.Helper()
	h := &Hub{Name: name, tree: tree, data: tree.t.TempDir()}
	tree.hubs = append(tree.hubs, h)
	h.Start()
	tree.t.Cleanup(h.Stop)
	return h
}

// Hub gives the hub of that name.
func (tree *Tree) Hub(name string) *Hub {
	tree.t.Helper()
	for _, h := range tree.hubs {
		if h.Name == name {
			return h
		}
	}
	tree.t.Fatalf("there is no hub %s", name)
	return nil
}

// Hubs gives all hubs in the order in which they were started first.
func (tree *Tree) Hubs() []*Hub { return slices.Clone(tree.hubs) }

// picture is the tree as it is to be, with everything that is not reached from the
// first hub marked.
func (tree *Tree) picture() []string {
	var lines []string
	for _, h := range tree.hubs {
		line := h.Name
		for at := h.above; at != nil; at = at.above {
			line = at.Name + "/" + line
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// Agree waits until every hub sees the tree as it is, with all links.
func (tree *Tree) Agree() {
	tree.t.Helper()
	want := tree.picture()
	for _, h := range tree.hubs {
		tree.Soon("that "+h.Name+" sees the tree", func() bool { return slices.Equal(h.Sees(), want) }, func() string {
			return strings.Join(h.Sees(), "\n") + "\nand not\n" + strings.Join(want, "\n") + "\n" + h.Network().Above().Problem
		})
	}
}

// Soon waits until something is so; otherwise says what is instead.
func (tree *Tree) Soon(what string, so func() bool, otherwise func() string) {
	tree.t.Helper()
	for end := time.Now().Add(patience); !so(); <-time.After(glance) {
		if time.Now().After(end) {
			tree.t.Fatalf("%s did not come; there is\n%s", what, otherwise())
		}
	}
}

// Hub is a hub of the tree, which may be down. It is for one goroutine.
type Hub struct {
	Name  string
	Cable *Cable // to its parent; nil: it has none

	*hub.Hub // nil: it is down

	tree    *Tree
	above   *Hub
	data    string
	gateway *session.Server
	served  chan error
	address atomic.Value // a string

	client client
}

// Start starts a hub that is down.
func (h *Hub) Start() {
	t := h.tree.t
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	opened, err := hub.Open(context.Background(), hub.Config{Data: h.data, Name: h.Name, Log: log.With("at", h.Name), ParentMay: 2})
	if err != nil {
		t.Fatal(err)
	}
	h.gateway, err = session.New(opened, session.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address.Store(l.Addr().String())
	opened.Listening("session", l.Addr().String())
	gateway, served := h.gateway, make(chan error, 1)
	go func() { served <- gateway.Serve(l) }()
	h.Hub, h.served = opened, served
	if err := opened.StartTree(); err != nil {
		t.Fatal(err)
	}
	h.client.enter(h)
}

// Stop stops the hub as a clean stop does, if it runs.
func (h *Hub) Stop() {
	h.tree.t.Helper()
	if h.Hub == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h.Hub.Stop()
	if err := h.gateway.Shutdown(ctx); err != nil {
		h.tree.t.Errorf("the gateway of %s: %v", h.Name, err)
	}
	if err := <-h.served; !errors.Is(err, session.ErrServerClosed) {
		h.tree.t.Errorf("the gateway of %s ended with %v", h.Name, err)
	}
	if err := h.Close(ctx); err != nil {
		h.tree.t.Errorf("%s: %v", h.Name, err)
	}
	h.Hub = nil
}

// Address is where the hub's sessions are, or were when it is down.
func (h *Hub) Address() string { return h.address.Load().(string) }

// Join puts the hub below another by a token of that.
func (h *Hub) Join(parent *Hub) {
	h.tree.t.Helper()
	token, err := parent.Network().MakeToken()
	if err != nil {
		h.tree.t.Fatal(err)
	}
	if err := h.Move(parent, token); err != nil {
		h.tree.t.Fatal(err)
	}
}

// Move puts the hub below another, through a cable of its own; an empty token says
// that it is in that tree already.
func (h *Hub) Move(parent *Hub, token string) error {
	h.tree.t.Helper()
	cable := NewCable(h.tree.t, parent.Address)
	if err := h.Network().Move(context.Background(), cable.Address(), token); err != nil {
		cable.Close()
		return err
	}
	before := h.Cable
	h.above, h.Cable = parent, cable
	if before != nil {
		before.Close()
	}
	return nil
}

// Away is behind the path of a hub that is seen without a link to its parent.
const Away = " away"

// Sees gives the paths of all hubs of the tree as this one has it.
func (h *Hub) Sees() (lines []string) {
	h.Network().Tree(func(t *network.Tree) {
		for _, other := range t.All() {
			line := t.Path(other.ID())
			if !other.Up {
				line += Away
			}
			lines = append(lines, line)
		}
	})
	slices.Sort(lines)
	return lines
}

// MoveInside is Move inside the tree. It waits until the hub may: it has its pass.
func (h *Hub) MoveInside(parent *Hub) error {
	for end := time.Now().Add(patience); ; <-time.After(glance) {
		if err := h.Move(parent, ""); !fault.Is(err, fault.Denied) || time.Now().After(end) {
			return err
		}
	}
}

// Copy stops the hub, copies its data folder and starts it again; what is given puts
// the copy in place of the folder later, as one does with a backup. What the hub's
// client was given meanwhile it keeps.
func (h *Hub) Copy() (bringBack func()) {
	t := h.tree.t
	t.Helper()
	saved := filepath.Join(t.TempDir(), "copy")
	h.Stop()
	if err := os.CopyFS(saved, os.DirFS(h.data)); err != nil {
		t.Fatal(err)
	}
	h.Start()
	return func() {
		t.Helper()
		h.Stop()
		h.data, h.client.last = saved, ""
		h.Start()
	}
}
