package althing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

// script is a hub that says exactly what a test has it say.
type script struct {
	t         *testing.T
	listener  net.Listener
	connected chan struct{} // something for each time that the client has connected
}

func newScript(t *testing.T) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &script{t, l, make(chan struct{}, 10)}
}

// client makes a client that reconnects at once. It is connected by accept.
func (s *script) client() *althing.Client {
	c := newClient(s.t, althing.ClientOptions{Backoff: func(int) time.Duration { return time.Millisecond }})
	c.OnConnect(func() { s.connected <- struct{}{} })
	go c.Connect(context.Background(), s.listener.Addr().String()) // accept fails when it does
	return c
}

// accept registers the client that connects next.
func (s *script) accept(id string) scripted {
	s.t.Helper()
	nc, err := s.listener.Accept()
	if err != nil {
		s.t.Fatal(err)
	}
	c := scripted{s.t, rawLine(s.t, nc)}
	c.answer(c.expect("register", ""), `{"id":"`+id+`","name":"lamp"}`)
	wait(s.t, s.connected, "connection")
	return c
}

// scripted is a connection of one client to a script.
type scripted struct {
	t *testing.T
	line
}

// expect reads a call of a method, whose params must contain a text, and gives
// its id.
func (c scripted) expect(method, contains string) (id string) {
	c.t.Helper()
	line := c.hear()
	var call struct {
		ID     json.RawMessage
		Method string
	}
	if err := json.Unmarshal([]byte(line), &call); err != nil || call.Method != method || !strings.Contains(line, contains) {
		c.t.Fatalf("heard %q, want %s with %s", line, method, contains)
	}
	return string(call.ID)
}

// answer answers a call, and says more in the same write.
func (c scripted) answer(id, result string, more ...string) {
	lines := append([]string{fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, result)}, more...)
	c.say(strings.Join(lines, "\n"))
}

// change is the notification of a change.
func change(params string) string {
	return `{"jsonrpc":"2.0","method":"registry.changed","params":` + params + `}`
}

// told collects what a watch tells.
func told(changes chan string) func(althing.Change) {
	return func(c althing.Change) {
		if c.Deleted {
			changes <- fmt.Sprintf("%s deleted %d", c.Key, c.Revision)
			return
		}
		changes <- fmt.Sprintf("%s=%s %d", c.Key, value.Repr(c.Value), c.Revision)
	}
}

func expectTold(t *testing.T, changes <-chan string, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := wait(t, changes, "change "+w); got != w {
			t.Fatalf("told of %s, want %s", got, w)
		}
	}
}

// TestWatchGoesOn breaks the connection wherever a watch can be, and looks that
// nothing is left out or told twice.
func TestWatchGoesOn(t *testing.T) {
	s := newScript(t)
	c := s.client()
	hub := s.accept("EECO")
	changes := make(chan string, 100)
	began := make(chan error, 1)
	go func() {
		_, err := c.Watch(t.Context(), "g.*", told(changes))
		began <- err
	}()
	// It begins with what there is; the first change is in the same write.
	hub.answer(hub.expect("registry.watch", `{"pattern":"g.*"}`), `{"watch":"w1"}`,
		change(`{"watch":"w1","key":"g.a","value":1,"revision":9}`),
		change(`{"watch":"w1","key":"g.b","value":{"$tuple":[2]},"revision":4}`))
	if err := wait(t, began, "watch"); err != nil {
		t.Fatal(err)
	}
	expectTold(t, changes, "g.a=1 9", "g.b=(2,) 4")

	// Lost before it had told of all that there is: from the beginning.
	hub.Close()
	hub = s.accept("EECO")
	hub.answer(hub.expect("registry.watch", `{"pattern":"g.*","after":0}`), `{"watch":"w1"}`,
		change(`{"watch":"w1","key":"g.a","value":1,"revision":9}`),
		change(`{"watch":"w1","key":"g.b","value":{"$tuple":[2]},"revision":4}`),
		change(`{"watch":"w1","key":"g.c","value":3,"revision":7,"after":10}`),
		// Two changes of one revision, a removal, and lost between two parts.
		change(`{"watch":"w1","key":"g.a","value":10,"revision":11}`),
		change(`{"watch":"w1","key":"g.b","value":20,"revision":11,"after":11}`),
		change(`{"watch":"w1","key":"g.c","revision":12,"deleted":true}`),
		change(`{"watch":"w1","key":"g.a","value":11,"revision":13}`))
	expectTold(t, changes, "g.c=3 7", "g.a=10 11", "g.b=20 11", "g.c deleted 12", "g.a=11 13")

	hub.Close()
	hub = s.accept("EECO")
	hub.answer(hub.expect("registry.watch", `"after":11`), `{"watch":"w2"}`,
		change(`{"watch":"w2","key":"g.c","revision":12,"deleted":true}`),
		change(`{"watch":"w2","key":"g.a","value":11,"revision":13}`),
		change(`{"watch":"w2","key":"g.c","value":30,"revision":14,"after":14}`))
	expectTold(t, changes, "g.c=30 14")

	// The hub does not remember so far back: it tells of what is there, and what
	// is not among that has gone.
	hub.Close()
	hub = s.accept("EECO")
	hub.answer(hub.expect("registry.watch", `"after":14`), `{"watch":"w1"}`,
		`{"jsonrpc":"2.0","method":"event","params":{"kind":"anew","data":{"watch":"w1"}}}`,
		change(`{"watch":"w1","key":"g.a","value":11,"revision":13}`),
		change(`{"watch":"w1","key":"g.c","value":31,"revision":20}`),
		change(`{"watch":"w1","after":25}`))
	expectTold(t, changes, "g.c=31 20", "g.b deleted 25")

	// Another hub, or one that has forgotten the client: its revisions are others.
	hub.Close()
	hub = s.accept("OTHER")
	hub.answer(hub.expect("registry.watch", `{"pattern":"g.*","after":0}`), `{"watch":"w1"}`,
		change(`{"watch":"w1","key":"g.a","value":1,"revision":2,"after":3}`))
	expectTold(t, changes, "g.a=1 2", "g.c deleted 3")

	// And one that has never had anything.
	hub.Close()
	hub = s.accept("THIRD")
	hub.answer(hub.expect("registry.watch", `{"pattern":"g.*","after":0}`), `{"watch":"w1"}`, change(`{"watch":"w1","after":0}`))
	expectTold(t, changes, "g.a deleted 0")
}

