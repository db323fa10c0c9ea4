package treetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// window is how many messages a client is given before it acknowledges any.
const window = 100

// client is a hub's own client, which sends to those of other hubs and counts what
// comes from them: each in the order in which they were sent, and once.
type client struct {
	resume string

	mu    sync.Mutex
	sent  map[string]int  // to a hub
	got   map[string]int  // from a hub
	heard map[string]bool // letters, by their IDs
	wrong []string        // what should not have come
}

const clientName = "mail"

// message is what a client sends.
type message struct{ to, body string }

func newClient() client {
	return client{sent: map[string]int{}, got: map[string]int{}, heard: map[string]bool{}}
}

// hear takes a message.
func (c *client) hear(id, sender, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heard[id] {
		return // that it was heard had not been stored before a restart
	}
	c.heard[id] = true
	var from string
	var number int
	body, _, _ := strings.Cut(text, ".")
	if _, err := fmt.Sscanf(body, "%s %d", &from, &number); err != nil {
		c.wrong = append(c.wrong, fmt.Sprintf("from %s: %.100q", sender, text))
		return
	}
	if number != c.got[from]+1 {
		c.wrong = append(c.wrong, fmt.Sprintf("from %s comes %d behind %d", from, number, c.got[from]))
	}
	c.got[from] = number
}

// forget is for a client whose hub is brought back: it gives IDs again.
func (c *client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.heard)
}

// Send sends so many messages, each so long, from one hub's client to another's.
func (tree *Tree) Send(from, to *Hub, messages, length int) {
	tree.t.Helper()
	if err := tree.TrySend(from, to, messages, length); err != nil {
		tree.t.Fatalf("a message from %s to %s: %v", from.Name, to.Name, err)
	}
}

// TrySend is Send of messages of which the hub may refuse the last ones, or all.
func (tree *Tree) TrySend(from, to *Hub, messages, length int) error {
	c := &from.client
	c.mu.Lock()
	sent := c.sent[to.Name]
	c.sent[to.Name] += messages // before they can arrive
	c.mu.Unlock()
	all := make([]message, messages)
	for i := range all {
		text := fmt.Sprintf("%s %d.", from.Name, sent+1+i)
		all[i] = message{clientName + "@" + to.Name, text + strings.Repeat("x", max(0, length-len(text)))}
	}
	taken, err := from.running.send(all)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[to.Name] = sent + taken
	return err
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
