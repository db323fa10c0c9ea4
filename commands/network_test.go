package commands_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/commands"
	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/jsonrpc"
)

// branch is a protocol whose clients register as servers.
type branch struct {
	jsonrpc.Lines
	address string
}

func (b branch) Dial(ctx context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	hello.Role, hello.Address = wire.Subserver, b.address
	return b.Lines.Dial(ctx, conn, hello)
}

// below connects a server, which notes what it is told to do.
func (h *hall) below(t *testing.T, name string, network value.Value) <-chan string {
	t.Helper()
	told := make(chan string, 10)
	c := althing.NewClient(althing.ClientOptions{
		Name: name, Protocol: branch{address: "10.0.0.9:4001"}, Logger: slog.New(slog.DiscardHandler), NoReconnect: true,
	})
	for _, command := range []string{"restart", "shutdown", "shutdownnetwork"} {
		c.Handle(althing.Command{Name: command, Do: func(context.Context, *althing.Call) (althing.Answer, error) {
			told <- command
			return althing.Answer{}, nil
		}})
	}
	if err := c.AddRequest("LISTNETWORK", network, false); err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(t.Context(), h.ListenAddr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		c.Wait()
	})
	return told
}

func list(items ...value.Value) value.List { return items }

func TestNetwork(t *testing.T) {
	stopped := make(chan bool, 1)
	h := started(t, commands.Options{Stop: func(restart bool) error {
		stopped <- restart
		return nil
	}})
	chief, lamp := h.chief(t), h.dial(t, althing.ClientOptions{Name: "lamp"})
	sub3 := list(value.Str("sub3(10.0.0.3)"), list(), list(value.Str("client4(10.0.0.4)")))
	sub1 := h.below(t, "sub1", list(value.Str("called otherwise"), list(sub3), list(value.Str("client3(10.0.0.2)"))))
	sub2 := h.below(t, "sub2", value.Str("what makes no sense"))
	want := strings.TrimPrefix(`
Collecting data...
All connected instances in the network:

Demoserver(127.0.0.1)  2 servers  2 clients
 ├──> chief(127.0.0.1)
 ├──> lamp(127.0.0.1)
 ├─ sub1(127.0.0.1)  1 servers  1 clients
 |  ├──> client3(10.0.0.2)
 |  ├─ sub3(10.0.0.3)  0 servers  1 clients
 |     ├──> client4(10.0.0.4)
 ├─ sub2(127.0.0.1)  0 servers  0 clients`, "\n")
	if got := lamp.runs("s.listnetwork()"); got != want {
		t.Errorf("the network:\n%s\nwant:\n%s", got, want)
	}
	again := "Send 's.restartserver(sub1)' again to confirm the restart"
	chief.story([][2]string{
		{"s.info(sub1)", "Server 'sub1'\n…serves at: 10.0.0.9:4001\n…"},
		{"s.restartserver(lamp)", "not_found: No server 'lamp' below this one"},
		{"s.restartserver(sub1)", again},
		{"s.restartserver(sub1, sub2)", "Send 's.restartserver(sub1, sub2)' again to confirm the restart"},
		{"s.restartserver(sub1)", "Restarting server 'sub1'"},
		{"s.shutdownserver(sub2)", "Send 's.shutdownserver(sub2)' again to confirm the shutdown"},
		{"s.shutdownserver(sub2)", "Shutting down server 'sub2'"},
		{"s.sethigherserver('10.0.0.1', 4003)", "unavailable: this server stands alone: it cannot be put below another"},
		{"s.shutdownnetwork()", "Send 's.shutdownnetwork()' again to confirm the shutdown of the whole network"},
		{"s.shutdownnetwork()", "Network is shutting down"},
	})
	for _, test := range []struct {
		told <-chan string
		want string
	}{{sub1, "restart"}, {sub2, "shutdown"}, {sub1, "shutdownnetwork"}, {sub2, "shutdownnetwork"}} {
		if got := <-test.told; got != test.want {
			t.Errorf("a server was told to %s, not to %s", got, test.want)
		}
	}
	if got := lamp.reads(); got != "Network is shutting down" {
		t.Errorf("the lamp reads %q", got)
	}
	if <-stopped {
		t.Error("it was restarted")
	}
	to := moves(lamp)
	lamp.story([][2]string{{"s.connectto(sub1)", "Connecting you to 10.0.0.9:4001"}})
	if got := <-to; got != "10.0.0.9:4001" {
		t.Errorf("sent to %s", got)
	}
}

