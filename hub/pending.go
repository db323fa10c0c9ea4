package hub

import (
	"context"
	"sync"

	"althing/access"
	"althing/fault"
	"althing/journal"
)

// Pending is a write that is on its way. Writes of one session take effect in
// the order in which they were begun, and those that wait together share a
// commit. Any goroutine may wait for it, once.
type Pending struct {
	session *Session
	ticket  journal.Ticket // none: there was nothing to store
	err     error
}

// Wait waits until the write is stored and has taken effect, and gives its
// revision; 0 when there was nothing to store. When ctx ends first the error is
// fault.Timeout, and the write goes its way.
func (p Pending) Wait(ctx context.Context) (revision uint64, err error) {
	if p.err != nil || p.ticket == (journal.Ticket{}) {
		return 0, p.err
	}
	if _, err := p.session.await(ctx, p.ticket); err != nil {
		return 0, p.session.refuse(err)
	}
	return p.ticket.Revision(), nil
}

// act counts one act and says why the caller may not do it, or nil.
func (s *Session) act(act access.Act) error {
	s.hub.counts.calls.Add(1)
	s.proof.Load().Look()
	if err := s.May(act); err != nil {
		return s.refuse(err)
	}
	return nil
}

// begin hands in a write.
func (s *Session) begin(ops ...journal.Op) Pending {
	ticket := s.submit(journal.Tx{Ops: ops})
	s.last.set(ticket)
	return Pending{session: s, ticket: ticket}
}

// refused is a write that was not begun.
func (s *Session) refused(err error) Pending { return Pending{err: s.refuse(err)} }

// settle waits until what this session wrote before is there to be read. Whether
// it has failed, its own Reply or Pending tells.
func (s *Session) settle(ctx context.Context) error {
	last := s.last.get()
	if last == (journal.Ticket{}) {
		return nil
	}
	if _, err := s.await(ctx, last); ctx.Err() != nil {
		return err
	}
	return nil
}

// await waits for a ticket, and forgets it if it is the last one's.
func (s *Session) await(ctx context.Context, ticket journal.Ticket) ([]any, error) {
	results, err := ticket.Wait(ctx)
	if err == nil || !fault.Is(err, fault.Timeout) {
		s.last.forget(ticket)
	}
	return results, err
}

// lastWrite is what a session wrote last and was not yet waited for. A ticket
// holds on to all that was stored together with it, and a connection may idle for
// long: so it is forgotten as soon as anybody has waited for it.
type lastWrite struct {
	mu     sync.Mutex
	ticket journal.Ticket
}

func (l *lastWrite) set(ticket journal.Ticket) {
	l.mu.Lock()
	l.ticket = ticket
	l.mu.Unlock()
}

func (l *lastWrite) get() journal.Ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ticket
}

func (l *lastWrite) forget(ticket journal.Ticket) {
	l.mu.Lock()
	if l.ticket == ticket {
		l.ticket = journal.Ticket{}
	}
	l.mu.Unlock()
}
