package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"althing"
	"althing/value"
)

// TestSessionsComeBack kills a hub under its clients: they come back as who they
// were, and what they had not acknowledged comes again.
func TestSessionsComeBack(t *testing.T) {
	data := t.TempDir()
	l := freePort(t)
	at := l.Addr().String()
	l.Close()
	hub, _ := startHub(t, data, "--session", at)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	lamp := althing.NewClient(althing.ClientOptions{Name: "lamp", Backoff: func(int) time.Duration { return 20 * time.Millisecond }})
	connected := make(chan struct{}, 10)
	lamp.OnConnect(func() { connected <- struct{}{} })
	if err := lamp.Connect(ctx, at); err != nil {
		t.Fatal(err)
	}
	defer lamp.Wait()
	defer lamp.Close()
	<-connected
	id := lamp.ID()
	for n := range 10 {
		if err := lamp.Deliver(ctx, &althing.Message{To: "lamp", Body: fmt.Append(nil, n)}); err != nil {
			t.Fatal(err)
		}
	}
	hub.kill()
	hub, _ = startHub(t, data, "--session", at)
	<-connected
	if lamp.ID() != id || lamp.Name() != "lamp" {
		t.Errorf("came back as %s %s, was %s lamp", lamp.ID(), lamp.Name(), id)
	}
	on, err := value.NewDict([]value.Pair{{Key: value.Str("on"), Value: value.Bool(true)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lamp.Call(ctx, "inbox.push", on); err != nil {
		t.Fatal(err)
	}
	for n := range 10 {
		m, err := lamp.Read(ctx)
		if err != nil || m.String() != fmt.Sprint(n) {
			t.Fatalf("the message %d is %v, %v", n, m, err)
		}
	}
	hub.stop(t)
}

// TestSessionsDoNotHoldUpAStop stops a hub whose sessions wait, do not read, and
// have only begun.
func TestSessionsDoNotHoldUpAStop(t *testing.T) {
	l := freePort(t)
	at := l.Addr().String()
	l.Close()
	hub, text := startHub(t, t.TempDir(), "--session", at)
	const register = `{"jsonrpc":"2.0","id":1,"method":"register","params":{}}` + "\n"
	for _, says := range []string{
		"", "clientsocket", `{"jsonrpc"`, register,
		register + `{"jsonrpc":"2.0","id":2,"method":"inbox.next","params":{"wait":1000}}` + "\n",
		register + `{"jsonrpc":"2.0","id":2,"method":"eval","params":{"text":"changes('nosuch')"}}` + "\n",
		register + `{"jsonrpc":"2.0","id":2,"method":"sql.query","params":{"sql":"` + slowSQL + `"}}` + "\n",
		register + `{"jsonrpc":"2.0","id":2,"method":"eval","params":{"text":"'x' * 900000"}}` + "\n",
	} {
		send(t, conn(t, at), says)
		send(t, conn(t, text), says) // which hands it over
	}
	for asked := 0; ask(t, text, "status()['sessions'] >= 8") != "True"; asked++ {
		if asked == 10_000 {
			t.Fatal("the sessions have not begun")
		}
	}
	hub.stop(t)
}
