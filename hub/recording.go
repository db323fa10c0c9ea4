package hub

import (
	"context"
	"time"

	"althing/hostmetrics"
	"althing/series"
)

// recordEvery is how often the hub notes how it and its machine are.
const recordEvery = time.Second

// Series are what numbers were. The hub records its machine's, host.cpu and so on,
// its own, hub.clients and so on, and shared values, registry.garden.temp and so on,
// where that is asked for.
func (h *Hub) Series() *series.Store { return h.series }

// record notes the hub's own series until ctx is done. A disk that does not take
// them is told of once, until it does again.
func (h *Hub) record(ctx context.Context) {
	ticks := time.NewTicker(recordEvery)
	defer ticks.Stop()
	failing := false
	queries := h.handled()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		now, handled := h.Now(), h.handled()
		err := h.recordFigures(now, h.sampler.Figures(), handled-queries)
		queries = handled
		if other := h.recordings.record(now); err == nil {
			err = other
		}
		if err != nil && !failing {
			h.log.Warn("what the hub records cannot be kept", "error", err)
		}
		failing = err != nil
	}
}

// handled is how much the hub was asked.
func (h *Hub) handled() int64 { return h.counts.queries.Load() + h.counts.calls.Load() }

// recordFigures notes one second. The first error is given, and what can be noted is.
func (h *Hub) recordFigures(at time.Time, f hostmetrics.Figures, asked int64) (first error) {
	received, sent := f.Traffic()
	st, mine := h.state.Stats(), h.process.look(at, h.started)
	for _, s := range []struct {
		name  string
		value float64
	}{
		{"host.cpu", f.CPU},
		{"host.memory", f.Memory.Percent},
		{"host.swap", f.Swap.Percent},
		{"host.disk", f.Fullest()},
		{"host.read", f.IO.Read},
		{"host.written", f.IO.Written},
		{"host.received", received},
		{"host.sent", sent},
		{"host.load", f.LoadOfMinute()},
		{"host.temperature", f.Hottest()},
		{"hub.cpu", mine.cpu},
		{"hub.memory", float64(mine.memory)},
		{"hub.connections", float64(h.conns.Len())},
		{"hub.clients", float64(st.Messaging.Clients)},
		{"hub.messages", float64(st.Messaging.Messages)},
		{"hub.registry", float64(st.Keys)},
		{"hub.asked", float64(asked)},
	} {
		if err := h.series.Record(at, s.name, s.value); err != nil && first == nil {
			first = err
		}
	}
	return first
}
