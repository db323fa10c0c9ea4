package session_test

import (
	"testing"
	"time"

	"althing"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/network"
)

// grow starts a hub for each name, the first on top and each other one below the
// one before it, and waits until all see all.
func grow(t testing.TB, names ...string) []*port {
	t.Helper()
	var hubs []*port
	for _, name := range names {
		p := serve(t, func(c *hub.Config) { c.Name = name })
		p.hub.Listening("session", p.addr)
		if err := p.hub.StartTree(); err != nil {
			t.Fatal(err)
		}
		hubs = append(hubs, p)
	}
	for i, p := range hubs[1:] {
		p.below(t, hubs[i])
	}
	for _, p := range hubs {
		p.sees(t, names...)
	}
	return hubs
}

// below puts a hub below another.
func (p *port) below(t testing.TB, parent *port) {
	t.Helper()
	token, err := parent.hub.Network().MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.hub.Network().Move(t.Context(), parent.addr, token); err != nil {
		t.Fatal(err)
	}
}

// sees waits until a hub knows the others, and the ways to them.
func (p *port) sees(t testing.TB, names ...string) {
	t.Helper()
	soon(t, func() bool {
		for _, name := range names {
			id, err := p.hub.Network().Find(name)
			if err != nil {
				return false
			}
			if _, err := p.hub.Network().Ask(t.Context(), network.Question{To: id, What: "here"}); err != nil {
				return false
			}
		}
		return true
	})
}

// soon waits until something is so.
func soon(t testing.TB, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come to be so")
		}
	}
}

func TestMessagesToOtherHubs(t *testing.T) {
	hubs := grow(t, "main", "barn", "north")
	got := make(chan string, 10)
	reader := dial(t, hubs[2].addr, althing.ClientOptions{Name: "lamp"})
	reader.OnMessage(func(m *althing.Message) { got <- m.From + ">" + m.To + ":" + string(m.Body) })
	if err := reader.Join(t.Context(), "group16"); err != nil {
		t.Fatal(err)
	}
	if err := reader.Push(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	hears := func(want string) {
		t.Helper()
		select {
		case m := <-got:
			if m != want {
				t.Errorf("got %q, want %q", m, want)
			}
		case <-time.After(patience):
			t.Fatalf("%q did not come", want)
		}
	}

	text := hubtest.Enter(t, hubs[0].hub, "")
	id := hubtest.Ask(text, "getClientID()")
	hubtest.Story(t, text, [][2]string{
		{"send('" + id + "', 'group16@north', 'from afar')", "OK"},
		{"send('" + id + "', 'lamp@main/barn/north', 'by the path')", "OK"},
		{"send('" + id + "', 'group16@*', 'to all')", "OK"},
		{"send('" + id + "', 'group16@barn', 'to nobody')", "OK"},
		{"send('" + id + "', '" + id + "@main', 'to myself')", "OK"},
		{"recv('" + id + "')", id + "È" + id + "Èto myself"},
		{"send('" + id + "', 'lamp@nowhere', 'x')", "Error: LookupError: no hub 'nowhere' in this tree; s.listnetwork() shows it"},
		{"send('" + id + "', 'lamp@parent', 'x')", "Error: LookupError: this hub has no parent"},
		{"send('" + id + "', 'NOPLY@north', 'x')", "Error: PermissionError: messages from 'NOPLY' cannot be answered"},
		{"send('" + id + "', 'SYSTEM@north', 's.info()')", "Error: PermissionError: 'SYSTEM' is for the clients of that hub; …"},
		{"send('" + id + "', '@north', 'x')", "Error: ValueError: '@north' is no address: …"},
	})
	hears(id + "@main>group16:from afar")
	hears(id + "@main>lamp:by the path")
	hears(id + "@main>group16:to all")

	if err := reader.Send(&althing.Message{To: id + "@main", Body: []byte("an answer")}); err != nil {
		t.Fatal(err)
	}
	if err := reader.Send(&althing.Message{To: "ALL@parent", Body: []byte("one up")}); err != nil {
		t.Fatal(err)
	}
	soon(t, func() bool {
		answer := hubtest.Ask(text, "recv('"+id+"')")
		return answer == "lamp@northÈ"+id+"Èan answer"
	})
}
