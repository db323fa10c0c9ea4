// Package engine starts the NATS server inside the process and connects to it.
//
// It knows nothing of the hub: whoever uses it makes streams of its own over
// Conn. The server opens no port, catches no signal and writes its log lines
// into ours. DESIGN.md has the measurements behind the settings.
package engine

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"althing/fault"
)

const (
	// MaxPayload is the longest message in bytes. It is the server's default,
	// which an external cluster has too unless somebody changed it.
	MaxPayload = 1 << 20

	// MaxMemory bounds streams that live in memory. We have none: the server's
	// default would be three quarters of the machine.
	MaxMemory = 1 << 20

	// MaxStore bounds all streams on disk together. The default is derived from
	// the free space at the start and so protects nothing; what protects the
	// disk is every stream's own limit and the free space its user keeps.
	MaxStore = 1 << 40

	// readyWait is how long the server may take until it hands out connections
	// when it has started and read its streams. It is no time at all, unless the
	// machine is overwhelmed.
	readyWait = 10 * time.Second

	// SyncEvery is how often the server brings what was written to the disk. The
	// journal's store does that itself, every second and only when something was
	// written; the server's own timer would wake an idle machine every second to
	// sync an unchanged file.
	SyncEvery = 2 * time.Minute
)

// Options say how an engine works.
type Options struct {
	// Dir is the folder for the data; the server makes a folder "jetstream" in
	// it. Only one engine may have it.
	Dir string

	// Safe brings every record to the disk before it is acknowledged.
	Safe bool

	// Log takes the server's log lines. Default: slog.Default().
	Log *slog.Logger
}

// Engine is a running NATS server and a connection to it. Any number of
// goroutines may use it.
type Engine struct {
	o   Options
	log *bridge

	mu       sync.Mutex
	server   *server.Server
	conn     *nats.Conn
	stopped  bool
	restarts int
}

// Start starts a server and waits until it takes connections.
func Start(o Options) (*Engine, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	e := &Engine{o: o, log: &bridge{log: o.Log.With("part", "engine")}}
	if err := e.start(); err != nil {
		return nil, err
	}
	return e, nil
}

// start starts server and connection; e.mu is held, or nobody knows e yet.
func (e *Engine) start() error {
	e.log.reset()
	s, err := server.NewServer(&server.Options{
		ServerName:             "althing",
		DontListen:             true,
		NoSigs:                 true,
		DisableJetStreamBanner: true,
		MaxPayload:             MaxPayload,
		JetStream:              true,
		JetStreamMaxMemory:     MaxMemory,
		JetStreamMaxStore:      MaxStore,
		StoreDir:               e.o.Dir,
		SyncInterval:           SyncEvery,
		SyncAlways:             e.o.Safe,
	})
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the engine cannot start in %s", e.o.Dir)
	}
	s.SetLoggerV2(e.log, false, false, false)
	s.Start() // returns when the streams are read back, or have failed to be
	err = e.log.fatal()
	if err == nil && !s.ReadyForConnections(readyWait) {
		err = fmt.Errorf("it was not ready within %v", readyWait)
	}
	if err != nil {
		stop(s)
		return fault.Wrap(err, fault.Unavailable, "the engine cannot start in %s", e.o.Dir)
	}
	conn, err := nats.Connect("", nats.InProcessServer(s), nats.NoReconnect(), nats.Name("hub"),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			e.log.log.Warn("the connection to the engine reports an error", "err", err)
		}))
	if err != nil {
		stop(s)
		return fault.Wrap(err, fault.Unavailable, "the engine takes no connection")
	}
	e.server, e.conn = s, conn
	return nil
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// Conn is the connection to the server. It is another one after Restart.
func (e *Engine) Conn() *nats.Conn {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.conn
}

// Restart stops the server and starts it again: after a full disk a stream takes
// nothing any more until then, however much room there is. Connections and
// subscriptions end; streams and what they hold stay. between, if not nil, runs
// while the server is down; when it fails, or the start does, the server stays
// down and Restart may be tried again.
func (e *Engine) Restart(between func() error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return errStopped
	}
	e.restarts++
	e.end()
	if between != nil {
		if err := between(); err != nil {
			return err
		}
	}
	return e.start()
}

var errStopped = fault.New(fault.Closed, "the engine is stopped")

// end closes the connection and stops the server, if they are there; after a
// Restart that failed they are not.
func (e *Engine) end() {
	if e.server == nil {
		return
	}
	e.conn.Close()
	stop(e.server)
	e.server = nil
}

// Stop stops the server and waits for its end. It may be called twice.
func (e *Engine) Stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
	e.end()
}

// Stats are the engine's figures.
type Stats struct {
	Version  string // of the server
	Restarts int    // by Restart
	Bytes    uint64 // on disk, all streams
	Messages uint64 // on disk, all streams
}

// Stats gives the engine's figures.
func (e *Engine) Stats() (Stats, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	stats := Stats{Version: server.VERSION, Restarts: e.restarts}
	if e.server == nil {
		return stats, errStopped
	}
	js, err := e.server.Jsz(nil)
	if err != nil {
		return stats, fmt.Errorf("figures of the engine: %w", err)
	}
	stats.Bytes, stats.Messages = js.Store, js.Messages
	return stats, nil
}
