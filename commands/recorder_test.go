package commands_test

import (
	"context"
	"log/slog"
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
