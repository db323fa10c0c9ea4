package text_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/access"
	"althing/gateway/text"
	"althing/hub"
	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for.
const patience = 15 * time.Second

// serve starts a hub with a text port on loopback and gives its address.
func serve(t testing.TB, change func(*hub.Config)) string {
	t.Helper()
	return start(t, &text.Server{Hub: hubtest.Open(t, change)}, func(l net.Listener) net.Listener { return l })
}

// start has a server listen on loopback, with what is put around its listener.
func start(t testing.TB, s *text.Server, around func(net.Listener) net.Listener) string {
	t.Helper()
	l := around(hubtest.Listen(t))
	hubtest.Serve(t, s, l, text.ErrServerClosed)
	return l.Addr().String()
}

func dial(t testing.TB, address string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn)
}

// ask sends one request and reads to the end of the reply.
func ask(t testing.TB, address, request string) string {
	t.Helper()
	c := dial(t, address)
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	reply, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	return string(reply)
}

func TestOneRequest(t *testing.T) {
	address := serve(t, nil)
	tests := [][2]string{
		{"'Hello World'", "Hello World"},
		{" ( 1 + 1 ) * 2 ", "4"},
		{" math.log10( 134256 ) ", "5.127933703747114"},
		{"MyData['x'] = 42", "OK"},
		{"getReg('x')", "42"},
		{"x = 1; x + 1", "2"},
		{"x = 5", "OK"},
		{"1/0", "Error: ZeroDivisionError: division by zero"},
		{"nosuch", "Error: NameError: name 'nosuch' is not defined"},
		{"setReg('bad@key', 1)", "Error: LookupError: no hub 'key' in this tree; s.listnetwork() shows it"},
		{"'\u00e9\u4e16'", "\u00e9\u4e16"},
		{"\x00", "Error: SyntaxError: source code string cannot contain null bytes (line 1, column 1)"},
		{"'a\\nb'", "a\nb"},
		{"'x' * 100000", strings.Repeat("x", 100000)},
		{`{"jsonrpc": "2.0"}`, "Error: ConnectionError: this hub does not speak the session protocol"},
		{"GET / HTTP/1.1\r\n\r\n", ""},
	}
	for _, test := range tests {
		if got := ask(t, address, test[0]); got != test[1] {
			t.Errorf("%q\n got %.200q\nwant %.200q", test[0], got, test[1])
		}
	}
}

func TestHalfClosed(t *testing.T) {
	address := serve(t, nil)
	c := dial(t, address)
	io.WriteString(c, "[1,")
	io.WriteString(c, "2]")
	c.CloseWrite()
	if reply, _ := io.ReadAll(c); string(reply) != "[1, 2]" {
		t.Errorf("got %q", reply)
	}
}

func TestUnfinishedIsToldSo(t *testing.T) {
	address := serve(t, nil)
	if got := ask(t, address, "(1 + 2"); got != "Error: SyntaxError: '(' was never closed (line 1, column 1)" {
		t.Errorf("got %q", got)
	}
}

