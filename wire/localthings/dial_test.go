package localthings_test

import (
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/localthings"
)

// dialled gives both codecs of a connection.
func dialled(t testing.TB, d *desk, hello wire.Hello) (server, client wire.Codec, welcome wire.Welcome) {
	t.Helper()
	near, far := pair(t)
	done := accept(t, localthings.Protocol{}, near, d)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	client, welcome, err := localthings.Protocol{}.Dial(ctx, far, hello)
	if err != nil {
		t.Fatal(err)
	}
	a := <-done
	if a.err != nil {
		t.Fatal(a.err)
	}
	return a.codec, client, welcome
}

// A client of ours and a server of ours, both ways.
func TestDial(t *testing.T) {
	d := newDesk()
	d.info.Higher = "10.0.0.1:4000"
	d.info.Socks = []wire.Sock{{Name: "Maindata", Port: 3999, ConnectNew: true}}
	hello := wire.Hello{Role: wire.Subserver, Name: "barn", Description: "a barn", Commands: []string{"lamp"}, Requests: []string{"LISTNETWORK"}, Address: "10.0.0.2:4001"}
	server, client, w := dialled(t, d, hello)

	got := d.entered[0]
	want := hello
	want.Version = "6.26.136"
	want.Commands = []string{"changename", "setlayer", "updateserverdata", "disconnect", "connect", "newdatasock", "lamp"}
	want.Requests = []string{"PING", "CLIENTDATA", "LISTNETWORK"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the desk was told\n%+v, want\n%+v", got, want)
	}
	info := w.Server
	if w.Name != "barn" || w.Resume == "" || info.Name != "Demoserver" || info.Layer != 2 || info.Higher != "10.0.0.1:4000" ||
		!info.Started.Equal(d.info.Started) || !slices.Equal(info.Commands, d.info.Commands) ||
		!slices.Equal(info.Socks, []wire.Sock{{Name: "Maindata", Port: 3999}}) || info.Limits.Name != 16 {
		t.Errorf("the client was told %+v", w)
	}

	from, to := server, client
	say := func(f wire.Frame) wire.Frame {
		t.Helper()
		data, err := from.Append(nil, f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := from.Write(data); err != nil {
			t.Fatal(err)
		}
		got, err := to.Read()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	check := func(got wire.Frame, want wire.Frame) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%+v, want\n%+v", got, want)
		}
	}
	event := func(name, key string, v any) wire.Frame {
		return wire.Frame{Kind: wire.Event, Name: name, Value: dict(t, map[string]any{key: v})}
	}

	// The greeting, and then what a server says.
	if _, err := client.Read(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if f, err := client.Read(); err != nil || f.Kind != wire.Message || f.ID != "" {
			t.Fatalf("%+v, %v", f, err)
		}
	}
	check(say(wire.Frame{Kind: wire.Message, Body: []byte("Hello")}), wire.Frame{Kind: wire.Message, Body: []byte("Hello")})
	check(say(wire.Frame{Kind: wire.Command, Name: "lamp", Args: textsOf("red")}), wire.Frame{Kind: wire.Command, Name: "lamp", Args: textsOf("red")})
	check(say(event(wire.EventRenamed, wire.KeyName, "shed")), event(wire.EventRenamed, wire.KeyName, "shed"))
	check(say(event(wire.EventLayer, wire.KeyLayer, 3)), event(wire.EventLayer, wire.KeyLayer, 3))
	check(say(event(wire.EventMoved, wire.KeyAddress, "10.0.0.1:1")), event(wire.EventMoved, wire.KeyAddress, "10.0.0.1:1"))
	check(say(event(wire.EventChannel, wire.KeyPort, 3995)), event(wire.EventChannel, wire.KeyAddress, "127.0.0.1:3995"))
	if f := say(wire.Frame{Kind: wire.Event, Name: wire.EventServer}); f.Kind != wire.Event || f.Name != wire.EventServer {
		t.Errorf("the server's data came as %+v", f)
	}
	asked := say(wire.Frame{Kind: wire.Request, ID: "5", Name: "CLIENTDATA"})

	// And what a client says.
	from, to = client, server
	own := say(wire.Frame{Kind: wire.Answer, Of: wire.Request, ID: asked.ID, Err: fault.New(fault.NotFound, "no")})
	if own.ID != "5" || !strings.Contains(value.Repr(own.Value), "'username': 'shed'") {
		t.Errorf("CLIENTDATA is %+v", own)
	}
	check(say(wire.Frame{Kind: wire.Message, Body: []byte("Hello")}), wire.Frame{Kind: wire.Message, ID: "Hello", Body: []byte("Hello")})
	check(say(wire.Frame{Kind: wire.Command, ID: "6", Name: "s.greet", Args: []value.Value{value.Str("a"), value.Int(7)}}),
		wire.Frame{Kind: wire.Command, ID: "s.greet", Name: "s.greet", Args: textsOf("a", "7"), Text: "a, 7"})
	ping := say(wire.Frame{Kind: wire.Ping, ID: "7"})
	serverdata := say(wire.Frame{Kind: wire.Request, ID: "8", Name: "SERVERDATA"})

	from, to = server, client
	check(say(wire.Frame{Kind: wire.Answer, Of: wire.Ping, ID: ping.ID, Value: value.Float(5)}), wire.Frame{Kind: wire.Answer, Of: wire.Ping, ID: "7", Value: value.Float(5)})
	told := say(wire.Frame{Kind: wire.Answer, Of: wire.Request, ID: serverdata.ID, Err: fault.New(fault.NotFound, "no")})
	if told.ID != "8" || !strings.Contains(value.Repr(told.Value), "'servername': 'Demoserver'") {
		t.Errorf("SERVERDATA is %+v", told)
	}
}

