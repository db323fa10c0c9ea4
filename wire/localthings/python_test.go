package localthings_test

import (
	"context"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/localthings"
	"althing/wire/localthings/localthingstest"
)

// hall is a small server: it answers what every server does, and hands on what
// it cannot.
type hall struct {
	desk    *desk
	frames  chan wire.Frame // answers, data and what is wrong
	entered chan wire.Codec
	running sync.WaitGroup
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{desk: newDesk(), frames: make(chan wire.Frame, 100), entered: make(chan wire.Codec, 100)}
	// Registered first, so that it comes last: when all is closed.
	t.Cleanup(h.running.Wait)
	return h
}

// listen serves the protocol on a port of its own, which it gives.
func (h *hall) listen(t *testing.T, p wire.Protocol) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	h.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			h.running.Go(func() { h.serve(t, p, conn) })
		}
	})
	return l.Addr().(*net.TCPAddr).Port
}

func (h *hall) serve(t *testing.T, p wire.Protocol, conn net.Conn) {
	t.Helper()
	h.desk.mu.Lock()
	h.desk.known[conn.RemoteAddr().String()] = true
	h.desk.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	codec, err := p.Accept(ctx, conn, h.desk)
	if err != nil {
		conn.Close()
		return
	}
	greet(codec)
	h.entered <- codec
	for {
		f, err := codec.Read()
		if err != nil {
			return
		}
		if f.Kind == wire.Answer || f.Kind == wire.Data || f.Kind == wire.Wrong {
			h.frames <- f
		}
		if f.ID == "" || f.Kind == wire.Answer {
			continue
		}
		if err := say(codec, h.reply(f)); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func (h *hall) reply(f wire.Frame) wire.Frame {
	a := wire.Frame{Kind: wire.Answer, Of: f.Kind, ID: f.ID}
	switch {
	case f.Kind == wire.Wrong:
		a.Err = f.Err
	case f.Kind == wire.Ping:
		a.Value = wire.Now()
	case f.Kind == wire.Request && f.Name == "THE_ANSWER":
		a.Value = value.List{value.Int(42), value.Str("towel")}
	case f.Kind == wire.Request:
		a.Err = fault.New(fault.NotFound, "there is no request %s", f.Name)
	case f.Kind == wire.Command && f.Name == "s.greet" && len(f.Args) == 1:
		a.Text = "Hello " + value.Text(f.Args[0]) + "!"
	case f.Kind == wire.Command:
		a.Err = fault.New(fault.NotFound, "No Servercommand '%s' available", f.Name)
	}
	return a
}

func say(codec wire.Codec, f wire.Frame) error {
	data, err := codec.Append(nil, f)
	if err != nil {
		return err
	}
	_, err = codec.Write(data)
	return err
}

// A client in Python, as the specification has it, and our codec.
func TestPythonClient(t *testing.T) {
	h := newHall(t)
	h.desk.info.Socks = []wire.Sock{{Name: "Maindata", Port: h.listen(t, localthings.DataProtocol{}), ConnectNew: true}}
	dataport := h.desk.info.Socks[0].Port
	port := h.listen(t, localthings.Protocol{})
	p := localthingstest.Start(t)
	frame := func() wire.Frame {
		t.Helper()
		select {
		case f := <-h.frames:
			return f
		case <-time.After(10 * time.Second):
			t.Fatal("no frame came")
			return wire.Frame{}
		}
	}
	same := func(got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}

	same(p.Do("connect", "client_1", "127.0.0.1", port), "Connected")
	server, data := <-h.entered, <-h.entered
	if _, isServer := server.(wire.Raw); !isServer {
		t.Error("a channel's handler cannot have the connection")
	}
	same(p.Want("command"), "newdatasock")
	for _, line := range []string{"Connected to Demoserver", "Registered as 'client_1'", "Type 's.help()' for more information"} {
		same(p.Want("message"), line)
	}

	// Messages and commands, on either connection, and two in one write.
	p.Do("message", port, "Hello server!")
	same(p.Want("message"), "\x1b[3mReceived:\x1b[0m Hello server!")
	p.Do("message", dataport, "through <$SEP$> maindata")
	same(p.Want("message"), "\x1b[3mReceived:\x1b[0m through <$SEP$> maindata")
	p.Do("message", port, "s.greet( World )")
	same(p.Want("message"), "Hello World!")
	p.Do("message", port, "s.nosuch()")
	same(p.Want("message"), "No Servercommand 's.nosuch' available")
	packet := "pickle.dumps([%d, 0, 0, pickle.dumps('s.greet(%s)')]) + b'<$SEP$>'"
	two := strings.ReplaceAll(packet, "%d", "1") + " + " + strings.ReplaceAll(packet, "%d", "2")
	p.Do("raw", port, strings.Replace(strings.Replace(two, "%s", "one", 1), "%s", "two", 1))
	same(p.Want("message"), "Hello one!")
	same(p.Want("message"), "Hello two!")
	long := strings.Repeat("ö<$SEP$>", 20000)
	p.Do("message", port, long)
	same(p.Want("message"), "\x1b[3mReceived:\x1b[0m "+long)

	// What no server understands: shown there, answered or not, and no harm.
	p.Do("value", port, "[1, 2, (3, {4}, b'5')]")
	if f := frame(); f.Kind != wire.Data || value.Repr(f.Value) != "[1, 2, (3, {4}, b'5')]" {
		t.Errorf("a list came as %+v", f)
	}
	p.Do("value", port, "Client")
	if f := frame(); f.Kind != wire.Wrong || f.Err.Code != fault.Denied {
		t.Errorf("a class came as %+v", f)
	}
	if text, _ := p.Want("message").(string); !strings.Contains(text, `"__main__.Client"`) {
		t.Errorf("who sent a class reads %q", text)
	}

	// Requests of the client.
	same(p.Do("request", port, "THE_ANSWER"), []any{42.0, "towel"})
	same(p.Do("request", dataport, "THE_ANSWER"), []any{42.0, "towel"})
	same(p.Do("request", port, "NOTHING"), "No requestable 'NOTHING'")
	if now, ok := p.Do("request", port, "PING").(float64); !ok || now < 1e9 {
		t.Errorf("the clock is %v", now)
	}
	if told, ok := p.Do("request", port, "SERVERDATA").(map[string]any); !ok || told["servername"] != "Demoserver" {
		t.Errorf("SERVERDATA is %v", told)
	}

	// Requests and commands of the server.
	p.Do("learn")
	if err := say(server, wire.Frame{Kind: wire.Command, Name: "changename", Args: textsOf("better name")}); err != nil {
		t.Fatal(err)
	}
	same(p.Want("command"), "changename")
	for _, codec := range []wire.Codec{server, data} {
		for _, f := range []wire.Frame{{Kind: wire.Ping, ID: "1"}, {Kind: wire.Request, ID: "2", Name: "CLIENTDATA"}, {Kind: wire.Request, ID: "3", Name: "NOTHING"}, {Kind: wire.Request, ID: "4", Name: "BIG"}} {
			if err := say(codec, f); err != nil {
				t.Fatal(err)
			}
			got := frame()
			if got.Kind != wire.Answer || got.ID != f.ID || got.Of != f.Kind {
				t.Errorf("%+v is answered by %+v", f, got)
			}
			text := value.Text(got.Value)
			switch f.ID {
			case "2":
				if !strings.Contains(text, "'username': 'better name'") {
					t.Errorf("CLIENTDATA is %s", text)
				}
			case "3":
				same(text, "None")
			case "4":
				same(text, strings.Repeat("<$SEP$>", 3000))
			}
		}
	}
	if err := say(server, wire.Frame{Kind: wire.Message, Body: []byte(long)}); err != nil {
		t.Fatal(err)
	}
	same(p.Want("message"), long)

	// The end: told to disconnect, it ends all its connections.
	if err := server.Close(fault.New(fault.Closed, "You got kicked by 'chief'")); err != nil {
		t.Error(err)
	}
	same(p.Want("message"), "You got kicked by 'chief'")
	same(p.Want("command"), "disconnect")
	p.Want("ended")
	p.Want("ended")
}

func TestPythonFinderAndSubserver(t *testing.T) {
	h := newHall(t)
	port := h.listen(t, localthings.Protocol{})
	p := localthingstest.Start(t)
	if got := p.Do("connect", "", "127.0.0.1", port, "SERVERFINDER"); got != "found" {
		t.Errorf("a finder: %v", got)
	}
	if got := p.Do("connect", "barn", "127.0.0.1", port, "SUBSERVER"); got != "Connected" {
		t.Errorf("a subserver: %v", got)
	}
	(<-h.entered).Close(nil)
	p.Want("ended")
	if len(h.desk.entered) != 1 || h.desk.entered[0].Role != wire.Subserver {
		t.Errorf("the desk was told %+v", h.desk.entered)
	}
}