// trunk is a tree that a test looks at.
type trunk struct{ higher, token string }

func (t *trunk) Higher() string { return t.higher }

func (t *trunk) Find(name string) (string, error) {
	if name != "barn" {
		return "", fault.New(fault.NotFound, "no hub '%s'", name)
	}
	return "10.0.0.7:4000", nil
}

func (t *trunk) Network(context.Context) commands.Node { return commands.Node{Name: "barn"} }

func (t *trunk) End(_ context.Context, _ althing.Caller, _ bool, names ...string) map[string]error {
	results := map[string]error{}
	for _, name := range names {
		results[name] = nil
	}
	return results
}

func (t *trunk) SetHigher(_ context.Context, addr, token string) error {
	if strings.HasPrefix(addr, "10.0.0.66") {
		return fault.New(fault.Unavailable, "No Server on this address")
	}
	t.higher, t.token = addr, token
	return nil
}

func TestHigherServer(t *testing.T) {
	tree := &trunk{higher: "10.0.0.1:4000"}
	h := started(t, commands.Options{Tree: tree})
	_, port, _ := net.SplitHostPort(h.ListenAddr().String())
	chief := h.chief(t)
	for range 2 { // at once, and the second time too
		chief.story([][2]string{{"s.sethigherserver('127.0.0.1', " + port + ")", "invalid: Can't connect to own address"}})
	}
	confirm := "Confirm connecting to a new address by sending 's.sethigherserver('10.0.0.2', 4003)'"
	chief.story([][2]string{
		{"s.info(higher)", "Higher server\n  address: 10.0.0.1:4000"},
		{"s.sethigherserver(10.0.0.2)", "invalid: Expecting more arguments: s.sethigherserver(ip, port, token[o])"},
		{"s.sethigherserver('10.0.0.2', 4003)", confirm},
	})
	h.clock.pass(time.Minute)
	chief.story([][2]string{
		{"s.sethigherserver('10.0.0.2', 4003)", confirm},
		{"s.sethigherserver('10.0.0.2', 4003)", "Connected to 10.0.0.2:4003"},
		{"s.sethigherserver(10.0.0.66, 1)", "Confirm …"},
		{"s.sethigherserver(10.0.0.66, 1)", "unavailable: No Server on this address"},
	})
	blanked := "Confirm connecting to a new address by sending 's.sethigherserver(10.0.0.2, 4003, ***)'"
	chief.story([][2]string{
		{"s.sethigherserver(10.0.0.2, 4003, k3x7qa)", blanked},
		{"s.sethigherserver(10.0.0.2, 4003, other)", blanked},
		{"s.sethigherserver(10.0.0.2, 4003, k3x7qa)", "Connected to 10.0.0.2:4003"},
	})
	if tree.token != "k3x7qa" {
		t.Errorf("the tree was given the token %q", tree.token)
	}
	to := moves(chief)
	chief.story([][2]string{{"s.connectto(barn)", "Connecting you to 10.0.0.7:4000"}})
	if got := <-to; got != "10.0.0.7:4000" {
		t.Errorf("sent to %s", got)
	}
	chief = h.chief(t)
	to = moves(chief)
	chief.story([][2]string{{"s.cth()", "Connecting you to 10.0.0.2:4003"}})
	if got := <-to; got != "10.0.0.2:4003" {
		t.Errorf("sent to %s", got)
	}
}
