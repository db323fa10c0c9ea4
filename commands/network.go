package commands

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"althing"
	"althing/fault"
	"althing/wire"
)

// Tree is where a server stands among others, which it knows all.
type Tree interface {
	// Higher is the address of the server above, "ip:port"; empty at the top.
	Higher() string
	// SetHigher puts the server below another one. token is one of the other's
	// network; empty: it is this one. It refuses what would make a loop, and stays
	// with the present one when the other cannot be reached.
	SetHigher(ctx context.Context, addr, token string) error
	// Find gives the address of the server that a name or a path means, anywhere
	// in the network; empty: it can be reached by none.
	Find(name string) (addr string, err error)
	// Network gives all servers, from the top down, with what is connected to
	// them. It does not wait for one that is away.
	Network(ctx context.Context) Node
	// End ends servers, or starts them again, by their names; without any it is
	// all below this one. It gives what each said, by name; nil: it obeys.
	End(ctx context.Context, by althing.Caller, restart bool, names ...string) map[string]error
}

// What servers answer and can be told to do, by those above them.
const (
	askNetwork        = "LISTNETWORK"
	doRestart         = "restart"
	doShutdown        = "shutdown"
	doShutdownNetwork = "shutdownnetwork"
)

// mostListed is how many clients of a server are listed by name.
const mostListed = 1000

// belowPatience is how long a server below may take to answer.
const belowPatience = 5 * time.Second

func (b *builtins) networkCommands() []builtin {
	return []builtin{
		{name: "s.connecttohigher", category: subserver, description: "Sends you to the server above this one", do: b.connectToHigher},
		{name: "s.cth", category: subserver, description: "Short for s.connecttohigher()", do: b.connectToHigher},
		{
			name: "s.sethigherserver", category: subserver, params: []string{"ip", "port"}, optional: []string{"token"}, admin: true, token: true, background: true,
			description: "Puts this server below another; one of another network needs its token", confirm: b.confirmHigher, do: b.setHigher,
		},
		{name: "s.listnetwork", category: mainserver, background: true, description: "Draws all servers of the network, and who is connected to them", do: b.listNetwork},
		{
			name: "s.restartserver", category: mainserver, params: []string{"name"}, repeatable: "name", admin: true, background: true,
			description: "Starts servers below this one again",
			confirm:     b.confirmBelow("Send %s again to confirm the restart"), do: b.tellBelow(doRestart, "Restarting server"),
		},
		{
			name: "s.shutdownserver", category: mainserver, params: []string{"name"}, repeatable: "name", admin: true, background: true,
			description: "Shuts servers below this one down",
			confirm:     b.confirmBelow("Send %s again to confirm the shutdown"), do: b.tellBelow(doShutdown, "Shutting down server"),
		},
		{
			name: "s.shutdownnetwork", category: mainserver, admin: true, background: true,
			description: "Shuts this server and all below it down",
			confirm:     b.confirmEnd("Send %s again to confirm the shutdown of the whole network"), do: b.shutdownNetwork,
		},
	}
}

func (b *builtins) connectToHigher(_ context.Context, call *althing.Call) (althing.Answer, error) {
	higher, err := b.higher()
	if err != nil {
		return althing.Answer{}, err
	}
	return b.move(call.Conn, higher)
}

// confirmHigher refuses at once where the server can never be put.
func (b *builtins) confirmHigher(call *althing.Call) (string, error) {
	if _, err := b.addressOf(call); err != nil {
		return "", err
	}
	if b.Tree == nil {
		return "", fault.New(fault.Unavailable, "this server stands alone: it cannot be put below another")
	}
	return "Confirm connecting to a new address by sending %s", nil // the token in it is blanked
}

func (b *builtins) setHigher(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	to, err := b.addressOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	if err := b.Tree.SetHigher(ctx, to, unquoted(call.Arg(2))); err != nil {
		return althing.Answer{}, err
	}
	return say("Connected to " + to)
}

func (b *builtins) listNetwork(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	at := b.server.ListenAddr()
	if call.Conn != nil {
		at = call.Conn.LocalAddr() // as the asker sees it
	}
	var all Node
	if b.Tree != nil {
		all = b.Tree.Network(ctx)
	} else {
		all = Below(ctx, b.server, hostOf(at))
	}
	lines := []string{"Collecting data...", "All connected instances in the network:", "", all.Draw()}
	return althing.Answer{Text: strings.Join(lines, "\n"), Value: all.Value()}, nil
}

// Below gives a server with what is connected to it: its clients, but for
// visitors, and the servers that have registered as such, with what is below them.
// Those are asked all at once; one that does not say stands there alone.
func Below(ctx context.Context, server *althing.Server, at string) Node {
	ctx, cancel := context.WithTimeout(ctx, belowPatience)
	defer cancel()
	all := Node{Name: server.Info().Name, Host: at}
	var servers []*althing.Conn
	for _, conn := range sorted(server) {
		switch {
		case conn.IsServer():
			servers = append(servers, conn)
		case conn.Hello().Role == wire.Visitor:
		case len(all.Clients) == mostListed:
			all.More++
		default:
			all.Clients = append(all.Clients, Leaf{conn.Name(), hostOf(conn.RemoteAddr())})
		}
	}
	all.Servers = make([]Node, len(servers))
	var asking sync.WaitGroup
	for i, conn := range servers {
		asking.Go(func() { all.Servers[i] = below(ctx, conn) })
	}
	asking.Wait()
	return all
}

