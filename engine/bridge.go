package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// bridge is the server's logger: it hands the lines to slog. What the server
// notices is of no interest to the owner of a hub unless something is looked
// for, so that it goes to debug.
type bridge struct {
	log *slog.Logger

	mu   sync.Mutex
	last string // the line that said why the server gave up
}

func (b *bridge) line(level slog.Level, format string, args []any) {
	if b.log.Enabled(context.Background(), level) {
		b.log.Log(context.Background(), level, "nats-server", "says", strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}

// Noticef implements server.Logger.
func (b *bridge) Noticef(format string, v ...any) { b.line(slog.LevelDebug, format, v) }

// Warnf implements server.Logger.
func (b *bridge) Warnf(format string, v ...any) { b.line(slog.LevelWarn, format, v) }

// Errorf implements server.Logger.
func (b *bridge) Errorf(format string, v ...any) { b.line(slog.LevelError, format, v) }

// Debugf implements server.Logger.
func (b *bridge) Debugf(format string, v ...any) { b.line(slog.LevelDebug, format, v) }

// Tracef implements server.Logger.
func (b *bridge) Tracef(format string, v ...any) { b.line(slog.LevelDebug, format, v) }

// Fatalf implements server.Logger. The server's own would end the process.
func (b *bridge) Fatalf(format string, v ...any) {
	b.mu.Lock()
	b.last = strings.TrimSpace(fmt.Sprintf(format, v...))
	b.mu.Unlock()
	b.line(slog.LevelError, format, v)
}

func (b *bridge) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = ""
}

// fatal is why the server gave up, nil if it did not.
func (b *bridge) fatal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last == "" {
		return nil
	}
	return errors.New(b.last)
}
