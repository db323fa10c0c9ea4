package hub

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/journal"
	"althing/scope"
	"althing/state"
)

// Caller says who asks, and through which gateway.
type Caller struct {
	Gateway string
	From    netip.Addr // zero: this machine
	Role    access.Role
}

// Session is a client's dealings with the hub through one gateway, and the only
// door into the hub: rights, limits and counting are applied here. One goroutine
// at a time may use it; Close may be called by any, once.
type Session struct {
	// Idle, if set, is called before a query waits for something that may take
	// long, such as changes or SQL: the gateway can send what is ready.
	Idle func()

	hub    *Hub
	caller Caller
	addr   string
	kept   bool
	last   journal.Ticket // what this session wrote last and was not yet waited for
	leave  func()

	// Of a query that met a conflict: it goes on before all others that did, and
	// at last nobody else may write.
	first, alone bool
}

// Enter starts the session of a connection. The error says that there are too
// many connections; the session, which is never nil, then refuses everything.
func (h *Hub) Enter(c Caller) (*Session, error) {
	leave, err := h.conns.Enter(c.From)
	if err != nil {
		leave = func() {}
	}
	if h.access.Open() && c.Role < access.Admin {
		c.Role = access.Admin // the admin key is empty
	}
	return &Session{hub: h, caller: c, addr: h.home.name(c.From), leave: leave}, err
}

// Close ends the session.
func (s *Session) Close() { s.leave() }

// Keep says that the connection is kept for more than one request, so that an
// administrator's rights may last as long as it does.
func (s *Session) Keep() { s.kept = true }

// May says why the caller may not do that, or nil.
func (s *Session) May(act access.Act) error { return s.hub.access.May(s.caller.Role, act) }

// Addr is the address that the caller's clients belong to.
func (s *Session) Addr() string { return s.addr }

// Owns reports whether clients of that address are the caller's to speak for.
func (s *Session) Owns(addr string) bool { return addr == s.addr }

// Elevate makes the caller an administrator until its connection ends.
func (s *Session) Elevate() error {
	if !s.kept {
		return fault.New(fault.Denied, "this connection ends with its request; send admin(KEY, 's.command()') instead, or keep the connection with line mode")
	}
	s.caller.Role = access.Admin
	return nil
}

// Reply is the answer to one query. It may still be waiting for the log. Done is
// called once, when it was sent or given up.
type Reply struct {
	text    string
	session *Session       // where there is a ticket
	ticket  journal.Ticket // what is still to be stored
	unread  *budget        // what a large text is counted in
}

// largeReply is the size from which a reply is counted until it is read: many
// small ones are bounded by the number of connections.
const largeReply = 64 << 10

// Len is the length of the text.
func (r Reply) Len() int { return len(r.text) }

// Done gives back the memory that the reply was counted for.
func (r Reply) Done() {
	if r.unread != nil {
		r.unread.give(int64(len(r.text)))
	}
}

// budget is a number of bytes that many may take from. Safe for concurrent use.
type budget struct{ left atomic.Int64 }

func (b *budget) take(n int64) bool {
	if b.left.Add(-n) >= 0 {
		return true
	}
	b.left.Add(n)
	return false
}

func (b *budget) give(n int64) { b.left.Add(n) }

// Wait gives the text to send, when all that the query wrote is kept. It is
// called by the goroutine that uses the session.
func (r Reply) Wait() string {
	if r.ticket == (journal.Ticket{}) {
		return r.text
	}
	_, err := r.ticket.Wait(context.Background())
	if r.session.last == r.ticket {
		// A ticket holds on to all that was stored together with it, and a
		// connection may idle for long.
		r.session.last = journal.Ticket{}
	}
	if err != nil {
		return r.session.failed(err).text
	}
	return r.text
}

// Start works a query out; program and err are what expr.Parse gave. What the
// query writes without having read is on its way when Start returns, so that the
// next query of this session need not wait for it; they take effect in order.
func (s *Session) Start(ctx context.Context, program *expr.Program, err error) Reply {
	s.hub.counts.queries.Add(1)
	if err == nil && program.Callee() != "admin" { // which brings its key
		err = s.May(access.Ask)
	}
	if err != nil {
		return s.failed(err)
	}
	r := s.try(ctx, program)
	if r.conflict {
		r = s.insist(ctx, program)
	}
	return r.reply(s)
}

const (
	// attempts is how often a query that met a conflict is evaluated again
	// beside others: a conflict is rare, and three in a row mean that everybody
	// writes the same key.
	attempts = 2
	// attemptsAlone: what was handed in before may still change what a query
	// reads that is alone; after one conflict that is over.
	attemptsAlone = 2
)

