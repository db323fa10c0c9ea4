package localthings_test

import (
	"errors"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
	"althing/wire/localthings"
)

// registered gives a server's codec and the raw connection of its client.
func registered(t testing.TB, d *desk) (wire.Codec, net.Conn) {
	t.Helper()
	near, far := pair(t)
	done := accept(t, localthings.Protocol{}, near, d)
	write(t, far, "clientsocket")
	read(t, far)
	write(t, far, "CLIENT|6.26.136")
	read(t, far)
	write(t, far, pickled(dict(t, map[string]any{"username": "client_1"})))
	read(t, far)
	write(t, far, "continue")
	a := <-done
	if a.err != nil {
		t.Fatal(a.err)
	}
	read(t, far)
	return a.codec, far
}

// packed is a value as one packet, as a client sends it.
func packed(v value.Value) string {
	data := strings.ReplaceAll(pickled(v), "<$SEP$>", "<$-$SEP$-$>")
	return pickled(value.List{value.Str("id"), value.Int(0), value.Int(0), value.Bytes(data)}) + "<$SEP$>"
}

func list(items ...value.Value) value.Value { return value.List(items) }

func textsOf(items ...string) []value.Value {
	var all []value.Value
	for _, item := range items {
		all = append(all, value.Str(item))
	}
	return all
}

const (
	request = value.Str("<$REQUEST$>")
	command = value.Str("<$COMMAND$>")
	asked   = value.Str("request")
	answer  = value.Str("answer")
)

func TestServerReads(t *testing.T) {
	d := newDesk()
	codec, far := registered(t, d)
	for _, test := range []struct {
		v    value.Value
		want wire.Frame
	}{
		{value.Str("Hello server!"), wire.Frame{Kind: wire.Message, ID: "Hello server!", Body: []byte("Hello server!")}},
		{value.Str("a<$SEP$>b"), wire.Frame{Kind: wire.Message, ID: "a<$SEP$>b", Body: []byte("a<$SEP$>b")}},
		{value.Str(""), wire.Frame{Kind: wire.Message, Body: []byte{}}},
		{value.Str("s.help()"), wire.Frame{Kind: wire.Command, ID: "s.help", Name: "s.help"}},
		{value.Str("s.greet( World )"), wire.Frame{Kind: wire.Command, ID: "s.greet", Name: "s.greet", Args: textsOf("World"), Text: "World"}},
		{value.Str("s.x(a , b,c d,)"), wire.Frame{Kind: wire.Command, ID: "s.x", Name: "s.x", Args: textsOf("a", "b", "c d", ""), Text: "a , b,c d,"}},
		{value.Str("s.sethigherserver('10.0.0.1', 4003)"), wire.Frame{Kind: wire.Command, ID: "s.sethigherserver", Name: "s.sethigherserver", Args: textsOf("'10.0.0.1'", "4003"), Text: "'10.0.0.1', 4003"}},
		{value.Str("ö.x(f(y))"), wire.Frame{Kind: wire.Command, ID: "ö.x", Name: "ö.x", Args: textsOf("f(y)"), Text: "f(y)"}},
		{value.Str("so.help()"), wire.Frame{Kind: wire.Message, ID: "so.help()", Body: []byte("so.help()")}},
		{value.Str("s.help() "), wire.Frame{Kind: wire.Message, ID: "s.help() ", Body: []byte("s.help() ")}},
		{value.Str("s.help"), wire.Frame{Kind: wire.Message, ID: "s.help", Body: []byte("s.help")}},
		{list(request, asked, value.Int(7), value.Str("TIME")), wire.Frame{Kind: wire.Request, ID: `[7,"TIME"]`, Name: "TIME"}},
		{value.Tuple{request, asked, value.Str("7"), value.Str("PING")}, wire.Frame{Kind: wire.Ping, ID: `["7","PING"]`}},
		{list(request, answer, value.Str("r12"), value.Int(1)), wire.Frame{Kind: wire.Answer, Of: wire.Request, ID: "12", Value: value.Int(1)}},
		{list(request, answer, value.Str("p12"), value.Float(1)), wire.Frame{Kind: wire.Answer, Of: wire.Ping, ID: "12", Value: value.Float(1)}},
		{list(value.Int(1), value.Int(2)), wire.Frame{Kind: wire.Data, Value: list(value.Int(1), value.Int(2))}},
		{list(command, value.Str("x"), value.None{}), wire.Frame{Kind: wire.Data, Value: list(command, value.Str("x"), value.None{})}},
		{value.None{}, wire.Frame{Kind: wire.Data, Value: value.None{}}},
	} {
		write(t, far, packed(test.v))
		got, err := codec.Read()
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s is\n%+v, want\n%+v", value.Repr(test.v), got, test.want)
		}
	}
}

