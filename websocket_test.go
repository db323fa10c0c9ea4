package althing_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"althing"
	"althing/wire"
	"althing/wire/jsonrpc"
)

func TestWebSocket(t *testing.T) {
	s := &althing.Server{}
	s.OnMessage(func(c *althing.Conn, m *althing.Message) { c.Send(m) })
	s.AddRequest("X", 1, false)
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "browser", Protocol: jsonrpc.WebSocket{}})
	if conn := s.ByName("browser"); conn == nil || conn.Protocol() != "websocket" {
		t.Fatalf("the conn is %v", conn)
	}
	for _, size := range []int{0, 1, 100, 5000, 70_000, 400_000} {
		body := strings.Repeat("x\n", size/2)
		if err := c.SendBytes([]byte(body)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, c).String(); got != body {
			t.Errorf("of %d bytes %d came back", len(body), len(got))
		}
	}
	for i := range 500 {
		c.SendBytes([]byte(fmt.Sprint(i)))
	}
	if answer, err := c.Request(t.Context(), "X"); err != nil || answer.Value == nil {
		t.Errorf("%+v, %v", answer, err)
	}
	for i := range 500 {
		if got := read(t, c).String(); got != fmt.Sprint(i) {
			t.Fatalf("read %s, want %d", got, i)
		}
	}
}

// TestChannelOverWebSocket reads and writes a channel's bytes, as a Go client and
// as a page of any origin does.
func TestChannelOverWebSocket(t *testing.T) {
	config, fingerprint := certificate(t)
	s := &althing.Server{DataPorts: "0", TLS: config}
	s.OpenChannel(althing.Channel{Name: "Echo", Handle: func(_ context.Context, conn net.Conn, _ *althing.Conn) { io.Copy(conn, conn) }})
	s.OpenMaindata()
	started(t, s)
	for _, fingerprint := range []string{"", fingerprint} {
		c := dial(t, s, althing.ClientOptions{Protocol: jsonrpc.WebSocket{}, Fingerprint: fingerprint})
		conn, err := c.OpenChannel(t.Context(), "Echo")
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(patience))
		sent := bytes.Repeat([]byte("\x00\xff\n{"), 50_000)
		go conn.Write(sent)
		back := make([]byte, len(sent))
		if _, err := io.ReadFull(conn, back); err != nil || !bytes.Equal(back, sent) {
			t.Errorf("with fingerprint %q, other bytes came back, or %v", fingerprint, err)
		}
		c.Close()
		if _, err := conn.Read(back); err == nil {
			t.Error("the channel stays when the client goes")
		}
		conn.Close()
	}

	c := dial(t, s, althing.ClientOptions{Name: "page"})
	addr, text := ticket(t, c, "Echo")
	page := webSocket(t, addr, text)
	page.Write(t.Context(), websocket.MessageBinary, []byte("hello"))
	if kind, got, err := page.Read(t.Context()); kind != websocket.MessageBinary || string(got) != "hello" || err != nil {
		t.Errorf("back came %v %q, %v", kind, got, err)
	}
	page.Write(t.Context(), websocket.MessageText, []byte("no bytes"))
	if _, got, err := page.Read(t.Context()); err == nil {
		t.Errorf("a text came back as %q", got)
	}
	for what, first := range map[string]string{"a used ticket": text, "no ticket": "hello\n", "an object": `{"id":1}`, "much": strings.Repeat("A", 1000)} {
		page := webSocket(t, addr, first)
		if kind, got, err := page.Read(t.Context()); kind != websocket.MessageText || !strings.HasPrefix(string(got), `{"jsonrpc":"2.0","id":null,"error":`) {
			t.Errorf("%s is answered by %v %q, %v", what, kind, got, err)
		}
		if _, got, err := page.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
			t.Errorf("behind that comes %q, %v", got, err)
		}
	}

	addr, text = ticket(t, c, althing.Maindata)
	page = webSocket(t, addr, text)
	page.Write(t.Context(), websocket.MessageText, []byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
	if kind, got, err := page.Read(t.Context()); kind != websocket.MessageText || !strings.HasPrefix(string(got), `{"jsonrpc":"2.0","id":1,"result":{"time":`) {
		t.Errorf("on a channel of objects came %v %q, %v", kind, got, err)
	}
}

// webSocket connects to a channel as a page does, and sends its first message.
func webSocket(t *testing.T, addr, first string) *websocket.Conn {
	t.Helper()
	ws, response, err := websocket.Dial(t.Context(), "ws://"+addr+"/", &websocket.DialOptions{
		Subprotocols: []string{jsonrpc.Subprotocol}, HTTPHeader: http.Header{"Origin": {"https://elsewhere.example"}},
	})
	if response != nil && response.Body != nil {
		response.Body.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.CloseNow() })
	if err := ws.Write(t.Context(), websocket.MessageText, []byte(first)); err != nil {
		t.Fatal(err)
	}
	return ws
}

func TestOrigins(t *testing.T) {
	s := started(t, &althing.Server{Protocols: []wire.Protocol{
		jsonrpc.Lines{}, jsonrpc.WebSocket{Origins: []string{"https://good.example", "null"}},
	}})
	addr := s.ListenAddr().String()
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
	for _, test := range []struct{ name, request, want string }{
		{"no browser", "GET / HTTP/1.1\r\nHost: x\r\n" + upgrade, "HTTP/1.1 101 "},
		{"the same address", "GET / HTTP/1.1\r\nHost: " + addr + "\r\nOrigin: http://" + addr + "\r\n" + upgrade, "HTTP/1.1 101 "},
		{"a listed one", "GET / HTTP/1.1\r\nHost: x\r\nOrigin: https://good.example\r\n" + upgrade, "HTTP/1.1 101 "},
		{"a file", "GET / HTTP/1.1\r\nHost: x\r\nOrigin: null\r\n" + upgrade, "HTTP/1.1 101 "},
		{"another", "GET / HTTP/1.1\r\nHost: " + addr + "\r\nOrigin: http://evil.example\r\n" + upgrade, "HTTP/1.1 403 "},
		{"a name that means us", "GET / HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n" + upgrade, "HTTP/1.1 403 "},
		{"no WebSocket", "GET / HTTP/1.1\r\nHost: x\r\n", ""},
		{"a form", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n", ""},
		{"endless", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 20_000), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			io.WriteString(c, test.request+"\r\n")
			line, _ := bufio.NewReader(c).ReadString('\n')
			if !strings.HasPrefix(line, test.want) || test.want == "" && line != "" {
				t.Errorf("answered %q, want %q", line, test.want)
			}
		})
	}
}
