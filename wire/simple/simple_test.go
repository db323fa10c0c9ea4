package simple_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing"
	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/simple"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk lets everybody in.
type desk struct{}

func (desk) Info() wire.Info                           { return wire.Info{} }
func (desk) Status() (value.Value, error)              { return value.None{}, nil }
func (desk) Enter(wire.Hello) (wire.Welcome, error)    { return wire.Welcome{}, nil }
func (desk) Attach(claim string) (wire.Welcome, error) { return wire.Welcome{}, nil }

// codec gives a server's codec, and its client's end of the connection.
func codec(t testing.TB) (wire.Codec, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		near.Close()
		far.Close()
	})
	c, err := simple.Protocol{}.Accept(t.Context(), near, desk{})
	if err != nil {
		t.Fatal(err)
	}
	return c, far
}

func message(body string, headers ...string) wire.Frame {
	f := wire.Frame{Kind: wire.Message, Body: []byte(body)}
	for i := 0; i < len(headers); i += 2 {
		f.Headers = append(f.Headers, wire.Header{Name: headers[i], Value: headers[i+1]})
	}
	return f
}

func TestRead(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	long := strings.Repeat("0123456789", 20_000)
	for _, test := range []struct {
		name, sent string
		want       []wire.Frame
	}{
		{"the specification's", "$handshake:example|%Hello", []wire.Frame{message("Hello", "handshake", "example")}},
		{"no value, no body", "$a:|%", []wire.Frame{message("", "a", "")}},
		{"two headers", "$a:1|b:2|%x", []wire.Frame{message("x", "a", "1", "b", "2")}},
		{"no headers", "$%body", []wire.Frame{message("body")}},
		{"raw", "raw bytes", []wire.Frame{message("raw bytes")}},
		{"marks in the body", "$a:1|%50% of $5 | $% $:|% $x%", []wire.Frame{message("50% of $5 | $% $:|% $x%", "a", "1")}},
		{"every byte", "$a:1|%" + string(every), []wire.Frame{message(string(every), "a", "1")}},
		{"colons in a value", "$url:http://x|%y", []wire.Frame{message("y", "url", "http://x")}},
		{"two at once", "$a:1|%one$b:|%two", []wire.Frame{message("one", "a", "1"), message("two", "b", "")}},
		{"raw, then headers", "raw$b:|%two", []wire.Frame{message("raw"), message("two", "b", "")}},
		{"no header ends", "$5 please", []wire.Frame{message("$5 please")}},
		{"a lone mark", "$", []wire.Frame{message("$")}},
		{"a nameless header", "$:x|%y", []wire.Frame{message("$:x|%y")}},
		{"a header without a colon", "$x|%y", []wire.Frame{message("$x|%y")}},
		{"long", "$a:1|%" + long, []wire.Frame{message(long, "a", "1")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, far := codec(t)
			io.WriteString(far, test.sent)
			for _, want := range test.want {
				got, err := c.Read()
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("read %+.200v, %v, want %+.200v", got, err, want)
				}
			}
			far.Close()
			if f, err := c.Read(); !errors.Is(err, io.EOF) {
				t.Errorf("read %+v, %v more", f, err)
			}
		})
	}
}

func TestHeadersInPieces(t *testing.T) {
	c, far := codec(t)
	io.WriteString(far, "$hand")
	done := make(chan wire.Frame)
	go func() {
		f, _ := c.Read()
		done <- f
	}()
	io.WriteString(far, "shake:|%body")
	if got, want := <-done, message("body", "handshake", ""); !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

func TestTheLastMessageBeforeTheEnd(t *testing.T) {
	c, far := codec(t)
	io.WriteString(far, "$unfinished")
	far.Close()
	if f, err := c.Read(); err != nil || string(f.Body) != "$unfinished" {
		t.Errorf("read %+v, %v", f, err)
	}
	if _, err := c.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("then %v", err)
	}
}