// Each of these is told to its sender, and the connection goes on.
func TestServerReadsWhatIsWrong(t *testing.T) {
	codec, far := registered(t, newDesk())
	for _, test := range []struct {
		name, data string
		want       fault.Code
	}{
		{"garbage", "hello<$SEP$>", fault.Invalid},
		{"an empty packet", "<$SEP$>", fault.Invalid},
		{"no packet", pickled(value.Int(1)) + "<$SEP$>", fault.Invalid},
		{"no pickle in the packet", pickled(list(value.Int(0), value.Int(0), value.Int(0), value.Bytes("x"))) + "<$SEP$>", fault.Invalid},
		{"more than a pickle", pickled(list(value.Int(0), value.Int(0), value.Int(0), value.Bytes(pickled(value.Int(1))+"x"))) + "<$SEP$>", fault.Invalid},
		{"a global", pickled(list(value.Int(0), value.Int(0), value.Int(0), value.Bytes("cos\nsystem\n."))) + "<$SEP$>", fault.Denied},
		{"a global around it", "cos\nsystem\n.<$SEP$>", fault.Denied},
		{"an answer to nothing", packed(list(request, answer, value.Str("x1"), value.Int(1))), fault.Invalid},
		{"an answer to a number", packed(list(request, answer, value.Int(1), value.Int(1))), fault.Invalid},
		{"a request for a number", packed(list(request, asked, value.Int(1), value.Int(1))), fault.Invalid},
		{"a request with a long id", packed(list(request, asked, value.Str(strings.Repeat("x", 200)), value.Str("x"))), fault.Invalid},
		{"too many arguments", "", fault.Limit},
	} {
		if test.data == "" {
			test.data = manyPackets(value.Str("s.x(" + strings.Repeat(",", wire.MaxArgs) + ")"))
		}
		write(t, far, test.data)
		got, err := codec.Read()
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if got.Kind != wire.Wrong || got.ID == "" || got.Err.Code != test.want {
			t.Errorf("%s is %+v, want code %s", test.name, got, test.want)
		}
		if global := strings.HasPrefix(test.name, "a global"); global != errors.Is(got.Err, pickle.ErrGlobal) {
			t.Errorf("%s: %v", test.name, got.Err)
		}
		said, err := codec.Append(nil, wire.Frame{Kind: wire.Answer, Of: wire.Wrong, ID: got.ID, Err: got.Err})
		if err != nil || texts(values(t, string(said))) != got.Err.Message {
			t.Errorf("%s: its sender reads %q, %v", test.name, said, err)
		}
	}
	write(t, far, packed(value.Str("still here")))
	if f, err := codec.Read(); err != nil || string(f.Body) != "still here" {
		t.Errorf("%+v, %v", f, err)
	}
}

// manyPackets is a value of any size as a client sends it, last packet first.
func manyPackets(v value.Value) string {
	var packets []string
	parts := slices.Collect(slices.Chunk([]byte(pickled(v)), 500))
	for i, part := range parts {
		packets = append(packets, pickled(list(value.Str("long"), value.Int(i), value.Int(len(parts)-1), value.Bytes(part)))+"<$SEP$>")
	}
	slices.Reverse(packets)
	return strings.Join(packets, "")
}

