package localthings_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/value"
	"althing/wire"
	"althing/wire/jsonrpc"
	"althing/wire/localthings"
	"althing/wire/localthings/localthingstest"
)

// The framework's server, on one port with the session protocol: a client in
// Python, and one of ours beside it.
func TestServer(t *testing.T) {
	s := &althing.Server{
		Name: "Demoserver", Addr: "127.0.0.1:0", AdminKey: "DemoKey", Logger: slog.New(slog.DiscardHandler),
		Protocols: []wire.Protocol{jsonrpc.Lines{}, localthings.Protocol{}},
	}
	greet := althing.Command{Name: "s.greet", Params: []string{"name"}, Do: func(_ context.Context, call *althing.Call) (althing.Answer, error) {
		return althing.Text("Hello %s!", call.Arg(0)), nil
	}}
	if err := s.AddCommand(greet, false); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	port := s.ListenAddr().(*net.TCPAddr).Port
	p := localthingstest.Start(t)
	same := func(got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}

	same(p.Do("connect", "client_1", "127.0.0.1", port), "Connected")
	for _, line := range []string{"Connected to Demoserver", "Registered as 'client_1'", "Type 's.help()' for more information"} {
		same(p.Want("message"), line)
	}
	p.Do("message", port, "Hello server!")
	same(p.Want("message"), "\x1b[3mReceived:\x1b[0m Hello server!")
	p.Do("message", port, "s.greet(World)")
	same(p.Want("message"), "Hello World!")
	p.Do("message", port, "s.greet()")
	same(p.Want("message"), "Expecting more arguments: s.greet(name)")
	p.Do("message", port, "s.x()")
	same(p.Want("message"), "No Servercommand 's.x' available")
	same(p.Do("request", port, "NOTHING"), "No requestable 'NOTHING'")

	conn := s.ByName("client_1")
	if _, err := conn.Ping(ctx); err != nil {
		t.Error(err)
	}
	answer, err := conn.Request(ctx, "CLIENTDATA")
	if err != nil || !strings.Contains(value.Text(answer.Value), "'username': 'client_1'") {
		t.Errorf("CLIENTDATA: %v, %v", answer.Value, err)
	}
	// A clientcommand has no answer that could be waited for.
	p.Do("learn")
	if _, err := conn.Command(ctx, "lamp", "red", "green"); err != nil {
		t.Error(err)
	}
	same(p.Want("command"), "lamp")
	if err := s.Rename(ctx, conn, "better name"); err != nil {
		t.Error(err)
	}
	same(p.Want("command"), "changename")
	answer, err = conn.Request(ctx, "CLIENTDATA")
	if err != nil || !strings.Contains(value.Text(answer.Value), "'username': 'better name'") {
		t.Errorf("CLIENTDATA: %v, %v", answer.Value, err)
	}

	other := althing.NewClient(althing.ClientOptions{Name: "lamp", Protocol: jsonrpc.Lines{}, Logger: slog.New(slog.DiscardHandler)})
	if err := other.Connect(ctx, s.ListenAddr().String()); err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Send(&althing.Message{To: "better name", Body: []byte("rain")}); err != nil {
		t.Fatal(err)
	}
	same(p.Want("message"), "lamp: rain")

	// A client of ours that speaks as the original does.
	third := althing.NewClient(althing.ClientOptions{Name: "third", Protocol: localthings.Protocol{}, Logger: slog.New(slog.DiscardHandler)})
	if err := third.Connect(ctx, s.ListenAddr().String()); err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	for _, line := range []string{"Connected to Demoserver", "Registered as 'third'", "Type 's.help()' for more information"} {
		m, err := third.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		same(m.String(), line)
	}
	if _, err := third.Command(ctx, "s.greet", "Tom"); err != nil {
		t.Error(err)
	}
	m, err := third.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	same(m.String(), "Hello Tom!")

	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	same(p.Want("message"), "the server is shutting down")
	same(p.Want("command"), "disconnect")
	p.Want("ended")
}

// Packets have the size that the server says, in both directions and on datasocks,
// whatever is sent. The client in Python fails at one that is larger.
func TestSizesOfPackets(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	for given, want := range map[int]float64{0: 1024, 1: 128, 4096: 4096, 1 << 20: 64 << 10} {
		t.Run(strconv.Itoa(given), func(t *testing.T) {
			s := &althing.Server{
				Addr: "127.0.0.1:0", DataPorts: "0", Logger: slog.New(slog.DiscardHandler),
				Protocols: []wire.Protocol{localthings.Protocol{MaxDatasize: given}},
			}
			s.OnMessage(func(c *althing.Conn, m *althing.Message) { c.Send(&althing.Message{Body: m.Body}) })
			if err := s.OpenMaindata(); err != nil {
				t.Fatal(err)
			}
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			port, maindata := s.ListenAddr().(*net.TCPAddr).Port, portOf(t, s, althing.Maindata)
			p := localthingstest.Start(t)
			p.Do("connect", "client_1", "127.0.0.1", port)
			if got := p.Do("request", port, "SERVERDATA").(map[string]any)["max_datasize"]; got != want {
				t.Errorf("it says %v, want %v", got, want)
			}
			c, err := althing.Dial(t.Context(), s.ListenAddr().String(), althing.ClientOptions{Protocol: localthings.Protocol{}, NoReconnect: true, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Wait()
			defer c.Close()
			for range 4 { // the welcome
				p.Want("message")
				if _, err := c.Read(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for _, at := range []int{port, maindata} {
				p.Do("message", at, long)
				if got := p.Want("message"); got != long {
					t.Errorf("%d: %.60q came back", at, got)
				}
				p.Want("message") // that it was received
			}
			if err := c.Send(althing.NewMessage(long)); err != nil {
				t.Error(err)
			}
			if m, err := c.Read(t.Context()); err != nil || m.String() != long {
				t.Errorf("%.60q, %v came back", m, err)
			}
		})
	}
}

// What has begun as one protocol's first word alone is that protocol's to refuse.
func TestServerIsPatientWithAWord(t *testing.T) {
	s := &althing.Server{
		Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Limits: althing.Limits{Register: 300 * time.Millisecond},
		Protocols: []wire.Protocol{jsonrpc.Lines{}, localthings.Protocol{}},
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Wait()
	defer s.Close()
	conn, err := net.Dial("tcp", s.ListenAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	write(t, conn, "client")
	if got := read(t, conn); got != "unsuited sockettype" {
		t.Errorf("it reads %q", got)
	}
}

// Who sends more than is read is told to disconnect, for it would not notice.
func TestServerSaysGoodbyeToWhoSendsTooMuch(t *testing.T) {
	s := &althing.Server{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Protocols: []wire.Protocol{localthings.Protocol{}}}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, tooMuch := range map[string]string{
		"a value that is too large": pickled(value.List{value.Int(1), value.Int(0), value.Int(1e9), value.Bytes("x")}) + "<$SEP$>",
		"a packet without an end":   strings.Repeat("x", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", s.ListenAddr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			for _, step := range []string{"clientsocket", "CLIENT|6.26.136", pickled(dict(t, map[string]any{"username": "client_1"}))} {
				write(t, c, step)
				read(t, c)
			}
			write(t, c, "continue"+tooMuch)
			said, _ := io.ReadAll(c) // it may end with what was not read
			if !strings.Contains(string(said), "disconnect") {
				t.Errorf("it heard %q", said)
			}
		})
	}
}
