package session_test

import (
	"bufio"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing"
	"althing/gateway/session"
	"althing/hub"
	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of a test for what must happen soon, on a machine
// that does other things too.
const patience = 15 * time.Second

// port is a hub's session port on loopback.
type port struct {
	*session.Server
	hub  *hub.Hub
	addr string
	stop func()
}

// serve starts a hub with a session port, which end with the test.
func serve(t testing.TB, change func(*hub.Config)) *port {
	t.Helper()
	h := hubtest.Open(t, change)
	s, err := session.New(h, session.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l := hubtest.Listen(t)
	return &port{Server: s, hub: h, addr: l.Addr().String(), stop: hubtest.Serve(t, s, l, session.ErrServerClosed)}
}

// peer is a connection that is read line by line.
type peer struct {
	t testing.TB
	net.Conn
	in *bufio.Reader
	id int
}

// connect opens a connection.
func connect(t testing.TB, addr string) *peer {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return &peer{t: t, Conn: c, in: bufio.NewReader(c)}
}

// register opens a connection and registers with params, which are JSON.
func register(t testing.TB, addr, params string) (*peer, map[string]any) {
	t.Helper()
	p := connect(t, addr)
	result, ok := p.call("register", params)["result"].(map[string]any)
	if !ok {
		t.Fatalf("%s was not registered", params)
	}
	return p, result
}

func (p *peer) say(line string) { io.WriteString(p, line+"\n") }

// hear gives the next line, and nothing at the end. What the hub says about itself
// when that has changed may come at any time, and is left out.
func (p *peer) hear() map[string]any {
	p.t.Helper()
	for {
		if heard := p.next(); !isEvent(heard, "server") {
			return heard
		}
	}
}

func (p *peer) next() map[string]any {
	p.t.Helper()
	line, err := p.in.ReadString('\n')
	if err != nil {
		return nil
	}
	var heard map[string]any
	if err := json.Unmarshal([]byte(line), &heard); err != nil {
		p.t.Fatalf("%q: %v", line, err)
	}
	return heard
}

// isEvent reports whether what was heard is an event of that kind.
func isEvent(heard map[string]any, kind string) bool {
	params, _ := heard["params"].(map[string]any)
	return heard["method"] == "event" && params["kind"] == kind
}

// call calls a method and gives its answer. Nothing else may come before it.
func (p *peer) call(method, params string) map[string]any {
	p.t.Helper()
	p.id++
	id, _ := json.Marshal(p.id)
	if params == "" {
		params = "{}"
	}
	p.say(`{"jsonrpc":"2.0","id":` + string(id) + `,"method":"` + method + `","params":` + params + `}`)
	heard := p.hear()
	if heard["id"] != float64(p.id) {
		p.t.Fatalf("%s %s: instead of the answer came %v", method, params, heard)
	}
	return heard
}

// asJSON is a part of what was heard as JSON.
func asJSON(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(v)
	return strings.TrimSpace(b.String())
}

// story calls methods one after the other and compares the answers: the result, or
// "!" and the code of the error, and behind it a part of its message. A wanted answer
// that ends in "…" is a beginning.
func story(t testing.TB, p *peer, lines [][3]string) {
	t.Helper()
	for _, line := range lines {
		heard := p.call(line[0], line[1])
		got := asJSON(heard["result"])
		if e, ok := heard["error"].(map[string]any); ok {
			got = "!" + e["data"].(map[string]any)["code"].(string) + " " + e["message"].(string)
		}
		if start, cut := strings.CutSuffix(line[2], "…"); cut && strings.HasPrefix(got, start) {
			continue
		}
		if got != line[2] {
			t.Errorf("%s %s\n got %s\nwant %s", line[0], line[1], got, line[2])
		}
	}
}

// dial connects a client of package althing, which ends with the test.
func dial(t testing.TB, addr string, o althing.ClientOptions) *althing.Client {
	t.Helper()
	c, err := althing.Dial(t.Context(), addr, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		c.Wait()
	})
	return c
}
