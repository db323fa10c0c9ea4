package hub

import (
	"os"
	"strings"
	"sync/atomic"
	"time"

	"althing/hostmetrics"
	"althing/registry"
	"althing/value"
)

// Version is the hub's version, as status and server.version tell it. What is packed
// from a commit that is no release has it set by the linker; nothing else sets it.
var Version = "0.1.0"

// counts is what the hub has done since it started.
type counts struct {
	queries, failed atomic.Int64
	calls           atomic.Int64 // of a session's other methods
	messages        atomic.Int64 // that were said here, or came from other hubs
}

// serverKeys are the read-only keys that the hub keeps itself, in order
// (specification of the text protocol, "Messaging").
var serverKeys = []string{
	"server.address", "server.clients", "server.durability", "server.groups", "server.host", "server.messages",
	"server.name", "server.pid", "server.registry", "server.started", "server.uptime", "server.version",
}

// ServerKeys are the names of the read-only keys, in order.
func (h *Hub) ServerKeys() []string { return serverKeys }

// ServerKey gives the value of one.
func (h *Hub) ServerKey(key string) (value.Value, bool) {
	name, _ := strings.CutPrefix(key, "server.")
	switch name {
	case "name":
		return value.Str(h.config.Name), true
	case "version":
		return value.Str(Version), true
	case "host":
		return value.Str(h.host), true
	case "address":
		return value.Str(h.Address("text")), true
	case "pid":
		return value.Int(os.Getpid()), true
	case "started":
		return value.Str(h.started.Format(time.RFC3339)), true
	case "uptime":
		return value.Int(h.Now().Sub(h.started) / time.Second), true
	case "clients":
		return value.Int(h.state.Stats().Messaging.Clients), true
	case "groups":
		return value.Int(h.state.Stats().Messaging.Groups), true
	case "messages":
		return value.Int(h.state.Stats().Messaging.Messages), true
	case "registry":
		return value.Int(h.state.Len(registry.Values)), true
	case "durability":
		return value.Str(h.Durability()), true
	}
	return nil, false
}

// Status is what `althing status` shows: health first, then sizes.
func (h *Hub) Status() *value.Dict {
	st, log := h.state.Stats(), h.journal.Stats()
	path, layer := h.node.Path()
	mine := h.process.look(h.Now(), h.started)
	return value.DictOf(
		"name", value.Str(h.config.Name),
		"version", value.Str(Version),
		"description", value.Str(h.config.Description),
		"host", value.Str(h.host),
		"pid", value.Int(os.Getpid()),
		"uptime", value.Int(h.Now().Sub(h.started)/time.Second),
		"listening", h.listening(),
		"tls", h.tls(),
		"guests", value.Str(h.access.Guests().String()),
		"path", value.Str(path),
		"layer", value.Int(int64(layer)),
		"parent", h.parent(),
		"durability", value.Str(h.Durability()),
		"data", value.Str(h.config.Data),
		"free", value.Int(h.free()),
		"connections", value.Int(h.conns.Len()),
		"sessions", value.Int(len(h.crier.present())),
		"clients", value.Int(st.Messaging.Clients),
		"groups", value.Int(st.Messaging.Groups),
		"messages", value.Int(st.Messaging.Messages),
		"registry", value.Int(st.Keys),
		"registry_bytes", value.Int(st.Bytes+st.HistoryBytes),
		"variables", value.Int(st.Variables),
		"queries", value.Int(h.counts.queries.Load()),
		"calls", value.Int(h.counts.calls.Load()),
		"failed", value.Int(h.counts.failed.Load()),
		"records", value.Int(log.Records),
		"transactions", value.Int(log.Transactions),
		"log_bytes", value.Int(log.Bytes),
		"cpu", value.Float(hostmetrics.Round(mine.cpu)),
		"memory_bytes", value.Int(mine.memory),
	)
}

// free is how much of the disk is free; -1 when the system does not say.
func (h *Hub) free() int64 {
	free, err := h.dir.Free()
	if err != nil {
		return -1
	}
	return free
}
