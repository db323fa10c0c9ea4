package althing_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/localthings"
)

// TestWhatAClientAddsLater: the server knows of a command and a request that a
// client has added, and of one that it has taken away, in every protocol.
func TestWhatAClientAddsLater(t *testing.T) {
	for _, protocol := range []wire.Protocol{nil, localthings.Protocol{}} {
		s := &althing.Server{}
		if protocol != nil {
			s.Protocols = []wire.Protocol{protocol}
		}
		knows := make(chan []string, 100)
		if err := s.AddService(althing.Service{Name: "look", Do: func(_ context.Context, conns []*althing.Conn) error {
			for _, c := range conns {
				knows <- append(c.Hello().Commands, c.Hello().Requests...)
			}
			return nil
		}}, false); err != nil {
			t.Fatal(err)
		}
		there := make(chan struct{}, 1)
		s.OnConnect(func(*althing.Conn) { there <- struct{}{} })
		started(t, s)
		c := newClient(t, althing.ClientOptions{Name: "lamp", Protocol: protocol})
		do := func(context.Context, *althing.Call) (althing.Answer, error) { return althing.Answer{}, nil }
		c.Handle(althing.Command{Name: "dim", Do: do})
		connect(t, s, c)
		c.Handle(althing.Command{Name: "switch", Do: do})
		c.AddRequest("WATT", 60, false)
		if err := c.DeleteCommand("dim"); err != nil {
			t.Error(err)
		}
		wait(t, there, "client")
		s.StartServices(time.Millisecond)
		for {
			known := wait(t, knows, "look")
			if slices.Contains(known, "switch") && slices.Contains(known, "WATT") && !slices.Contains(known, "dim") {
				break
			}
		}
		s.StopServices()
		if answer, err := s.ByName("lamp").Request(t.Context(), "WATT"); err != nil || answer.Value != value.Int(60) {
			t.Errorf("WATT is %v, %v", answer.Value, err)
		}
	}
}

// TestMutedIsAnEvent tells a client that it is muted, and that it is not any more.
func TestMutedIsAnEvent(t *testing.T) {
	s := started(t, &althing.Server{})
	c := newClient(t, althing.ClientOptions{Name: "lamp"})
	said := make(chan string, 10)
	c.OnEvent(func(kind string, data value.Value) { said <- kind + " " + value.Text(data) })
	connect(t, s, c)
	conn := s.ByName("lamp")
	for _, muted := range []bool{true, true, false} {
		conn.SetMuted(muted)
	}
	for _, want := range []string{"muted {'muted': True}", "muted {'muted': False}"} {
		if got := wait(t, said, "event"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestConnectResult asks several addresses for a server.
func TestConnectResult(t *testing.T) {
	s := started(t, &althing.Server{
		Protocols: []wire.Protocol{localthings.Protocol{}}, DataPorts: "0",
		Authorize: func(_ context.Context, hello wire.Hello, _ netip.AddrPort) (bool, error) {
			if hello.Name == "nobody" {
				return false, fault.New(fault.Denied, "not you")
			}
			return false, nil
		},
	})
	if err := s.OpenMaindata(); err != nil {
		t.Fatal(err)
	}
	data, _ := s.Channel(althing.Maindata)
	maindata := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: data.Port}).String()
	other := func(answer func(net.Conn)) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			nc, err := l.Accept()
			if err == nil {
				answer(nc)
				nc.Close()
			}
		}()
		return l.Addr().String()
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().String()
	free.Close()
	for _, test := range []struct{ name, addr, want string }{
		{"lamp", s.ListenAddr().String(), "Connected"},
		{"nobody", s.ListenAddr().String(), "Server refused Connection"},
		{"lamp", nobody, "No Server on this address"},
		{"lamp", maindata, "Address is unsuited for client"},
		{"lamp", other(func(nc net.Conn) { io.WriteString(nc, "HTTP/1.1 400 Bad Request\r\n\r\n") }), "Address is unsuited for client"},
		{"lamp", other(func(net.Conn) {}), "Server refused Connection"},
		{"lamp", other(func(nc net.Conn) { io.Copy(io.Discard, nc) }), "Timeout"},
	} {
		c := newClient(t, althing.ClientOptions{Name: test.name, Protocol: localthings.Protocol{}, NoReconnect: true, Limits: althing.Limits{Register: 300 * time.Millisecond}})
		if got := althing.ConnectResult(c.Connect(t.Context(), test.addr)); got != test.want {
			t.Errorf("%s at %s: %s, want %s", test.name, test.addr, got, test.want)
		}
		c.Close()
	}
}
