package hub

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
	"althing/scope"
	"althing/sqldb"
	"althing/value"
)

// Statement is a text of SQL that runs, or waits for its turn.
type Statement struct {
	ID      uint64
	Gateway string
	From    string // the address of whose it is
	Client  string // its ID, where it is a registered one's
	Since   time.Time
	Text    string // its beginning, keys blanked
	Yours   bool   // it comes from the caller's address
}

const (
	// longestShown is how much of a statement is shown.
	longestShown = 1000
	// longestLooked is how much of it is looked at for keys, of which none then
	// stands half in what is shown.
	longestLooked = 8 * longestShown
)

// Statements gives the SQL that is under way, the oldest first: to administrators
// all, to others what comes from their own address.
func (s *Session) Statements() ([]Statement, error) {
	if err := s.act(access.SQLRead); err != nil {
		return nil, err
	}
	shown := s.hub.statements.list(s.mayStop)
	for i := range shown {
		shown[i].Text = beginning(s.hub.access.Redact(shown[i].Text), longestShown)
		shown[i].Yours = s.Owns(shown[i].From)
	}
	return shown, nil
}

// StopStatement stops one of those that Statements gives: nothing of it is done.
func (s *Session) StopStatement(id uint64) error {
	if err := s.act(access.SQLRead); err != nil {
		return err
	}
	if !s.hub.statements.stop(id, s.mayStop) {
		return s.refuse(fault.New(fault.NotFound, "no SQL of yours with the number %d is under way", id))
	}
	return nil
}

func (s *Session) mayStop(by *Session) bool { return s.Role() == access.Admin || s.Owns(by.addr) }

// Schema gives the tables.
func (s *Session) Schema(ctx context.Context) ([]sqldb.Table, error) {
	if err := s.act(access.SQLRead); err != nil {
		return nil, err
	}
	if err := s.settle(ctx); err != nil {
		return nil, s.refuse(err)
	}
	tables, err := s.hub.db.Schema(ctx)
	if err != nil {
		return nil, s.refuse(err)
	}
	return tables, nil
}

// SQL runs statements for a query.
func (h *Hub) SQL(ctx context.Context, by scope.Caller, sql string, may sqldb.Rights) (sqldb.Result, error) {
	return h.runSQL(ctx, by.(*Session), sql, nil, may, 0) //nolint:forcetypeassert // there are no other callers
}

// runSQL runs a text so that it can be seen and stopped.
func (h *Hub) runSQL(ctx context.Context, by *Session, sql string, args []value.Value, may sqldb.Rights, most int) (sqldb.Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	id := h.statements.begin(statement{by: by, since: h.Now(), text: sql, stop: stop})
	defer h.statements.end(id)
	result, err := h.db.ExecSome(ctx, sql, args, may, most)
	if err != nil && errors.Is(context.Cause(ctx), errStopped) {
		err = errStopped
	}
	return result, err
}

var errStopped = fault.Python(fault.Conflict, "OperationalError", "interrupted: somebody has stopped the SQL; nothing of it was done")

// statements are those that are under way. Safe for concurrent use.
type statements struct {
	mu   sync.Mutex
	last uint64
	all  map[uint64]statement
}

// statement is one of them.
type statement struct {
	by    *Session
	since time.Time
	text  string
	stop  context.CancelCauseFunc
}

func (l *statements) begin(one statement) (id uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[uint64]statement{}
	}
	l.last++
	l.all[l.last] = one
	return l.last
}

func (l *statements) end(id uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, id)
}

// list gives those that may be seen.
func (l *statements) list(may func(*Session) bool) (shown []Statement) {
	l.mu.Lock()
	for id, one := range l.all {
		if may(one.by) {
			shown = append(shown, Statement{
				ID: id, Gateway: one.by.caller.Gateway, From: one.by.addr, Client: one.by.ID(),
				Since: one.since, Text: beginning(one.text, longestLooked),
			})
		}
	}
	l.mu.Unlock()
	slices.SortFunc(shown, func(a, b Statement) int { return cmp.Compare(a.ID, b.ID) })
	return shown
}

// stop stops one that the caller may; false: there is none.
func (l *statements) stop(id uint64, may func(*Session) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, found := l.all[id]
	if found = found && may(one.by); found {
		one.stop(errStopped)
	}
	return found
}

// beginning is as much of a text as there is room for.
func beginning(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
