package session_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"althing/access"
	"althing/gateway/session"
	"althing/gateway/text"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/wire/localthings/localthingstest"
)

// TestLocalThings has a client of LocalThings register, talk to the hub, and be
// sent a message by a client of another protocol.
func TestLocalThings(t *testing.T) {
	p := serve(t, nil)
	_, at, _ := net.SplitHostPort(p.addr)
	number, _ := strconv.Atoi(at)
	c := localthingstest.Start(t)
	if got := c.Do("connect", "old_lamp", "127.0.0.1", number); got != "Connected" {
		t.Fatalf("connecting: %v", got)
	}
	for _, want := range []string{"Connected to test", "Registered as 'old_lamp'", "Type 's.help()' for more information"} {
		if got := c.Want("message"); got != want {
			t.Errorf("welcomed by %v", got)
		}
	}
	if socks := p.hub.Server().Channels(); len(socks) != 1 || socks[0].Name != "Maindata" || c.Want("command") != "newdatasock" {
		t.Errorf("the channels are %v", socks)
	}
	for _, line := range [][2]string{
		{"Hello hub!", "\x1b[3mReceived:\x1b[0m Hello hub!"},
		{"s.shutdown()", "'admin' permissions needed for 's.shutdown()'"},
		{"s.getadmin(" + p.hub.Access().Made() + ")", "Key correct. You got admin permissions"},
	} {
		c.Do("message", number, line[0])
		if got := c.Want("message"); got != line[1] {
			t.Errorf("%s: %v", line[0], got)
		}
	}
	phone, _ := register(t, p.addr, `{"name":"phone"}`)
	for n := range 3 {
		story(t, phone, [][3]string{{"message", fmt.Sprintf(`{"to":"old_lamp","body":"hi %d"}`, n), `{}`}})
	}
	for n := range 3 {
		if got := c.Want("message"); got != fmt.Sprintf("phone: hi %d", n) {
			t.Errorf("from the phone: %v", got)
		}
	}
	p.stop()
	if got := c.Want("command"); got != "disconnect" {
		t.Errorf("told to %v", got)
	}
	c.Want("ended")
}

// TestWebSocket speaks the same over WebSocket, as a browser does.
func TestWebSocket(t *testing.T) {
	p := serve(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, response, err := websocket.Dial(ctx, "ws://"+p.addr+"/ws", &websocket.DialOptions{Subprotocols: []string{"althing.v1"}})
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		response.Body.Close()
	}
	defer c.CloseNow()
	for _, line := range [][2]string{
		{`{"jsonrpc":"2.0","id":1,"method":"register","params":{"name":"browser"}}`, `"name":"browser"`},
		{`{"jsonrpc":"2.0","id":2,"method":"registry.set","params":{"key":"a","value":1}}`, `"revision":`},
		{`[{"jsonrpc":"2.0","id":3,"method":"registry.get","params":{"key":"a"}},{"jsonrpc":"2.0","id":4,"method":"eval","params":{"text":"getReg('a') + 1"}}]`, `"value":"2"`},
	} {
		if err := c.Write(ctx, websocket.MessageText, []byte(line[0])); err != nil {
			t.Fatal(err)
		}
		if _, heard, err := c.Read(ctx); err != nil || !strings.Contains(string(heard), line[1]) {
			t.Errorf("%s: %s, %v", line[0], heard, err)
		}
	}
}

