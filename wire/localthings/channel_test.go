package localthings_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"althing"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
	"althing/wire/jsonrpc"
	"althing/wire/localthings"
	"althing/wire/localthings/localthingstest"
)

// serve starts a server that speaks what a hub's session port speaks. It has left
// nothing behind when the test ends.
func serve(t *testing.T, s *althing.Server) *althing.Server {
	t.Helper()
	s.Name, s.Addr, s.DataPorts, s.Logger = "Demoserver", "127.0.0.1:0", "0", slog.New(slog.DiscardHandler)
	s.Protocols = []wire.Protocol{jsonrpc.Lines{}, localthings.Protocol{}}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

func portOf(t *testing.T, s *althing.Server, channel string) int {
	t.Helper()
	sock, ok := s.Channel(channel)
	if !ok {
		t.Fatalf("there is no channel %s", channel)
	}
	return sock.Port
}

// until waits for something that happens by itself.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}

// The cells of the seed's notebook that are about datasockets and services, with
// a client in Python.
func TestDatasocks(t *testing.T) {
	var console struct {
		sync.Mutex
		bytes.Buffer
	}
	heard := func(line string) func() bool {
		return func() bool {
			console.Lock()
			defer console.Unlock()
			return strings.Contains(console.String(), line+"\n")
		}
	}
	say := func(line string) {
		console.Lock()
		defer console.Unlock()
		console.WriteString(line + "\n")
	}
	s := &althing.Server{Output: althing.Output{
		Message: func(from, text string) { say(from + ": " + text) }, Warning: say, Status: say,
	}}
	s.AddRequest("THE_ANSWER", []any{42, "towel"}, false)
	if err := s.OpenMaindata(); err != nil {
		t.Fatal(err)
	}
	serve(t, s)
	p := localthingstest.Start(t)
	port, maindata := s.ListenAddr().(*net.TCPAddr).Port, portOf(t, s, althing.Maindata)
	same := func(got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}

	same(p.Do("connect", "client_1", "127.0.0.1", port), "Connected")
	same(p.Want("command"), "newdatasock")
	for _, line := range []string{"Connected to Demoserver", "Registered as 'client_1'", "Type 's.help()' for more information", "You have admin permissions"} {
		same(p.Want("message"), line)
	}
	conn := s.ByName("client_1")
	until(t, "Maindata", func() bool { return conn.On(althing.Maindata) != conn })
	p.Do("message", maindata, "Send though maindatasock")
	until(t, "message", heard("client_1: Send though maindatasock"))
	same(p.Want("message"), "\x1b[3mReceived:\x1b[0m Send though maindatasock")
	p.Do("value", maindata, "[1, 2, 3]")
	p.Do("value", maindata, "{'a': 1}")
	for _, class := range []string{"list", "dict"} {
		until(t, "warning", heard("Could not identify the purpose of a <class '"+class+"'> obj sent by user 'client_1'"))
	}
	same(p.Do("request", maindata, "THE_ANSWER"), []any{42, "towel"})
	if answer, err := conn.On(althing.Maindata).Request(t.Context(), "CLIENTDATA"); err != nil || !strings.Contains(value.Text(answer.Value), "'client_1'") {
		t.Errorf("CLIENTDATA on Maindata: %v, %v", answer.Value, err)
	}
	if conns := conn.Conns(); conns[port] != conn || conns[maindata] == nil || len(conns) != 2 {
		t.Errorf("its conns are %v", conns)
	}

	// A datasock for chosen clients, with a function that receives bytes.
	sizes := make(chan int, 10)
	err := s.OpenChannel(althing.Channel{Name: "CustomDatasock", Connect: []*althing.Conn{conn}, Handle: func(_ context.Context, conn net.Conn, client *althing.Conn) {
		data := make([]byte, 1024)
		for {
			n, err := conn.Read(data)
			if err != nil {
				return
			}
			sizes <- n
			fmt.Fprintf(conn, "%d bytes of %s", n, client.Name())
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	same(p.Want("command"), "newdatasock")
	custom := portOf(t, s, "CustomDatasock")
	until(t, "CustomDatasock", func() bool { return len(conn.Socks()) == 2 })
	p.Do("raw", custom, "b'Hello'")
	same(<-sizes, 5)
	same(p.Do("request", port, "SERVERDATA").(map[string]any)["socks"], fmt.Sprint([]any{[]any{"Maindata", maindata}, []any{"CustomDatasock", custom}}))

	// Metadata in step, and a ping.
	p.Do("describe", "a lamp")
	s.StartServices(5 * time.Millisecond)
	until(t, "CLIENTDATA", func() bool { return conn.Hello().Description == "a lamp" })
	until(t, "ping", func() bool { return conn.LastPing() > 0 })
	until(t, "updateserverdata", func() bool { return p.Want("command") == "updateserverdata" })
	until(t, "the line", heard("Started services"))

	if err := s.CloseChannel("CustomDatasock"); err != nil {
		t.Fatal(err)
	}
	same(p.Want("ended"), custom)
	until(t, "the end", func() bool { return len(conn.Socks()) == 1 })

	// Muted, it has no effect at all, and gets no word.
	conn.SetMuted(true)
	p.Do("message", port, "unheard")
	p.Do("message", maindata, "unheard")
	conn.Send(althing.NewMessage("You got muted by 'chief'"))
	same(p.WantLast("message"), "You got muted by 'chief'")
	if heard("client_1: unheard")() {
		t.Error("it was heard")
	}
	s.Kick(conn, "chief")
	same(p.Want("message"), "You got kicked by 'chief'")
	until(t, "disconnect", func() bool { return p.Want("command") == "disconnect" })
	p.Want("ended")
	p.Want("ended")
}

// A socket that belongs to no client, and claims of all kinds, from several
// addresses of this machine.
func TestWhoseDatasock(t *testing.T) {
	s := &althing.Server{}
	got := make(chan string, 10)
	s.OpenChannel(althing.Channel{Name: "data", Handle: func(_ context.Context, conn net.Conn, client *althing.Conn) {
		got <- client.Name()
		io.Copy(io.Discard, conn)
	}})
	serve(t, s)
	client := func(from, name string, p wire.Protocol) *net.TCPAddr {
		t.Helper()
		nc := dialFrom(t, from, s.ListenAddr().String())
		if _, _, err := p.Dial(t.Context(), nc, wire.Hello{Name: name}); err != nil {
			t.Fatal(err)
		}
		until(t, name, func() bool { return s.ByName(name) != nil })
		return nc.LocalAddr().(*net.TCPAddr)
	}
	one := client("127.0.0.1", "one", localthings.Protocol{})
	two := client("127.0.0.1", "two", localthings.Protocol{})
	client("127.0.0.3", "three", localthings.Protocol{})
	client("127.0.0.5", "five", localthings.Protocol{})
	other := client("127.0.0.4", "other", jsonrpc.Lines{})
	addr := fmt.Sprintf("127.0.0.1:%d", portOf(t, s, "data"))
	for _, test := range []struct {
		why, from, ip string
		port          int
		want          string // empty: refused
	}{
		{"its own", "127.0.0.1", "127.0.0.1", one.Port, "one"},
		{"its own", "127.0.0.1", "127.0.0.1", two.Port, "two"},
		{"of nobody", "127.0.0.1", "127.0.0.1", 1, ""},
		{"another's: it is never that one's", "127.0.0.5", "127.0.0.1", one.Port, "five"},
		{"another's, a second time", "127.0.0.5", "127.0.0.1", one.Port, ""},
		{"another's, from where there is no client", "127.0.0.9", "127.0.0.1", one.Port, ""},
		{"behind a translation that keeps ports", "127.0.0.1", "10.0.0.7", two.Port, "two"},
		{"behind one that does not", "127.0.0.3", "10.0.0.7", 4711, "three"},
		{"a second time, when nobody is left to be meant", "127.0.0.3", "10.0.0.7", 4711, ""},
		{"behind one, of several", "127.0.0.1", "10.0.0.7", 4711, ""},
		{"of a client that has tickets", "127.0.0.4", "127.0.0.4", other.Port, ""},
		{"of a client that has tickets, behind a translation", "127.0.0.4", "10.0.0.7", 4711, ""},
	} {
		conn := dialFrom(t, test.from, addr)
		io.WriteString(conn, "datasocket")
		read := make([]byte, len("suited sockettype"))
		if _, err := io.ReadFull(conn, read); err != nil || string(read) != "suited sockettype" {
			t.Fatalf("%s: read %q, %v", test.why, read, err)
		}
		conn.Write(pickle.Append(nil, value.Tuple{value.Str(test.ip), value.Int(test.port)}))
		if test.want == "" {
			if rest, err := io.ReadAll(conn); err != nil || len(rest) > 0 {
				t.Errorf("%s: read %q, %v", test.why, rest, err)
			}
			continue
		}
		if name := <-got; name != test.want {
			t.Errorf("%s: it is %s's, want %s's", test.why, name, test.want)
		}
	}
	if len(got) > 0 {
		t.Errorf("it was %s's as well", <-got)
	}
	conn := dialFrom(t, "127.0.0.1", addr)
	io.WriteString(conn, "clientsocket")
	if told, err := io.ReadAll(conn); err != nil || string(told) != "unsuited sockettype" {
		t.Errorf("a client at a datasock reads %q, %v", told, err)
	}
}

func dialFrom(t *testing.T, from, to string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 10 * time.Second}
	nc, err := dialer.Dial("tcp", to)
	if err != nil {
		t.Skipf("this machine has no address %s: %v", from, err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(10 * time.Second))
	return nc
}

// Our client, speaking as the original does.
func TestClientOnDatasocks(t *testing.T) {
	s := &althing.Server{}
	messages := make(chan string, 10)
	s.OnMessage(func(c *althing.Conn, m *althing.Message) {
		messages <- fmt.Sprintf("%s %d %s", c.Name(), c.LocalAddr().(*net.TCPAddr).Port, m)
	})
	if err := s.OpenMaindata(); err != nil {
		t.Fatal(err)
	}
	serve(t, s)
	lines := make(chan string, 100)
	c := althing.NewClient(althing.ClientOptions{
		Name: "third", Protocol: localthings.Protocol{}, NoReconnect: true, Logger: slog.New(slog.DiscardHandler),
		Output: althing.Output{Connection: func(line string) { lines <- line }},
	})
	if err := c.Connect(t.Context(), s.ListenAddr().String()); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Close()
	maindata := portOf(t, s, althing.Maindata)
	for line := range lines {
		if line == fmt.Sprintf("Connected new datasocket to port %d", maindata) {
			break
		}
	}
	conn, err := c.Conn()
	if err != nil {
		t.Fatal(err)
	}
	if conn.On(althing.Maindata) == conn {
		t.Error("it is not on Maindata")
	}
	conn.On(althing.Maindata).Send(althing.NewMessage("hi"))
	if got, want := <-messages, fmt.Sprintf("third %d hi", maindata); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := s.ByName("third").On(althing.Maindata).Ping(t.Context()); err != nil {
		t.Error(err)
	}

	err = s.OpenChannel(althing.Channel{Name: "upper", Handle: func(_ context.Context, conn net.Conn, _ *althing.Conn) {
		data, _ := io.ReadAll(io.LimitReader(conn, 5))
		conn.Write(bytes.ToUpper(data))
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.StartServices(time.Millisecond)
	until(t, "the list of channels", func() bool {
		return slices.ContainsFunc(conn.Server().Socks, func(sock wire.Sock) bool { return sock.Name == "upper" })
	})
	raw, err := c.OpenChannel(t.Context(), "upper")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	io.WriteString(raw, "hello")
	if data, err := io.ReadAll(raw); err != nil || string(data) != "HELLO" {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := c.OpenChannel(t.Context(), "nothing"); err == nil {
		t.Error("a channel that is not there was opened")
	}
}