func TestLineMode(t *testing.T) {
	address := serve(t, nil)
	c := dial(t, address)
	io.WriteString(c, "\r\n1+1\nsetReg('line.a', [1, 'two'])\r\ngetReg('line.a')\n\nnosuch(\n'a\\nb'\n'\\\\'\n")
	in := bufio.NewReader(c)
	for _, want := range []string{"2", "OK", "[1, 'two']", "Error: SyntaxError: '(' was never closed (line 1, column 7)", `a\nb`, `\\`} {
		got, err := in.ReadString('\n')
		if err != nil || got != want+"\n" {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	}
	io.WriteString(c, "'last, without a newline'")
	c.CloseWrite()
	if rest, _ := io.ReadAll(in); string(rest) != "last, without a newline\n" {
		t.Errorf("the last line: %q", rest)
	}
}

func TestPipelinedWritesKeepTheirOrder(t *testing.T) {
	address := serve(t, nil)
	c := dial(t, address)
	var lines strings.Builder
	const n = 1000
	for i := range n {
		fmt.Fprintf(&lines, "setReg('k', %d)\n", i)
		if i%10 == 9 {
			lines.WriteString("getReg('k')\n")
		}
	}
	go io.WriteString(c, lines.String())
	in := bufio.NewReader(c)
	for i := range n {
		if got, err := in.ReadString('\n'); got != "OK\n" {
			t.Fatalf("set %d: %q, %v", i, got, err)
		}
		if i%10 == 9 {
			if got, _ := in.ReadString('\n'); got != fmt.Sprintf("%d\n", i) {
				t.Fatalf("after set %d the value is %q", i, got)
			}
		}
	}
}

func TestFiftyClientsCount(t *testing.T) {
	address := serve(t, nil)
	ask(t, address, "setReg('n', 0)")
	const clients, times = 50, 40
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(patience))
			in := bufio.NewReader(c)
			for range times {
				io.WriteString(c, "MyData['n'] += 1\n")
				if got, err := in.ReadString('\n'); got != "OK\n" {
					t.Errorf("%q, %v", got, err)
					return
				}
			}
		})
	}
	all.Wait()
	if got := ask(t, address, "getReg('n')"); got != fmt.Sprint(clients*times) {
		t.Errorf("%d clients counted to %s in %d steps each", clients, got, times)
	}
}

