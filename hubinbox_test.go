package althing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"althing"
	"althing/fault"
)

// next calls Next beside the test.
func next(ctx context.Context, c *althing.Client) <-chan string {
	got := make(chan string, 1)
	go func() {
		m, err := c.Next(ctx)
		if err != nil {
			got <- string(fault.Of(err).Code)
			return
		}
		got <- fmt.Sprintf("%s from %s: %s %v", m.ID, m.From, m, m.Headers)
	}()
	return got
}

// TestNext looks that each message is acknowledged when it was given, and not
// before.
func TestNext(t *testing.T) {
	s := newScript(t)
	c := s.client()
	hub := s.accept("EECO")
	got := next(t.Context(), c)
	hub.answer(hub.expect("inbox.next", `{"wait":60.0}`), `{"message":null}`) // nothing in a minute: again
	hub.answer(hub.expect("inbox.next", `{"wait":60.0}`), `{"message":{"id":"1","from":"cat","to":"lamp","body":"on","headers":{"a":"b","c":null}}}`)
	if m := wait(t, got, "message"); m != "1 from cat: on [{a b} {c }]" {
		t.Error(m)
	}

	// Given up: the answer that comes nevertheless is the next call's.
	ctx, cancel := context.WithCancel(t.Context())
	got = next(ctx, c)
	id := hub.expect("inbox.next", `"ack":"1"}`)
	cancel()
	if m := wait(t, got, "end"); m != "closed" {
		t.Error(m)
	}
	hub.answer(id, `{"message":{"id":"2","from":"dog","body":{"$bytes":"AP8="},"headers":[["x","1"],["x","2"]]}}`)
	if m := wait(t, next(t.Context(), c), "message"); m != "2 from dog: \x00\xff [{x 1} {x 2}]" {
		t.Errorf("%q", m)
	}

	// Acknowledged without wanting more; what comes with that is kept.
	asked := make(chan error, 1)
	ack := func(id string) { asked <- c.Ack(t.Context(), &althing.Message{ID: id}) }
	go ack("2")
	hub.answer(hub.expect("inbox.next", `{"wait":0.0,"ack":"2"}`), `{"message":{"id":"3","body":"three"}}`)
	if err := wait(t, asked, "acknowledgement"); err != nil {
		t.Error(err)
	}
	go ack("1")
	if err := wait(t, asked, "refusal"); !fault.Is(err, fault.Invalid) {
		t.Errorf("acknowledged twice: %v", err)
	}
	if m := wait(t, next(t.Context(), c), "message"); m != "3 from : three []" {
		t.Error(m)
	}

	// After a break what was given is acknowledged, and nothing else.
	hub.Close()
	hub = s.accept("EECO")
	got = next(t.Context(), c)
	hub.expect("inbox.next", `"ack":"3"`)
	hub.Close()
	if m := wait(t, got, "end"); m != "closed" {
		t.Error(m)
	}
	hub = s.accept("OTHER")
	got = next(t.Context(), c)
	hub.answer(hub.expect("inbox.next", `{"wait":60.0}`), `{"message":{"id":"1","body":7}}`)
	if m := wait(t, got, "message that is none"); m != "internal" {
		t.Error(m)
	}
}

// pushed is a message that a hub pushes.
func pushed(id, body string) string {
	return `{"jsonrpc":"2.0","id":"` + id + `","method":"message","params":{"id":"m` + id + `","from":"cat","body":"` + body + `"}}`
}

