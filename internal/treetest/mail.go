package treetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"althing/hub"
)

// window is how many messages a client is given before it acknowledges any.
const window = 100

// client is a hub's own client, which sends to those of other hubs and counts what
// comes from them: each in the order in which they were sent, and once.
type client struct {
	session *hub.Session
	resume  string

	mu    sync.Mutex
	sent  map[string]int // to a hub
	got   map[string]int // from a hub
	last  string         // the ID of the letter that came last
	wrong []string       // what should not have come
}

const clientName = "mail"

// enter has the client come back to its hub.
func (c *client) enter(h *Hub) {
	t := h.tree.t
	t.Helper()
	if c.sent == nil {
		c.sent, c.got = map[string]int{}, map[string]int{}
	}
	var err error
	if c.session, err = h.Enter(hub.Caller{Gateway: "test"}); err != nil {
		t.Fatal(err)
	}
	is, err := c.session.Register(context.Background(), hub.Registration{Name: clientName, Resume: c.resume})
	if err != nil {
		t.Fatal(err)
	}
	c.resume = is.Resume
	inbox, err := c.session.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	err = inbox.Push(window, func(l hub.Letter) error {
		c.hear(l)
		return inbox.Acknowledge(l.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hear takes a message.
func (c *client) hear(l hub.Letter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.ID == c.last {
		return // it was not acknowledged in time before a restart
	}
	c.last = l.ID
	var from string
	var number int
	body, _, _ := strings.Cut(l.Text, ".")
	if _, err := fmt.Sscanf(body, "%s %d", &from, &number); err != nil {
		c.wrong = append(c.wrong, fmt.Sprintf("from %s: %.100q", l.From, l.Text))
		return
	}
	if number != c.got[from]+1 {
		c.wrong = append(c.wrong, fmt.Sprintf("from %s comes %d behind %d", from, number, c.got[from]))
	}
	c.got[from] = number
}

// Send sends so many messages, each so long, from one hub's client to another's.
func (tree *Tree) Send(from, to *Hub, messages, length int) {
	tree.t.Helper()
	c := &from.client
	pending := make([]hub.Pending, messages)
	for i := range pending {
		c.mu.Lock()
		c.sent[to.Name]++
		text := fmt.Sprintf("%s %d.", from.Name, c.sent[to.Name])
		c.mu.Unlock()
		text += strings.Repeat("x", max(0, length-len(text)))
		pending[i] = c.session.Send(context.Background(), hub.Message{To: clientName + "@" + to.Name, Body: text})
	}
	for _, p := range pending {
		if _, err := p.Wait(context.Background()); err != nil {
			tree.t.Fatalf("a message from %s to %s: %v", from.Name, to.Name, err)
		}
	}
}

// Delivered waits until everything that was sent has come, and checks that nothing
// has come twice, or before what was sent before.
func (tree *Tree) Delivered() {
	tree.t.Helper()
	for _, to := range tree.hubs {
		missing := func() (lines []string) {
			for _, from := range tree.hubs {
				sent, got := from.client.count(to.Name), to.client.gotFrom(from.Name)
				if sent != got {
					lines = append(lines, fmt.Sprintf("from %s to %s: %d of %d", from.Name, to.Name, got, sent))
				}
			}
			return lines
		}
		tree.Soon("all that was sent to "+to.Name, func() bool { return len(missing()) == 0 }, func() string {
			return strings.Join(slices.Concat(missing(), to.client.mistakes()), "\n")
		})
	}
	tree.InOrder()
}

// InOrder checks that nothing has come so far that should not have.
func (tree *Tree) InOrder() {
	tree.t.Helper()
	for _, h := range tree.hubs {
		if wrong := h.client.mistakes(); len(wrong) > 0 {
			tree.t.Fatalf("at %s: %s", h.Name, strings.Join(wrong[:min(len(wrong), 10)], "; "))
		}
	}
}

func (c *client) count(to string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent[to]
}

func (c *client) gotFrom(hub string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got[hub]
}

func (c *client) mistakes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.wrong)
}