func TestClientIsDisconnected(t *testing.T) {
	server, client, _ := dialled(t, newDesk(), wire.Hello{Name: "barn"})
	closed := make(chan error, 1)
	go func() { closed <- server.Close(nil) }()
	for {
		if _, err := client.Read(); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			break
		}
	}
	if err := client.Close(nil); err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestClientCannotSay(t *testing.T) {
	_, client, _ := dialled(t, newDesk(), wire.Hello{Name: "barn"})
	for _, f := range []wire.Frame{
		{Kind: wire.Command, Name: "s.greet", Args: textsOf("a, b")},
		{Kind: wire.Command, Name: "greet"},
		{Kind: wire.Command, Name: "s.greet(x", Args: textsOf("a")},
		{Kind: wire.Message, To: "another", Body: []byte("Hello")},
		{Kind: wire.Request, ID: "1", To: "another", Name: "X"},
		{Kind: wire.Call, ID: "1", Name: "registry.get"},
	} {
		if data, err := client.Append(nil, f); err == nil || len(data) > 0 {
			t.Errorf("%+v is said: %q", f, data)
		}
	}
}

func TestDialRefuses(t *testing.T) {
	good := dict(t, map[string]any{"separator": "<$SEP$>", "max_datasize": 1024})
	for _, test := range []struct {
		name  string
		steps []string // of the server, each after the client's
		code  fault.Code
	}{
		{"not suited", []string{"unsuited sockettype"}, fault.Denied},
		{"something else", []string{"HTTP/1.1 400 Bad Request\r\n"}, fault.Denied},
		{"no dict", []string{"suited sockettype", pickled(value.Int(1))}, fault.Invalid},
		{"another separator", []string{"suited sockettype", pickled(dict(t, map[string]any{"separator": "|", "max_datasize": 1024}))}, fault.Invalid},
		{"small packets", []string{"suited sockettype", pickled(dict(t, map[string]any{"separator": "<$SEP$>", "max_datasize": 10}))}, fault.Invalid},
		{"a global", []string{"suited sockettype", "cos\nsystem\n."}, fault.Denied},
		{"a name without end", []string{"suited sockettype", pickled(good), strings.Repeat("x", 8000)}, fault.Limit},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := pair(t)
			go func() {
				buf := make([]byte, 4096)
				for _, step := range test.steps {
					if _, err := near.Read(buf); err != nil {
						return
					}
					_, _ = io.WriteString(near, step)
				}
			}()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if _, _, err := (localthings.Protocol{}).Dial(ctx, far, wire.Hello{Name: "x"}); !fault.Is(err, test.code) {
				t.Errorf("%v, want code %s", err, test.code)
			}
		})
	}
}

func TestDialData(t *testing.T) {
	d := newDesk()
	near, far := pair(t)
	d.known["127.0.0.1:5000"] = true
	done := accept(t, localthings.DataProtocol{}, near, d)
	client, _, err := localthings.DataProtocol{}.Dial(t.Context(), far, wire.Hello{Name: "barn", Resume: "127.0.0.1:5000"})
	if err != nil {
		t.Fatal(err)
	}
	a := <-done
	if a.err != nil {
		t.Fatal(a.err)
	}
	data, err := client.Append(nil, wire.Frame{Kind: wire.Message, Body: []byte("by the channel")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Write(data); err != nil {
		t.Fatal(err)
	}
	if f, err := a.codec.Read(); err != nil || string(f.Body) != "by the channel" {
		t.Errorf("%+v, %v", f, err)
	}
	// A channel is closed without a word: disconnect would be obeyed by the whole client.
	if err := a.codec.Close(fault.New(fault.Closed, "the channel is closed")); err != nil {
		t.Error(err)
	}
	if _, err := client.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("%v, want the end", err)
	}
}
