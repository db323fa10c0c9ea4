package althing_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
	"althing/wire"
)

func TestOpenChannel(t *testing.T) {
	s := started(t, &althing.Server{DataPorts: "0"})
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	told := make(chan string, 10)
	c.OnEvent(func(kind string, data value.Value) { told <- kind + " " + value.Repr(data) })
	if err := s.OpenChannel(althing.Channel{Name: "Echo", Handle: echoLines, Connect: s.Conns()}); err != nil {
		t.Fatal(err)
	}
	sock, _ := s.Channel("Echo")
	if got, want := wait(t, told, "event"), fmt.Sprintf("channel {'name': 'Echo', 'port': %d}", sock.Port); got != want {
		t.Errorf("it was told %s, want %s", got, want)
	}
	for range 2 { // several at a time
		conn, err := c.OpenChannel(t.Context(), "Echo")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintln(conn, "hello")
		said(t, bufio.NewReader(conn), "lamp: hello")
	}
	if _, err := c.OpenChannel(t.Context(), "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}

func TestPermitDecidesOnChannels(t *testing.T) {
	s := &althing.Server{DataPorts: "0", Permit: func(c *althing.Conn, kind wire.Kind, name, to string) error {
		if kind == wire.Call && name == "channel.open" && to == "Secret" && !c.Has("see") {
			return fault.New(fault.Denied, "you may not see %s", to)
		}
		return nil
	}}
	s.OpenChannel(althing.Channel{Name: "Secret", Handle: echoLines})
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	if _, err := c.OpenChannel(t.Context(), "Secret"); !fault.Is(err, fault.Denied) {
		t.Errorf("without the permission: %v", err)
	}
	s.ByName("lamp").Grant("see")
	addr, text := ticket(t, c, "Secret")
	s.ByName("lamp").Revoke("see")
	refused(t, knock(t, addr, text), "a ticket of before it was taken away")
}

func TestRestartAndShutdownLeaveNothing(t *testing.T) {
	s := &althing.Server{DataPorts: "0", Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}
	s.OpenMaindata()
	s.OpenChannel(althing.Channel{Name: "Echo", Handle: echoLines})
	rounds := make(chan struct{}, 1)
	s.AddService(althing.Service{Name: "rounds", Do: func(context.Context, []*althing.Conn) error {
		offer(rounds, struct{}{})
		return nil
	}}, false)
	s.StartServices(time.Millisecond)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(s.ListenAddr(), s.Channels())
	c := dial(t, s, althing.ClientOptions{Name: "lamp", Backoff: func(int) time.Duration { return time.Millisecond }})
	again := make(chan struct{}, 1)
	c.OnConnect(func() { offer(again, struct{}{}) })
	conn, err := c.OpenChannel(t.Context(), "Echo")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintln(conn, "hello")
	said(t, bufio.NewReader(conn), "lamp: hello")
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprint(s.ListenAddr(), s.Channels()); after != before {
		t.Errorf("it is at %s, was at %s", after, before)
	}
	closed(t, conn, "a channel of before the restart")
	wait(t, again, "connection")
	if len(rounds) > 0 {
		<-rounds
	}
	wait(t, rounds, "round of the services")
	conn, err = c.OpenChannel(t.Context(), "Echo")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintln(conn, "again")
	said(t, bufio.NewReader(conn), "lamp: again")
	c.Close()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, port := range []int{s.Channels()[0].Port, s.Channels()[1].Port, portOf(t, s.ListenAddr().String())} {
		l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port))
		if err != nil {
			t.Errorf("port %d is not free: %v", port, err)
			continue
		}
		l.Close()
	}
}

func TestAServerThatCannotOpenAChannelDoesNotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s := &althing.Server{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}
	s.OpenChannel(althing.Channel{Name: "x", Ports: althing.Ports(fmt.Sprint(taken.Addr().(*net.TCPAddr).Port))})
	if err := s.Start(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("it started: %v", err)
	}
	if !strings.Contains(s.String(), "inactive") {
		t.Error(s)
	}
	s.CloseChannel("x")
	if err := s.Start(); err != nil {
		t.Errorf("without that channel: %v", err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMove(t *testing.T) {
	one := started(t, &althing.Server{Name: "one", AdminKey: "secret"})
	two := started(t, &althing.Server{Name: "two", AdminKey: "other"})
	c := dial(t, one, althing.ClientOptions{Name: "lamp", Key: "secret", Backoff: func(int) time.Duration { return time.Millisecond }})
	connected := make(chan struct{}, 10)
	c.OnConnect(func() { connected <- struct{}{} })
	lamp := one.ByName("lamp")
	if !lamp.Has(althing.Admin) {
		t.Error("it is no admin")
	}
	if err := one.Move(lamp, two.ListenAddr().String()); err != nil {
		t.Fatal(err)
	}
	wait(t, connected, "connection to two") // a wrong key would have been refused
	if moved := two.ByName("lamp"); moved == nil || moved.Has(althing.Admin) {
		t.Errorf("at two it is %v", moved)
	}
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := gone.Addr().String()
	gone.Close()
	if err := two.Move(two.ByName("lamp"), nowhere); err != nil {
		t.Fatal(err)
	}
	wait(t, connected, "connection to two again")
	if two.ByName("lamp") == nil {
		t.Error("it did not go back")
	}
}

func TestKick(t *testing.T) {
	s := started(t, &althing.Server{})
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	s.Kick(s.ByName("lamp"), "chief")
	if err := c.Wait(); !fault.Is(err, fault.Denied) || err.Error() != "You got kicked by 'chief'" {
		t.Errorf("it has ended because %v", err)
	}
}

func TestGroupsAndTheAdminKey(t *testing.T) {
	s := started(t, &althing.Server{AdminKey: "old", Groups: map[string][]string{"staff": {"open", "close"}}})
	dial(t, s, althing.ClientOptions{Name: "lamp"})
	lamp := s.ByName("lamp")
	lamp.Grant("staff")
	if !lamp.Has("open") || !lamp.Has("staff") || lamp.Has("break") {
		t.Errorf("it has %q", lamp.Permissions())
	}
	lamp.Revoke("staff")
	if lamp.Has("open") {
		t.Error("it can open without staff")
	}
	s.SetAdminKey("new")
	s.SetAdminKey("")
	for key, is := range map[string]bool{"old": false, "new": true, "": false} {
		if s.IsAdminKey(key) != is {
			t.Errorf("that %q is the key is %v", key, !is)
		}
	}
}

func TestAServerWithoutAnAdminKeySaysSo(t *testing.T) {
	for key, want := range map[string]bool{"": true, "secret": false} {
		var console paper
		s := &althing.Server{AdminKey: key, Console: &console}
		s.Handle(althing.Command{Name: "s.stop", Needs: []string{althing.Admin}, Do: func(context.Context, *althing.Call) (althing.Answer, error) {
			return althing.Answer{}, nil
		}})
		started(t, s)
		if got := slices.Contains(console.lines(), "WAR: Every client has admin permissions: there is no admin key"); got != want {
			t.Errorf("with the key %q the console has\n%s", key, strings.Join(console.lines(), "\n"))
		}
	}
}

func TestTheDefaultPortGivesWay(t *testing.T) {
	taken := started(t, &althing.Server{})
	s := &althing.Server{Addr: "127.0.0.1:>" + fmt.Sprint(portOf(t, taken.ListenAddr().String())), Logger: slog.New(slog.DiscardHandler)}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if s.ListenAddr().String() == taken.ListenAddr().String() {
		t.Error("both are on one port")
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
