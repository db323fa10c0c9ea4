package hub

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"

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
	hub    *Hub
	caller Caller
	addr   string
	kept   bool
	last   *journal.Ticket // what this session wrote last and was not yet waited for
	leave  func()
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
	text   string
	ticket *journal.Ticket
	unread *budget // what a large text is counted in
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

// Wait gives the text to send, when all that the query wrote is kept.
func (r Reply) Wait() string {
	if r.ticket == nil {
		return r.text
	}
	if _, err := r.ticket.Wait(context.Background()); err != nil {
		return Fault(err).Line()
	}
	return r.text
}

// attempts is how often a query is evaluated beside others before it is
// evaluated alone: a conflict is rare, and three in a row mean that everybody
// writes the same key.
const attempts = 3

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
	r := s.try(ctx, program, false)
	if !r.conflict {
		return r.reply(s)
	}
	// Everybody who met a conflict goes on one after the other, so that the
	// same few keys are not fought over.
	s.hub.contended.Lock()
	defer s.hub.contended.Unlock()
	for range attempts - 1 {
		if r = s.try(ctx, program, false); !r.conflict {
			return r.reply(s)
		}
	}
	return s.alone(ctx, program).reply(s)
}

// alone works a query out while nobody else can write. What was handed in before
// may still change what it reads; after one conflict that is over.
func (s *Session) alone(ctx context.Context, program *expr.Program) result {
	s.hub.writing.Lock()
	defer s.hub.writing.Unlock()
	r := s.try(ctx, program, true)
	if r.conflict {
		r = s.try(ctx, program, true)
	}
	return r
}

// result is what one evaluation came to.
type result struct {
	text     string
	ticket   *journal.Ticket
	err      error
	conflict bool // it must be evaluated again
}

func (r result) reply(s *Session) Reply {
	if r.err != nil {
		return s.failed(r.err)
	}
	reply := Reply{text: r.text, ticket: r.ticket}
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
func (s *Session) try(ctx context.Context, program *expr.Program, alone bool) result {
	text, tx, acted, err := s.evaluate(ctx, program, alone)
	again := func(err error) result {
		return result{err: err, conflict: !acted && errors.Is(err, state.ErrStale)}
	}
	switch {
	case err != nil:
		// A query that was torn by others' writes may fail for that alone.
		if !acted && len(tx.Expect) > 0 && !s.hub.state.Verify(tx.Expect, s.hub.Now()) {
			return again(errTorn)
		}
		return result{err: err}
	case len(tx.Ops) == 0:
		if len(tx.Expect) > 0 && !s.hub.state.Verify(tx.Expect, s.hub.Now()) {
			return again(errTorn)
		}
		return result{text: text}
	}
	ticket := s.submit(tx, alone)
	if len(tx.Expect) == 0 {
		s.last = ticket
		return result{text: text, ticket: ticket}
	}
	if _, err := ticket.Wait(context.Background()); err != nil {
		return again(err)
	}
	return result{text: text}
}

var errTorn = fault.Wrap(state.ErrStale, fault.Conflict, "conflict: others wrote what this query was reading; try again")

// submit hands a transaction to the log.
func (s *Session) submit(tx journal.Tx, alone bool) *journal.Ticket {
	if !alone {
		s.hub.writing.RLock()
		defer s.hub.writing.RUnlock()
	}
	return s.hub.journal.Submit(tx)
}

// evaluate runs the program in a turn of its own. acted tells that something was
// carried out, so that it must not be evaluated again.
func (s *Session) evaluate(ctx context.Context, program *expr.Program, alone bool) (text string, tx journal.Tx, acted bool, err error) {
	u := s.hub.turns.Get().(*turn)
	defer s.hub.turns.Put(u)
	u.session, u.alone = s, alone
	t, q := u.thread, &u.query
	s.hub.scope.Begin(q, s, s.hub.Now(), u)
	defer t.Done()
	if err := u.begin(ctx); err != nil {
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
	alone   bool
	thread  *expr.Thread
	query   scope.Query
}

func (h *Hub) newTurn() any {
	u := &turn{thread: expr.NewThread(h.evaluation)}
	u.thread.Host, u.thread.Print = &u.query, h.print
	return u
}

func (u *turn) begin(ctx context.Context) error { return u.session.hub.gate.Enter(ctx) }

func (u *turn) end() { u.session.hub.gate.Leave() }

// Settled reports whether what the session wrote before is there to be read.
func (u *turn) Settled() bool { return u.session.last == nil }

// Settle waits until it is.
func (u *turn) Settle(ctx context.Context) error {
	last := u.session.last
	if last == nil {
		return nil
	}
	u.session.last = nil
	return u.Idle(func() error {
		// Its own reply tells whether it failed.
		if _, err := last.Wait(ctx); ctx.Err() != nil {
			return err
		}
		return nil
	})
}

// Idle gives up the place while f waits.
func (u *turn) Idle(f func() error) error {
	u.end()
	err := f()
	if e := u.begin(context.Background()); err == nil {
		err = e
	}
	return err
}

// Commit stores and applies a transaction in the middle of a query.
func (u *turn) Commit(ctx context.Context, tx journal.Tx) (results []any, err error) {
	ticket := u.session.submit(tx, u.alone)
	err = u.Idle(func() error {
		results, err = ticket.Wait(ctx)
		return err
	})
	return results, err
}

// check that a session is what a scope asks for.
var _ scope.Caller = (*Session)(nil)
