// Package hubtest starts real hubs for tests, and asks them.
package hubtest

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"althing/access"
	"althing/expr"
	"althing/hub"
)

// Open starts a hub in a temporary folder and stops it when the test ends. A
// change, if any, is made to its configuration first.
func Open(t testing.TB, change func(*hub.Config)) *hub.Hub {
	t.Helper()
	c := hub.Config{Data: t.TempDir(), Name: "test", Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&c)
	}
	h, err := hub.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Close(t, h) })
	return h
}

// Close stops a hub as a clean stop does. It may be called before the test ends.
func Close(t testing.TB, h *hub.Hub) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
}

// Enter starts the session of a guest at an address; empty: this machine.
func Enter(t testing.TB, h *hub.Hub, address string) *hub.Session {
	t.Helper()
	c := hub.Caller{Gateway: "test"}
	if address != "" {
		c.From = netip.MustParseAddr(address)
	}
	return enter(t, h, c)
}

// Admin starts the session of an administrator at this machine.
func Admin(t testing.TB, h *hub.Hub) *hub.Session {
	t.Helper()
	return enter(t, h, hub.Caller{Gateway: "test", Role: access.Admin})
}

func enter(t testing.TB, h *hub.Hub, c hub.Caller) *hub.Session {
	t.Helper()
	s, err := h.Enter(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Ask has one query worked out.
func Ask(s *hub.Session, query string) string {
	program, err := expr.Parse(query)
	reply := s.Start(context.Background(), program, err)
	defer reply.Done()
	return reply.Wait()
}

// Story asks one query after the other and compares the replies. A wanted reply
// that ends in "…" is a beginning.
func Story(t testing.TB, s *hub.Session, lines [][2]string) {
	t.Helper()
	for _, line := range lines {
		got := Ask(s, line[0])
		if start, cut := strings.CutSuffix(line[1], "…"); cut && strings.HasPrefix(got, start) {
			continue
		}
		if got != line[1] {
			t.Errorf("%s\n got %.300q\nwant %.300q", line[0], got, line[1])
		}
	}
}
