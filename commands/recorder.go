package commands

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxRecords is how many records of the log are kept, and maxRecord the bytes
	// of each: a megabyte.
	maxRecords, maxRecord = 1000, 1 << 10
	// maxErrors is how many errors are kept, and maxError the bytes of each: a
	// stack is the longest part of one.
	maxErrors, maxError = 10, 8 << 10
)

// Record is what was said in a log once.
type Record struct {
	Number  uint64 // they count up from 1
	At      time.Time
	Level   slog.Level
	Part    string // the package that has said it, by its last name
	Message string
	Attrs   []Attr // of groups as "group.name"
}

// Attr is what belongs to a Record.
type Attr struct{ Name, Value string }

// Recorder is a slog.Handler that keeps the last of what it hands on, for
// s.errortrace and s.storelog of a program whose log says more than its server's,
// and for people who look. Its methods may be called concurrently.
type Recorder struct {
	next   slog.Handler
	kept   *kept
	own    []Attr // that all records have
	groups string // before the names of attributes
}

// kept is what the Recorders of one log share.
type kept struct {
	level atomic.Int64 // the least that somebody watches

	mu      sync.Mutex
	last    uint64
	records []Record
	errors  []string
	watches map[*watch]struct{}
}

type watch struct {
	level slog.Level
	tell  func(Record)
}

// unwatched is above all levels.
const unwatched = slog.Level(1 << 20)

// NewRecorder makes a Recorder that hands on to next; one that next is already is
// given itself.
func NewRecorder(next slog.Handler) *Recorder {
	if r, is := next.(*Recorder); is {
		return r
	}
	k := &kept{watches: map[*watch]struct{}{}}
	k.level.Store(int64(unwatched))
	return &Recorder{next: next, kept: k}
}

// Enabled implements slog.Handler. What somebody watches is wanted, though next
// may not want it.
func (r *Recorder) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.Level(r.kept.level.Load()) || r.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (r *Recorder) Handle(ctx context.Context, record slog.Record) error {
	r.kept.add(r.read(record))
	if record.Level >= slog.LevelError {
		r.kept.addError(r.trace(record))
	}
	if !r.next.Enabled(ctx, record.Level) {
		return nil
	}
	return r.next.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (r *Recorder) WithAttrs(attrs []slog.Attr) slog.Handler {
	own := slices.Clone(r.own)
	for _, a := range attrs {
		own = appendAttr(own, r.groups, a)
	}
	return &Recorder{next: r.next.WithAttrs(attrs), kept: r.kept, own: own, groups: r.groups}
}

// WithGroup implements slog.Handler.
func (r *Recorder) WithGroup(name string) slog.Handler {
	return &Recorder{next: r.next.WithGroup(name), kept: r.kept, own: r.own, groups: r.groups + name + "."}
}

// read makes a Record that holds nothing of the program's.
func (r *Recorder) read(record slog.Record) Record {
	is := Record{At: record.Time, Level: record.Level, Part: partOf(record.PC), Message: cut(record.Message, maxRecord)}
	room := maxRecord - len(is.Message)
	keep := func(a Attr) {
		a.Value = cut(a.Value, max(0, room-len(a.Name)))
		if room -= len(a.Name) + len(a.Value); room > 0 {
			is.Attrs = append(is.Attrs, a)
		}
	}
	for _, a := range r.own {
		keep(a)
	}
	var attrs []Attr
	record.Attrs(func(a slog.Attr) bool {
		attrs = appendAttr(attrs, r.groups, a)
		return true
	})
	for _, a := range attrs {
		keep(a)
	}
	return is
}

// appendAttr appends an attribute, of a group all that are in it.
func appendAttr(list []Attr, groups string, a slog.Attr) []Attr {
	v := a.Value.Resolve()
	if v.Kind() != slog.KindGroup {
		return append(list, Attr{groups + a.Key, v.String()})
	}
	if a.Key != "" {
		groups += a.Key + "."
	}
	for _, inner := range v.Group() {
		list = appendAttr(list, groups, inner)
	}
	return list
}

// partOf names the package of a function, by where in it something was called:
// althing/gateway/text.(*conn).begin is text's.
func partOf(pc uintptr) string {
	if pc == 0 {
		return ""
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	name := frame.Function[strings.LastIndexByte(frame.Function, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	return name
}

// trace is an error as people read it, stack included.
func (r *Recorder) trace(record slog.Record) string {
	var text strings.Builder
	text.WriteString(record.Time.Format("2006-01-02 15:04:05 ") + record.Message)
	for _, a := range r.own {
		text.WriteString(traceLine(a.Name, a.Value))
	}
	record.Attrs(func(a slog.Attr) bool {
		text.WriteString(traceLine(a.Key, a.Value.String()))
		return text.Len() < maxError
	})
	return cut(text.String(), maxError)
}

func traceLine(name, value string) string {
	return fmt.Sprintf("\n  %s: %s", name, strings.ReplaceAll(value, "\n", "\n    "))
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// add keeps a record, and tells whoever watches.
func (k *kept) add(r Record) {
	k.mu.Lock()
	k.last++
	r.Number = k.last
	k.records = limited(append(k.records, r), maxRecords)
	var told []*watch
	for w := range k.watches {
		if r.Level >= w.level {
			told = append(told, w)
		}
	}
	k.mu.Unlock()
	for _, w := range told {
		w.tell(r)
	}
}

func (k *kept) addError(text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.errors = limited(append(k.errors, text), maxErrors)
}

// limited drops the oldest of a list that has become too long, many at once so
// that it is seldom copied.
func limited[T any](list []T, most int) []T {
	if len(list) < most+most/4+1 {
		return list
	}
	return slices.Clone(list[len(list)-most:])
}

// Records gives the last records, the oldest first.
func (r *Recorder) Records() []Record {
	r.kept.mu.Lock()
	defer r.kept.mu.Unlock()
	return slices.Clone(r.kept.records)
}

// Watch has tell told of every record of a level, or above it, from now on: also of
// those that the log leaves out. tell must neither block nor log. stop may be called
// more than once.
func (r *Recorder) Watch(level slog.Level, tell func(Record)) (stop func()) {
	w := &watch{level, tell}
	k := r.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	k.watches[w] = struct{}{}
	k.least()
	return sync.OnceFunc(func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.watches, w)
		k.least()
	})
}

// least notes the least level that is watched.
func (k *kept) least() {
	least := unwatched
	for w := range k.watches {
		least = min(least, w.level)
	}
	k.level.Store(int64(least))
}

// WriteLog writes the last records as lines, the oldest first.
func (r *Recorder) WriteLog(w io.Writer) error {
	lines := slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
	for _, is := range r.Records() {
		record := slog.NewRecord(is.At, is.Level, is.Message, 0)
		for _, a := range is.Attrs {
			record.AddAttrs(slog.String(a.Name, a.Value))
		}
		if err := lines.Handle(context.Background(), record); err != nil {
			return err
		}
	}
	return nil
}

// Errors gives the last errors, the oldest first.
func (r *Recorder) Errors() []string {
	r.kept.mu.Lock()
	defer r.kept.mu.Unlock()
	return slices.Clone(r.kept.errors)
}