func TestTooMuchEndsTheConnection(t *testing.T) {
	for _, test := range []struct{ name, data string }{
		{"no separator", strings.Repeat("x", 20000)},
		{"more than a value may have", pickled(list(value.Int(0), value.Int(0), value.Int(1<<50), value.Bytes("x"))) + "<$SEP$>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			codec, far := registered(t, newDesk())
			write(t, far, test.data)
			f, err := codec.Read()
			if !fault.Is(err, fault.Limit) {
				t.Fatalf("%+v, %v", f, err)
			}
		})
	}
}

func TestServerSays(t *testing.T) {
	d := newDesk()
	codec, _ := registered(t, d)
	event := func(name, key string, v any) wire.Frame {
		return wire.Frame{Kind: wire.Event, Name: name, Value: dict(t, map[string]any{key: v})}
	}
	for _, test := range []struct {
		f    wire.Frame
		want string
	}{
		{wire.Frame{Kind: wire.Message, Body: []byte("Hello client!")}, "'Hello client!'"},
		{wire.Frame{Kind: wire.Message, From: "Demoserver", Body: []byte("Hello")}, "'Hello'"},
		{wire.Frame{Kind: wire.Message, From: "barn", Body: []byte("Hello")}, "'barn: Hello'"},
		{wire.Frame{Kind: wire.Message, Body: []byte("<$SEP$>")}, "'<$SEP$>'"},
		{wire.Frame{Kind: wire.Message, Body: []byte("\xff")}, `b'\xff'`},
		{wire.Frame{Kind: wire.Command, ID: "1", Name: "changename", Args: textsOf("better name")}, "['<$COMMAND$>', 'changename', ['better name']]"},
		{wire.Frame{Kind: wire.Command, Name: "disconnect"}, "['<$COMMAND$>', 'disconnect', []]"},
		{wire.Frame{Kind: wire.Request, ID: "12", Name: "CLIENTDATA"}, "['<$REQUEST$>', 'request', 'r12', 'CLIENTDATA']"},
		{wire.Frame{Kind: wire.Ping, ID: "12"}, "['<$REQUEST$>', 'request', 'p12', 'PING']"},
		{wire.Frame{Kind: wire.Ping}, ""},
		{wire.Frame{Kind: wire.Answer, Of: wire.Request, ID: `[7,"TIME"]`, Value: value.Float(1.5)}, "['<$REQUEST$>', 'answer', 7, 1.5]"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Request, ID: `["7","TIME"]`}, "['<$REQUEST$>', 'answer', '7', None]"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Request, ID: `[7,"X"]`, Err: fault.New(fault.NotFound, "no")}, "['<$REQUEST$>', 'answer', 7, \"No requestable 'X'\"]"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Request, ID: `[7,"X"]`, Err: fault.New(fault.Timeout, "too late")}, "['<$REQUEST$>', 'answer', 7, 'too late']"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Ping, ID: `[7,"PING"]`, Value: value.Float(2)}, "['<$REQUEST$>', 'answer', 7, 2.0]"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Message, ID: "Hello"}, `'\x1b[3mReceived:\x1b[0m Hello'`},
		{wire.Frame{Kind: wire.Answer, Of: wire.Message, ID: "Hello", Err: fault.New(fault.Denied, "You are muted")}, "'You are muted'"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Command, ID: "s.x", Text: "Hello!"}, "'Hello!'"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Command, ID: "s.x", Value: value.Int(42)}, "'42'"},
		{wire.Frame{Kind: wire.Answer, Of: wire.Command, ID: "s.x", Value: value.None{}}, ""},
		{wire.Frame{Kind: wire.Answer, Of: wire.Command, ID: "s.x"}, ""},
		{event(wire.EventRenamed, wire.KeyName, "new"), "['<$COMMAND$>', 'changename', ['new']]"},
		{event(wire.EventLayer, wire.KeyLayer, 3), "['<$COMMAND$>', 'setlayer', [3]]"},
		{event(wire.EventMoved, wire.KeyAddress, "10.0.0.1:4001"), "['<$COMMAND$>', 'connect', ['10.0.0.1', 4001]]"},
		{event(wire.EventChannel, wire.KeyPort, 3995), "['<$COMMAND$>', 'newdatasock', [('127.0.0.1', 3995)]]"},
		{event("muted", "by", "chief"), ""},
		{wire.Frame{Kind: wire.Wrong, Err: fault.New(fault.Invalid, "no")}, ""},
		{wire.Frame{Kind: wire.Data, Value: list(value.Int(1), value.Bool(false))}, "[1, False]"},
	} {
		data, err := codec.Append([]byte("before"), test.f)
		if err != nil {
			t.Errorf("%+v: %v", test.f, err)
			continue
		}
		got := ""
		if data = data[len("before"):]; len(data) > 0 {
			got = value.Repr(values(t, string(data))[0])
		}
		if got != test.want {
			t.Errorf("%+v is said as\n%s, want\n%s", test.f, got, test.want)
		}
	}
}