// below asks a server for what is below it. Its name is the one it has here.
func below(ctx context.Context, conn *althing.Conn) Node {
	var n Node
	if slices.Contains(conn.Hello().Requests, askNetwork) {
		if answer, err := conn.Request(ctx, askNetwork); err == nil {
			n, _ = ReadNode(answer.Value) // what makes no sense is left out
		}
	}
	n.Name, n.Host = conn.Name(), hostOf(conn.RemoteAddr())
	return n
}

// confirmBelow asks for confirmation when there is a server of each name.
func (b *builtins) confirmBelow(what string) func(*althing.Call) (string, error) {
	return func(call *althing.Call) (string, error) {
		_, err := b.named(argTexts(call.Args))
		return what, err
	}
}

// target is a server that is to do something: one that has registered here, or one
// of the tree.
type target struct {
	name string
	conn *althing.Conn // nil: it is one of the tree
}

// named finds the servers that are meant.
func (b *builtins) named(names []string) ([]target, error) {
	var targets []target
	for _, name := range names {
		conn := b.server.ByName(name)
		if conn != nil && conn.IsServer() {
			targets = append(targets, target{name, conn})
			continue
		}
		if b.Tree == nil {
			return nil, fault.New(fault.NotFound, "No server '%s' below this one", shown(name, maxTitle))
		}
		if _, err := b.Tree.Find(name); err != nil {
			return nil, err
		}
		targets = append(targets, target{name, nil})
	}
	return targets, nil
}

// tellBelow is a command that has servers end, or start again.
func (b *builtins) tellBelow(what, said string) func(context.Context, *althing.Call) (althing.Answer, error) {
	return func(ctx context.Context, call *althing.Call) (althing.Answer, error) {
		targets, err := b.named(argTexts(call.Args))
		if err != nil {
			return althing.Answer{}, err
		}
		var conns []*althing.Conn
		var ofTree []string
		for _, t := range targets {
			if t.conn != nil {
				conns = append(conns, t.conn)
			} else {
				ofTree = append(ofTree, t.name)
			}
		}
		var lines []string
		var refused error
		note := func(name string, err error) {
			name = "'" + shown(name, maxTitle) + "'"
			if err != nil {
				refused = err
				lines = append(lines, "Server "+name+" does not obey: "+fault.Of(err).Message)
				return
			}
			lines = append(lines, said+" "+name)
		}
		for i, err := range commandAll(ctx, conns, what) {
			note(conns[i].Name(), err)
		}
		if len(ofTree) > 0 {
			results := b.Tree.End(ctx, call.By, what == doRestart, ofTree...)
			for _, name := range ofTree {
				note(name, results[name])
			}
		}
		if refused != nil {
			return althing.Answer{}, fault.Wrap(refused, fault.Of(refused).Code, "%s", strings.Join(lines, "; "))
		}
		return say(lines...)
	}
}

// commandAll has servers run a command, all at once, and gives what each came to.
func commandAll(ctx context.Context, servers []*althing.Conn, what string) []error {
	ctx, cancel := context.WithTimeout(ctx, belowPatience)
	defer cancel()
	errs := make([]error, len(servers))
	var telling sync.WaitGroup
	for i, conn := range servers {
		telling.Go(func() { _, errs[i] = conn.Command(ctx, what) })
	}
	telling.Wait()
	return errs
}

func (b *builtins) shutdownNetwork(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	b.ends(EndNetwork(ctx, b.server, call.Conn))
	if b.Tree != nil {
		b.ends(b.Tree.End(ctx, call.By, false))
	}
	return althing.Answer{Text: networkEnds, After: func() { b.endNow(false) }}, nil
}

const networkEnds = "Network is shutting down"

// EndNetwork tells all that are connected to a server, but for one, that the network is shutting
// down, and has the servers that have registered there shut down with all that is
// below them. It gives those that do not, by name.
func EndNetwork(ctx context.Context, server *althing.Server, but *althing.Conn) map[string]error {
	var servers []*althing.Conn
	for _, conn := range server.Conns() {
		if conn.IsServer() {
			servers = append(servers, conn)
		}
		if conn != but {
			tell(conn, networkEnds)
		}
	}
	refused := map[string]error{}
	for i, err := range commandAll(ctx, servers, doShutdownNetwork) {
		if err != nil {
			refused[servers[i].Name()] = err
		}
	}
	return refused
}

// ends tells the log of servers that do not end with their network.
func (b *builtins) ends(results map[string]error) {
	for name, err := range results {
		if err != nil {
			b.log.Warn("a server did not shut down with its network", "server", name, "err", err)
		}
	}
}
