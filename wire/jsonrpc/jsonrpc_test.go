package jsonrpc_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/fault"
	"althing/value"
	"althing/wire"
	"althing/wire/jsonrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk registers everybody but those named "nobody".
type desk struct{ entered wire.Hello }

func (d *desk) Info() wire.Info {
	return wire.Info{
		Name: "tester", Description: "a server", Version: "1", Layer: 2, Path: "top/tester",
		Commands: []string{"s.greet"}, Requests: []string{"TIME"},
		Limits:  wire.Limits{Message: 1000, Name: 16},
		Started: time.Unix(1000, 5e8),
	}
}

func (d *desk) Status() (value.Value, error) { return value.Str("well"), nil }

func (d *desk) Enter(h wire.Hello) (wire.Welcome, error) {
	if h.Name == "nobody" {
		return wire.Welcome{}, fault.New(fault.Denied, "nobody may not enter")
	}
	d.entered = h
	return wire.Welcome{ID: "42", Name: h.Name, Resume: "token", Server: d.Info()}, nil
}

func (d *desk) Attach(string) (wire.Welcome, error) {
	return wire.Welcome{}, fault.New(fault.NotFound, "no channels")
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

func accept(t testing.TB, near net.Conn, d wire.Desk) <-chan accepted {
	t.Helper()
	done := make(chan accepted, 1)
	go func() {
		c, err := jsonrpc.Lines{}.Accept(t.Context(), near, d)
		if err == nil {
			_, err = c.Write(c.(wire.Greeter).Greeting())
		}
		done <- accepted{c, err}
	}()
	return done
}

// registered gives a server's codec and the raw connection of its client.
func registered(t testing.TB) (wire.Codec, net.Conn, *bufio.Reader) {
	t.Helper()
	near, far := pair(t)
	done := accept(t, near, &desk{})
	io.WriteString(far, `{"jsonrpc":"2.0","id":1,"method":"register"}`+"\n")
	in := bufio.NewReader(far)
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	a := <-done
	if a.err != nil {
		t.Fatal(a.err)
	}
	return a.codec, far, in
}

func TestRegistration(t *testing.T) {
	near, far := pair(t)
	d := &desk{}
	done := accept(t, near, d)
	in := bufio.NewReader(far)
	for _, exchange := range []struct{ send, want string }{
		{`{"jsonrpc":"2.0","id":"s","method":"status"}`, `{"jsonrpc":"2.0","id":"s","result":"well"}`},
		{`rubbish`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"wrong JSON at byte 1: expected a value","data":{"code":"invalid"}}}`},
		{`7`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"expected an object","data":{"code":"invalid"}}}`},
		{`{"jsonrpc":"2.0","id":2,"method":"eval","params":{"text":"1"}}`, `{"jsonrpc":"2.0","id":2,"error":{"code":-32001,"message":"register first","data":{"code":"denied"}}}`},
		{`{"jsonrpc":"2.0","id":3,"method":"register","params":{"name":"nobody"}}`, `{"jsonrpc":"2.0","id":3,"error":{"code":-32001,"message":"nobody may not enter","data":{"code":"denied"}}}`},
		{`{"jsonrpc":"2.0","id":4,"method":"register","params":{"name":5}}`, `{"jsonrpc":"2.0","id":4,"error":{"code":-32602,"message":"name is a text, not int","data":{"code":"invalid"}}}`},
		{
			`{"jsonrpc":"2.0","id":5,"method":"register","params":{"name":"lamp","key":"k","commands":["on"],"resume":null}}`,
			`{"jsonrpc":"2.0","id":5,"result":{"id":"42","name":"lamp","resume":"token","server":{"name":"tester","version":"1","description":"a server","layer":2,"path":"top/tester","commands":["s.greet"],"requests":["TIME"],"limits":{"message":1000,"name":16},"started":1000.5}}}`,
		},
	} {
		io.WriteString(far, exchange.send+"\n")
		got, err := in.ReadString('\n')
		if err != nil || got != exchange.want+"\n" {
			t.Fatalf("%s was answered\n%serror %v, want\n%s", exchange.send, got, err, exchange.want)
		}
	}
	if a := <-done; a.err != nil {
		t.Fatal(a.err)
	}
	if want := (wire.Hello{Name: "lamp", Key: "k", Commands: []string{"on"}}); !reflect.DeepEqual(d.entered, want) {
		t.Errorf("entered %+v, want %+v", d.entered, want)
	}
}

