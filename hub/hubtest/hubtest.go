// Package hubtest starts real hubs for tests.
package hubtest

import (
	"context"
	"log/slog"
	"testing"
	"time"

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
