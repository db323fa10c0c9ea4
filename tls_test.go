package althing_test

import (
	"bufio"
	"bytes"
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

	"althing"
	"althing/fault"
	"althing/secure"
	"althing/wire"
	"althing/wire/jsonrpc"
	"althing/wire/simple"
)

// certificate makes a server's certificate, and gives its configuration and its
// fingerprint.
func certificate(t testing.TB) (*tls.Config, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tls.pem")
	text, err := secure.Make("localhost", "127.0.0.1")
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := secure.Read(file, file)
	if err != nil {
		t.Fatal(err)
	}
	return secure.Serve(c, nil), secure.Of(c).String()
}

// TestTLS has clients with TLS and without on one port, in every protocol.
func TestTLS(t *testing.T) {
	config, fingerprint := certificate(t)
	for _, protocol := range []wire.Protocol{jsonrpc.Lines{}, jsonrpc.WebSocket{}, simple.Protocol{}} {
		t.Run(protocol.Name(), func(t *testing.T) {
			s := started(t, &althing.Server{Protocols: []wire.Protocol{protocol}, TLS: config})
			s.OnMessage(func(c *althing.Conn, m *althing.Message) { c.Send(m) })
			for _, options := range []althing.ClientOptions{
				{Protocol: protocol, Fingerprint: fingerprint},
				{Protocol: protocol},
			} {
				c := dial(t, s, options)
				size := 400 << 10
				if protocol.Name() == "simple" {
					size = 1 << 10 // what does not come in one piece is several messages there
				}
				for _, body := range [][]byte{[]byte("hello"), bytes.Repeat([]byte("x"), size)} {
					if err := c.SendBytes(body); err != nil {
						t.Fatal(err)
					}
					if got := read(t, c).Body; !bytes.Equal(got, body) {
						t.Errorf("%.20q of %d bytes came back", got, len(got))
					}
				}
			}
		})
	}
}

func TestFingerprintOfAnotherServer(t *testing.T) {
	config, shown := certificate(t)
	_, pinned := certificate(t)
	s := started(t, &althing.Server{TLS: config})
	connect := func(options althing.ClientOptions) error {
		return althing.NewClient(options).Connect(t.Context(), s.ListenAddr().String())
	}
	err := connect(althing.ClientOptions{Fingerprint: pinned})
	if !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), shown) || !strings.Contains(err.Error(), pinned) {
		t.Errorf("another server: %v", err)
	}
	err = connect(althing.ClientOptions{TLS: &tls.Config{}})
	if !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), shown) {
		t.Errorf("a certificate that nobody has signed: %v", err)
	}
	if err := connect(althing.ClientOptions{Fingerprint: "AB:CD"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no fingerprint: %v", err)
	}
	plain := started(t, &althing.Server{})
	err = althing.NewClient(althing.ClientOptions{Fingerprint: pinned}).Connect(t.Context(), plain.ListenAddr().String())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "does not speak TLS") {
		t.Errorf("a server without TLS: %v", err)
	}
	if n := len(s.Conns()) + len(plain.Conns()); n != 0 {
		t.Errorf("%d clients are registered", n)
	}
}

// TestClientCertificates refuses a client that has none.
func TestClientCertificates(t *testing.T) {
	config, fingerprint := certificate(t)
	config.ClientAuth = tls.RequireAnyClientCert
	s := started(t, &althing.Server{TLS: config, TLSOnly: true})
	dial(t, s, althing.ClientOptions{Fingerprint: fingerprint, TLS: &tls.Config{Certificates: config.Certificates}})
	err := althing.NewClient(althing.ClientOptions{Fingerprint: fingerprint}).Connect(t.Context(), s.ListenAddr().String())
	if !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "certificate required") {
		t.Errorf("without a certificate: %v", err)
	}
}

// distant is a listener whose connections come from another machine.
type distant struct{ net.Listener }

type distantConn struct{ net.Conn }

func (l distant) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return distantConn{c}, err
}

func (distantConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4711} }

// listening has a server serve one more port of this machine, as if clients came
// from another.
func listening(t *testing.T, s *althing.Server) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(distant{l}) // it ends with the server
	return l.Addr().String()
}

