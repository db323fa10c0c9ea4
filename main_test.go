package althing_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// started starts a server on loopback, which ends with the test.
func started(t testing.TB, s *althing.Server) *althing.Server {
	t.Helper()
	s.Addr = "127.0.0.1:0"
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("the server did not end: %v", err)
		}
	})
	return s
}

// dial connects a client, which ends with the test.
func dial(t testing.TB, s *althing.Server, options althing.ClientOptions) *althing.Client {
	t.Helper()
	c := newClient(t, options)
	connect(t, s, c)
	return c
}

// newClient makes a client, which ends with the test if it was connected.
func newClient(t testing.TB, options althing.ClientOptions) *althing.Client {
	t.Helper()
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	c := althing.NewClient(options)
	t.Cleanup(func() {
		c.Close()
		c.Wait()
	})
	return c
}

func connect(t testing.TB, s *althing.Server, c *althing.Client) {
	t.Helper()
	if err := c.Connect(t.Context(), s.ListenAddr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // before the server ends
		c.Close()
		c.Wait()
	})
}

// wait gives what comes from a channel, in time.
func wait[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s within %v", what, patience)
		panic("unreachable")
	}
}

func read(t testing.TB, c *althing.Client) *althing.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
