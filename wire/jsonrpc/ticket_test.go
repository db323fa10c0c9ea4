package jsonrpc_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/jsonrpc"
)

// landing is the desk of a channel's port.
type landing struct {
	wire.Desk
	valid string
	asked []string
}

func (d *landing) Attach(ticket string) (wire.Welcome, error) {
	d.asked = append(d.asked, ticket)
	if ticket != d.valid {
		return wire.Welcome{}, fault.New(fault.Denied, "no such ticket")
	}
	return wire.Welcome{ID: "1"}, nil
}

const goodTicket = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// present sends bytes to a channel's port, and gives the codec and what was asked.
func present(t *testing.T, data string) (wire.Codec, *landing, error) {
	t.Helper()
	near, far := net.Pipe()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		io.WriteString(far, data)
		far.Close()
	}()
	t.Cleanup(func() {
		near.Close()
		<-sent
	})
	near.SetDeadline(time.Now().Add(10 * time.Second))
	d := &landing{valid: goodTicket}
	codec, err := jsonrpc.Tickets{}.Accept(context.Background(), near, d)
	return codec, d, err
}

func TestTickets(t *testing.T) {
	for _, end := range []string{"\n", "\r\n"} {
		codec, _, err := present(t, goodTicket+end+"raw \x00 bytes")
		if err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(codec.(wire.Raw).Conn()); err != nil || string(rest) != "raw \x00 bytes" {
			t.Errorf("behind the ticket: %q, %v", rest, err)
		}
	}
	codec, _, err := present(t, goodTicket+"\n"+`{"jsonrpc":"2.0","method":"ping","id":1}`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if f, err := codec.Read(); err != nil || f.Kind != wire.Ping {
		t.Errorf("behind the ticket: %+v, %v", f, err)
	}
	for _, data := range []string{"", "\n", "A", strings.Repeat("A", 100) + "\n", "127.0.0.1:4000\n", "2.3.4.5:60000\n", "ABC DEF\n", "abc\n", "{}\n"} {
		if _, d, err := present(t, data); err == nil || len(d.asked) > 0 {
			t.Errorf("%q: %v, the desk was asked for %q", data, err, d.asked)
		}
	}
	if _, d, err := present(t, "WRONG\n"); !fault.Is(err, fault.Denied) || len(d.asked) != 1 {
		t.Errorf("a wrong ticket: %v", err)
	}
}

func TestTicketsClaims(t *testing.T) {
	for first, want := range map[string]wire.Match{"": wire.More, "A": wire.Yes, "7X": wire.Yes, "datasocket": wire.No, "{": wire.No, "\x16": wire.No} {
		if got := (jsonrpc.Tickets{}).Claims([]byte(first)); got != want {
			t.Errorf("%q: %v, want %v", first, got, want)
		}
	}
}

func TestDialWithATicket(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	lines := bufio.NewReader(far)
	line := make(chan string, 1)
	go func() {
		text, _ := lines.ReadString('\n')
		line <- text
	}()
	if _, _, err := (jsonrpc.Tickets{}).Dial(t.Context(), near, wire.Hello{Resume: goodTicket}); err != nil {
		t.Fatal(err)
	}
	if got := <-line; got != goodTicket+"\n" {
		t.Errorf("it sent %q", got)
	}
	if _, _, err := (jsonrpc.Tickets{}).Dial(t.Context(), near, wire.Hello{}); err == nil {
		t.Error("it went without a ticket")
	}
}

// What a server says of itself anew is what it said at the registration.
func TestServerEvent(t *testing.T) {
	info := wire.Info{
		Name: "hub", Layer: 1, Commands: []string{"s.help"}, Requests: []string{"A"}, Limits: wire.Limits{Message: 5, Name: 16},
		Socks: []wire.Sock{{Name: "Maindata", Port: 3999, ConnectNew: true}},
	}
	codec, _, err := present(t, goodTicket+"\n")
	if err != nil {
		t.Fatal(err)
	}
	line, err := codec.Append(nil, wire.Frame{Kind: wire.Event, Name: wire.EventServer, Info: &info})
	if err != nil {
		t.Fatal(err)
	}
	reading, _, err := present(t, goodTicket+"\n"+string(line)+`{"jsonrpc":"2.0","method":"event","params":{"kind":"server","data":{"name":7}}}`+"\n"+`{"jsonrpc":"2.0","method":"event","params":{"kind":"server"}}`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	f, err := reading.Read()
	if err != nil || f.Info == nil || f.Info.Name != "hub" || f.Info.Layer != 1 || len(f.Info.Socks) != 1 || f.Info.Socks[0] != (wire.Sock{Name: "Maindata"}) {
		t.Errorf("it came as %+v, %v", f.Info, err)
	}
	if _, ok := f.Value.(*value.Dict); !ok {
		t.Errorf("its value is %v", f.Value)
	}
	if f, err := reading.Read(); err != nil || f.Kind != wire.Wrong {
		t.Errorf("a name that is none came as %+v, %v", f, err)
	}
	if f, err := reading.Read(); err != nil || f.Kind != wire.Event {
		t.Errorf("nothing at all came as %+v, %v", f, err)
	}
}

func FuzzTickets(f *testing.F) {
	for _, seed := range []string{goodTicket + "\nrest", "A", "\n", "127.0.0.1:80\n", strings.Repeat("7", 65) + "\n", "\xff\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		_, d, err := present(t, data)
		line, _, _ := strings.Cut(data, "\n")
		if whole := strings.TrimRight(strings.TrimSuffix(line, "\r"), " ") == goodTicket && strings.Contains(data, "\n"); whole != (err == nil) {
			t.Errorf("%q: %v", data, err)
		}
		if len(d.asked) > 0 && strings.Trim(d.asked[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
			t.Errorf("the desk was asked for %q", d.asked[0])
		}
	})
}
