package althing_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/gateway/session"
	"althing/hub/hubtest"
	"althing/value"
)

// A client of a hub shares values, hears of changes, and gets its messages.
func ExampleClient() {
	ctx := context.Background()
	lamp, err := althing.Dial(ctx, "127.0.0.1:4000", althing.ClientOptions{Name: "lamp"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lamp.Close()

	if _, err := lamp.Set(ctx, "lamp.colour", []any{"red", 255}, althing.Expire(time.Hour)); err != nil {
		fmt.Println(err)
		return
	}
	stop, err := lamp.Watch(ctx, "lamp.*", func(c althing.Change) {
		fmt.Println(c.Key, "is now", c.Value)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()

	if err := lamp.Join(ctx, "lamps"); err != nil {
		fmt.Println(err)
		return
	}
	for { // a message comes again until the next one is asked for
		m, err := lamp.Next(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m.From, "says", m)
	}
}

// openHub starts a hub with a session port.
func openHub(t *testing.T) (addr string) {
	t.Helper()
	s, err := session.New(hubtest.Open(t, nil), session.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() { s.Serve(l) })
	t.Cleanup(func() {
		s.Close()
		served.Wait()
	})
	return l.Addr().String()
}

func member(t *testing.T, addr, name string) *althing.Client {
	t.Helper()
	c := newClient(t, althing.ClientOptions{Name: name, Backoff: func(int) time.Duration { return time.Millisecond }})
	if err := c.Connect(t.Context(), addr); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHub has a client do everything that a hub can, with a real one.
func TestHub(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	addr := openHub(t)
	lamp, cat := member(t, addr, "lamp"), member(t, addr, "cat")
	same := func(what string, got, want any, err error) {
		t.Helper()
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w || err != nil {
			t.Errorf("%s: %s, error %v; want %s", what, g, err, w)
		}
	}
	refused := func(what string, err error, code fault.Code) {
		t.Helper()
		if !fault.Is(err, code) {
			t.Errorf("%s: %v, want %s", what, err, code)
		}
	}

	changes := make(chan string, 100)
	stop, err := lamp.Watch(ctx, "g.*", told(changes))
	if err != nil {
		t.Fatal(err)
	}
	first, err := cat.Set(ctx, "g.a", value.Tuple{value.Int(1), value.Bytes("\xff")})
	same("set", first > 0, true, err)
	second, err := cat.Set(ctx, "g.a", 2, althing.ExpectRevision(first))
	same("set again", second > first, true, err)
	_, err = cat.Set(ctx, "g.a", 3, althing.ExpectRevision(first))
	refused("the wrong revision", err, fault.Conflict)
	_, err = cat.Set(ctx, "g.a", 3, althing.Expect("x"))
	refused("the wrong value", err, fault.Conflict)
	_, err = cat.Set(ctx, "g.b", "b", althing.ExpectRevision(0), althing.Expire(time.Hour))
	same("a new one", nil, nil, err)
	got, err := lamp.Get(ctx, "g.a")
	same("get", []any{got.Value, got.Revision, time.Since(got.Time) < patience}, []any{2, second, true}, err)
	_, err = lamp.Get(ctx, "g.c")
	refused("a key that is not there", err, fault.NotFound)
	keys, err := lamp.List(ctx, "g.*")
	same("list", keys, []string{"g.a", "g.b"}, err)
	entries, err := lamp.Fetch(ctx, "g.*")
	same("fetch", entries, map[string]any{"g.a": 2, "g.b": "b"}, err)
	past, err := lamp.History(ctx, "g.a")
	same("history", len(past), 2, err)
	_, err = lamp.Update(ctx, "g.a", func(old value.Value) (any, error) { return old.(value.Int) + 1, nil })
	same("update", nil, nil, err)
	count, err := lamp.Delete(ctx, "g.b")
	same("delete", count, 1, err)
	var heard []string
	for range 5 {
		heard = append(heard, strings.Fields(wait(t, changes, "change"))[0])
	}
	same("watched", heard, `[g.a=(1, g.a=2 g.b='b' g.a=3 g.b]`, nil)
	stop()

	if err := lamp.Join(ctx, "lamps"); err != nil {
		t.Fatal(err)
	}
	groups, err := cat.Groups(ctx)
	same("groups", slices.Contains(groups, "lamps"), true, err)
	members, err := cat.Members(ctx, "lamps")
	same("members", members, []althing.Member{{ID: lamp.ID(), Name: "lamp"}}, err)
	for _, body := range []string{"one", "two", "three"} {
		m := althing.NewMessage(body).Add("n", body)
		m.To = "lamps"
		if err := cat.Deliver(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	m, err := lamp.Next(ctx)
	same("the first", []string{m.From, m.To, m.String(), m.Get("n")}, "[cat lamps one one]", err)
	same("acknowledged", nil, nil, lamp.Ack(ctx, m))
	restored := make(chan error, 1)
	lamp.OnRestore(func(err error) { restored <- err })
	conn, err := lamp.Conn()
	if err != nil {
		t.Fatal(err)
	}
	id := lamp.ID()
	conn.Close("")
	same("restored", wait(t, restored, "restoration"), nil, nil)
	same("the same client", lamp.ID(), id, nil)
	if err := lamp.Push(ctx, 1); err != nil {
		t.Fatal(err)
	}
	same("the second", read(t, lamp), "two", nil)
	same("the third", read(t, lamp), "three", nil)
	same("no more pushing", nil, nil, lamp.StopPush(ctx))
	same("out of the group", nil, nil, lamp.Leave(ctx, "lamps"))

	text, err := lamp.Eval(ctx, "'a' * 3")
	same("eval", text, "aaa", err)
	_, err = lamp.Eval(ctx, "1/0")
	same("the exception", fault.Of(err).Exception, "ZeroDivisionError", nil)
	_, err = lamp.SQL(ctx, "CREATE TABLE t (a, b)")
	same("a table", nil, nil, err)
	rows, err := lamp.SQL(ctx, "INSERT INTO t VALUES (?, ?)", 1, []byte{0})
	same("a row", rows.Affected, 1, err)
	rows, err = lamp.SQL(ctx, "SELECT a, b FROM t")
	same("rows", []any{rows.Columns, len(rows.Rows), rows.Rows[0][0], rows.More}, "[[a b] 1 1 false]", err)
	rows, err = lamp.SQLSome(ctx, 1, "VALUES (1), (2)")
	same("some rows", []any{len(rows.Rows), rows.More, rows.Changed}, "[1 true false]", err)
	status, err := lamp.Status(ctx)
	same("status", status.Len() > 2, true, err)
}
