package commands

import (
	"context"
	"slices"
	"sync"
	"time"

	"althing"
	"althing/fault"
)

// Tree is where a server stands among others.
type Tree interface {
	// Higher is the address of the server above, "ip:port"; empty at the top.
	Higher() string
	// SetHigher puts the server below another one. It refuses what would make a
	// loop, and goes back to the present one when the other cannot be reached.
	SetHigher(ctx context.Context, addr string) error
}

// What servers answer and can be told to do, by those above them.
const (
	askNetwork        = "LISTNETWORK"
	doRestart         = "restart"
	doShutdown        = "shutdown"
	doShutdownNetwork = "shutdownnetwork"
)

// belowPatience is how long a server below may take to answer.
const belowPatience = 5 * time.Second

func (b *builtins) networkCommands() []builtin {
	return []builtin{
		{name: "s.connecttohigher", category: subserver, description: "Sends you to the server above this one", do: b.connectToHigher},
		{name: "s.cth", category: subserver, description: "Short for s.connecttohigher()", do: b.connectToHigher},
		{
			name: "s.sethigherserver", category: subserver, params: []string{"ip", "port"}, admin: true, background: true,
			description: "Puts this server below another", confirm: b.confirmHigher, do: b.setHigher,
		},
		{name: "s.listnetwork", category: mainserver, background: true, description: "Draws this server and all that is below it", do: b.listNetwork},
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
	conn, err := connOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	higher, err := b.higher()
	if err != nil {
		return althing.Answer{}, err
	}
	return b.move(conn, higher)
}

// confirmHigher refuses at once where the server can never be put.
func (b *builtins) confirmHigher(call *althing.Call) (string, error) {
	if _, err := b.addressOf(call); err != nil {
		return "", err
	}
	if b.Tree == nil {
		return "", fault.New(fault.Unavailable, "this server stands alone: it cannot be put below another")
	}
	return "Confirm connecting to a new address by sending %s", nil
}

func (b *builtins) setHigher(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	to, err := b.addressOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	if err := b.Tree.SetHigher(ctx, to); err != nil {
		return althing.Answer{}, err
	}
	return say("Connected to " + to)
}

func (b *builtins) listNetwork(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	at := b.server.ListenAddr()
	if call.Conn != nil {
		at = call.Conn.LocalAddr() // as the asker sees it
	}
	return say("Collecting data...", "All connected instances in the network:", "", b.network(ctx, hostOf(at)).draw())
}

// network collects what is connected here, and below. Servers are asked all at
// once; one that does not say stands there alone.
func (b *builtins) network(ctx context.Context, at string) node {
	ctx, cancel := context.WithTimeout(ctx, belowPatience)
	defer cancel()
	all := node{title: titleOf(b.server.Info().Name, at)}
	var servers []*althing.Conn
	for _, conn := range b.sorted() {
		if conn.IsServer() {
			servers = append(servers, conn)
		} else {
			all.clients = append(all.clients, titleOf(conn.Name(), hostOf(conn.RemoteAddr())))
		}
	}
	all.servers = make([]node, len(servers))
	var asking sync.WaitGroup
	for i, conn := range servers {
		asking.Go(func() { all.servers[i] = below(ctx, conn) })
	}
	asking.Wait()
	return all
}

// below asks a server for what is below it. Its name is the one it has here.
func below(ctx context.Context, conn *althing.Conn) node {
	var n node
	if slices.Contains(conn.Hello().Requests, askNetwork) {
		if answer, err := conn.Request(ctx, askNetwork); err == nil {
			n, _ = readNode(answer.Value) // what makes no sense is left out
		}
	}
	n.title = titleOf(conn.Name(), hostOf(conn.RemoteAddr()))
	return n
}

// titleOf is how a server or client stands in the list: sub1(192.168.178.140).
func titleOf(name, ip string) string {
	if ip == "" { // it is nowhere yet
		return shown(name, maxTitle)
	}
	return shown(name, maxTitle) + "(" + ip + ")"
}

// confirmBelow asks for confirmation when there is a server of each name.
func (b *builtins) confirmBelow(what string) func(*althing.Call) (string, error) {
	return func(call *althing.Call) (string, error) {
		_, err := b.serversBelow(argTexts(call.Args))
		return what, err
	}
}

func (b *builtins) serversBelow(names []string) ([]*althing.Conn, error) {
	var servers []*althing.Conn
	for _, name := range names {
		conn := b.server.ByName(name)
		if conn == nil || !conn.IsServer() {
			return nil, fault.New(fault.NotFound, "No server '%s' below this one", shown(name, maxTitle))
		}
		servers = append(servers, conn)
	}
	return servers, nil
}

// tellBelow is a command that has servers run one of theirs.
func (b *builtins) tellBelow(what, said string) func(context.Context, *althing.Call) (althing.Answer, error) {
	return func(ctx context.Context, call *althing.Call) (althing.Answer, error) {
		servers, err := b.serversBelow(argTexts(call.Args))
		if err != nil {
			return althing.Answer{}, err
		}
		lines := make([]string, len(servers))
		for i, err := range commandAll(ctx, servers, what) {
			name := "'" + shown(servers[i].Name(), maxTitle) + "'"
			if lines[i] = said + " " + name; err != nil {
				lines[i] = "Server " + name + " does not obey: " + fault.Of(err).Message
			}
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
	const said = "Network is shutting down"
	var servers []*althing.Conn
	for _, conn := range b.server.Conns() {
		if conn.IsServer() {
			servers = append(servers, conn)
		}
		if conn != call.Conn {
			tell(conn, said)
		}
	}
	for i, err := range commandAll(ctx, servers, doShutdownNetwork) {
		if err != nil {
			b.log.Warn("a server did not shut down with its network", "server", servers[i].Name(), "err", err)
		}
	}
	return althing.Answer{Text: said, After: func() { b.endNow(false) }}, nil
}