func TestTooLong(t *testing.T) {
	address := serve(t, nil)
	c := dial(t, address)
	io.WriteString(c, "[")
	go func() { // the hub stops reading long before the end
		chunk := bytes.Repeat([]byte("[1,\n2],\n"), 100_000)
		for range 50 {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
	}()
	reply, _ := io.ReadAll(c)
	if want := "Error: OverflowError: a request may have 1048576 bytes"; string(reply) != want {
		t.Errorf("got %.100q, want %q", reply, want)
	}
	if got := ask(t, address, "1+1"); got != "2" {
		t.Errorf("the next request got %q", got)
	}
}

// TestBeyondMendingIsReadByItsSender: the reply is not lost in a reset although the
// hub answers long before the client has sent all.
func TestBeyondMendingIsReadByItsSender(t *testing.T) {
	address := serve(t, nil)
	for range 5 {
		if got := ask(t, address, strings.Repeat(")", 1_000_000)); got != "Error: SyntaxError: unmatched ')' (line 1, column 1)" {
			t.Errorf("got %.100q", got)
		}
	}
}

// TestALongRequestIsNotCut: every beginning of it that ends behind a line would be
// a request, too.
func TestALongRequestIsNotCut(t *testing.T) {
	address := serve(t, nil)
	request := "[\n0]\n" + strings.Repeat("x = 1\n", 100_000) + "'last'"
	for range 5 {
		if got := ask(t, address, request); got != "last" {
			t.Errorf("got %.100q", got)
		}
	}
}

func TestHTTPBehindLines(t *testing.T) {
	address := serve(t, nil)
	if got := ask(t, address, "1+1\nsetReg('a', 1)\nGET /x HTTP/1.1\nHost: x\nsetReg('a', 2)\n"); got != "2\nOK\n" {
		t.Errorf("got %q", got)
	}
	if got := ask(t, address, "getReg('a')"); got != "1" {
		t.Errorf("a line behind HTTP was carried out: %s", got)
	}
}

// TestManyHalfRequests: what clients send and do not finish is bounded in all.
func TestManyHalfRequests(t *testing.T) {
	address := serve(t, nil)
	half := []byte("1\n'" + strings.Repeat("x", 1_000_000))
	refused := false
	for range 120 { // this machine may have 96 of 128 MiB
		c := dial(t, address)
		if _, err := c.Write(half); err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(c)
		in.ReadString('\n')
		c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if line, _ := in.ReadString('\n'); strings.HasPrefix(line, "Error: MemoryError: too many large requests") {
			refused = true
			break
		}
	}
	if !refused {
		t.Error("120 MB of half requests were kept")
	}
	if got := ask(t, address, "1+1"); got != "2" {
		t.Errorf("a small request got %q", got)
	}
}

// TestWhatWasSentIsAnsweredAtTheEnd sends a line and stops the server at once.
func TestWhatWasSentIsAnsweredAtTheEnd(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &text.Server{Hub: hubtest.Open(t, nil)}
	go s.Serve(l)
	c := dial(t, l.Addr().String())
	in := bufio.NewReader(c)
	io.WriteString(c, "1\n")
	in.ReadString('\n')
	io.WriteString(c, "setReg('a', 1)\ngetReg('a')\n")
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(in); string(got) != "OK\n1\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestInvalidText(t *testing.T) {
	address := serve(t, nil)
	for _, request := range []string{"'\xff\xfe'", "\xc3", "\x00\x01\x02", "\x16\x03\x01\x02\x00\x01"} {
		got := ask(t, address, request)
		if !strings.HasPrefix(got, "Error: ") || strings.Contains(got, "\n") {
			t.Errorf("%q was answered %q", request, got)
		}
	}
}

// TestClientsThatNeverRead asks for much and reads nothing; others notice nothing.
func TestClientsThatNeverRead(t *testing.T) {
	address := serve(t, nil)
	for range 20 {
		c := dial(t, address)
		io.WriteString(c, "'x' * 1000000\n")
		io.WriteString(c, strings.Repeat("'x' * 1000000\n", 20))
	}
	begin := time.Now()
	if got := ask(t, address, "1+1"); got != "2" {
		t.Errorf("got %q", got)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("another client waited %v", took)
	}
}

func TestManyIdleClients(t *testing.T) {
	address := serve(t, nil)
	const idle = 2000
	for range idle {
		c := dial(t, address)
		io.WriteString(c, "(1 +") // half of a request
	}
	if got := ask(t, address, "1+1"); got != "2" {
		t.Errorf("got %q", got)
	}
}

func TestResetInTheMiddleOfAReply(t *testing.T) {
	address := serve(t, nil)
	for range 20 {
		c := dial(t, address)
		io.WriteString(c, "'x' * 5000000\n")
		io.ReadFull(c, make([]byte, 1000))
		c.SetLinger(0)
		c.Close()
	}
	if got := ask(t, address, "1+1"); got != "2" {
		t.Errorf("got %q", got)
	}
}

func TestTooManyConnections(t *testing.T) {
	address := serve(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.Conns = 2
	})
	a, b := dial(t, address), dial(t, address)
	for _, c := range []net.Conn{a, b} { // both have entered when they have an answer
		io.WriteString(c, "1\n")
		bufio.NewReader(c).ReadString('\n')
	}
	if got, want := ask(t, address, ""), "Error: OverflowError: the hub has all the 2 connections it may; try again later"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkLine(b *testing.B) {
	address := serve(b, nil)
	c := dial(b, address)
	c.SetDeadline(time.Time{})
	in := bufio.NewReader(c)
	ask(b, address, "setReg('k', 1)")
	b.ReportAllocs()
	for b.Loop() {
		io.WriteString(c, "getReg('k')\n")
		if _, err := in.ReadSlice('\n'); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReadyBeforeWaiting: replies that are ready do not wait for a request behind
// them that takes its time.
func TestReadyBeforeWaiting(t *testing.T) {
	address := serve(t, nil)
	c := dial(t, address)
	in := bufio.NewReader(c)
	if _, err := io.WriteString(c, "setReg('lamp', 1)\n1+1\nlen(changes('bell'))\n3+3\n"); err != nil {
		t.Fatal(err)
	}
	read := func(want string) {
		t.Helper()
		if line, err := in.ReadString('\n'); line != want+"\n" || err != nil {
			t.Fatalf("%q, %v; want %q", line, err, want)
		}
	}
	read("OK")
	read("2") // while the third request waits for a change that comes only now
	if got := ask(t, address, "setReg('bell', 2)"); got != "OK" {
		t.Fatal(got)
	}
	read("1")
	read("6")
}