// TestHandedOverBeforeItServes hands a connection to a gateway that has not begun to
// serve: it is served then, and let go when whoever has it ends first.
func TestHandedOverBeforeItServes(t *testing.T) {
	h := hubtest.Open(t, nil)
	s, err := session.New(h, session.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := net.Pipe()
	over, end := context.WithCancel(t.Context())
	end()
	s.HandOver(over, theirs, nil)
	handed := make(chan struct{})
	go func() {
		defer close(handed)
		s.HandOver(t.Context(), theirs, []byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"))
	}()
	stop := hubtest.Serve(t, s, hubtest.Listen(t), session.ErrServerClosed)
	if told, err := bufio.NewReader(ours).ReadString('\n'); err != nil || !strings.Contains(told, "time") {
		t.Errorf("it is told %q, %v", told, err)
	}
	ours.Close()
	<-handed
	stop()
}

// TestTheTextPortHandsOver begins a session at the text port. It is counted once,
// and the text port's end leaves it alone.
func TestTheTextPortHandsOver(t *testing.T) {
	p := serve(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	other := &text.Server{Hub: p.hub, HandOver: p.HandOver}
	ended := make(chan error, 1)
	go func() { ended <- other.Serve(l) }()
	c, is := register(t, l.Addr().String(), `{"name":"lamp"}`)
	if is["name"] != "lamp" {
		t.Errorf("registered as %v", is)
	}
	story(t, c, [][3]string{{"eval", `{"text":"status()['connections']"}`, `{"value":"1"}`}})
	plain := connect(t, l.Addr().String())
	io.WriteString(plain, "1+1")
	if reply, err := io.ReadAll(plain); string(reply) != "2" || err != nil {
		t.Errorf("1+1 is %q, %v", reply, err)
	}
	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		stopped <- other.Shutdown(ctx)
	}()
	<-ended
	story(t, c, [][3]string{{"ping", ``, `{"time":…`}})
	p.stop()
	if heard := c.hear(); heard["method"] != "event" {
		t.Errorf("at the end came %v", heard)
	}
	c.Close()
	if err := <-stopped; err != nil {
		t.Errorf("the text port: %v", err)
	}
}

// TestTooManyConnections refuses in a line what the hub has no room for, and has
// room again when somebody goes.
func TestTooManyConnections(t *testing.T) {
	p := serve(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.Conns = 2
	})
	c, _ := register(t, p.addr, `{}`)
	quiet := connect(t, p.addr)
	refused := connect(t, p.addr)
	heard := refused.hear()
	if e, _ := heard["error"].(map[string]any); e == nil || e["data"].(map[string]any)["code"] != "full" || refused.hear() != nil {
		t.Errorf("the third is told %v", heard)
	}
	quiet.Close()
	for begun := time.Now(); ; {
		next := connect(t, p.addr)
		next.say(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
		if heard := next.hear(); heard["result"] != nil {
			break
		}
		if time.Since(begun) > patience {
			t.Fatal("there is no room for another")
		}
	}
	story(t, c, [][3]string{{"ping", ``, `{"time":…`}})
}

// TestTheWrongPlace sends what no protocol of the port begins with: LocalThings'
// word for it is said at once, and to what is a line an error that is one.
func TestTheWrongPlace(t *testing.T) {
	p := serve(t, nil)
	const unsuited = "unsuited sockettype"
	for first, want := range map[string]string{
		"clientsockeT": unsuited, "clientsockeT\n": unsuited, "cx": unsuited, "datasocket": unsuited,
		"hello": unsuited, "\x00": unsuited, " x": unsuited, strings.Repeat("x", 1000): unsuited,
		"hello\n": `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`, "7\r\n": `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`,
	} {
		c := connect(t, p.addr)
		io.WriteString(c, first)
		said := make([]byte, len(want))
		if _, err := io.ReadFull(c, said); err != nil || string(said) != want {
			t.Errorf("%.20q is told %q, %v; want %q", first, said, err, want)
		}
		if n, err := c.Read(said); want == unsuited && n > 0 {
			t.Errorf("%.20q: behind it comes %q, %v; want the end", first, said[:n], err)
		}
	}
}

// TestGarbage sends what is no session, in many ways: each costs its sender the
// connection at most, and the hub goes on.
func TestGarbage(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{"name":"lamp"}`)
	lamp := func(line string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"register","params":{}}` + "\n" + line + "\n"
	}
	garbage := []string{
		"", "\n\n\n", "hello\n", "{", `{"jsonrpc":"2.0","id":1,"method":"eval","params":{"text":"1"}}` + "\n",
		"clientsocket", "clientsocketCLIENT|6.1", "clientsocketCLIENT|6.26.136cos\nsystem\n(S'x'\ntR.",
		"GET / HTTP/1.1\r\n\r\n", "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nOrigin: http://evil.example\r\n\r\n",
		"\x16\x03\x01\x02\x00", strings.Repeat("x", 100_000), strings.Repeat("[", 50_000) + "\n",
		lamp(`{"jsonrpc":"2.0","id":2,"method":"registry.watch","params":{"pattern":7}}`),
		lamp(`{"jsonrpc":"2.0","id":2,"method":"registry.set","params":{"key":{"$tuple":[]},"value":{"$nothing":1}}}`),
		lamp(`{"jsonrpc":"2.0","id":2,"method":"inbox.push","params":{"on":true,"window":-1}}`),
		lamp(`{"jsonrpc":"2.0","id":2,"method":"sql.query","params":{"sql":"SELECT ?","args":{"a":1}}}`),
		lamp(`{"jsonrpc":"2.0","id":2,"method":"message","params":{"to":"\u0000","body":{}}}`),
		lamp(strings.Repeat(`{"jsonrpc":"2.0","method":"inbox.next","params":{"wait":1e308}}`+"\n", 200)),
		lamp(strings.Repeat(`{"jsonrpc":"2.0","id":3,"method":"registry.watch","params":{"pattern":"*"}}`+"\n", 200)),
	}
	conns := make([]*peer, len(garbage))
	for i, text := range garbage {
		conns[i] = connect(t, p.addr)
		io.WriteString(conns[i], text)
		conns[i].Conn.(*net.TCPConn).CloseWrite()
	}
	for i, conn := range conns {
		said, err := io.ReadAll(conn)
		if err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%.60q: %.200q, %v", garbage[i], said, err)
		}
		if strings.Contains(string(said), `"internal"`) {
			t.Errorf("%.60q is answered as a mistake of the hub's: %.500s", garbage[i], said)
		}
	}
	story(t, c, [][3]string{{"eval", `{"text":"1+1"}`, `{"value":"2"}`}})
	if p.hub.Server().ByName("lamp") == nil {
		t.Error("the lamp is not known any more")
	}
}
