package text_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"althing/gateway/text"
	"althing/hub/hubtest"
	"althing/secure"
)

// secured starts a text port that knows TLS. Clients trust it with the
// configuration that it gives.
func secured(t *testing.T, s *text.Server, around func(net.Listener) net.Listener) (address string, trust *tls.Config) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tls.pem")
	made, err := secure.Make("localhost")
	if err == nil {
		err = os.WriteFile(file, made, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := secure.Read(file, file)
	if err != nil {
		t.Fatal(err)
	}
	s.Hub, s.TLS = hubtest.Open(t, nil), secure.Serve(c, nil)
	return start(t, s, around), secure.Of(c).Pin(nil)
}

func here(l net.Listener) net.Listener { return l }

func dialTLS(t *testing.T, address string, trust *tls.Config) *tls.Conn {
	t.Helper()
	c, err := tls.Dial("tcp", address, trust)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// TestTLS asks over TLS what can be asked without.
func TestTLS(t *testing.T) {
	handed := make(chan string, 1)
	address, trust := secured(t, &text.Server{HandOver: func(_ context.Context, c net.Conn, begun []byte) {
		line, _ := bufio.NewReader(c).ReadString('\n')
		handed <- string(begun) + line
	}}, here)
	if got := ask(t, address, "'plain' * 2"); got != "plainplain" {
		t.Errorf("without TLS: %q", got)
	}
	long := strings.Repeat("x", 200_000)
	for _, test := range [][2]string{
		{"1 + 1", "2"},
		{"1 / 0", "Error: ZeroDivisionError: division by zero"},
		{"'x' * 200000", long},
		{"len('" + long + "')", "200000"},
		{"(1 + 2", "Error: SyntaxError: '(' was never closed (line 1, column 1)"},
		{"GET / HTTP/1.1\r\n\r\n", ""},
	} {
		for _, ends := range []bool{false, true} {
			c := dialTLS(t, address, trust)
			io.WriteString(c, test[0])
			if ends {
				c.CloseWrite()
			}
			reply, err := io.ReadAll(c)
			if err != nil || string(reply) != test[1] {
				t.Errorf("%.40q, %t: %.100q, %v", test[0], ends, reply, err)
			}
		}
	}
	lines := dialTLS(t, address, trust)
	in := bufio.NewReader(lines)
	for i := range 3 {
		fmt.Fprintf(lines, "%d + 1\n", i)
		if reply, err := in.ReadString('\n'); err != nil || reply != fmt.Sprintf("%d\n", i+1) {
			t.Errorf("line %d: %q, %v", i, reply, err)
		}
	}
	session := dialTLS(t, address, trust)
	io.WriteString(session, `{"jsonrpc"`)
	if _, err := io.WriteString(session, ": \"2.0\"}\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-handed; got != "{\"jsonrpc\": \"2.0\"}\n" {
		t.Errorf("handed over: %q", got)
	}
}

// distant is a listener whose connections come from another machine.
type distant struct{ net.Listener }

type distantConn struct{ *net.TCPConn }

func (l distant) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return distantConn{c.(*net.TCPConn)}, nil
}

func (distantConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4711} }

func TestTLSOnly(t *testing.T) {
	address, _ := secured(t, &text.Server{TLSOnly: true}, here)
	if got := ask(t, address, "1 + 1"); got != "2" {
		t.Errorf("this machine is told %q", got)
	}
	address, trust := secured(t, &text.Server{TLSOnly: true}, func(l net.Listener) net.Listener { return distant{l} })
	for _, request := range []string{"1 + 1", "1 + 1\n", "\x15", "GET / HTTP/1.1\r\n\r\n"} {
		if got := ask(t, address, request); got != secure.ErrPlain.Line() {
			t.Errorf("%q: another machine is told %q", request, got)
		}
	}
	c := dialTLS(t, address, trust)
	io.WriteString(c, "1 + 1")
	if reply, err := io.ReadAll(c); string(reply) != "2" {
		t.Errorf("with TLS: %q, %v", reply, err)
	}
}

// TestHandshakesThatAreNone has many that never end, and some that are wrong,
// while others are answered; and stops the server then.
func TestHandshakesThatAreNone(t *testing.T) {
	const many = 300
	address, trust := secured(t, &text.Server{}, here)
	for range many {
		io.WriteString(dial(t, address), "\x16\x03\x01\x40\x00\x01")
	}
	for _, wrong := range []string{"\x16garbage\r\n\r\n", "\x16" + strings.Repeat("\x03", 100_000)} {
		c := dial(t, address)
		io.WriteString(c, wrong)
		if _, err := io.Copy(io.Discard, c); os.IsTimeout(err) {
			t.Errorf("%.20q was not hung up on", wrong)
		}
	}
	c := dialTLS(t, address, trust)
	io.WriteString(c, "1 + 1")
	if reply, err := io.ReadAll(c); string(reply) != "2" {
		t.Errorf("beside them: %q, %v", reply, err)
	}
}