func TestServerCannotSay(t *testing.T) {
	codec, _ := registered(t, newDesk())
	for _, f := range []wire.Frame{
		{Kind: wire.Call, ID: "1", Name: "registry.get"},
		{Kind: wire.Request, ID: "1", Name: "X", Args: textsOf("a")},
		{Kind: wire.Data, Value: list(command, value.Str("disconnect"), list())},
		{Kind: wire.Data, Value: value.Tuple{request, answer, value.Str("r1"), value.Int(1)}},
		{Kind: wire.Message, Body: []byte("<$-$SEP$-$>")},
		{Kind: wire.Message, Body: make([]byte, 2<<20)},
		{Kind: wire.Event, Name: wire.EventMoved, Value: dict(t, map[string]any{wire.KeyAddress: "nowhere"})},
	} {
		if data, err := codec.Append([]byte("before"), f); err == nil || string(data) != "before" {
			t.Errorf("%.80s is said: %.80q, %v", fmt.Sprintf("%+v", f), data, err)
		}
	}
}

// What is sent to many is made once.
func TestForm(t *testing.T) {
	d := newDesk()
	one, _ := registered(t, d)
	two, far := registered(t, d)
	if one.Form() != two.Form() {
		t.Fatalf("%q and %q", one.Form(), two.Form())
	}
	for _, body := range []string{"first", "second"} {
		data, err := one.Append(nil, wire.Frame{Kind: wire.Message, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := two.Write(data); err != nil {
			t.Fatal(err)
		}
		if got := texts(values(t, read(t, far))); got != body {
			t.Errorf("it reads %q", got)
		}
	}
}

func TestServerSaysGoodbye(t *testing.T) {
	for _, test := range []struct {
		name   string
		before []wire.Frame
		reason *fault.Error
		want   string
	}{
		{"without a reason", nil, nil, "['<$COMMAND$>', 'disconnect', []]"},
		{"with a reason", nil, fault.New(fault.Closed, "You got kicked by 'y'"), "You got kicked by 'y'\n['<$COMMAND$>', 'disconnect', []]"},
		{"to one that was sent elsewhere", []wire.Frame{{Kind: wire.Event, Name: wire.EventMoved, Value: dict(t, map[string]any{wire.KeyAddress: "10.0.0.1:4000"})}}, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			codec, far := registered(t, newDesk())
			for _, f := range test.before {
				if _, err := codec.Append(nil, f); err != nil {
					t.Fatal(err)
				}
			}
			closed := make(chan error, 1)
			go func() { closed <- codec.Close(test.reason) }()
			got := read(t, far)
			if test.want != "" {
				got = texts(values(t, got))
			}
			if got != test.want {
				t.Errorf("it reads %q, want %q", got, test.want)
			}
			far.Close()
			if err := <-closed; err != nil {
				t.Error(err)
			}
		})
	}
}
