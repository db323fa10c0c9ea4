package hub

import (
	"context"
	"time"

	"althing/hostmetrics"
	"althing/series"
	"althing/state"
)

// recordEvery is how often the hub notes how it and its machine are.
const recordEvery = time.Second

// figures are what the hub knows of itself and its machine at one moment.
type figures struct {
	host           hostmetrics.Figures
	received, sent float64 // by all networks
	mine           load
	state          state.Stats
	connections    int64
	asked, said    int64 // since the moment before
}

// The units of metrics.
const (
	inPercent = "percent"
	inBytes   = "bytes"
	byteRate  = "bytes/s"
	inCelsius = "°C"
	rate      = "1/s"
	count     = "" // of something
)

// recorded are the series that every hub records.
var recorded = []struct {
	name, unit, about string
	of                func(*figures) float64
}{
	{hostCPU, inPercent, "use of the processor, all cores together", func(f *figures) float64 { return f.host.CPU }},
	{hostMemory, inPercent, "memory that cannot be had any more", func(f *figures) float64 { return f.host.Memory.Percent }},
	{"host.swap", inPercent, "swap in use", func(f *figures) float64 { return f.host.Swap.Percent }},
	{"host.disk", inPercent, "use of the fullest disk", func(f *figures) float64 { return f.host.Fullest() }},
	{"host.read", byteRate, "read from all disks", func(f *figures) float64 { return f.host.IO.Read }},
	{"host.written", byteRate, "written to all disks", func(f *figures) float64 { return f.host.IO.Written }},
	{"host.received", byteRate, "received by all networks", func(f *figures) float64 { return f.received }},
	{"host.sent", byteRate, "sent by all networks", func(f *figures) float64 { return f.sent }},
	{"host.load", count, "load of the last minute", func(f *figures) float64 { return f.host.LoadOfMinute() }},
	{"host.temperature", inCelsius, "the highest temperature", func(f *figures) float64 { return f.host.Hottest() }},
	{"hub.cpu", inPercent, "use of the processor by the hub, of one core", func(f *figures) float64 { return f.mine.cpu }},
	{"hub.memory", inBytes, "memory of the hub", func(f *figures) float64 { return float64(f.mine.memory) }},
	{"hub.connections", count, "connections, of all gateways", func(f *figures) float64 { return float64(f.connections) }},
	{"hub.clients", count, "clients that the hub knows", func(f *figures) float64 { return float64(f.state.Messaging.Clients) }},
	{"hub.messages", count, "messages that wait in inboxes", func(f *figures) float64 { return float64(f.state.Messaging.Messages) }},
	{"hub.registry", count, "keys of the registry", func(f *figures) float64 { return float64(f.state.Keys) }},
	{"hub.asked", rate, "queries and calls in that second", func(f *figures) float64 { return float64(f.asked) }},
	{"hub.said", rate, "messages in that second", func(f *figures) float64 { return float64(f.said) }},
}

// Metrics that are asked for by name, too. hostCPU is the one that is looked at more
// often than it is recorded.
const (
	hostCPU    = "host.cpu"
	hostMemory = "host.memory"
)

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
	handled, said := h.handled(), h.counts.messages.Load()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		now, handledBefore, saidBefore := h.Now(), handled, said
		handled, said = h.handled(), h.counts.messages.Load()
		f := &figures{
			host: h.sampler.Figures(), mine: h.process.look(now, h.started), state: h.state.Stats(),
			connections: h.conns.Len(), asked: handled - handledBefore, said: said - saidBefore,
		}
		err := h.recordFigures(now, f)
		if other := h.recordings.record(now); err == nil {
			err = other
		}
		if err != nil && !failing {
			h.log.Warn("what the hub records cannot be kept", "error", err)
		}
		failing = err != nil
		h.chores.did(choreRecord, now, err)
	}
}

// handled is how much the hub was asked.
func (h *Hub) handled() int64 { return h.counts.queries.Load() + h.counts.calls.Load() }

// recordFigures notes one moment. The first error is given, and what can be noted is.
func (h *Hub) recordFigures(at time.Time, f *figures) (first error) {
	f.received, f.sent = f.host.Traffic()
	for _, r := range recorded {
		if err := h.series.Record(at, r.name, r.of(f)); err != nil && first == nil {
			first = err
		}
	}
	return first
}
