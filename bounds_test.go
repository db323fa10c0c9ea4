package althing_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/wire"
)

// TestGarbageInARegistration: one error for each line that is no registration, so
// many and no more, and a line in the log.
func TestGarbageInARegistration(t *testing.T) {
	var log lines
	s := started(t, &althing.Server{Verbose: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	l := connectRaw(t, s)
	for _, step := range [][2]string{
		{`{"jsonrpc":"2.0","id":1,"method":"register","params":{"name":7}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,`},
		{`{"jsonrpc":"2.0","id":2,"method":"register","params":[`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`},
		{`{"jsonrpc":"2.0","id":3,"method":"register","params":{"name":"` + strings.Repeat("x", 300) + `"}}`, `{"jsonrpc":"2.0","id":3,"error":{"code":-32602,`},
		{strings.Repeat("x", 70<<10), `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"a frame may have 65536 bytes"`},
		{`{"jsonrpc":"2.0","id":4,"method":"message","params":{"body":"x"}}`, `{"jsonrpc":"2.0","id":4,"error":{"code":`},
	} {
		l.say(step[0])
		l.expect(t, step[1])
	}
	l.say(strings.Repeat("}\n", 11)) // the sixteenth is the last
	for range 11 {
		l.expect(t, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`)
	}
	l.expect(t, "")
	registerRaw(t, s, "raw").alive(t)
	l.Close()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); strings.Count(got, "a registration has failed") != 1 || !strings.Contains(got, "times=1") {
		t.Errorf("the log has\n%s", got)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	s := started(t, &althing.Server{})
	for _, name := range []string{`\u001b[2J`, `lamp\n\n`, `\u0000\u0000\u0000`, `la\u202emp`, `\u007fabc`} {
		l := connectRaw(t, s)
		l.say(`{"jsonrpc":"2.0","id":1,"method":"register","params":{"name":"` + name + `"}}`)
		if got := l.hear(); !strings.Contains(got, `"name":"unnamed_`) || !strings.Contains(got, `"notice":"`) {
			t.Errorf("%s registers as %s", name, got)
		}
	}
}

// from is a connection that comes from elsewhere.
type from struct {
	net.Conn
	addr net.IP
}

func (f *from) RemoteAddr() net.Addr { return &net.TCPAddr{IP: f.addr, Port: 1} }

// come has a connection come from an address, and reports whether it was let in.
func come(t *testing.T, s *althing.Server, addr net.IP) bool {
	t.Helper()
	near, far := net.Pipe()
	l := rawLine(t, near)
	if err := s.ServeConn(&from{far, addr}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(l, `{"jsonrpc":"2.0","id":9,"method":"ping"}`+"\n"); err != nil {
		return false
	}
	return strings.HasPrefix(l.hear(), pong)
}

func TestConnsOfOneAddress(t *testing.T) {
	s := started(t, &althing.Server{Limits: althing.Limits{ConnsPerAddr: 2}})
	here, there := net.IPv4(192, 0, 2, 1), net.IPv4(192, 0, 2, 2)
	for i, want := range []bool{true, true, false} {
		if got := come(t, s, here); got != want {
			t.Errorf("conn %d is let in: %t", i+1, got)
		}
	}
	if !come(t, s, there) {
		t.Error("another address has no room")
	}
	for i := range 5 {
		if !come(t, s, net.IPv4(127, 0, 0, 1)) {
			t.Errorf("conn %d of this machine is refused", i+1)
		}
	}
}

// TestConnsOfChannelsCount: the connections to channels are among those that a
// server has at most.
func TestConnsOfChannelsCount(t *testing.T) {
	s := &althing.Server{Limits: althing.Limits{Conns: 3}, DataPorts: "0"}
	left := make(chan struct{}, 1)
	s.OpenChannel(althing.Channel{Name: "voice", Handle: func(_ context.Context, nc net.Conn, _ *althing.Conn) {
		io.Copy(nc, nc)
		left <- struct{}{}
	}})
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "singer"})
	voices := make([]net.Conn, 2)
	for i := range voices {
		voice, err := c.OpenChannel(t.Context(), "voice")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { voice.Close() })
		fmt.Fprint(voice, "a")
		if _, err := io.ReadFull(voice, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		voices[i] = voice
	}
	connectRaw(t, s).expect(t, "")
	addr, claim := ticket(t, c, "voice")
	further := knock(t, addr, claim)
	further.SetDeadline(time.Now().Add(patience))
	if _, err := further.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("there is a connection too many")
	}
	voices[0].Close()
	wait(t, left, "end of the channel's conn")
	late := althing.NewClient(althing.ClientOptions{Name: "late", Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for late.Connect(ctx, s.ListenAddr().String()) != nil { // the server counts it a moment longer
		if ctx.Err() != nil {
			t.Fatal("there is no room although a connection has ended")
		}
	}
	late.Close()
	late.Wait()
}

// TestAnAnswerThatIsTooLarge has a client asked for more than a server takes at a
// time: who asks hears of it at once.
func TestAnAnswerThatIsTooLarge(t *testing.T) {
	s := &althing.Server{}
	started(t, s)
	lamp := althing.NewClient(althing.ClientOptions{Name: "lamp"})
	if err := lamp.AddRequest("LOG", strings.Repeat("x", wire.MaxFrame), false); err != nil {
		t.Fatal(err)
	}
	connect(t, s, lamp)
	other := dial(t, s, althing.ClientOptions{Name: "other"})
	if _, err := other.RequestFrom(t.Context(), "lamp", "LOG"); !fault.Is(err, fault.Limit) {
		t.Errorf("an answer that is too large: %v", err)
	}
}