// insist goes on with a query that met a conflict. All that did go on one after
// the other, so that the same few keys are not fought over.
func (s *Session) insist(ctx context.Context, program *expr.Program) (r result) {
	s.hub.contended.Lock()
	s.first = true
	defer s.letGo()
	for range attempts {
		if r = s.try(ctx, program); !r.conflict {
			return r
		}
	}
	s.hub.writing.Lock()
	s.alone = true
	for range attemptsAlone {
		if r = s.try(ctx, program); !r.conflict {
			return r
		}
	}
	return r
}

// letGo ends the precedence of a query: at its end, or when it has carried
// something out and will not be evaluated again, so that nobody waits while it
// waits for SQL or for changes.
func (s *Session) letGo() {
	if s.alone {
		s.alone = false
		s.hub.writing.Unlock()
	}
	if s.first {
		s.first = false
		s.hub.contended.Unlock()
	}
}

// result is what one evaluation came to.
type result struct {
	text     string
	ticket   journal.Ticket
	err      error
	conflict bool // it must be evaluated again
}

func (r result) reply(s *Session) Reply {
	if r.err != nil {
		return s.failed(r.err)
	}
	reply := Reply{text: r.text, session: s, ticket: r.ticket}
	if len(r.text) < largeReply {
		return reply
	}
	if !s.hub.unread.take(int64(len(r.text))) {
		return s.failed(errUnread)
	}
	reply.unread = &s.hub.unread
	return reply
}

var errUnread = fault.Python(fault.Limit, "MemoryError", "the hub holds too many large replies that nobody has read yet; try again later")

func (s *Session) failed(err error) Reply {
	s.hub.counts.failed.Add(1)
	f := Fault(err)
	if f.Code == fault.Internal {
		s.hub.log.Error("a query failed by a mistake of the hub's", "error", err)
	}
	return Reply{text: f.Line()}
}

// try evaluates once and commits.
func (s *Session) try(ctx context.Context, program *expr.Program) result {
	text, tx, acted, err := s.evaluate(ctx, program)
	if acted {
		s.letGo()
	}
	switch {
	case errors.Is(err, state.ErrStale):
		return result{err: err, conflict: !acted}
	case !acted && (err != nil || len(tx.Ops) == 0) && s.torn(tx.Expect):
		// One that failed may have failed for that alone. One that has acted and
		// then only read keeps its reply: a message that it has taken must not
		// be lost.
		return result{err: errTorn, conflict: true}
	case err != nil:
		return result{err: err}
	case len(tx.Ops) == 0:
		return result{text: text}
	}
	ticket := s.submit(tx)
	if len(tx.Expect) == 0 {
		s.last = ticket
		return result{text: text, ticket: ticket}
	}
	if _, err := ticket.Wait(context.Background()); err != nil {
		return result{err: err, conflict: !acted && errors.Is(err, state.ErrStale)}
	}
	return result{text: text}
}

// torn reports whether what was read is no longer so.
func (s *Session) torn(seen []journal.Seen) bool {
	return len(seen) > 0 && !s.hub.state.Verify(seen, s.hub.Now())
}

var errTorn = fault.Wrap(state.ErrStale, fault.Conflict, "conflict: others wrote what this query was reading; try again")

// submit hands a transaction to the log. It may wait for a query that is alone,
// and so must not be called by one that holds a place among the evaluations.
func (s *Session) submit(tx journal.Tx) journal.Ticket {
	if !s.alone {
		s.hub.writing.RLock()
		defer s.hub.writing.RUnlock()
	}
	return s.hub.journal.Submit(tx)
}

// evaluate runs the program in a turn of its own. acted tells that something was
// carried out, so that it must not be evaluated again.
func (s *Session) evaluate(ctx context.Context, program *expr.Program) (text string, tx journal.Tx, acted bool, err error) {
	u := s.hub.turns.Get().(*turn)
	defer s.hub.turns.Put(u)
	u.session = s
	t, q := u.thread, &u.query
	s.hub.scope.Begin(q, s, s.hub.Now(), u)
	defer t.Done()
	if err := u.begin(ctx, s.hub.gate); err != nil {
		return "", journal.Tx{}, false, err
	}
	defer u.end()
	object, err := t.Run(ctx, program, q)
	if err == nil {
		text = "OK"
		if object != nil {
			text, err = expr.Text(t, object)
		}
	}
	if err != nil {
		return "", journal.Tx{Expect: q.Expect()}, q.Acted(), err
	}
	tx, err = q.Finish(t)
	return text, tx, q.Acted(), err
}

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
func (u *turn) Settled() bool { return u.session.last == (journal.Ticket{}) }

// Settle waits until it is.
func (u *turn) Settle(ctx context.Context) error {
	last := u.session.last
	if last == (journal.Ticket{}) {
		return nil
	}
	u.session.last = journal.Ticket{}
	return u.pause(func() error {
		// Its own reply tells whether it failed.
		if _, err := last.Wait(ctx); ctx.Err() != nil {
			return err
		}
		return nil
	})
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

// check that a session is what a scope asks for.
var _ scope.Caller = (*Session)(nil)
