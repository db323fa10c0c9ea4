package localthings_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
	"althing/wire/localthings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const enough = 1 << 20

// desk registers everybody but those named "nobody", and attaches the
// connections of clients that it knows.
type desk struct {
	info wire.Info

	mu       sync.Mutex
	entered  []wire.Hello
	known    map[string]bool // addresses of registered connections
	attached []string
}

func newDesk() *desk {
	return &desk{
		info: wire.Info{
			Name: "Demoserver", Description: "a server", Version: "0.1", Layer: 2,
			Commands: []string{"s.greet", "s.help"}, Requests: []string{"TIME"},
			Started: time.Unix(1000, 5e8),
		},
		known: map[string]bool{},
	}
}

func (d *desk) Info() wire.Info { return d.info }

func (d *desk) Status() (value.Value, error) { return value.Str("well"), nil }

func (d *desk) Enter(h wire.Hello) (wire.Welcome, error) {
	if h.Name == "nobody" {
		return wire.Welcome{}, fault.New(fault.Denied, "nobody may not enter")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entered = append(d.entered, h)
	w := wire.Welcome{ID: "42", Name: h.Name, Server: d.info}
	if h.Name == "help" {
		w.Name, w.Notice = "unnamed_12345", "Username 'help' is invalid"
	}
	w.Admin = h.Name == "chief"
	return w, nil
}

func (d *desk) Attach(claim string) (wire.Welcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.known[claim] {
		return wire.Welcome{}, fault.New(fault.NotFound, "nobody is registered from %s", claim)
	}
	d.attached = append(d.attached, claim)
	return wire.Welcome{ID: "42"}, nil
}

// pair gives both ends of a connection over loopback.
func pair(t testing.TB) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if far, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if near, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		near.Close()
		far.Close()
	})
	return near, far
}

// accepted is what became of a connection that a server accepts.
type accepted struct {
	codec wire.Codec
	err   error
}