func TestNoRegistration(t *testing.T) {
	near, far := pair(t)
	done := accept(t, near, &desk{})
	io.WriteString(far, strings.Repeat("rubbish\n", 1000))
	said, _ := io.ReadAll(far)
	if lines := bytes.Count(said, []byte{'\n'}); lines != 16 {
		t.Errorf("rubbish was answered %d times, want 16", lines)
	}
	far.Close()
	if a := <-done; !fault.Is(a.err, fault.Denied) {
		t.Errorf("accepted with %v", a.err)
	}
}

func TestDial(t *testing.T) {
	near, far := pair(t)
	d := &desk{}
	done := accept(t, near, d)
	hello := wire.Hello{
		Name: "sub", Description: "x", Version: "2", Commands: []string{"c"}, Requests: []string{"r"},
		Key: "k", Resume: "t", Role: wire.Subserver, Address: "127.0.0.1:1",
	}
	_, welcome, err := jsonrpc.Lines{}.Dial(t.Context(), far, hello)
	if err != nil {
		t.Fatal(err)
	}
	<-done
	if !reflect.DeepEqual(d.entered, hello) {
		t.Errorf("entered %+v, want %+v", d.entered, hello)
	}
	if want := (wire.Welcome{ID: "42", Name: "sub", Resume: "token", Server: d.Info()}); !reflect.DeepEqual(welcome, want) {
		t.Errorf("welcomed %+v, want %+v", welcome, want)
	}
}

func TestDialRefused(t *testing.T) {
	near, far := pair(t)
	done := accept(t, near, &desk{})
	_, _, err := jsonrpc.Lines{}.Dial(t.Context(), far, wire.Hello{Name: "nobody"})
	if !fault.Is(err, fault.Denied) {
		t.Errorf("refused with %v", err)
	}
	far.Close()
	<-done
}

// TestFrames sends every kind of frame, and reads it back.
func TestFrames(t *testing.T) {
	near, far, _ := registered(t)
	_ = far
	client := dialled(t)
	dict, _ := value.NewDict([]value.Pair{{Key: value.Str("key"), Value: value.Tuple{value.Int(1)}}})
	for _, f := range []wire.Frame{
		{Kind: wire.Message, Body: []byte("hello \"world\"\n\u2603")},
		{Kind: wire.Message, Body: []byte{0, 0xff}, From: "a", To: "b", MessageID: "m1", ID: "9"},
		{Kind: wire.Message, Body: []byte{}, Headers: []wire.Header{{Name: "a", Value: "1"}, {Name: "b"}}},
		{Kind: wire.Message, Body: []byte{}, Headers: []wire.Header{{Name: "a", Value: "1"}, {Name: "a"}}},
		{Kind: wire.Command, Name: "s.greet", Args: []value.Value{value.Str("x"), value.Bytes("\x00")}, ID: "1"},
		{Kind: wire.Command, Name: "s.greet"},
		{Kind: wire.Request, Name: "TIME", To: "lamp", ID: "2"},
		{Kind: wire.Ping, ID: "3"},
		{Kind: wire.Event, Name: "muted", Value: value.Bool(true)},
		{Kind: wire.Call, Name: "registry.set", Value: dict, ID: "4"},
		{Kind: wire.Answer, Of: wire.Message, ID: "1"},
		{Kind: wire.Answer, Of: wire.Command, ID: "1", Text: "done", Value: value.Int(1)},
		{Kind: wire.Answer, Of: wire.Request, ID: "1", Value: value.None{}, Seconds: 0.25},
		{Kind: wire.Answer, Of: wire.Ping, ID: "1", Value: value.Float(1.5)},
		{Kind: wire.Answer, Of: wire.Call, ID: "1", Value: dict},
		{Kind: wire.Answer, Of: wire.Call, ID: "1", Err: fault.Python(fault.Conflict, "KeyError", "no")},
	} {
		line, err := near.Append(nil, f)
		if err != nil {
			t.Errorf("%+v: %v", f, err)
			continue
		}
		got := client.turn(t, line, f)
		if want := f; !reflect.DeepEqual(got, want) {
			t.Errorf("%s was read as\n%+v, want\n%+v", line, got, want)
		}
	}
}

