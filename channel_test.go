package althing_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"althing"
	"althing/fault"
	"althing/value"
)

// ticket asks for one, and gives where to go with it.
func ticket(t *testing.T, c *althing.Client, channel string) (addr, ticket string) {
	t.Helper()
	params, _ := value.NewDict([]value.Pair{{Key: value.Str("name"), Value: value.Str(channel)}})
	v, err := c.Call(t.Context(), "channel.open", params)
	if err != nil {
		t.Fatal(err)
	}
	get := func(key string) string {
		text, _ := v.(*value.Dict).Get(value.Str(key))
		return value.Text(text)
	}
	return get("address"), get("ticket")
}

// knock connects to a channel's port and says a line.
func knock(t *testing.T, addr, line string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "%s\n", line)
	return conn
}

// refused reads the error that a channel's port says before it closes.
func refused(t *testing.T, conn net.Conn, what string) {
	t.Helper()
	data, err := io.ReadAll(conn)
	if line := string(data); err != nil || !strings.HasPrefix(line, `{"jsonrpc":"2.0","id":null,"error":`) || strings.Count(line, "\n") != 1 {
		t.Errorf("%s reads %q, %v", what, data, err)
	}
}

// closed reads nothing but the end.
func closed(t *testing.T, conn net.Conn, what string) {
	t.Helper()
	if data, err := io.ReadAll(conn); len(data) > 0 || err != nil {
		t.Errorf("%s reads %q, %v", what, data, err)
	}
}

// echoLines is a channel that repeats what a client says, with its name in front.
func echoLines(_ context.Context, conn net.Conn, client *althing.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		fmt.Fprintf(conn, "%s: %s\n", client.Name(), lines.Text())
	}
}

func said(t *testing.T, from *bufio.Reader, want string) {
	t.Helper()
	if line, err := from.ReadString('\n'); err != nil || line != want+"\n" {
		t.Fatalf("read %q, %v, want %q", line, err, want)
	}
}

func TestChannelOfRawBytes(t *testing.T) {
	s := &althing.Server{DataPorts: "0"}
	if err := s.OpenChannel(althing.Channel{Name: "Echo", Handle: echoLines}); err != nil { // with the server
		t.Fatal(err)
	}
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	addr, text := ticket(t, c, "Echo")
	if sock, ok := s.Channel("Echo"); !ok || addr != net.JoinHostPort("127.0.0.1", strconv.Itoa(sock.Port)) {
		t.Errorf("the address is %s, the channel %+v", addr, sock)
	}
	conn := knock(t, addr, text+"\nfirst")
	lines := bufio.NewReader(conn)
	said(t, lines, "lamp: first") // it came with the ticket
	fmt.Fprintln(conn, "second")
	said(t, lines, "lamp: second")
	if socks := s.ByName("lamp").Socks(); len(socks) != 1 || socks[0].Name != "Echo" {
		t.Errorf("it is connected to %v", socks)
	}

	refused(t, knock(t, addr, text), "a used ticket")
	refused(t, knock(t, addr, "AAAAAAAAAAAAAAAAAAAAAAAAAA"), "a guessed ticket")
	refused(t, knock(t, addr, c.ID()), "an id")
	closed(t, knock(t, addr, `{"jsonrpc":"2.0","id":1,"method":"register","params":{}}`), "a registration")
	if err := s.OpenChannel(althing.Channel{Name: "Other", Handle: echoLines}); err != nil { // while it runs
		t.Fatal(err)
	}
	_, text = ticket(t, c, "Other")
	refused(t, knock(t, addr, text), "a ticket for another channel")
	own := s.ByName("lamp").RemoteAddr().String()
	closed(t, knock(t, addr, own), "an address in place of a ticket")

	if err := s.CloseChannel("Echo"); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(lines); err != nil {
		t.Errorf("when the channel is closed: %v", err)
	}
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Error("its port is still there")
	}
	if err := s.CloseChannel("Echo"); !fault.Is(err, fault.NotFound) {
		t.Errorf("twice: %v", err)
	}
}

func TestChannelOfFrames(t *testing.T) {
	s := &althing.Server{DataPorts: "0"}
	s.OnMessage(func(c *althing.Conn, m *althing.Message) {
		c.Send(althing.NewMessage("%s by %s", m, c.Name()))
		s.Broadcast(althing.NewMessage("to others"), c)
	})
	s.AddRequest("WHERE", func(_ context.Context, call *althing.Call) (value.Value, error) {
		return value.Str(call.Conn.LocalAddr().String()), nil
	}, false)
	started(t, s)
	if err := s.OpenMaindata(); err != nil {
		t.Fatal(err)
	}
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	addr, text := ticket(t, c, althing.Maindata)
	conn := knock(t, addr, text)
	lines := bufio.NewReader(conn)
	fmt.Fprintln(conn, `{"jsonrpc":"2.0","id":1,"method":"request","params":{"name":"WHERE"}}`)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, addr) {
		t.Errorf("WHERE is %q, %v", line, err)
	}
	fmt.Fprintln(conn, `{"jsonrpc":"2.0","method":"message","params":{"body":"hi"}}`)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, `"hi by lamp"`) {
		t.Errorf("the answer is %q, %v", line, err)
	}
	main := s.ByName("lamp")
	port := portOf(t, addr)
	if conns := main.Conns(); len(conns) != 2 || conns[port] == nil || conns[portOf(t, s.ListenAddr().String())] != main {
		t.Errorf("the conns are %v", conns)
	}
	if data := main.On(althing.Maindata); data == main || data.ID() != main.ID() || data.On("nothing") != main {
		t.Errorf("on Maindata it is %v", data)
	}
	main.Data.Store("x", 1)
	if v, ok := main.On(althing.Maindata).Data.Load("x"); !ok || v != 1 {
		t.Errorf("its data are %v", v)
	}
	if _, ok := c.TryRead(); ok {
		t.Error("the client got the message that was for others")
	}
	if len(s.Conns()) != 1 {
		t.Errorf("there are %d clients", len(s.Conns()))
	}
	c.Close()
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("when the client goes: %q, %v", rest, err)
	}
}

func portOf(t *testing.T, addr string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestChannelsThatCannotBe(t *testing.T) {
	s := started(t, &althing.Server{DataPorts: "0"})
	for name, code := range map[string]fault.Code{"": fault.Invalid, "a b": fault.Invalid, "Serversock": fault.Conflict} {
		if err := s.OpenChannel(althing.Channel{Name: name}); !fault.Is(err, code) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := s.OpenChannel(althing.Channel{Name: "x", Ports: althing.Ports(fmt.Sprint(portOf(t, s.ListenAddr().String())))}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("on a port that is taken: %v", err)
	}
	if len(s.Channels()) != 0 {
		t.Errorf("there are %v", s.Channels())
	}
	if err := s.OpenMaindata(); err != nil {
		t.Fatal(err)
	}
	if err := s.OpenMaindata(); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	c := dial(t, s, althing.ClientOptions{})
	if _, err := c.Call(t.Context(), "channel.open", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("one without a name: %v", err)
	}
}