// TestPushed looks that a message of an inbox is acknowledged when it was read,
// and that one that was not is not there twice when it comes again.
func TestPushed(t *testing.T) {
	s := newScript(t)
	c := s.client()
	hub := s.accept("EECO")
	hub.say(pushed("1", "one"))
	hub.say(pushed("2", "two"))
	hub.answerPing()
	if m := read(t, c); m.ID != "m1" {
		t.Errorf("read %s", m.ID)
	}
	hub.expectAnswer("1")
	hub.answerPing() // and no other acknowledgement before
	hub.Close()
	hub = s.accept("EECO")
	hub.say(pushed("1", "two"))
	hub.answerPing()
	if m := read(t, c); m.String() != "two" {
		t.Errorf("read %s", m)
	}
	hub.expectAnswer("1")
	if m, more := c.TryRead(); more {
		t.Errorf("and then %s", m)
	}

	heard, goOn := make(chan string), make(chan struct{})
	c.OnMessage(func(m *althing.Message) {
		heard <- m.String()
		<-goOn
	})
	hub.say(pushed("2", "three"))
	if m := wait(t, heard, "message"); m != "three" {
		t.Error(m)
	}
	go c.SendBytes(nil)
	hub.expect("message", "")
	close(goOn)
	hub.expectAnswer("2")
}

// answerPing waits until everything that was said has been handled.
func (c scripted) answerPing() {
	c.t.Helper()
	c.say(`{"jsonrpc":"2.0","id":"p","method":"ping"}`)
	c.expectAnswer("p")
}

func (c scripted) expectAnswer(id string) {
	c.t.Helper()
	c.line.expect(c.t, `{"jsonrpc":"2.0","id":"`+id+`","result":`)
}

func TestStrangeAnswers(t *testing.T) {
	s := newScript(t)
	c := s.client()
	hub := s.accept("EECO")
	for method, ask := range map[string]func(context.Context) error{
		"registry.get":     func(ctx context.Context) error { _, err := c.Get(ctx, "a"); return err },
		"registry.set":     func(ctx context.Context) error { _, err := c.Set(ctx, "a", 1); return err },
		"registry.fetch":   func(ctx context.Context) error { _, err := c.Fetch(ctx, "a"); return err },
		"registry.list":    func(ctx context.Context) error { _, err := c.List(ctx, "a"); return err },
		"registry.delete":  func(ctx context.Context) error { _, err := c.Delete(ctx, "a"); return err },
		"registry.history": func(ctx context.Context) error { _, err := c.History(ctx, "a"); return err },
		"registry.watch":   func(ctx context.Context) error { _, err := c.Watch(ctx, "a", func(althing.Change) {}); return err },
		"group.list":       func(ctx context.Context) error { _, err := c.Groups(ctx); return err },
		"group.members":    func(ctx context.Context) error { _, err := c.Members(ctx, "a"); return err },
		"sql.query":        func(ctx context.Context) error { _, err := c.SQL(ctx, "a"); return err },
		"eval":             func(ctx context.Context) error { _, err := c.Eval(ctx, "a"); return err },
		"channel.open":     func(ctx context.Context) error { _, err := c.OpenChannel(ctx, "a"); return err },
	} {
		for _, result := range []string{`7`, `{"keys":7,"values":[[1]],"groups":[1],"members":[{"id":1}],"rows":[1],"time":"x","address":"x"}`} {
			asked := make(chan error, 1)
			go func() { asked <- ask(t.Context()) }()
			id := hub.expect(method, "")
			hub.answer(id, result)
			err := wait(t, asked, method)
			if result == "7" && (method == "registry.list" || method == "registry.history" || method == "group.list" || method == "group.members" || method == "sql.query") {
				continue // an empty list may be missing
			}
			if !fault.Is(err, fault.Internal) {
				t.Errorf("%s answered with %s: %v", method, result, err)
			}
		}
	}
	for what, err := range map[string]error{
		"a key that is no text":    second(c.Get(t.Context(), "\xff")),
		"a value that has no form": second(c.Set(t.Context(), "a", make(chan int))),
		"an option without one":    second(c.Set(t.Context(), "a", 1, althing.Expect(time.Now))),
		"an argument without one":  second(c.SQL(t.Context(), "a", time.Now)),
		"a pattern that is none":   second(c.Watch(t.Context(), "\xff", nil)),
	} {
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	go c.Ping(t.Context())
	hub.expect("ping", "") // nothing of those was sent
}

func second[T any](_ T, err error) error { return err }
