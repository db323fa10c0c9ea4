package althing_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/fault"
)

// line is a raw connection that is read line by line.
type line struct {
	net.Conn
	in *bufio.Reader
}

func connectRaw(t *testing.T, s *althing.Server) line {
	t.Helper()
	c, err := net.Dial("tcp", s.ListenAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return rawLine(t, c)
}

func rawLine(t *testing.T, c net.Conn) line {
	t.Helper()
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return line{c, bufio.NewReader(c)}
}

func registerRaw(t *testing.T, s *althing.Server, name string) line {
	t.Helper()
	l := connectRaw(t, s)
	l.say(`{"jsonrpc":"2.0","id":0,"method":"register","params":{"name":"` + name + `"}}`)
	if got := l.hear(); !strings.Contains(got, `"name":"`+name+`"`) {
		t.Fatalf("registered as %s", got)
	}
	return l
}

func (l line) say(s string) { io.WriteString(l, s+"\n") }

// hear gives the next line, and nothing at the end.
func (l line) hear() string {
	s, _ := l.in.ReadString('\n')
	return strings.TrimSuffix(s, "\n")
}

func (l line) expect(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := l.hear(); !strings.HasPrefix(got, w) || w == "" && got != "" {
			t.Errorf("heard %s, want %s", got, w)
		}
	}
}

const pong = `{"jsonrpc":"2.0","id":9,"result":{"time":`

func (l line) alive(t *testing.T) {
	t.Helper()
	l.say(`{"jsonrpc":"2.0","id":9,"method":"ping"}`)
	l.expect(t, pong)
}

