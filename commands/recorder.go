package commands

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

const (
	// maxLines is how many lines of the log are kept, and maxLogLine the bytes
	// of each: a megabyte.
	maxLines, maxLogLine = 1000, 1 << 10
	// maxErrors is how many errors are kept, and maxError the bytes of each: a
	// stack is the longest part of one.
	maxErrors, maxError = 10, 8 << 10
)

// Recorder is a slog.Handler that keeps the last of what it hands on, for
// s.errortrace and s.storelog of a program whose log says more than its server's.
// Its methods may be called concurrently.
type Recorder struct {
	next slog.Handler
	text slog.Handler
	kept *kept
	own  string // attributes and groups that all records have
}

// kept is what the Recorders of one log share.
type kept struct {
	mu     sync.Mutex
	lines  []string
	errors []string
}

// NewRecorder makes a Recorder that hands on to next.
func NewRecorder(next slog.Handler) *Recorder {
	k := &kept{}
	return &Recorder{next: next, text: slog.NewTextHandler(k, nil), kept: k}
}

// Enabled implements slog.Handler.
func (r *Recorder) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (r *Recorder) Handle(ctx context.Context, record slog.Record) error {
	_ = r.text.Handle(ctx, record) // keeping a line does not fail
	if record.Level >= slog.LevelError {
		r.kept.addError(r.trace(record))
	}
	return r.next.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (r *Recorder) WithAttrs(attrs []slog.Attr) slog.Handler {
	var own strings.Builder
	for _, a := range attrs {
		own.WriteString(traceLine(a))
	}
	return &Recorder{next: r.next.WithAttrs(attrs), text: r.text.WithAttrs(attrs), kept: r.kept, own: r.own + own.String()}
}

// WithGroup implements slog.Handler.
func (r *Recorder) WithGroup(name string) slog.Handler {
	return &Recorder{next: r.next.WithGroup(name), text: r.text.WithGroup(name), kept: r.kept, own: r.own}
}

// trace is an error as people read it, stack included.
func (r *Recorder) trace(record slog.Record) string {
	text := record.Time.Format("2006-01-02 15:04:05 ") + record.Message + r.own
	record.Attrs(func(a slog.Attr) bool {
		text += traceLine(a)
		return len(text) < maxError
	})
	return cut(text, maxError)
}

func traceLine(a slog.Attr) string {
	return fmt.Sprintf("\n  %s: %s", a.Key, strings.ReplaceAll(a.Value.String(), "\n", "\n    "))
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// Write keeps a line, for the handler that makes lines.
func (k *kept) Write(line []byte) (int, error) {
	text := cut(string(line), maxLogLine)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines = limited(append(k.lines, text), maxLines)
	return len(line), nil
}

func (k *kept) addError(text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.errors = limited(append(k.errors, text), maxErrors)
}

// limited drops the oldest of a list that has become too long, many at once so
// that it is seldom copied.
func limited(list []string, most int) []string {
	if len(list) < most+most/4+1 {
		return list
	}
	return slices.Clone(list[len(list)-most:])
}

// WriteLog writes the last lines of the log, the oldest first.
func (r *Recorder) WriteLog(w io.Writer) error {
	r.kept.mu.Lock()
	lines := slices.Clone(r.kept.lines)
	r.kept.mu.Unlock()
	_, err := io.WriteString(w, strings.Join(lines, ""))
	return err
}

// Errors gives the last errors, the oldest first.
func (r *Recorder) Errors() []string {
	r.kept.mu.Lock()
	defer r.kept.mu.Unlock()
	return slices.Clone(r.kept.errors)
}
