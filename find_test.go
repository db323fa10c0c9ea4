package althing_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"althing"
	"althing/fault"
)

// TestFind gives the client no address, but a way to find one.
func TestFind(t *testing.T) {
	addr := started(t, &althing.Server{}).ListenAddr().String()
	for _, test := range []struct {
		name  string
		found []string
		err   error
		key   string
		code  fault.Code // empty: it connects
	}{
		{name: "one", found: []string{addr}},
		{name: "one, which is told the key on this machine", found: []string{addr}, key: "secret"},
		{name: "none", code: fault.NotFound},
		{name: "several", found: []string{addr, "127.0.0.1:1"}, code: fault.Conflict},
		{name: "another machine's, and a key", found: []string{"192.0.2.1:4000"}, key: "secret", code: fault.Denied},
		{name: "one that has gone", found: []string{"127.0.0.1:1"}, code: fault.Unavailable},
		{name: "no way to look", err: fault.New(fault.Unavailable, "no multicast"), code: fault.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := althing.Dial(t.Context(), "", althing.ClientOptions{
				Key: test.key, Logger: slog.New(slog.DiscardHandler), Find: func(context.Context) ([]string, error) { return test.found, test.err },
			})
			if test.code != "" {
				var f *fault.Error
				if !errors.As(err, &f) || f.Code != test.code {
					t.Errorf("error %v, not %s", err, test.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
			_ = c.Wait()
		})
	}
	if _, err := althing.Dial(t.Context(), "", althing.ClientOptions{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without an address and a way to find one: %v", err)
	}
}

// TestFindAgain has the server move while a client is connected.
func TestFindAgain(t *testing.T) {
	first, second := started(t, &althing.Server{Name: "first"}), started(t, &althing.Server{Name: "second"})
	var at atomic.Pointer[althing.Server]
	at.Store(first)
	c := newClient(t, althing.ClientOptions{
		Find:    func(context.Context) ([]string, error) { return []string{at.Load().ListenAddr().String()}, nil },
		Backoff: func(int) time.Duration { return time.Millisecond },
	})
	names := make(chan string, 1)
	c.OnConnect(func() {
		if conn, err := c.Conn(); err == nil {
			names <- conn.Name()
		}
	})
	if err := c.Connect(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, names, "the first server"); got != "first" {
		t.Errorf("found %s", got)
	}
	at.Store(second)
	if err := first.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, names, "the second server"); got != "second" {
		t.Errorf("found %s", got)
	}
}