func TestGarbage(t *testing.T) {
	s := started(t, &althing.Server{})
	before := connectRaw(t, s)
	before.say("hello?")
	before.expect(t, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`)
	before.alive(t)

	after := registerRaw(t, s, "raw")
	after.say("\x00\xff garbage")
	after.expect(t, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`)
	after.alive(t)
	after.say(`{"jsonrpc":"2.0","id":1,"method":"register","params":{}}`)
	after.expect(t, `{"jsonrpc":"2.0","id":1,"error":{"code":-32003,"message":"the connection is registered already"`)

	hopeless := registerRaw(t, s, "hopeless")
	for range 100 {
		hopeless.say("}")
	}
	for range 99 {
		hopeless.expect(t, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`)
	}
	hopeless.expect(t, `{"jsonrpc":"2.0","method":"event","params":{"kind":"closing",`, "")
	after.alive(t)
}

func TestHundredMegabytes(t *testing.T) {
	s := started(t, &althing.Server{})
	l := registerRaw(t, s, "raw")
	io.WriteString(l, `{"jsonrpc":"2.0","id":1,"method":"message","params":{"body":"`)
	piece := strings.Repeat("x", 1<<20)
	for range 100 {
		io.WriteString(l, piece)
	}
	l.say(`"}}`)
	l.expect(t, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"a frame may have 1048576 bytes"`)
	l.alive(t)
	l.say(`{"jsonrpc":"2.0","id":2,"method":"message","params":{"body":"` + piece[:600<<10] + `"}}`)
	l.expect(t, `{"jsonrpc":"2.0","id":2,"error":{"code":-32004,"message":"a message may have 524288 bytes; this one has 614400"`)
}

func TestHalfRegistered(t *testing.T) {
	s := started(t, &althing.Server{Limits: althing.Limits{Register: 100 * time.Millisecond}})
	const begun = `{"jsonrpc":"2.0","id":0,"method":"register"`
	large := strings.Repeat(" ", 5000) // more than the reader's small buffer holds
	var half []line
	for i := range 1000 {
		l := connectRaw(t, s)
		io.WriteString(l, []string{begun[:i%40], large + begun, large + "\n"}[i%3])
		half = append(half, l)
	}
	registerRaw(t, s, "raw").alive(t)
	for i, l := range half {
		told, err := io.ReadAll(l)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("a connection that never registers is kept")
		}
		if i%3 == 0 && i%40 > 0 && !strings.Contains(string(told), `"code":"timeout"`) {
			t.Fatalf("who has sent %q is told %q", begun[:i%40], told)
		}
	}
	if n := len(s.Conns()); n != 1 {
		t.Errorf("%d conns", n)
	}
}

func TestTooManyConns(t *testing.T) {
	s := started(t, &althing.Server{Limits: althing.Limits{Conns: 1}})
	first := registerRaw(t, s, "raw")
	connectRaw(t, s).expect(t, "")
	first.alive(t)
}

func TestDuplicateIDs(t *testing.T) {
	s := &althing.Server{}
	s.Handle(althing.Command{Name: "s.wait", Background: true, Do: func(ctx context.Context, _ *althing.Call) (althing.Answer, error) {
		<-ctx.Done()
		return althing.Text("cancelled"), nil
	}})
	started(t, s)
	l := registerRaw(t, s, "raw")
	const ask = `{"jsonrpc":"2.0","id":7,"method":"command","params":{"name":"s.wait"}}`
	l.say(ask)
	l.say(ask)
	l.expect(t, `{"jsonrpc":"2.0","id":7,"error":{"code":-32003,`)
	l.say(`{"jsonrpc":"2.0","id":8,"method":"cancel","params":{"id":7}}`)
	got := []string{l.hear(), l.hear()}
	if got[0] > got[1] {
		got[0], got[1] = got[1], got[0]
	}
	if want := `{"jsonrpc":"2.0","id":7,"result":{"text":"cancelled"}}`; got[0] != want {
		t.Errorf("heard %s, want %s", got[0], want)
	}
	for i := range 65 {
		l.say(strings.Replace(ask, "7", fmt.Sprint(100+i), 1))
	}
	l.expect(t, `{"jsonrpc":"2.0","id":164,"error":{"code":-32004,"message":"64 commands and requests run already`)
}

func TestACommandThatNeverReturns(t *testing.T) {
	s := started(t, &althing.Server{})
	c := althing.NewClient(althing.ClientOptions{Name: "lamp"})
	release := make(chan struct{})
	c.Handle(althing.Command{Name: "hang", Do: func(context.Context, *althing.Call) (althing.Answer, error) {
		<-release
		return althing.Answer{}, nil
	}})
	connect(t, s, c)
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.ByName("lamp").Command(ctx, "hang"); !fault.Is(err, fault.Timeout) {
		t.Errorf("it ended with %v", err)
	}
}

// TestASlowReader has one client that reads nothing: it is dropped, and another
// has all messages.
func TestASlowReader(t *testing.T) {
	const messages = 400
	reasons := make(chan error, 1)
	s := &althing.Server{Limits: althing.Limits{WriteTimeout: 100 * time.Millisecond}}
	s.OnDisconnect(func(c *althing.Conn, err error) {
		if c.Name() == "raw" {
			reasons <- err
		}
	})
	started(t, s)
	registerRaw(t, s, "raw")
	c := dial(t, s, althing.ClientOptions{Name: "quick"})
	m := althing.NewMessage(strings.Repeat("x", 100<<10))
	go func() {
		for range messages {
			s.Broadcast(m)
			s.ByName("quick").Flush(context.Background())
		}
	}()
	for range messages {
		read(t, c)
	}
	if err := wait(t, reasons, "end of the slow one"); !fault.Is(err, fault.Closed) {
		t.Errorf("it ended with %v", err)
	}
}

// TestAnswersNobodyReads has a client that asks and asks: it is not read further,
// and nobody else is slower for it.
func TestAnswersNobodyReads(t *testing.T) {
	s := &althing.Server{Limits: althing.Limits{WriteTimeout: 100 * time.Millisecond}}
	s.AddRequest("BIG", strings.Repeat("x", 100<<10), false)
	started(t, s)
	l := registerRaw(t, s, "raw")
	for range 10_000 {
		if _, err := io.WriteString(l, `{"jsonrpc":"2.0","id":1,"method":"request","params":{"name":"BIG"}}`+"\n"); err != nil {
			break
		}
	}
	c := dial(t, s, althing.ClientOptions{Name: "other"})
	if _, err := c.Request(t.Context(), "BIG"); err != nil {
		t.Error(err)
	}
}

func TestRate(t *testing.T) {
	s := &althing.Server{Limits: althing.Limits{Rate: 200}}
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "fast"})
	began := time.Now()
	for range 250 {
		c.SendBytes(nil)
	}
	if _, err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("251 frames took %v at 200 a second", took)
	}
}

func TestAPanicInACallback(t *testing.T) {
	s := &althing.Server{}
	s.OnMessage(func(*althing.Conn, *althing.Message) { panic("oh") })
	started(t, s)
	l := registerRaw(t, s, "raw")
	l.say(`{"jsonrpc":"2.0","id":1,"method":"message","params":{"body":""}}`)
	l.expect(t, `{"jsonrpc":"2.0","id":1,"error":{"code":-32009,`)
	l.alive(t)
}