func accept(t testing.TB, p wire.Protocol, near net.Conn, d wire.Desk) <-chan accepted {
	t.Helper()
	done := make(chan accepted, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	go func() {
		defer cancel()
		c, err := p.Accept(ctx, near, d)
		if err != nil {
			near.Close()
		} else {
			greet(c)
		}
		done <- accepted{c, err}
	}()
	return done
}

// greet writes what a server writes first.
func greet(c wire.Codec) {
	if greeting := c.(wire.Greeter).Greeting(); len(greeting) > 0 {
		_, _ = c.Write(greeting)
	}
}

// read is one recv of the other side.
func read(t testing.TB, conn net.Conn) string {
	t.Helper()
	buf := make([]byte, 4096)
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	n, err := conn.Read(buf)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func write(t testing.TB, conn net.Conn, data string) {
	t.Helper()
	if _, err := io.WriteString(conn, data); err != nil {
		t.Fatal(err)
	}
}

func dict(t testing.TB, entries map[string]any) value.Value {
	t.Helper()
	v, err := value.FromGo(entries)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func pickled(v value.Value) string { return string(pickle.Append(nil, v)) }

func unpickled(t testing.TB, data string) value.Value {
	t.Helper()
	v, rest, err := pickle.Decode([]byte(data), enough)
	if err != nil || len(rest) > 0 {
		t.Fatalf("%q: %v", data, err)
	}
	return v
}

// values takes apart what a codec has written, of which each value is one
// packet.
func values(t testing.TB, data string) []value.Value {
	t.Helper()
	var all []value.Value
	for packet := range strings.SplitSeq(strings.TrimSuffix(data, "<$SEP$>"), "<$SEP$>") {
		fields := unpickled(t, packet).(value.List)
		if len(fields) != 4 || fields[1] != value.Int(0) || fields[2] != value.Int(0) {
			t.Fatalf("no single packet: %s", value.Repr(fields))
		}
		all = append(all, unpickled(t, strings.ReplaceAll(string(fields[3].(value.Bytes)), "<$-$SEP$-$>", "<$SEP$>")))
	}
	return all
}

func texts(all []value.Value) string {
	var lines []string
	for _, v := range all {
		lines = append(lines, value.Text(v))
	}
	return strings.Join(lines, "\n")
}

// A registration from the client's side, each step as it stands on the wire.
func TestRegistration(t *testing.T) {
	for _, test := range []struct {
		name, client, version, got, welcome string
		socks                               []wire.Sock
	}{
		{
			name: "a client", client: "client_1", version: "CLIENT|6.26.136", got: "client_1",
			welcome: "Connected to Demoserver\nRegistered as 'client_1'\nType 's.help()' for more information",
		},
		{
			name: "an administrator", client: "chief", version: "SUBSERVER|6.26.136", got: "chief",
			welcome: "Connected to Demoserver\nRegistered as 'chief'\nType 's.help()' for more information\nYou have admin permissions",
		},
		{
			name: "a name that is not to be had", client: "help", version: "CLIENT|6.0", got: "unnamed_12345",
			welcome: "Connected to Demoserver\nUsername 'help' is invalid\nRegistered as 'unnamed_12345'\nType 's.help()' for more information",
		},
		{
			name: "a name in several bytes", client: "ööööööööö", version: "CLIENT|6.26.136", got: "öööööööö",
			welcome: "Connected to Demoserver\nRegistered as 'ööööööööö'\nType 's.help()' for more information",
		},
		{
			name: "a name with half a character", client: "äöüäöü_ö_öx", version: "CLIENT|6.26.136", got: "äöüäöü_ö_",
			welcome: "Connected to Demoserver\nRegistered as 'äöüäöü_ö_öx'\nType 's.help()' for more information",
		},
		{
			name: "channels", client: "client_1", version: "CLIENT|6.26.136", got: "client_1",
			socks:   []wire.Sock{{Name: "Maindata", Port: 3999, ConnectNew: true}, {Name: "Other", Port: 3998}},
			welcome: "['<$COMMAND$>', 'newdatasock', [('127.0.0.1', 3999)]]\nConnected to Demoserver\nRegistered as 'client_1'\nType 's.help()' for more information",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk()
			d.info.Socks = test.socks
			near, far := pair(t)
			done := accept(t, localthings.Protocol{}, near, d)
			write(t, far, "clientsocket")
			if got := read(t, far); got != "suited sockettype" {
				t.Fatalf("suited: %q", got)
			}
			write(t, far, test.version)
			data := unpickled(t, read(t, far))
			for key, want := range map[string]string{
				"servername": "'Demoserver'", "server_version": "'7.43.162'", "starttime": "1000.5", "layer": "2",
				"separator": "'<$SEP$>'", "max_datasize": "1024", "max_username_length": "16",
				"servercommands": "['s.greet', 's.help']", "requestables": "['SERVERDATA', 'TIME']",
			} {
				if v, ok := data.(*value.Dict).Get(value.Str(key)); !ok || value.Repr(v) != want {
					t.Errorf("%s is %v, want %s", key, v, want)
				}
			}
			write(t, far, pickled(dict(t, map[string]any{
				"username": test.client, "description": "a lamp", "client_version": "6.26.136",
				"commands": []string{"disconnect"}, "requestables": []string{"PING"}, "serveraddr": []any{"10.0.0.1", 4001},
			})))
			if got := read(t, far); got != test.got {
				t.Fatalf("the name it got: %q, want %q", got, test.got)
			}
			write(t, far, "continue")
			a := <-done
			if a.err != nil {
				t.Fatal(a.err)
			}
			if got := texts(values(t, read(t, far))); got != test.welcome {
				t.Errorf("welcome:\n%s\nwant:\n%s", got, test.welcome)
			}
			h := d.entered[0]
			role, version, _ := strings.Cut(test.version, "|")
			if h.Name != test.client || h.Version != version || h.Description != "a lamp" || len(h.Commands) != 1 || len(h.Requests) != 1 {
				t.Errorf("the desk was told %+v", h)
			}
			if sub := role == "SUBSERVER"; sub != (h.Role == wire.Subserver) || sub != (h.Address == "10.0.0.1:4001") {
				t.Errorf("a %s is %+v", role, h)
			}
		})
	}
}

// Every step a byte at a time, as a bad link gives them.
func TestRegistrationInPieces(t *testing.T) {
	near, far := pair(t)
	done := accept(t, localthings.Protocol{}, near, newDesk())
	slowly := func(step string) {
		for i := range len(step) {
			write(t, far, step[i:i+1])
		}
	}
	slowly("clientsocket")
	read(t, far)
	slowly("CLIENT|6.2")
	read(t, far)
	slowly("6.136" + pickled(dict(t, map[string]any{"username": "slow one"})))
	if got := read(t, far); got != "slow one" {
		t.Fatalf("the name it got: %q", got)
	}
	slowly("continue")
	if a := <-done; a.err != nil {
		t.Fatal(a.err)
	}
}

func TestRegistrationRefuses(t *testing.T) {
	const word, version, unsuited = "clientsocket", "CLIENT|6.26.136", "unsuited sockettype"
	named := func(name any) string { return pickled(dict(t, map[string]any{"username": name})) }
	for _, test := range []struct {
		name  string
		steps []string // of the client, each but the last answered before the next
		last  string   // what it reads before the end
		code  fault.Code
	}{
		{"another word", []string{"GET / HTTP/1.1\r\n"}, unsuited, fault.Invalid},
		{"a datasock's word", []string{"datasocket"}, unsuited, fault.Invalid},
		{"another version", []string{word, "CLIENT|7.1.0"}, unsuited, fault.Invalid},
		{"another kind", []string{word, "PRINTER|6.26.136"}, unsuited, fault.Invalid},
		{"no kind", []string{word, strings.Repeat("x", 64)}, unsuited, fault.Invalid},
		{"a version without end", []string{word, version, strings.Repeat("1", 40)}, "", fault.Limit},
		{"no pickle", []string{word, version, "hello"}, "", fault.Invalid},
		{"a pickle of another kind", []string{word, version, pickled(value.List{})}, "", fault.Invalid},
		{"a name that is a number", []string{word, version, named(1)}, "", fault.Invalid},
		{"a name that is no UTF-8", []string{word, version, "\x80\x04}\x8c\x08username\x8c\x03\xed\xa0\x80s."}, "", fault.Invalid},
		{"a global", []string{word, version, "\x80\x04\x8c\x08builtins\x94\x8c\x04eval\x94\x93\x94."}, "", fault.Denied},
		{"a pickle that is too long", []string{word, version, pickled(value.Str(strings.Repeat("x", 5000)))}, "", fault.Limit},
		{"a pickle that lies", []string{word, version, "\x80\x04X\xff\xff\xff\x7f"}, "", fault.Limit},
		{"somebody who may not", []string{word, version, named("nobody")}, "", fault.Denied},
		{"no continue", []string{word, version, named("x"), "stop"}, "", fault.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := pair(t)
			done := accept(t, localthings.Protocol{}, near, newDesk())
			for i, step := range test.steps {
				write(t, far, step)
				if i < len(test.steps)-1 {
					read(t, far)
				}
			}
			a := <-done
			if !fault.Is(a.err, test.code) {
				t.Errorf("%v, want code %s", a.err, test.code)
			}
			if got, want := errors.Is(a.err, pickle.ErrGlobal), test.name == "a global"; got != want {
				t.Errorf("it is counted as a global: %t, %v", got, a.err)
			}
			// A connection closed with bytes unread may end in a reset.
			got, err := io.ReadAll(far)
			if string(got) != test.last || err != nil && test.last != "" {
				t.Errorf("it reads %q, %v, want %q", got, err, test.last)
			}
		})
	}
}

func TestFinderOnlyLooks(t *testing.T) {
	d := newDesk()
	near, far := pair(t)
	done := accept(t, localthings.Protocol{}, near, d)
	write(t, far, "clientsocket")
	read(t, far)
	write(t, far, "SERVERFINDER|6.26.136")
	if a := <-done; !errors.Is(a.err, io.EOF) {
		t.Errorf("%v, want the end", a.err)
	}
	if got := read(t, far); got != "" || len(d.entered) != 0 {
		t.Errorf("it reads %q, %d entered", got, len(d.entered))
	}
}

func TestFirstWordHasLittleTime(t *testing.T) {
	near, far := pair(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	write(t, far, "cli")
	_, err := localthings.Protocol{}.Accept(ctx, near, newDesk())
	if !fault.Is(err, fault.Timeout) {
		t.Errorf("%v, want a timeout", err)
	}
	if got := read(t, far); got != "unsuited sockettype" {
		t.Errorf("it reads %q", got)
	}
}

func TestClaims(t *testing.T) {
	for _, test := range []struct {
		protocol wire.Protocol
		first    string
		want     wire.Match
	}{
		{localthings.Protocol{}, "", wire.More},
		{localthings.Protocol{}, "c", wire.More},
		{localthings.Protocol{}, "clientsocke", wire.More},
		{localthings.Protocol{}, "clientsocket", wire.Yes},
		{localthings.Protocol{}, "clientsocketCLIENT|6", wire.Yes},
		{localthings.Protocol{}, "clients!", wire.No},
		{localthings.Protocol{}, "datasocket", wire.No},
		{localthings.Protocol{}, "{", wire.No},
		{localthings.DataProtocol{}, "data", wire.More},
		{localthings.DataProtocol{}, "datasocket", wire.Yes},
		{localthings.DataProtocol{}, "clientsocket", wire.No},
	} {
		if got := test.protocol.Claims([]byte(test.first)); got != test.want {
			t.Errorf("%s claims %q: %d, want %d", test.protocol.Name(), test.first, got, test.want)
		}
	}
}

func TestDatasock(t *testing.T) {
	for _, test := range []struct {
		name  string
		claim value.Value
		code  fault.Code
	}{
		{"a known one", value.Tuple{value.Str("127.0.0.1"), value.Int(5000)}, ""},
		{"a known one of IPv6", value.Tuple{value.Str("::1"), value.Int(5000), value.Int(0), value.Int(0)}, ""},
		{"another's", value.Tuple{value.Str("127.0.0.1"), value.Int(5001)}, fault.NotFound},
		{"no address", value.Str("127.0.0.1:5000"), fault.Invalid},
		{"no port", value.Tuple{value.Str("127.0.0.1"), value.Int(1 << 40)}, fault.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk()
			d.known["127.0.0.1:5000"], d.known["[::1]:5000"] = true, true
			near, far := pair(t)
			done := accept(t, localthings.DataProtocol{}, near, d)
			write(t, far, "datasocket")
			if got := read(t, far); got != "suited sockettype" {
				t.Fatalf("suited: %q", got)
			}
			write(t, far, pickled(test.claim)+"raw")
			a := <-done
			if test.code != "" {
				if !fault.Is(a.err, test.code) {
					t.Errorf("%v, want code %s", a.err, test.code)
				}
				return
			}
			if a.err != nil {
				t.Fatal(a.err)
			}
			// What follows at once belongs to the channel's handler.
			if got := read(t, a.codec.(wire.Raw).Conn()); got != "raw" {
				t.Errorf("the handler reads %q", got)
			}
		})
	}
}

// A server with more to tell than a step holds leaves out the ends of its lists.
func TestServerdataFitsAStep(t *testing.T) {
	d := newDesk()
	d.info.Description = strings.Repeat("ü", 4000)
	d.info.Higher = "10.0.0.1:4000"
	for range 1000 {
		d.info.Commands = append(d.info.Commands, "s.command")
		d.info.Requests = append(d.info.Requests, "R")
	}
	near, far := pair(t)
	done := accept(t, localthings.Protocol{}, near, d)
	write(t, far, "clientsocket")
	read(t, far)
	write(t, far, "CLIENT|6.26.136")
	data := read(t, far)
	if len(data) < 4080 || len(data) > 4096 {
		t.Errorf("only %d of 4096 bytes are used", len(data))
	}
	got := unpickled(t, data).(*value.Dict)
	if v, _ := got.Get(value.Str("higher_addr")); value.Repr(v) != "('10.0.0.1', 4000)" {
		t.Errorf("higher_addr is %v", v)
	}
	far.Close()
	<-done
}
