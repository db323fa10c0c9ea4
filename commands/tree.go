package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"althing/fault"
	"althing/value"
)

const (
	// maxDepth and maxNodes bound what servers below may say of those below
	// them: a tree that people read.
	maxDepth, maxNodes = 16, 2000
)

// Node is a server in the list of the network, with what is connected to it.
type Node struct {
	Name, Host string // "sub1", "192.168.178.140"; Host is empty when it is nowhere
	Clients    []Leaf // as many as are listed,
	More       int    // and how many there are besides
	Servers    []Node
	Hub        *Hub // nil: it says no more of itself
}

// Leaf is a client in that list.
type Leaf struct{ Name, Host string }

// Hub is what a server of a tree says of itself beyond its name, and what is
// known of its link to the one above.
type Hub struct {
	ID, Path, Version string
	Session, Text     string // addresses of its ports; empty: it has none
	Layer             int
	Up                bool      // there is a link to the server above
	Since             time.Time // since when it is there or not; zero: unknown
	Answers           bool      // what follows is what it says now
	Started           time.Time
	CPU               float64 // percent of a processor
	Memory            int64   // bytes
	Now               time.Time
}

// Draw lists the network from a server down, a line each. What hubs say of
// themselves is shown when there are several.
func (n Node) Draw() string {
	var b strings.Builder
	several := slices.ContainsFunc(n.Servers, func(s Node) bool { return s.Hub != nil })
	n.drawInto(&b, several, "", "")
	return strings.TrimSuffix(b.String(), "\n")
}

// drawInto draws a server behind lead, and what is below it behind indent.
func (n Node) drawInto(b *strings.Builder, hubs bool, lead, indent string) {
	b.WriteString(lead + titleOf(n.Name, n.Host) + "  " + fmt.Sprintf("%d servers", len(n.Servers)) + "  " + fmt.Sprintf("%d clients", len(n.Clients)+n.More))
	if hubs && n.Hub != nil {
		b.WriteString("  " + n.Hub.String())
	}
	b.WriteByte('\n')
	for _, c := range n.Clients {
		b.WriteString(indent + " ├──> " + titleOf(c.Name, c.Host) + "\n")
	}
	if n.More > 0 {
		b.WriteString(indent + fmt.Sprintf(" ├──> and %d more\n", n.More))
	}
	for i, below := range n.Servers {
		bar := " | "
		if i == len(n.Servers)-1 {
			bar = "   "
		}
		below.drawInto(b, hubs, indent+" ├─ ", indent+bar)
	}
}

// titleOf is how a server or client stands in the list: sub1(192.168.178.140).
func titleOf(name, host string) string {
	if host == "" {
		return shown(name, maxTitle)
	}
	return shown(name, maxTitle) + "(" + shown(host, maxTitle) + ")"
}

// String is what stands behind a hub's numbers.
func (h *Hub) String() string {
	parts := []string{fmt.Sprintf("layer %d", h.Layer)}
	switch {
	case !h.Up && h.Answers: // it is the one that is asked
		parts = append(parts, "no link"+h.age())
	case !h.Up:
		parts = append(parts, "AWAY"+h.age())
	case !h.Answers:
		parts = append(parts, "not reached")
	case h.Layer > 0:
		parts = append(parts, "linked"+h.age())
	}
	if h.Answers {
		parts = append(parts, fmt.Sprintf("cpu %.1f %%", h.CPU), fmt.Sprintf("%.0f MB", float64(h.Memory)/1e6))
	}
	return strings.Join(append(parts, "althing "+shown(h.Version, maxTitle)), ", ")
}

// age is for how long the link is there, or is not.
func (h *Hub) age() string {
	if h.Since.IsZero() {
		return ""
	}
	return " for " + max(0, h.Now.Sub(h.Since)).Round(time.Second).String()
}

// Value is the list for programs.
func (n Node) Value() value.Value {
	clients, servers := make(value.List, len(n.Clients)), make(value.List, len(n.Servers))
	for i, c := range n.Clients {
		clients[i] = value.DictOf("name", value.Str(c.Name), "address", value.Str(c.Host))
	}
	for i, s := range n.Servers {
		servers[i] = s.Value()
	}
	pairs := []any{"name", value.Str(n.Name), "address", value.Str(n.Host)}
	if h := n.Hub; h != nil {
		pairs = append(pairs, "id", value.Str(h.ID), "path", value.Str(h.Path), "layer", value.Int(int64(h.Layer)),
			"session", value.Str(h.Session), "text", value.Str(h.Text), "version", value.Str(h.Version),
			"up", value.Bool(h.Up), "since", moment(h.Since), "answers", value.Bool(h.Answers))
		if h.Answers {
			pairs = append(pairs, "started", moment(h.Started), "cpu", value.Float(h.CPU), "memory", value.Int(h.Memory))
		}
	}
	return value.DictOf(append(pairs, "clients", clients, "more", value.Int(int64(n.More)), "servers", servers)...)
}

// Structure is the node as LISTNETWORK has it: [title, [servers like this], [titles
// of clients]].
func (n Node) Structure() value.List {
	clients, servers := make(value.List, len(n.Clients)), make(value.List, len(n.Servers))
	for i, c := range n.Clients {
		clients[i] = value.Str(titleOf(c.Name, c.Host))
	}
	for i, s := range n.Servers {
		servers[i] = s.Structure()
	}
	return value.List{value.Str(titleOf(n.Name, n.Host)), servers, clients}
}

// moment is a time in Unix seconds; None: it is not known.
func moment(t time.Time) value.Value {
	if t.IsZero() {
		return value.None{}
	}
	return value.Float(float64(t.UnixMilli()) / 1e3)
}

// ReadNode reads a Structure, which somebody else has made. What is too large or
// too deep is fault.Invalid.
func ReadNode(v value.Value) (Node, error) {
	left := maxNodes
	return readBelow(v, 0, &left)
}

var errNoNode = fault.New(fault.Invalid, "a list of the network is [title, [servers], [clients]], of at most %d servers and clients, %d deep", maxNodes, maxDepth)

func readBelow(v value.Value, depth int, left *int) (Node, error) {
	parts, _ := value.Items(v)
	if len(parts) != 3 || depth > maxDepth {
		return Node{}, errNoNode
	}
	title, ok := parts[0].(value.Str)
	servers, _ := value.Items(parts[1])
	clients, _ := value.Items(parts[2])
	if *left -= 1 + len(clients); !ok || *left < 0 {
		return Node{}, errNoNode
	}
	// The numbers behind the title are ours to count.
	text, _, _ := strings.Cut(string(title), "  ")
	n := Node{}
	n.Name, n.Host = cutTitle(text)
	for _, c := range clients {
		name, host := cutTitle(value.Text(c))
		n.Clients = append(n.Clients, Leaf{name, host})
	}
	for _, s := range servers {
		below, err := readBelow(s, depth+1, left)
		if err != nil {
			return Node{}, err
		}
		n.Servers = append(n.Servers, below)
	}
	return n, nil
}

// cutTitle divides what titleOf has put together.
func cutTitle(title string) (name, host string) {
	name, host, found := strings.Cut(shown(title, 2*maxTitle), "(")
	inner, closed := strings.CutSuffix(host, ")")
	if !found || !closed {
		return shown(title, 2*maxTitle), ""
	}
	return name, inner
}