// TestWatchOfAllHubsGoesOn: what is told of one hub says nothing of the others.
func TestWatchOfAllHubsGoesOn(t *testing.T) {
	s := newScript(t)
	c := s.client()
	hub := s.accept("EECO")
	changes := make(chan string, 100)
	began := make(chan error, 1)
	go func() {
		_, err := c.Watch(t.Context(), "g@*", told(changes))
		began <- err
	}()
	hub.answer(hub.expect("registry.watch", `{"pattern":"g@*"}`), `{"watch":1}`,
		change(`{"watch":1,"hub":"barn","key":"g@barn","value":1,"revision":9}`),
		change(`{"watch":1,"hub":"main","key":"g@main","value":2,"revision":4,"after":5}`),
		change(`{"watch":1,"hub":"shed","key":"g@shed","value":3,"revision":4,"after":5}`))
	if err := wait(t, began, "watch"); err != nil {
		t.Fatal(err)
	}
	expectTold(t, changes, "g@barn=1 9", "g@main=2 4", "g@shed=3 4")

	// barn had not told all; shed has gone, and main does not remember so much.
	hub.Close()
	hub = s.accept("EECO")
	anew := func(name string) string {
		return `{"jsonrpc":"2.0","method":"event","params":{"kind":"anew","data":{"watch":1,"hub":"` + name + `"}}}`
	}
	hub.answer(hub.expect("registry.watch", `"after":{"barn":0,"main":5,"shed":5}`), `{"watch":1}`,
		anew("shed"), change(`{"watch":1,"hub":"shed","after":0}`),
		anew("main"), change(`{"watch":1,"hub":"main","key":"g@main","value":2,"revision":4,"after":900}`),
		change(`{"watch":1,"hub":"barn","key":"g@barn","value":1,"revision":9}`),
		change(`{"watch":1,"hub":"barn","key":"h@barn","value":4,"revision":8,"after":10}`))
	expectTold(t, changes, "g@shed deleted 0", "h@barn=4 8")

	// The hub has forgotten the client.
	hub.Close()
	hub = s.accept("OTHER")
	hub.answer(hub.expect("registry.watch", `"after":{"barn":0,"main":0}`), `{"watch":1}`,
		change(`{"watch":1,"hub":"barn","key":"g@barn","value":5,"revision":1,"after":2}`))
	expectTold(t, changes, "g@barn=5 1", "h@barn deleted 2")
}

