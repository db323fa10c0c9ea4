package hub

import (
	"context"
	"time"

	"althing/access"
	"althing/expr"
	"althing/journal"
	"althing/scope"
)

// turn is a query's place among those that are evaluated at the same time, with
// what the evaluation works in. Turns are used again.
type turn struct {
	session *Session
	place   *access.Gate // where the place is; nil: there is none
	thread  *expr.Thread
	query   scope.Query
}

func (h *Hub) newTurn() any {
	u := &turn{thread: expr.NewThread(h.evaluation)}
	u.thread.Host, u.thread.Print, u.thread.Long = &u.query, h.print, u.long
	return u
}

// begin takes a place at a gate.
func (u *turn) begin(ctx context.Context, gate *access.Gate) error {
	if err := gate.Enter(ctx); err != nil {
		return err
	}
	u.place = gate
	return nil
}

// end gives the place back, if there is one.
func (u *turn) end() {
	if u.place != nil {
		u.place.Leave()
		u.place = nil
	}
}

// long makes an evaluation that takes long wait for one of the few places that
// such ones have, so that those that take microseconds always find one.
func (u *turn) long(t *expr.Thread, left time.Duration) error {
	u.end()
	ctx, cancel := context.WithTimeout(t.Context(), left)
	defer cancel()
	return u.begin(ctx, u.session.hub.longGate)
}

// Settled reports whether what the session wrote before is there to be read.
func (u *turn) Settled() bool { return u.session.last.get() == (journal.Ticket{}) }

// Settle waits until it is.
func (u *turn) Settle(ctx context.Context) error {
	return u.pause(func() error { return u.session.settle(ctx) })
}

// Idle is a pause that may take as long as somebody else likes: what the
// connection has to send leaves before.
func (u *turn) Idle(f func() error) error {
	return u.pause(func() error {
		if u.session.Idle != nil {
			u.session.Idle()
		}
		return f()
	})
}

// pause gives up the place while f waits, and the precedence that the query may
// have when it has acted.
func (u *turn) pause(f func() error) error {
	gate := u.place
	u.end()
	if u.query.Acted() {
		u.session.letGo()
	}
	err := f()
	if e := u.begin(context.Background(), gate); err == nil {
		err = e
	}
	return err
}

// Commit stores and applies a transaction in the middle of a query.
func (u *turn) Commit(ctx context.Context, tx journal.Tx) (results []any, err error) {
	err = u.pause(func() error {
		results, err = u.session.submit(tx).Wait(ctx)
		return err
	})
	return results, err
}
