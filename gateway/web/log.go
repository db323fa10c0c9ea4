package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
)

// logOperations are what the hub has said, and what administrators did.
var logOperations = []operation{
	{
		method: http.MethodGet, path: "/log", act: access.Manage, summary: "The last records of the log, the oldest first", out: recordsOut{}, run: getLog,
		params: []param{
			{name: "level", help: "debug, info, warn or error: from this level on; default: debug"},
			{name: "part", help: "what has said it: hub, text, session …; default: all"},
			{name: "limit", help: "so many at most; default: 1000", kind: aNumber},
		},
	},
	{method: http.MethodGet, path: "/audit", act: access.Manage, summary: "What administrators and users did of late, the oldest first", out: auditOut{}, run: getAudit},
}

// mostRecords is how many records the log keeps at least.
const mostRecords = 1000

type recordsOut struct {
	Entries []logRow `json:"entries"`
}

// logRow is one record of the log.
type logRow struct {
	Number  uint64    `json:"number"`
	At      time.Time `json:"at"`
	Level   string    `json:"level" help:"debug, info, warn or error"`
	Part    string    `json:"part" help:"what has said it: hub, text, session …"`
	Message string    `json:"message"`
	Attrs   []logAttr `json:"attrs"`
}

type logAttr struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func logRowOf(r hub.LogRecord) logRow {
	row := logRow{
		Number: r.Number, At: r.At, Level: strings.ToLower(r.Level.String()), Part: r.Part, Message: r.Message,
		Attrs: make([]logAttr, len(r.Attrs)),
	}
	for i, a := range r.Attrs {
		row.Attrs[i] = logAttr(a)
	}
	return row
}

// levelOf reads a level; empty is the least.
func levelOf(text string) (level slog.Level, err error) {
	switch text {
	case "":
		return slog.LevelDebug, nil
	case "debug", "info", "warn", "error":
		return level, level.UnmarshalText([]byte(text))
	}
	return level, fault.New(fault.Invalid, "a level is debug, info, warn or error, not '%.20s'", text)
}

func getLog(c *call) (any, error) {
	level, err := levelOf(c.text("level"))
	if err != nil {
		return nil, err
	}
	records, err := c.session.Log()
	if err != nil {
		return nil, err
	}
	part, out := c.text("part"), recordsOut{Entries: []logRow{}}
	most := int(c.number("limit", mostRecords, 0, mostRecords))
	for _, r := range slices.Backward(records) {
		if len(out.Entries) < most && r.Level >= level && (part == "" || r.Part == part) {
			out.Entries = append(out.Entries, logRowOf(r))
		}
	}
	slices.Reverse(out.Entries)
	return out, nil
}

type auditOut struct {
	Entries []auditRow `json:"entries"`
}

type auditRow struct {
	At   time.Time `json:"at"`
	From string    `json:"from" help:"an address; local is the hub's own machine"`
	Act  string    `json:"act"`
}

func getAudit(c *call) (any, error) {
	audits, err := c.session.Audits()
	out := auditOut{Entries: make([]auditRow, len(audits))}
	for i, a := range audits {
		out.Entries[i] = auditRow(a)
	}
	return out, err
}

// tellLog tells what the hub says, from a level on.
func tellLog(ctx context.Context, s *source) error {
	level, err := levelOf(s.about)
	if err != nil {
		return err
	}
	return tellWhatHappens(ctx, s, "log", func(tell func(hub.LogRecord)) (func(), error) {
		return s.session.WatchLog(level, tell) // where some are left out, a number is missing
	}, logRowOf)
}
