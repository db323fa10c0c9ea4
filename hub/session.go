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
	"althing/value"
)

// Caller says who asks, and through which gateway.
type Caller struct {
	Gateway string
	From    netip.Addr // zero: this machine
	Role    access.Role
	// Elsewhere is who asks when it is a client of another hub of the tree:
	// name@hub. Empty: a client of this one.
	Elsewhere string
	// Hang, if set, cuts the connection off: an administrator may have it closed.
	// It must not block, and may be called by any goroutine.
	Hang func()
}

// Session is a client's dealings with the hub through one gateway, and the only
// door into the hub: rights, limits and counting are applied here. One goroutine
// at a time may use it, and what it writes takes effect in that order. What its
// methods give (Reply, Pending, Inbox, Watch) is for any goroutine; Close may be
// called by any, once.
type Session struct {
	// Idle, if set, is called before a query waits for something that may take
	// long, such as changes or SQL: the gateway can send what is ready.
	Idle func()
	// Values has replies hold the value itself beside its text. It is set before the
	// first query.
	Values bool

	hub    *Hub
	caller Caller
	addr   string
	role   atomic.Uint32                // caller.Role, as it is by now
	proof  atomic.Pointer[access.Proof] // nil: no user's key was shown
	kept   bool
	place  place // of the company's
	visits bool  // it is no client's
	last   lastWrite
	leave  func()

	membership membership
	watches    watches
	asking     atomic.Int64

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
	addr := h.home.name(c.From)
	if c.Elsewhere != "" {
		addr = c.Elsewhere // nobody's clients here are those of somebody elsewhere
	}
	s := &Session{hub: h, caller: c, addr: addr, leave: leave}
	s.Become(c.Role)
	return s, err
}

// Close ends the session. A client that it has registered is known for ten more
// minutes.
func (s *Session) Close() {
	s.watches.stop()
	s.dismiss(true)
	s.hub.keyed.drop(s)
	s.hub.company.drop(s)
	s.leave()
}

// Keep says that the connection is kept for more than one request, so that an
// administrator's rights may last as long as it does.
func (s *Session) Keep() {
	if !s.kept {
		s.kept = true
		s.hub.company.add(s)
	}
}

// May says why the caller may not do that, or nil.
func (s *Session) May(act access.Act) error { return s.hub.access.May(s.Role(), act) }

// Who names the caller for people: admin, or user and the name, whose key was shown;
// else what it may be.
func (s *Session) Who() string {
	if proof := s.proof.Load(); proof.Role() > access.Guest {
		return proof.String()
	}
	return s.Role().String()
}

// Addr is the address that the caller's clients belong to.
func (s *Session) Addr() string { return s.addr }

// Owns reports whether clients of that address are the caller's to speak for.
func (s *Session) Owns(addr string) bool { return addr == s.addr }

// Elevate makes the caller an administrator until its connection ends.
func (s *Session) Elevate() error {
	if !s.kept {
		return fault.New(fault.Denied, "this connection ends with its request; send admin(KEY, 's.command()') instead, or keep the connection with line mode")
	}
	s.Become(access.Admin)
	return nil
}

// Start works a query out; program and err are what expr.Parse gave. What the
// query writes without having read is on its way when Start returns, so that the
// next query of this session need not wait for it; they take effect in order.
func (s *Session) Start(ctx context.Context, program *expr.Program, err error) Reply {
	s.hub.counts.queries.Add(1)
	s.proof.Load().Look()
	if err == nil && !bringsKey[program.Callee()] {
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

// bringsKey are the functions that a query may begin with whoever it is from:
// what follows has the role of the key.
var bringsKey = map[string]bool{"admin": true, "login": true}

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
	value    value.Value // when it is asked for, and has a literal form
	ticket   journal.Ticket
	err      error
	conflict bool // it must be evaluated again
}

// try evaluates once and commits.
func (s *Session) try(ctx context.Context, program *expr.Program) result {
	said, tx, acted, err := s.evaluate(ctx, program)
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
		return said
	}
	ticket := s.submit(tx)
	if len(tx.Expect) == 0 {
		s.last.set(ticket)
		said.ticket = ticket
		return said
	}
	if _, err := ticket.Wait(context.Background()); err != nil {
		return result{err: err, conflict: !acted && errors.Is(err, state.ErrStale)}
	}
	return said
}

// torn reports whether what was read is no longer so.
func (s *Session) torn(seen []journal.Seen) bool {
	return len(seen) > 0 && !s.hub.state.Verify(seen, s.hub.Now())
}

var errTorn = fault.Wrap(state.ErrStale, fault.Conflict, "conflict: others wrote what this query was reading; try again")

// submit hands a transaction to the log. It may wait for a query that is alone,
// and so must not be called by one that holds a place among the evaluations.
func (s *Session) submit(tx journal.Tx) journal.Ticket {
	if s.alone {
		return s.hub.handIn(tx)
	}
	return s.hub.submit(tx)
}

// submit hands in a transaction of one who has no precedence.
func (h *Hub) submit(tx journal.Tx) journal.Ticket {
	h.writing.RLock()
	defer h.writing.RUnlock()
	return h.handIn(tx)
}

// handIn hands a transaction to the log, and tells those who have to do with its
// messages.
func (h *Hub) handIn(tx journal.Tx) journal.Ticket {
	ticket := h.journal.Submit(tx)
	h.letters.posted(ticket, tx.Ops)
	h.overhearing.posted(ticket, tx.Ops)
	return ticket
}

// evaluate runs the program in a turn of its own. acted tells that something was
// carried out, so that it must not be evaluated again.
func (s *Session) evaluate(ctx context.Context, program *expr.Program) (said result, tx journal.Tx, acted bool, err error) {
	u := s.hub.turns.Get().(*turn)
	defer s.hub.turns.Put(u)
	u.session = s
	t, q := u.thread, &u.query
	s.hub.scope.Begin(q, s, s.hub.Now(), u)
	defer t.Done()
	if err := u.begin(ctx, s.hub.gate); err != nil {
		return said, journal.Tx{}, false, err
	}
	defer u.end()
	object, err := t.Run(ctx, program, q)
	if err == nil {
		said.text = "OK"
		if object != nil {
			said.text, err = expr.Text(t, object)
		}
	}
	if err != nil {
		return result{}, journal.Tx{Expect: q.Expect()}, q.Acted(), err
	}
	if s.Values && object != nil {
		said.value, _ = expr.ToValue(t, object) // what has no literal form has a text only
	}
	tx, err = q.Finish(t)
	return said, tx, q.Acted(), err
}

// check that a session is what a scope asks for.
var _ scope.Caller = (*Session)(nil)
