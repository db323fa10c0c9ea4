package hub

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"althing/expr"
)

// openAt opens a hub whose clock the test sets.
func openAt(t *testing.T, now *atomic.Int64) *Hub {
	t.Helper()
	now.Store(time.Now().UnixNano())
	h, err := Open(context.Background(), Config{
		Data: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Unix(0, now.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func asker(t *testing.T, h *Hub) func(string) string {
	t.Helper()
	s, err := h.Enter(Caller{Gateway: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return func(query string) string {
		program, err := expr.Parse(query)
		return s.Start(context.Background(), program, err).Wait()
	}
}

func TestTenMinutesOfSilence(t *testing.T) {
	var now atomic.Int64
	h := openAt(t, &now)
	ask := asker(t, h)
	silent, speaking, pinging := ask("getClientID()"), ask("getClientID()"), ask("getClientID()")
	h.upkeep.dropSilent(context.Background()) // sees them for the first time
	for range 3 {
		now.Add(int64(4 * time.Minute))
		ask("recv('" + speaking + "')")
		ask("known('" + pinging + "')")
		h.upkeep.dropSilent(context.Background())
	}
	for id, want := range map[string]string{silent: "False", speaking: "True", pinging: "True"} {
		if got := ask("known('" + id + "')"); got != want {
			t.Errorf("after 12 minutes known(%s) is %s, want %s", id, got, want)
		}
	}
}

func TestARestartGivesTenFreshMinutes(t *testing.T) {
	var now atomic.Int64
	h := openAt(t, &now)
	id := asker(t, h)("getClientID()")
	now.Add(int64(time.Hour))
	h.presence = presence{} // what a restart leaves of it
	h.upkeep.dropSilent(context.Background())
	if _, there := h.state.Client(id); !there {
		t.Error("a client was dropped before it had ten minutes")
	}
	now.Add(int64(silence + time.Second))
	h.upkeep.dropSilent(context.Background())
	if _, there := h.state.Client(id); there {
		t.Error("a client that was silent for ten minutes is still there")
	}
}

func TestASessionIsNeverSilent(t *testing.T) {
	var now atomic.Int64
	h := openAt(t, &now)
	s, err := h.Enter(Caller{Gateway: "test"})
	if err != nil {
		t.Fatal(err)
	}
	is, err := s.Register(t.Context(), Registration{Name: "lamp"})
	if err != nil {
		t.Fatal(err)
	}
	there := func(after time.Duration, want bool) {
		t.Helper()
		now.Add(int64(after))
		h.upkeep.dropSilent(context.Background())
		if _, there := h.state.Client(is.ID); there != want {
			t.Errorf("after %v the client is there: %v", after, there)
		}
	}
	there(time.Hour, true)
	now.Add(int64(time.Hour))
	s.Close()
	there(silence-time.Second, true)
	there(2*time.Second, false)
}

func TestManySilentClientsGoInBatches(t *testing.T) {
	var now atomic.Int64
	h := openAt(t, &now)
	ask := asker(t, h)
	const batches = 3
	for range batches {
		if got := ask(fmt.Sprintf("len([getClientID() for _ in range(%d)])", upkeepBatch)); got != strconv.Itoa(upkeepBatch) {
			t.Fatal(got)
		}
	}
	h.upkeep.dropSilent(context.Background())
	now.Add(int64(silence + time.Second))
	before := h.journal.Stats().Transactions
	h.upkeep.dropSilent(context.Background())
	if n := h.state.Stats().Messaging.Clients; n != 0 {
		t.Errorf("%d clients are left", n)
	}
	if n := h.journal.Stats().Transactions - before; n != batches {
		t.Errorf("they went in %d transactions, want %d", n, batches)
	}
}

func TestWhatExpiresIsRemovedAndToldOf(t *testing.T) {
	var now atomic.Int64
	h := openAt(t, &now)
	ask := asker(t, h)
	ask("setReg('door', 'open', expire=60)")
	news := h.Changed()
	now.Add(int64(61 * time.Second))
	if got := ask("getReg('door')"); got != "None" {
		t.Errorf("an expired value is still read: %s", got)
	}
	h.upkeep.lapse(context.Background())
	select {
	case <-news:
	default:
		t.Error("nobody was told of the removal")
	}
	if keys := h.state.Stats().Keys; keys != 0 {
		t.Errorf("%d values are still kept", keys)
	}
}
