package commands

import (
	"fmt"
	"strings"

	"althing/fault"
	"althing/value"
)

const (
	// maxDepth and maxNodes bound what servers below may say of those below
	// them: a tree that people read.
	maxDepth, maxNodes = 16, 2000
)

// node is a server in the list of the network, with what is below it.
type node struct {
	title   string // "sub1(192.168.178.140)"
	servers []node
	clients []string // titles
}

// draw lists the network from a server down, a line each.
func (n node) draw() string {
	var b strings.Builder
	n.drawInto(&b, "", "")
	return strings.TrimSuffix(b.String(), "\n")
}

// drawInto draws a server behind lead, and what is below it behind indent.
func (n node) drawInto(b *strings.Builder, lead, indent string) {
	b.WriteString(lead + n.title + "  " + fmt.Sprintf("%d servers", len(n.servers)) + "  " + fmt.Sprintf("%d clients", len(n.clients)) + "\n")
	for _, title := range n.clients {
		b.WriteString(indent + " ├──> " + title + "\n")
	}
	for i, below := range n.servers {
		bar := " | "
		if i == len(n.servers)-1 {
			bar = "   "
		}
		below.drawInto(b, indent+" ├─ ", indent+bar)
	}
}

// readNode reads what a server answers to LISTNETWORK: [title, [servers like
// this], [titles of clients]].
func readNode(v value.Value) (node, error) {
	left := maxNodes
	return readBelow(v, 0, &left)
}

var errNoNode = fault.New(fault.Invalid, "a list of the network is [title, [servers], [clients]], of at most %d servers and clients, %d deep", maxNodes, maxDepth)

func readBelow(v value.Value, depth int, left *int) (node, error) {
	parts, _ := value.Items(v)
	if len(parts) != 3 || depth > maxDepth {
		return node{}, errNoNode
	}
	title, ok := parts[0].(value.Str)
	servers, _ := value.Items(parts[1])
	clients, _ := value.Items(parts[2])
	if *left -= 1 + len(clients); !ok || *left < 0 {
		return node{}, errNoNode
	}
	// The numbers behind the title are ours to count.
	name, _, _ := strings.Cut(string(title), "  ")
	n := node{title: shown(name, 2*maxTitle)}
	for _, c := range clients {
		n.clients = append(n.clients, shown(value.Text(c), 2*maxTitle))
	}
	for _, s := range servers {
		below, err := readBelow(s, depth+1, left)
		if err != nil {
			return node{}, err
		}
		n.servers = append(n.servers, below)
	}
	return n, nil
}