// reading is a codec, and the connection by which it is fed.
type reading struct {
	codec wire.Codec
	feed  net.Conn
}

func dialled(t testing.TB) reading {
	t.Helper()
	codec, far, _ := registered(t)
	return reading{codec, far}
}

// turn reads a line as its receiver does. The id of a question is turned back
// into its sender's, and that of an answer into that of the question.
func (r reading) turn(t *testing.T, line []byte, f wire.Frame) wire.Frame {
	t.Helper()
	letter := map[wire.Kind]string{wire.Message: "m", wire.Command: "c", wire.Request: "r", wire.Ping: "p", wire.Call: "x"}
	if f.Kind == wire.Answer {
		line = bytes.Replace(line, []byte(`"id":1`), []byte(`"id":"`+letter[f.Of]+`1"`), 1)
	}
	if _, err := r.feed.Write(line); err != nil {
		t.Fatal(err)
	}
	got, err := r.codec.Read()
	if err != nil {
		t.Fatal(err)
	}
	if f.Kind != wire.Answer && f.ID != "" {
		if want := `"` + letter[f.Kind] + f.ID + `"`; got.ID != want {
			t.Errorf("the id of %s was read as %s, want %s", line, got.ID, want)
		}
		got.ID = f.ID
	}
	return got
}

func TestWhatCannotBeSaid(t *testing.T) {
	codec, _, _ := registered(t)
	for _, f := range []wire.Frame{
		{Kind: wire.Data, Value: value.Int(1)},
		{Kind: wire.Message, Headers: []wire.Header{{}}},
		{Kind: wire.Message, Headers: []wire.Header{{Name: "\xff"}}},
	} {
		if line, err := codec.Append([]byte("before"), f); string(line) != "before" || !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v was said as %s, %v", f, line, err)
		}
	}
}