func TestTLSOnly(t *testing.T) {
	config, fingerprint := certificate(t)
	s := started(t, &althing.Server{TLS: config, TLSOnly: true, Protocols: []wire.Protocol{jsonrpc.Lines{}, jsonrpc.WebSocket{}}})
	dial(t, s, althing.ClientOptions{}) // this machine's own
	addr := listening(t, s)
	for _, protocol := range s.Protocols {
		err := althing.NewClient(althing.ClientOptions{Protocol: protocol}).Connect(t.Context(), addr)
		if !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "TLS") {
			t.Errorf("%s without TLS: %v", protocol.Name(), err)
		}
	}
	c, err := althing.Dial(t.Context(), addr, althing.ClientOptions{Fingerprint: fingerprint})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	c.Wait()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	fmt.Fprintln(nc, `{"jsonrpc":"2.0","id":1,"method":"status"}`)
	nc.SetDeadline(time.Now().Add(patience))
	if line, err := bufio.NewReader(nc).ReadString('\n'); err != nil || !strings.Contains(line, secure.ErrPlain.Message) {
		t.Errorf("the status is %q, %v", line, err)
	}
}

// TestTLSListener serves a listener whose connections are secured already.
func TestTLSListener(t *testing.T) {
	config, fingerprint := certificate(t)
	s := started(t, &althing.Server{TLS: config, TLSOnly: true})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(tls.NewListener(distant{l}, config)) // it ends with the server
	c, err := althing.Dial(t.Context(), l.Addr().String(), althing.ClientOptions{Fingerprint: fingerprint})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	c.Wait()
}

// TestChannelWithTLS has a channel's own port secured as the server's is.
func TestChannelWithTLS(t *testing.T) {
	config, fingerprint := certificate(t)
	s := started(t, &althing.Server{TLS: config})
	err := s.OpenChannel(althing.Channel{Name: "echo", Ports: "0", Handle: func(_ context.Context, conn net.Conn, _ *althing.Conn) {
		io.Copy(conn, conn)
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, options := range []althing.ClientOptions{{Fingerprint: fingerprint}, {}} {
		conn, err := dial(t, s, options).OpenChannel(t.Context(), "echo")
		if err != nil {
			t.Fatal(err)
		}
		if got, want := secure.Is(conn), options.Fingerprint != ""; got != want {
			t.Errorf("it is secured: %t, want %t", got, want)
		}
		io.WriteString(conn, "hello")
		word := make([]byte, 5)
		if _, err := io.ReadFull(conn, word); err != nil || string(word) != "hello" {
			t.Errorf("%q came back, %v", word, err)
		}
		conn.Close()
	}
}

// TestHostileHandshakes has many that never finish, beside one that does.
func TestHostileHandshakes(t *testing.T) {
	const many = 300
	config, fingerprint := certificate(t)
	s := started(t, &althing.Server{TLS: config, Limits: althing.Limits{Register: time.Second}})
	var conns []net.Conn
	for i := range many {
		c, err := net.Dial("tcp", s.ListenAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		begun := []string{
			"\x16", "\x16\x03\x01\x40\x00\x01\x00\xff\xff", // and no more
			"\x16garbage\r\n\r\n", "\x16" + strings.Repeat("\x03", 100),
		}
		io.WriteString(c, begun[i%len(begun)])
		conns = append(conns, c)
	}
	dial(t, s, althing.ClientOptions{Fingerprint: fingerprint})
	for i, c := range conns {
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, c); err != nil && os.IsTimeout(err) {
			t.Fatalf("connection %d was not closed", i)
		}
	}
	if n := len(s.Conns()); n != 1 {
		t.Errorf("%d clients are registered", n)
	}
}

// TestCloseWithTLS closes a server at once although its clients read nothing: it
// must not wait to say goodbye to each.
func TestCloseWithTLS(t *testing.T) {
	config, fingerprint := certificate(t)
	s := started(t, &althing.Server{TLS: config})
	pin, err := secure.ParseFingerprint(fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		c, err := tls.Dial("tcp", s.ListenAddr().String(), pin.Pin(nil))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		fmt.Fprintln(c, `{"jsonrpc":"2.0","id":1,"method":"register","params":{}}`)
		if _, err := bufio.NewReaderSize(c, 4096).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	large := althing.NewMessage("%s", strings.Repeat("x", 100<<10))
	for range 100 {
		s.Broadcast(large) // until the queues are full
	}
	begun := time.Now()
	s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s.Shutdown(ctx)
	s.Wait()
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}
