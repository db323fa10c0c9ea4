package althing_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"althing"
	"althing/fault"
	"althing/value"
	"althing/wire"
)

func TestMessagesBothWays(t *testing.T) {
	s := &althing.Server{}
	s.OnMessage(func(c *althing.Conn, m *althing.Message) {
		c.Send(althing.NewMessage("Hello %s, you said %s!", m.From, m).Add("handshake", "example").Add("empty", ""))
	})
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	if err := c.Send(althing.NewMessage("hi \"there\"\n")); err != nil {
		t.Fatal(err)
	}
	m := read(t, c)
	if got, want := m.String(), "Hello lamp, you said hi \"there\"\n!"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
	if m.Get("handshake") != "example" || !m.Has("empty") || m.Get("empty") != "" || m.Has("other") {
		t.Errorf("the headers are %q", m.Headers)
	}
	if _, ok := c.TryRead(); ok {
		t.Error("there is another message")
	}
}

func TestEventsAndTheirRemoval(t *testing.T) {
	s := &althing.Server{}
	events := make(chan string, 10)
	s.OnConnect(func(c *althing.Conn) { events <- "connect " + c.Name() })
	remove := s.OnMessage(func(_ *althing.Conn, m *althing.Message) { events <- "one " + m.String() })
	s.OnMessage(func(_ *althing.Conn, m *althing.Message) { events <- "two " + m.String() })
	s.OnDisconnect(func(c *althing.Conn, err error) {
		events <- "disconnect " + c.Name() + " " + string(fault.Of(err).Code)
	})
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	c.SendBytes([]byte("a"))
	for _, want := range []string{"connect lamp", "one a", "two a"} {
		if got := wait(t, events, want); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	remove()
	remove()
	c.SendBytes([]byte("b"))
	c.Close()
	for _, want := range []string{"two b", "disconnect lamp closed"} {
		if got := wait(t, events, want); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestBroadcast(t *testing.T) {
	s := &althing.Server{}
	s.OnMessage(func(c *althing.Conn, m *althing.Message) { s.Broadcast(m, c) })
	started(t, s)
	var clients []*althing.Client
	for i := range 5 {
		clients = append(clients, dial(t, s, althing.ClientOptions{Name: fmt.Sprint("client", i)}))
	}
	for i := range 100 {
		clients[0].SendBytes([]byte(fmt.Sprint(i)))
	}
	for _, c := range clients[1:] {
		for i := range 100 {
			if got := read(t, c).String(); got != fmt.Sprint(i) {
				t.Fatalf("%s read %s, want %d", c.Name(), got, i)
			}
		}
	}
	if m, ok := clients[0].TryRead(); ok {
		t.Errorf("the sender read %s", m)
	}
	some := []*althing.Conn{s.ByName("client1"), s.ByName("client2")}
	if err := s.Send(some, althing.NewMessage("some")); err != nil {
		t.Error(err)
	}
	for _, c := range clients[1:3] {
		if got := read(t, c).String(); got != "some" {
			t.Errorf("%s read %s", c.Name(), got)
		}
	}
}

func TestMessageToAnotherClient(t *testing.T) {
	s := started(t, &althing.Server{})
	a, b := dial(t, s, althing.ClientOptions{Name: "alice"}), dial(t, s, althing.ClientOptions{Name: "bob"})
	m := althing.NewMessage("psst")
	m.To = "bob"
	if err := a.Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	m.To = b.ID()
	if err := a.Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := read(t, b); got.String() != "psst" || got.From != "alice" {
			t.Errorf("read %s from %s", got, got.From)
		}
	}
	m.To = "nobody"
	if err := a.Deliver(t.Context(), m); !fault.Is(err, fault.NotFound) {
		t.Errorf("to nobody: %v", err)
	}
}

func TestCommands(t *testing.T) {
	s := &althing.Server{AdminKey: "secret"}
	s.Handle(althing.Command{
		Name: "s.greet", Params: []string{"name"}, Optional: []string{"greeting"},
		Do: func(_ context.Context, call *althing.Call) (althing.Answer, error) {
			return althing.Text("Hello %s!%s", call.Arg(0), call.Arg(1)), nil
		},
	})
	s.Handle(althing.Command{
		Name: "s.sum", Repeatable: "number", Background: true,
		Do: func(_ context.Context, call *althing.Call) (althing.Answer, error) {
			return althing.Answer{Value: value.Int(len(call.Args))}, nil
		},
	})
	s.Handle(althing.Command{
		Name: "s.secret", Needs: []string{althing.Admin, "more"},
		Do: func(context.Context, *althing.Call) (althing.Answer, error) { return althing.Text("42"), nil },
	})
	s.Handle(althing.Command{
		Name: "s.fail",
		Do: func(context.Context, *althing.Call) (althing.Answer, error) {
			return althing.Answer{}, errors.New("wires crossed")
		},
	})
	s.Handle(althing.Command{
		Name: "s.panic",
		Do:   func(context.Context, *althing.Call) (althing.Answer, error) { panic("oh") },
	})
	started(t, s)
	guest := dial(t, s, althing.ClientOptions{Name: "guest"})
	admin := dial(t, s, althing.ClientOptions{Name: "admin", Key: "secret"})
	s.ByName("admin").Grant("more")
	for _, test := range []struct {
		client *althing.Client
		name   string
		args   []any
		want   string
	}{
		{guest, "s.greet", []any{"World"}, "Hello World!"},
		{guest, "s.greet", []any{"World", "?"}, "Hello World!?"},
		{guest, "s.sum", nil, "0"},
		{guest, "s.sum", []any{1, "2", nil}, "3"},
		{guest, "s.greet", nil, "invalid: Expecting more arguments: s.greet(name, greeting[o])"},
		{guest, "s.greet", []any{1, 2, 3}, "invalid: Expecting less arguments: s.greet(name, greeting[o])"},
		{guest, "s.nothing", nil, "not_found: No Servercommand 's.nothing' available"},
		{guest, "s.secret", nil, "denied: 'admin' permissions needed for 's.secret()'"},
		{admin, "s.secret", nil, "42"},
		{guest, "s.fail", nil, "internal: Error while executing 's.fail()'"},
		{guest, "s.panic", nil, "internal: Error while executing 's.panic()'"},
	} {
		answer, err := test.client.Command(t.Context(), test.name, test.args...)
		got := answer.Text
		if answer.Value != nil {
			got += value.Repr(answer.Value)
		}
		if err != nil {
			got = string(fault.Of(err).Code) + ": " + err.Error()
		}
		if got != test.want {
			t.Errorf("%s%v: %s, want %s", test.name, test.args, got, test.want)
		}
	}
	if err := s.AddCommand(althing.Command{Name: "s.fail", Do: func(context.Context, *althing.Call) (althing.Answer, error) {
		return althing.Text("mended"), nil
	}}, true); err != nil {
		t.Error(err)
	}
	if answer, err := guest.Command(t.Context(), "s.fail"); err != nil || answer.Text != "mended" {
		t.Errorf("overwritten: %+v, %v", answer, err)
	}
	if err := s.DeleteCommand("s.fail"); err != nil {
		t.Error(err)
	}
	if _, err := guest.Command(t.Context(), "s.fail"); !fault.Is(err, fault.NotFound) {
		t.Errorf("deleted: %v", err)
	}
}

func TestBadCommands(t *testing.T) {
	do := func(context.Context, *althing.Call) (althing.Answer, error) { return althing.Answer{}, nil }
	for _, c := range []althing.Command{
		{Name: "s.x"}, {Do: do}, {Name: "a b", Do: do}, {Name: "a(", Do: do}, {Name: "a\n", Do: do}, {Name: strings.Repeat("x", 65), Do: do},
	} {
		if err := new(althing.Server).AddCommand(c, false); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", c.Name, err)
		}
	}
	s := &althing.Server{}
	s.Handle(althing.Command{Name: "s.x", Do: do})
	if err := s.AddCommand(althing.Command{Name: "s.x", Do: do}, false); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
}

func TestClientCommandsAndRequests(t *testing.T) {
	s := started(t, &althing.Server{})
	c := althing.NewClient(althing.ClientOptions{Name: "lamp"})
	c.Handle(althing.Command{Name: "switch", Params: []string{"state"}, Do: func(_ context.Context, call *althing.Call) (althing.Answer, error) {
		return althing.Text("%s by %s", call.Arg(0), call.Conn.Name()), nil
	}})
	c.AddRequest("BRIGHTNESS", 0.5, false)
	c.AddRequest("CALLS", func() any { return []int{1, 2} }, false)
	connect(t, s, c)
	conn := s.ByName("lamp")
	if answer, err := conn.Command(t.Context(), "switch", "on"); err != nil || answer.Text != "on by server" {
		t.Errorf("%+v, %v", answer, err)
	}
	if _, err := conn.Command(t.Context(), "explode"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a command it has not: %v", err)
	}
	for name, want := range map[string]string{"BRIGHTNESS": "0.5", "CALLS": "[1, 2]"} {
		answer, err := conn.Request(t.Context(), name)
		if err != nil || value.Repr(answer.Value) != want || answer.Took <= 0 {
			t.Errorf("%s is %+v, %v, want %s", name, answer, err, want)
		}
	}
	if _, err := conn.Request(t.Context(), "HEAT"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a request it has not: %v", err)
	}
	if !reflect.DeepEqual(conn.Hello().Commands, []string{"switch"}) {
		t.Errorf("it says to have the commands %q", conn.Hello().Commands)
	}
	other := dial(t, s, althing.ClientOptions{Name: "other"})
	if answer, err := other.RequestFrom(t.Context(), "lamp", "BRIGHTNESS"); err != nil || value.Repr(answer.Value) != "0.5" {
		t.Errorf("from another client: %+v, %v", answer, err)
	}
	if _, err := other.RequestFrom(t.Context(), "nobody", "BRIGHTNESS"); !fault.Is(err, fault.NotFound) {
		t.Errorf("from nobody: %v", err)
	}
	if took, err := conn.Ping(t.Context()); err != nil || took <= 0 || conn.LastPing() != took {
		t.Errorf("the ping took %v, %v", took, err)
	}
}

// TestAHandlerMayAsk lets a handler ask the very client whose command it
// handles, which no single goroutine could do.
func TestAHandlerMayAsk(t *testing.T) {
	s := &althing.Server{}
	order := make(chan string, 10)
	s.Handle(althing.Command{Name: "s.who", Do: func(ctx context.Context, call *althing.Call) (althing.Answer, error) {
		answer, err := call.Conn.Request(ctx, "WHO")
		order <- "command"
		return althing.Answer{Value: answer.Value}, err
	}})
	s.OnMessage(func(_ *althing.Conn, m *althing.Message) { order <- m.String() })
	started(t, s)
	c := althing.NewClient(althing.ClientOptions{Name: "lamp"})
	c.AddRequest("WHO", func() any {
		c.SendBytes([]byte("one"))
		c.SendBytes([]byte("two"))
		return "me"
	}, false)
	connect(t, s, c)
	for range 50 {
		answer, err := c.Command(t.Context(), "s.who")
		if err != nil || answer.Value != value.Str("me") {
			t.Fatalf("%+v, %v", answer, err)
		}
		for _, want := range []string{"command", "one", "two"} {
			if got := wait(t, order, want); got != want {
				t.Fatalf("%s was handled, want %s: not in order", got, want)
			}
		}
	}
}

func TestRequestsOfTheServer(t *testing.T) {
	s := &althing.Server{}
	s.AddRequest("THE_ANSWER_TO_EVERYTHING", []any{42, "towel"}, false)
	s.AddRequest("SERVER", func() any { return s.String() }, false)
	s.AddRequest("ECHO", func(_ context.Context, call *althing.Call) (value.Value, error) { return value.List(call.Args), nil }, false)
	started(t, s)
	c := dial(t, s, althing.ClientOptions{})
	port := s.ListenAddr().String()[len("127.0.0.1:"):]
	for name, want := range map[string]string{
		"THE_ANSWER_TO_EVERYTHING": "[42, 'towel']",
		"SERVER":                   `"<Server (server), active, Serversock=('127.0.0.1', ` + port + `)>"`,
		"ECHO":                     "[b'\\x00', (1+2j)]",
	} {
		answer, err := c.Request(t.Context(), name, value.Bytes("\x00"), value.Complex(1+2i))
		if err != nil || value.Repr(answer.Value) != want {
			t.Errorf("%s is %+v, %v, want %s", name, answer, err, want)
		}
	}
	if _, err := c.Request(t.Context(), "x"); !fault.Is(err, fault.NotFound) || err.Error() != "No requestable 'x'" {
		t.Errorf("an unknown one: %v", err)
	}
	if err := s.DeleteRequest("SERVER"); err != nil {
		t.Error(err)
	}
	if _, err := c.Request(t.Context(), "SERVER"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a deleted one: %v", err)
	}
}

// TestPermit refuses what a client asks for, by what it is and whom it is for.
func TestPermit(t *testing.T) {
	s := &althing.Server{Permit: func(c *althing.Conn, kind wire.Kind, name, to string) error {
		if kind == wire.Request && to == "" || c.Name() != "lamp" {
			return nil
		}
		return fault.New(fault.Denied, "not %s %s", name, to)
	}}
	s.OnMessage(func(*althing.Conn, *althing.Message) { t.Error("a message came through") })
	s.Handle(althing.Command{Name: "s.do", Do: func(context.Context, *althing.Call) (althing.Answer, error) {
		t.Error("a command came through")
		return althing.Answer{}, nil
	}})
	s.AddRequest("TIME", 12, false)
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	if _, err := c.Command(t.Context(), "s.do"); !fault.Is(err, fault.Denied) || err.Error() != "not s.do " {
		t.Errorf("a command: %v", err)
	}
	if _, err := c.RequestFrom(t.Context(), "phone", "TIME"); !fault.Is(err, fault.Denied) || err.Error() != "not TIME phone" {
		t.Errorf("a request to another: %v", err)
	}
	if err := c.Deliver(t.Context(), althing.NewMessage("hi")); !fault.Is(err, fault.Denied) {
		t.Errorf("a message: %v", err)
	}
	if v, err := c.Request(t.Context(), "TIME"); err != nil || v.Value != value.Int(12) {
		t.Errorf("a request: %v, %v", v.Value, err)
	}
}

// TestAnswersThatComeLater begins many calls in order, more than may run beside,
// before the first is answered. What is to be done behind an answer is done behind
// it.
func TestAnswersThatComeLater(t *testing.T) {
	const calls = 10
	s := &althing.Server{Limits: althing.Limits{Running: calls - 1}}
	var begun []value.Value
	all := make(chan struct{})
	s.Method("begin", false, func(_ context.Context, c *althing.Conn, params *value.Dict) (althing.Answer, error) {
		n, _ := params.Get(value.Str("n"))
		if begun = append(begun, n); len(begun) == calls {
			close(all)
		}
		return althing.Answer{Later: func(context.Context) (althing.Answer, error) {
			<-all
			return althing.Answer{Value: n, After: func() { c.Event("behind", n) }}, nil
		}}, nil
	})
	started(t, s)
	c := registerRaw(t, s, "lamp")
	for n := range calls {
		c.say(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"begin","params":{"n":%d}}`, n, n))
	}
	answered := map[string]bool{}
	for range 2 * calls {
		var heard struct {
			Result *int
			Params struct{ Data int }
		}
		line := c.hear()
		if err := json.Unmarshal([]byte(line), &heard); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if heard.Result != nil {
			answered[fmt.Sprint(*heard.Result)] = true
		} else if !answered[fmt.Sprint(heard.Params.Data)] {
			t.Errorf("%s comes before the answer", line)
		}
	}
	for n, v := range begun {
		if v != value.Int(n) {
			t.Errorf("begun in the order %v", begun)
		}
	}
}

func TestMethods(t *testing.T) {
	s := &althing.Server{}
	s.Method("sum", false, func(_ context.Context, _ *althing.Conn, params *value.Dict) (althing.Answer, error) {
		a, _ := params.Get(value.Str("a"))
		return althing.Answer{Value: a}, nil
	})
	waiting := make(chan struct{})
	s.Method("wait", true, func(ctx context.Context, _ *althing.Conn, _ *value.Dict) (althing.Answer, error) {
		close(waiting)
		<-ctx.Done()
		return althing.Answer{}, fault.New(fault.Closed, "cancelled")
	})
	started(t, s)
	c := dial(t, s, althing.ClientOptions{})
	done := make(chan error)
	go func() {
		_, err := c.Call(t.Context(), "wait", nil)
		done <- err
	}()
	wait(t, waiting, "call")
	params, _ := value.NewDict([]value.Pair{{Key: value.Str("a"), Value: value.Int(5)}})
	if v, err := c.Call(t.Context(), "sum", params); err != nil || v != value.Int(5) {
		t.Errorf("sum is %v, %v", v, err)
	}
	if _, err := c.Call(t.Context(), "nothing", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown method: %v", err)
	}
	id, _ := value.NewDict([]value.Pair{{Key: value.Str("id"), Value: value.Str("x1")}})
	if _, err := c.Call(t.Context(), "cancel", id); err != nil {
		t.Error(err)
	}
	if err := wait(t, done, "answer"); !fault.Is(err, fault.Closed) {
		t.Errorf("the cancelled call: %v", err)
	}
	if v, err := c.Call(t.Context(), "status", nil); err != nil || !strings.Contains(value.Repr(v), "'conns': 1") {
		t.Errorf("the status is %v, %v", v, err)
	}
}

func TestPermissionsAndMute(t *testing.T) {
	heard := make(chan string, 10)
	s := &althing.Server{AdminKey: "secret"}
	s.OnMessage(func(_ *althing.Conn, m *althing.Message) { heard <- m.String() })
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	conn := s.ByName("lamp")
	if !conn.Has(althing.User) || conn.Has(althing.Admin) {
		t.Errorf("a guest has %q", conn.Permissions())
	}
	if added := conn.Grant("a", "b", "a"); !slices.Equal(added, []string{"a", "b"}) {
		t.Errorf("granted %q", added)
	}
	if removed := conn.Revoke("a", "c"); !slices.Equal(removed, []string{"a"}) || conn.Has("a") || !conn.Has("b") {
		t.Errorf("revoked %q, left %q", removed, conn.Permissions())
	}
	conn.SetMuted(true)
	if err := c.Deliver(t.Context(), althing.NewMessage("unheard")); !fault.Is(err, fault.Denied) {
		t.Errorf("while muted: %v", err)
	}
	conn.SetMuted(false)
	if err := c.Deliver(t.Context(), althing.NewMessage("heard")); err != nil {
		t.Error(err)
	}
	if got := wait(t, heard, "message"); got != "heard" {
		t.Errorf("heard %s", got)
	}
	if err := althing.NewClient(althing.ClientOptions{Key: "wrong"}).Connect(t.Context(), s.ListenAddr().String()); !fault.Is(err, fault.Denied) {
		t.Errorf("with a wrong key: %v", err)
	}
}

func TestNames(t *testing.T) {
	s := started(t, &althing.Server{})
	dial(t, s, althing.ClientOptions{Name: "taken"})
	for _, name := range []string{"", "ab", "taken", "Server", "has@hub", "tab\there", "seventeen letters", "\xff\xff\xff"} {
		c := dial(t, s, althing.ClientOptions{Name: name})
		if got := c.Name(); !strings.HasPrefix(got, "unnamed_"+c.ID()[:5]) {
			t.Errorf("%q became %q", name, got)
		}
	}
	c := dial(t, s, althing.ClientOptions{Name: "Zoë"})
	if c.Name() != "Zoë" {
		t.Errorf("Zoë became %q", c.Name())
	}
	renamed := make(chan string, 1)
	c.OnEvent(func(kind string, _ value.Value) { renamed <- kind + " " + c.Name() })
	if err := s.Rename(t.Context(), s.ByName("Zoë"), "taken"); !fault.Is(err, fault.Conflict) {
		t.Errorf("to a name that is taken: %v", err)
	}
	if err := s.Rename(t.Context(), s.ByName("Zoë"), "Zoe"); err != nil {
		t.Error(err)
	}
	if got := wait(t, renamed, "event"); got != "renamed Zoe" {
		t.Errorf("the event was %s", got)
	}
}
