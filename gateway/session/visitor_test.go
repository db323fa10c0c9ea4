package session_test

import (
	"strings"
	"testing"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
)

// TestVisitor asks without being a client, and leaves nothing behind.
func TestVisitor(t *testing.T) {
	p := serve(t, nil)
	lamp := dial(t, p.addr, althing.ClientOptions{Name: "lamp"})
	if err := lamp.Join(t.Context(), "lamps"); err != nil {
		t.Fatal(err)
	}
	v, welcome := register(t, p.addr, `{"role":"visitor","name":"lamp"}`)
	if name, _ := welcome["name"].(string); !strings.HasPrefix(name, "visitor_") || welcome["resume"] != nil {
		t.Errorf("it is welcomed with %v", welcome)
	}
	const others = "!denied a visitor has no name, no inbox and no groups; register as a client"
	story(t, v, [][3]string{
		{"registry.set", `{"key":"a","value":1}`, `{"revision":4}`},
		{"eval", `{"text":"MyData['a'] + 1"}`, `{"value":"2"}`},
		{"sql.query", `{"sql":"SELECT 1 AS n"}`, `{"affected":0,"changed":false,"columns":["n"],"more":false,"rows":[[1]]}`},
		{"group.list", "", `{"groups":["ALL",…`},
		{"inbox.next", "", others},
		{"inbox.push", `{"on":true}`, others},
		{"group.join", `{"group":"lamps"}`, others},
		{"message", `{"to":"lamp","body":"on"}`, "!invalid a visitor says in 'from' for which client it speaks…"},
		{"message", `{"to":"lamp","body":"on","from":"lamps","headers":{"a":"b"}}`, "!invalid a visitor's messages have no headers"},
		{"message", `{"to":"lamp","body":"on","from":"strangers"}`, "!not_found no client 'strangers'…"},
		{"message", `{"to":"lamp","body":"on","from":"lamps"}`, `{}`},
		{"message", `{"to":"SYSTEM","body":"s.ping","from":"` + lamp.ID() + `"}`, `{}`},
	})
	for _, want := range []string{"lamps: on", "SYSTEM: "} {
		m, err := lamp.Next(t.Context())
		if got := m.From + ": " + m.String(); err != nil || !strings.HasPrefix(got, want) {
			t.Errorf("the lamp gets %s, %v", got, err)
		}
	}
	got, err := hubtest.Enter(t, p.hub, "").Eval(t.Context(), "status()['clients'], status()['sessions']").Result()
	if got != "(1, 1)" || err != nil {
		t.Errorf("clients and sessions: %s, %v", got, err)
	}
}

// TestVisitorWithTheKey need not confirm what it has brought the key for.
func TestVisitorWithTheKey(t *testing.T) {
	stopped := make(chan bool, 1)
	p := serve(t, func(c *hub.Config) { c.Stop = func(restart bool) { stopped <- restart } })
	dial(t, p.addr, althing.ClientOptions{Name: "lamp"})
	key := p.hub.Access().Made()
	visitor := dial(t, p.addr, althing.ClientOptions{Visitor: true})
	if _, err := visitor.Command(t.Context(), "s.restart"); !fault.Is(err, fault.Denied) {
		t.Errorf("without the key: %v", err)
	}
	admin := dial(t, p.addr, althing.ClientOptions{Visitor: true, Key: key})
	if _, err := admin.Command(t.Context(), "s.restart"); err != nil || !<-stopped {
		t.Errorf("with the key: %v", err)
	}
}

// TestTheOtherHasIt ends a client for good whose token another has come back with:
// two that came back in turn would go on for ever.
func TestTheOtherHasIt(t *testing.T) {
	p := serve(t, nil)
	first := dial(t, p.addr, althing.ClientOptions{Name: "lamp"})
	second := dial(t, p.addr, althing.ClientOptions{Resume: first.Resume()})
	if err := first.Wait(); !fault.Is(err, fault.Conflict) {
		t.Errorf("the first ends with %v", err)
	}
	if second.ID() != first.ID() || second.Name() != "lamp" {
		t.Errorf("the second is %s %s", second.ID(), second.Name())
	}
}

// TestLargeAnswers come to a client whole, and what is too large to be asked is told
// at once.
func TestLargeAnswers(t *testing.T) {
	p := serve(t, nil)
	c := dial(t, p.addr, althing.ClientOptions{Visitor: true})
	const size = 3 << 20
	text, err := c.Eval(t.Context(), "'\\x01' * 3 * 2**20")
	if err != nil || len(text) != size {
		t.Errorf("%d bytes came, %v", len(text), err)
	}
	if _, err := c.Eval(t.Context(), "'"+strings.Repeat("\x01", 1<<19)+"'"); !fault.Is(err, fault.Limit) {
		t.Errorf("a question too large: %v", err)
	}
}