func TestWatchStops(t *testing.T) {
	s := newScript(t)
	c := s.client()
	hub := s.accept("EECO")
	changes := make(chan string, 100)
	stops := make(chan func(), 1)
	go func() {
		stop, err := c.Watch(t.Context(), "a", told(changes))
		if err != nil {
			t.Error(err)
		}
		stops <- stop
	}()
	hub.answer(hub.expect("registry.watch", ""), `{"watch":7}`, change(`{"watch":7,"key":"a","value":1,"revision":1,"after":1}`))
	stop := wait(t, stops, "watch")
	expectTold(t, changes, "a=1 1")
	stop()
	hub.expect("unwatch", `{"watch":7}`)
	hub.say(change(`{"watch":7,"key":"a","value":2,"revision":2}`))
	stop()

	// One that is given up before the hub has answered is not left at the hub.
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := c.Watch(ctx, "b", told(changes))
		failed <- err
	}()
	id := hub.expect("registry.watch", "")
	cancel()
	if err := wait(t, failed, "end of the watch"); !fault.Is(err, fault.Closed) {
		t.Errorf("given up: %v", err)
	}
	hub.answer(id, `{"watch":8}`, change(`{"watch":8,"key":"b","value":1,"revision":3}`))
	hub.expect("unwatch", `{"watch":8}`)

	// One that the hub refuses is none on the next connection either.
	go func() {
		_, err := c.Watch(t.Context(), "[", told(changes))
		failed <- err
	}()
	hub.say(`{"jsonrpc":"2.0","id":` + hub.expect("registry.watch", "") + `,"error":{"code":-32002,"message":"no pattern"}}`)
	if err := wait(t, failed, "end of the watch"); !fault.Is(err, fault.Invalid) {
		t.Errorf("refused: %v", err)
	}
	hub.Close()
	hub = s.accept("EECO")
	go c.Ping(t.Context())
	hub.expect("ping", "")
	if len(changes) > 0 {
		t.Errorf("told of %s", <-changes)
	}
}

// TestRestored looks that a client comes back to what it had.
func TestRestored(t *testing.T) {
	s := newScript(t)
	c := s.client()
	restored := make(chan error, 1)
	c.OnRestore(func(err error) { restored <- err })
	hub := s.accept("EECO")
	asked := make(chan error, 10)
	ask := func(f func(context.Context) error) { asked <- f(t.Context()) }
	for _, step := range []struct {
		do     func(context.Context) error
		method string
		params string
	}{
		{func(ctx context.Context) error { return c.Join(ctx, "lamps") }, "group.join", `{"group":"lamps"}`},
		{func(ctx context.Context) error { return c.Join(ctx, "doors") }, "group.join", `{"group":"doors"}`},
		{func(ctx context.Context) error { return c.Leave(ctx, "lamps") }, "group.leave", `{"group":"lamps"}`},
		{func(ctx context.Context) error { return c.Push(ctx, 5) }, "inbox.push", `{"on":true,"window":5}`},
	} {
		go ask(step.do)
		hub.answer(hub.expect(step.method, step.params), "{}")
		if err := wait(t, asked, step.method); err != nil {
			t.Fatal(err)
		}
	}
	go ask(func(ctx context.Context) error { return c.Join(ctx, "CONSOLE") })
	hub.say(`{"jsonrpc":"2.0","id":` + hub.expect("group.join", "") + `,"error":{"code":-32001,"message":"only administrators"}}`)
	if err := wait(t, asked, "refusal"); !fault.Is(err, fault.Denied) {
		t.Errorf("refused: %v", err)
	}

	// What is under way when the connection breaks fails.
	go ask(func(ctx context.Context) error { _, err := c.Get(ctx, "a"); return err })
	hub.expect("registry.get", `{"key":"a"}`)
	hub.Close()
	if err := wait(t, asked, "end"); !fault.Is(err, fault.Closed) {
		t.Errorf("lost: %v", err)
	}

	hub = s.accept("EECO")
	hub.answer(hub.expect("group.join", `{"group":"doors"}`), "{}")
	hub.answer(hub.expect("inbox.push", `{"on":true,"window":5}`), "{}")
	if err := wait(t, restored, "restoration"); err != nil {
		t.Error(err)
	}
	go ask(c.StopPush)
	hub.answer(hub.expect("inbox.push", `{"on":false}`), "{}")
	if err := wait(t, asked, "end of pushing"); err != nil {
		t.Error(err)
	}
	hub.Close()
	hub = s.accept("EECO")
	hub.say(`{"jsonrpc":"2.0","id":` + hub.expect("group.join", "") + `,"error":{"code":-32007,"message":"no room"}}`)
	if err := wait(t, restored, "restoration"); !fault.Is(err, fault.Full) {
		t.Errorf("not restored: %v", err)
	}
}

// TestOnConnectMayAsk: what is told of a connection may use it.
func TestOnConnectMayAsk(t *testing.T) {
	s := &althing.Server{}
	s.AddRequest("X", 7, false)
	started(t, s)
	c := newClient(t, althing.ClientOptions{})
	var got []string
	c.OnConnect(func() {
		answer, err := c.Request(t.Context(), "X")
		got = append(got, fmt.Sprint(answer.Value, err))
	})
	c.OnConnect(func() { panic("a mistake") })
	connect(t, s, c)
	if !slices.Equal(got, []string{"7 <nil>"}) {
		t.Errorf("asked in OnConnect: %v", got)
	}
	if _, err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