func TestAppend(t *testing.T) {
	c, _ := codec(t)
	for _, test := range []struct {
		f    wire.Frame
		want string
		code fault.Code
	}{
		{f: message("Hello", "handshake", "example"), want: "$handshake:example|%Hello"},
		{f: message("", "a", ""), want: "$a:|%"},
		{f: message("$x:|%y"), want: "$%$x:|%y"},
		{f: message("x", "", ""), code: fault.Invalid},
		{f: message("x", "a:", ""), code: fault.Invalid},
		{f: message("x", "a", "|"), code: fault.Invalid},
		{f: message("x", "a", "%"), code: fault.Invalid},
		{f: message("x", "$", ""), code: fault.Invalid},
		{f: wire.Frame{Kind: wire.Request, ID: "1", Name: "X"}, code: fault.Invalid},
		{f: wire.Frame{Kind: wire.Message, ID: "1"}, code: fault.Invalid},
		{f: wire.Frame{Kind: wire.Event, Name: "renamed"}},
		{f: wire.Frame{Kind: wire.Answer, ID: "1"}},
	} {
		got, err := c.Append(nil, test.f)
		if string(got) != test.want || (err != nil) != (test.code != "") || err != nil && !fault.Is(err, test.code) {
			t.Errorf("%+v is sent as %q, %v, want %q", test.f, got, err, test.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, data := range []string{"$a:1|%one$b:|%two", "raw$b:|%", "$", "$$%", "$:|%", "$a:b", "$%$%$a:|%$"} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, far := codec(t)
		if _, err := far.Write(data); err != nil {
			t.Fatal(err)
		}
		far.Close()
		var all []byte
		for {
			f, err := c.Read()
			if err != nil {
				break
			}
			again, err := c.Append(nil, f)
			if err != nil { // a value with colons, which we read and do not write
				return
			}
			if len(f.Headers) == 0 {
				again = f.Body
				if bytes.HasPrefix(data[len(all):], []byte("$%")) {
					again = append([]byte("$%"), f.Body...)
				}
			}
			all = append(all, again...)
		}
		if !bytes.Equal(all, data) {
			t.Fatalf("%q was read as %q", data, all)
		}
	})
}

// python starts a peer written from the specification alone.
func python(t *testing.T, args ...string) (*bufio.Scanner, func()) {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing; `make test` installs it where it can")
	}
	cmd := exec.CommandContext(t.Context(), path, append([]string{"-B", "testdata/peer.py"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewScanner(out), func() {
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, stderr.String())
		}
	}
}

func expect(t *testing.T, lines *bufio.Scanner, want ...string) {
	t.Helper()
	for _, w := range want {
		if !lines.Scan() || lines.Text() != w {
			t.Errorf("the peer printed %s, want %s", lines.Text(), w)
		}
	}
}

func TestAPythonClient(t *testing.T) {
	s := &althing.Server{
		Addr: "127.0.0.1:0", Protocols: []wire.Protocol{simple.Protocol{}}, Logger: slog.New(slog.DiscardHandler),
	}
	s.OnMessage(func(c *althing.Conn, m *althing.Message) {
		if m.Has("handshake") {
			m = althing.NewMessage("Hello from the server!").Add("handshake", "example")
		}
		c.Send(m)
	})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(s.ListenAddr().String())
	lines, done := python(t, "client", port)
	expect(t, lines,
		`([('handshake', 'example')], 'Hello from the server!')`,
		"True",
		`b'$echo:a|%one$echo:b|%two'`,
		`([], 'raw bytes')`)
	done()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestMessagesThatAreTooLarge: the wire has no word for it, so the server's log says
// what has become of one, and the conversation goes on.
func TestMessagesThatAreTooLarge(t *testing.T) {
	said, got := make(chan string, 1), make(chan string, 1)
	s := &althing.Server{
		Addr: "127.0.0.1:0", Protocols: []wire.Protocol{simple.Protocol{}}, Logger: slog.New(slog.DiscardHandler),
		Output: althing.Output{Warning: func(line string) { said <- line }}, Limits: althing.Limits{Message: 5000},
	}
	s.OnMessage(func(_ *althing.Conn, m *althing.Message) { got <- m.String() })
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := net.Dial("tcp", s.ListenAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "$size:large|%"+strings.Repeat("x", 6000))
	if line := <-said; !strings.Contains(line, "a message may have 5000 bytes; this one has 6") {
		t.Errorf("the warning is %q", line)
	}
	io.WriteString(c, "$size:small|%x")
	if m := <-got; m != "x" {
		t.Errorf("the next message is %q", m)
	}
}

func TestAPythonServer(t *testing.T) {
	lines, done := python(t, "server")
	lines.Scan()
	c, err := althing.Dial(t.Context(), "127.0.0.1:"+lines.Text(), althing.ClientOptions{Protocol: simple.Protocol{}, NoReconnect: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(althing.NewMessage("Hello server!").Add("handshake", "")); err != nil {
		t.Fatal(err)
	}
	m, err := c.Read(t.Context())
	if err != nil || m.Get("handshake") != "example" || m.String() != "Hello from the server!" {
		t.Errorf("read %+v, %v", m, err)
	}
	if err := c.Send(althing.NewMessage("x").Add("a|b", "")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a header with a mark: %v", err)
	}
	if err := c.SendBytes([]byte("raw")); err != nil {
		t.Error(err)
	}
	expect(t, lines, `b'$handshake:|%Hello server!'`, `b'$%raw'`)
	done()
	if err := c.Wait(); !fault.Is(err, fault.Closed) {
		t.Errorf("it ended with %v", err)
	}
	if _, err := c.Request(t.Context(), "X"); err == nil {
		t.Error("a request over a connection that has ended")
	}
}
