package althing_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/jsonrpc"
	"althing/wire/simple"
)

func soon(int) time.Duration { return time.Millisecond }

func TestRestart(t *testing.T) {
	s := started(t, &althing.Server{})
	c := althing.NewClient(althing.ClientOptions{Name: "lamp", Backoff: soon, Logger: slog.New(slog.DiscardHandler)})
	events := make(chan string, 10)
	c.OnConnect(func() { events <- "connected as " + c.Name() })
	c.OnDisconnect(func(err error) { events <- "disconnected: " + string(fault.Of(err).Code) })
	connect(t, s, c)
	id, addr := c.ID(), s.ListenAddr().String()
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"connected as lamp", "disconnected: closed", "connected as lamp"} {
		if got := wait(t, events, want); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	if c.ID() != id || s.ListenAddr().String() != addr {
		t.Errorf("after the restart the client is %s, was %s, at %s, was %s", c.ID(), id, s.ListenAddr(), addr)
	}
	if _, err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestShutdown(t *testing.T) {
	s := &althing.Server{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}
	if err := s.Wait(); !errors.Is(err, althing.ErrServerClosed) {
		t.Errorf("before the start: %v", err)
	}
	if !strings.Contains(s.String(), "inactive") {
		t.Errorf("before the start it is %s", s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	c := althing.NewClient(althing.ClientOptions{NoReconnect: true, Logger: slog.New(slog.DiscardHandler)})
	if err := c.Connect(t.Context(), l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	asking := make(chan error, 1)
	s.Conns()[0].Send(althing.NewMessage("last"))
	go func() {
		_, err := c.Read(t.Context())
		if err == nil {
			_, err = c.Read(t.Context())
		}
		asking <- err
	}()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := wait(t, done, "end"); !errors.Is(err, althing.ErrServerClosed) {
		t.Errorf("Serve returned %v", err)
	}
	if err := wait(t, asking, "end of the reading"); !fault.Is(err, fault.Closed) {
		t.Errorf("Read returned %v", err)
	}
	if err := c.Wait(); !fault.Is(err, fault.Closed) {
		t.Errorf("the client ended with %v", err)
	}
	if err := c.Send(althing.NewMessage("late")); !fault.Is(err, fault.Closed) {
		t.Errorf("a message after the end: %v", err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestCloseInTheMiddle(t *testing.T) {
	s := &althing.Server{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}
	entered, release := make(chan struct{}), make(chan struct{})
	s.Handle(althing.Command{Name: "s.hang", Do: func(context.Context, *althing.Call) (althing.Answer, error) {
		close(entered)
		<-release
		return althing.Answer{}, nil
	}})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	c, err := althing.Dial(t.Context(), s.ListenAddr().String(), althing.ClientOptions{NoReconnect: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		_, err := c.Command(t.Context(), "s.hang")
		answered <- err
	}()
	wait(t, entered, "command")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while a command hangs: %v", err)
	}
	if err := wait(t, answered, "answer"); !fault.Is(err, fault.Closed) {
		t.Errorf("the command ended with %v", err)
	}
	close(release)
	c.Wait()
	s.Wait()
}

func TestTheSameClientTwice(t *testing.T) {
	s := started(t, &althing.Server{})
	l := connectRaw(t, s)
	l.say(`{"jsonrpc":"2.0","id":0,"method":"register","params":{"name":"raw"}}`)
	_, token, _ := strings.Cut(l.hear(), `"resume":"`)
	token, _, _ = strings.Cut(token, `"`)
	thief := connectRaw(t, s)
	thief.say(`{"jsonrpc":"2.0","id":0,"method":"register","params":{"name":"raw","resume":"` + token[:len(token)-1] + `"}}`)
	if got := thief.hear(); strings.Contains(got, `"name":"raw"`) || !strings.Contains(got, "is already used") {
		t.Errorf("with a wrong token: %s", got)
	}
	again := connectRaw(t, s)
	again.say(`{"jsonrpc":"2.0","id":0,"method":"register","params":{"resume":"` + token + `"}}`)
	if got := again.hear(); !strings.Contains(got, `"name":"raw"`) {
		t.Errorf("came back as %s", got)
	}
	l.expect(t, `{"jsonrpc":"2.0","method":"event","params":{"kind":"closing","data":{"code":"conflict"`, "")
	again.alive(t)
	if n := len(s.Conns()); n != 2 {
		t.Errorf("%d conns", n)
	}
}

func TestManualUpdate(t *testing.T) {
	s := &althing.Server{ManualUpdate: true}
	var events []string // without a lock: all callbacks are called here
	s.OnConnect(func(c *althing.Conn) { events = append(events, "connect") })
	s.OnMessage(func(_ *althing.Conn, m *althing.Message) { events = append(events, m.String()) })
	s.OnDisconnect(func(*althing.Conn, error) { events = append(events, "disconnect") })
	ticks := 0
	s.OnTick(func() { ticks++ })
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	c.SendBytes([]byte("one"))
	c.SendBytes([]byte("two"))
	c.Close()
	deadline := time.Now().Add(patience)
	updates := 0
	for len(events) < 4 && time.Now().Before(deadline) {
		s.Update()
		updates++
	}
	if got := strings.Join(events, " "); got != "connect one two disconnect" || ticks != updates {
		t.Errorf("the events are %s, with %d ticks in %d updates", got, ticks, updates)
	}
}

func TestTicks(t *testing.T) {
	s := started(t, &althing.Server{TickRate: 1000})
	ticks := make(chan struct{})
	remove := s.OnTick(func() {
		select {
		case ticks <- struct{}{}:
		default:
		}
	})
	for range 3 {
		wait(t, ticks, "tick")
	}
	remove()
}

// TestSeveralProtocols tells them apart, one of them by silence.
func TestSeveralProtocols(t *testing.T) {
	s := &althing.Server{Protocols: []wire.Protocol{jsonrpc.Lines{}, jsonrpc.WebSocket{}, simple.Protocol{}}}
	s.OnConnect(func(c *althing.Conn) { c.Send(althing.NewMessage("you speak %s", c.Protocol())) })
	started(t, s)
	for _, p := range s.Protocols {
		c := dial(t, s, althing.ClientOptions{Protocol: p})
		if got, want := read(t, c).String(), "you speak "+p.Name(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := althing.Dial(ctx, addr, althing.ClientOptions{}); !fault.Is(err, fault.Timeout) {
		t.Errorf("a server that says nothing: %v", err)
	}
	l.Close()
	c := althing.NewClient(althing.ClientOptions{})
	if err := c.Connect(t.Context(), addr); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "there is no server on "+addr) {
		t.Errorf("no server: %v", err)
	}
	if err := c.Send(althing.NewMessage("x")); !fault.Is(err, fault.Closed) {
		t.Errorf("without a connection: %v", err)
	}
}

// TestConnContext sees what ConnContext gives wherever something is done for the
// connection, and sees it end with the connection.
func TestConnContext(t *testing.T) {
	type key struct{}
	seen := func(ctx context.Context) string {
		addr, _ := ctx.Value(key{}).(string)
		return addr
	}
	var registered string
	s := &althing.Server{
		DataPorts: "0",
		ConnContext: func(ctx context.Context, nc net.Conn) context.Context {
			return context.WithValue(ctx, key{}, nc.RemoteAddr().String())
		},
		Authorize: func(ctx context.Context, _ wire.Hello, _ netip.AddrPort) (bool, error) {
			registered = seen(ctx)
			return false, nil
		},
	}
	ended := make(chan context.Context, 2)
	s.Method("where", false, func(ctx context.Context, c *althing.Conn, _ *value.Dict) (althing.Answer, error) {
		ended <- ctx
		return althing.Answer{Value: value.Str(seen(ctx))}, nil
	})
	started(t, s)
	c := dial(t, s, althing.ClientOptions{})
	where, err := c.Call(t.Context(), "where", nil)
	conn := s.Conns()[0]
	if addr := conn.RemoteAddr().String(); err != nil || where != value.Str(addr) || registered != addr {
		t.Errorf("from %s: a method sees %v, error %v, the registration %q", addr, where, err, registered)
	}
	if err := s.OpenMaindata(); err != nil {
		t.Fatal(err)
	}
	addr, text := ticket(t, c, althing.Maindata)
	further := knock(t, addr, text)
	fmt.Fprintln(further, `{"jsonrpc":"2.0","id":1,"method":"where"}`)
	if line, err := bufio.NewReader(further).ReadString('\n'); err != nil || !strings.Contains(line, conn.RemoteAddr().String()) {
		t.Errorf("on a channel a method sees %s, %v", line, err)
	}
	c.Close()
	for range 2 {
		wait(t, (<-ended).Done(), "end of the context")
	}
}
