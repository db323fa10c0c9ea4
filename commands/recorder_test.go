package commands_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"althing/commands"
)

// unread takes every record to nowhere.
type unread struct{ slog.Handler }

func (unread) Enabled(context.Context, slog.Level) bool { return true }
func (u unread) WithAttrs([]slog.Attr) slog.Handler     { return u }

// TestRecorderIsBounded logs more than is kept, and longer lines.
func TestRecorderIsBounded(t *testing.T) {
	recorder := commands.NewRecorder(unread{slog.DiscardHandler})
	log := slog.New(recorder)
	for n := range 3000 {
		log.Error("it leaks", "n", n, "stack", strings.Repeat("ö", 5_000))
	}
	errs := recorder.Errors()
	if len(errs) > 15 || !strings.Contains(errs[len(errs)-1], "n: 2999\n") {
		t.Errorf("%d errors are kept, the last is %.60s", len(errs), errs[len(errs)-1])
	}
	var lines strings.Builder
	if err := recorder.WriteLog(&lines); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(lines.String(), "\n"); n > 1250 || lines.Len() > n*1100 || n < 1000 {
		t.Errorf("%d lines of %d bytes are kept", n, lines.Len())
	}
}

// TestRecords are those of the log, and while somebody watches also those below it.
func TestRecords(t *testing.T) {
	var out strings.Builder
	recorder := commands.NewRecorder(slog.NewTextHandler(&out, nil))
	if commands.NewRecorder(recorder) != recorder {
		t.Error("a recorder is recorded")
	}
	log := slog.New(recorder).With("hub", "barn").WithGroup("link")
	log.Debug("nobody wants this")
	log.Warn("it is away", "since", 3, slog.Group("by", "cable", 1))
	var heard []commands.Record
	stop := recorder.Watch(slog.LevelDebug, func(r commands.Record) { heard = append(heard, r) })
	log.Debug("somebody wants this")
	stop()
	stop()
	log.Debug("nobody wants this either")

	records := recorder.Records()
	if len(records) != 2 || len(heard) != 1 || heard[0].Number != 2 || heard[0].Message != "somebody wants this" {
		t.Fatalf("kept are %+v, heard was %+v", records, heard)
	}
	r := records[0]
	want := []commands.Attr{{Name: "hub", Value: "barn"}, {Name: "link.since", Value: "3"}, {Name: "link.by.cable", Value: "1"}}
	if r.Level != slog.LevelWarn || r.Part != "commands_test" || r.At.IsZero() || !slices.Equal(r.Attrs, want) {
		t.Errorf("the record is %+v", r)
	}
	if strings.Contains(out.String(), "wants") || !strings.Contains(out.String(), "it is away") {
		t.Errorf("the log says %s", out.String())
	}
	var lines strings.Builder
	if err := recorder.WriteLog(&lines); err != nil || !strings.Contains(lines.String(), "level=WARN msg=\"it is away\" hub=barn link.since=3 link.by.cable=1\n") {
		t.Errorf("the lines are %s, %v", lines.String(), err)
	}
}