func TestBatch(t *testing.T) {
	codec, far, in := registered(t)
	io.WriteString(far, `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"ping"},5,{"jsonrpc":"2.0","id":1,"method":"ping"}]`+"\n")
	var questions []wire.Frame
	for range 4 {
		f, err := codec.Read()
		if err != nil {
			t.Fatal(err)
		}
		if f.ID != "" {
			questions = append(questions, f)
		}
	}
	if len(questions) != 3 {
		t.Fatalf("%d questions, want 3", len(questions))
	}
	for i, f := range slices.Backward(questions) {
		line, err := codec.Append(nil, wire.Frame{Kind: wire.Answer, Of: wire.Ping, ID: f.ID, Err: f.Err, Value: value.Int(i)})
		if err != nil || (len(line) > 0) != (i == 0) {
			t.Errorf("after answer %d: %s, %v", i, line, err)
		}
		codec.Write(line)
		if extra, _ := codec.Append(nil, wire.Frame{Kind: wire.Answer, ID: "8\n9"}); len(extra) > 0 {
			t.Errorf("an answer to nothing: %s", extra)
		}
	}
	got, _ := in.ReadString('\n')
	want := `[{"jsonrpc":"2.0","id":1,"result":{"time":2}},` +
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"expected an object","data":{"code":"invalid"}}},` +
		`{"jsonrpc":"2.0","id":1,"result":{"time":0}}]` + "\n"
	if got != want {
		t.Errorf("the batch was answered\n%swant\n%s", got, want)
	}
}

// TestUnfinishedBatches: what is kept for batches that wait has one bound for the
// connection, and is free again when they are answered.
func TestUnfinishedBatches(t *testing.T) {
	codec, far, _ := registered(t)
	big := value.Str(strings.Repeat("x", 900_000))
	begin := func() (first, last string) {
		t.Helper()
		go io.WriteString(far, `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]`+"\n")
		f, err := codec.Read()
		g, err2 := codec.Read()
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		return f.ID, g.ID
	}
	answer := func(id string, v value.Value) string {
		t.Helper()
		line, err := codec.Append(nil, wire.Frame{Kind: wire.Answer, Of: wire.Call, ID: id, Value: v})
		if err != nil {
			t.Fatal(err)
		}
		return string(line)
	}
	const batches = 10
	var waiting []string
	for range batches {
		first, last := begin()
		answer(first, big)
		waiting = append(waiting, last)
	}
	kept, refused := 0, 0
	for _, id := range waiting {
		line := answer(id, value.Int(0))
		kept += len(line)
		refused += strings.Count(line, `"code":"limit"`)
	}
	if kept > 5<<20 || refused == 0 || refused >= batches {
		t.Errorf("%d bytes were kept, %d answers refused", kept, refused)
	}
	first, last := begin()
	answer(first, big)
	if line := answer(last, value.Int(0)); strings.Contains(line, "limit") {
		t.Error("what was answered still counts")
	}
}

func TestBatchTooLarge(t *testing.T) {
	codec, far, _ := registered(t)
	io.WriteString(far, "["+strings.Repeat("5,", 1000)+"5]\n")
	if f, err := codec.Read(); err != nil || f.Kind != wire.Wrong || f.Err.Code != fault.Limit {
		t.Errorf("1,001 objects: %+v, %v", f, err)
	}
}

func TestClose(t *testing.T) {
	codec, far, in := registered(t)
	done := make(chan error)
	go func() { done <- codec.Close(fault.New(fault.Closed, "the server is shutting down")) }()
	got, _ := in.ReadString('\n')
	want := `{"jsonrpc":"2.0","method":"event","params":{"kind":"closing","data":{"code":"closed","message":"the server is shutting down"}}}` + "\n"
	if got != want {
		t.Errorf("goodbye is %s, want %s", got, want)
	}
	if _, err := in.ReadString('\n'); !errors.Is(err, io.EOF) {
		t.Errorf("after goodbye: %v", err)
	}
	far.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestClaims(t *testing.T) {
	for _, test := range []struct {
		first string
		want  wire.Match
	}{
		{"", wire.More}, {" \r\n", wire.More}, {`{"j`, wire.Yes}, {"\n[", wire.Yes}, {"GET /", wire.No}, {"clientsocket", wire.No},
	} {
		if got := (jsonrpc.Lines{}).Claims([]byte(test.first)); got != test.want {
			t.Errorf("%q is claimed %d, want %d", test.first, got, test.want)
		}
	}
}

// TestHostileTexts reads a frame full of what is costly when it is looked for
// again and again; a reader that did would take minutes.
func TestHostileTexts(t *testing.T) {
	codec, far, _ := registered(t)
	for _, piece := range []string{`\\`, `\"`, `\n`, `"`, `{`, `["`, `{"a":`, ` `} {
		line := `{"jsonrpc":"2.0","id":1,"method":"message","params":{"body":"` + strings.Repeat(piece, 900_000/len(piece)) + "\"}}\n"
		go io.WriteString(far, line)
		began := time.Now()
		if _, err := codec.Read(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%q took %v", piece, took)
		}
	}
}
