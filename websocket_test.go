package althing_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

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
