// Package treetest grows trees of real hubs on loopback, whose links can be cut.
package treetest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
	t     testing.TB
	hubs  []*Hub
	start func(*Hub) running
}

// Grow starts a hub for each path, of which parents come before children, and ends
// them with the test: Grow(t, "main", "main/barn", "main/barn/north"). It returns
// when all of them know all.
func Grow(t testing.TB, paths ...string) *Tree {
	t.Helper()
	tree := &Tree{t: t, start: within}
	tree.grow(paths)
	return tree
}

func (tree *Tree) grow(paths []string) {
	tree.t.Helper()
	for _, p := range paths {
		h := tree.Start(path.Base(p))
		if above := path.Base(path.Dir(p)); above != "." {
			h.Join(tree.Hub(above))
		}
	}
	tree.Agree()
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
	h := &Hub{Name: name, tree: tree, data: tree.t.TempDir(), client: newClient()}
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
			return strings.Join(h.Sees(), "\n") + "\nand not\n" + strings.Join(want, "\n") + "\n" + h.Above().Problem
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
	Cable *Cable // to its parent; nil: it has no parent, or is on another machine

	tree    *Tree
	place   *Place // nil: the test's own machine
	above   *Hub
	data    string
	running running      // nil: it is down
	address atomic.Value // a string

	client client
}

// running is a hub that runs, in the test's process or in one of its own.
type running interface {
	address() string
	// sees gives the paths of all hubs of the tree as the hub has it.
	sees() ([]string, error)
	// above gives where the hub's parent is.
	above() (network.Above, error)
	token() (string, error)
	move(address, token string) error
	// enter has the hub's client come, or come back. What is for it is heard.
	enter(c *client) error
	// send sends messages of the client, and gives how many of them were taken before
	// one was not.
	send(messages []message) (int, error)
	stop() error
	kill()
}

// Start starts a hub that is down.
func (h *Hub) Start() {
	h.tree.t.Helper()
	h.running = h.tree.start(h)
	h.address.Store(h.running.address())
	if err := h.running.enter(&h.client); err != nil {
		h.tree.t.Fatal(err)
	}
}

// Stop stops the hub as a clean stop does, if it runs.
func (h *Hub) Stop() {
	h.tree.t.Helper()
	if h.running == nil {
		return
	}
	if err := h.running.stop(); err != nil {
		h.tree.t.Errorf("%s: %v", h.Name, err)
	}
	h.running = nil
}

// Kill ends the hub, which has a process of its own, in the middle of whatever it
// does.
func (h *Hub) Kill() {
	h.running.kill()
	h.running = nil
}

// Up reports whether the hub runs.
func (h *Hub) Up() bool { return h.running != nil }

// Address is where the hub's sessions are, or were when it is down.
func (h *Hub) Address() string { return h.address.Load().(string) }

// Join puts the hub below another by a token of that.
func (h *Hub) Join(parent *Hub) {
	h.tree.t.Helper()
	token, err := parent.running.token()
	if err != nil {
		h.tree.t.Fatal(err)
	}
	if err := h.Move(parent, token); err != nil {
		h.tree.t.Fatal(err)
	}
}

// Move puts the hub below another, through a cable of its own if it is not on another
// machine; an empty token says that it is in that tree already.
func (h *Hub) Move(parent *Hub, token string) error {
	h.tree.t.Helper()
	if h.place != nil {
		err := h.running.move(parent.Address(), token)
		if err == nil {
			h.above = parent
		}
		return err
	}
	cable := NewCable(h.tree.t, parent.Address)
	if err := h.running.move(cable.Address(), token); err != nil {
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

// Above gives where the hub's parent is, as it has it.
func (h *Hub) Above() network.Above {
	h.tree.t.Helper()
	above, err := h.running.above()
	if err != nil {
		h.tree.t.Errorf("%s: %v", h.Name, err)
	}
	return above
}

// Left reports whether the hub has given up its parent by itself.
func (h *Hub) Left() bool { return h.above != nil && h.Above().Address == "" }

// Away is behind the path of a hub that is seen without a link to its parent.
const Away = " away"

// seen is a hub as Sees gives it.
func seen(path string, up bool) string {
	if up {
		return path
	}
	return path + Away
}

// Sees gives the paths of all hubs of the tree as this one has it.
func (h *Hub) Sees() []string {
	h.tree.t.Helper()
	lines, err := h.running.sees()
	if err != nil {
		h.tree.t.Errorf("%s: %v", h.Name, err) // also beside the test's goroutine
	}
	slices.Sort(lines)
	return lines
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
		h.data = saved
		h.client.forget()
		h.Start()
	}
}
