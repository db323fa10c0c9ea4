package hub

import (
	"context"
	"errors"
	"sync/atomic"

	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/network"
	"althing/value"
)

// Reply is the answer to one query. It may still be waiting for the log. Done is
// called once, when it was sent or given up.
type Reply struct {
	text    string
	value   value.Value
	err     *fault.Error   // the query has failed; text says so
	session *Session       // where there is a ticket
	ticket  journal.Ticket // what is still to be stored
	unread  *budget        // what a large text is counted in
	heard   func(string)   // told the text when it is given; nearly always nil
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

// Wait gives the text to send, when all that the query wrote is kept: a failure
// as a line. Any goroutine may wait, also beside the one that uses the session.
func (r Reply) Wait() string {
	text := r.text
	if err := r.stored(); err != nil {
		text = err.Line()
	}
	if r.heard != nil {
		r.heard(text)
	}
	return text
}

// Result is Wait with a failure as an error.
func (r Reply) Result() (string, error) {
	if err := r.stored(); err != nil {
		return "", err
	}
	return r.text, nil
}

// Hold counts bytes that are in memory for the caller for as long as its connection
// takes, a large body or answer, among all that nobody has read yet. give, which is
// called once, gives them back.
func (s *Session) Hold(bytes int64) (give func(), err error) {
	if bytes < largeReply {
		return func() {}, nil
	}
	if !s.hub.unread.take(bytes) {
		return nil, s.refuse(errUnread)
	}
	return func() { s.hub.unread.give(bytes) }, nil
}

// Value gives the value whose text Result gives, when the session's Values asks for
// it; nil: the query has none, or one without a literal form.
func (r Reply) Value() value.Value { return r.value }

// stored waits for the log and gives what has failed, the query or its writing.
func (r Reply) stored() *fault.Error {
	if r.err != nil || r.ticket == (journal.Ticket{}) {
		return r.err
	}
	if _, err := r.session.await(context.Background(), r.ticket); err != nil {
		return r.session.refuse(err)
	}
	return nil
}

func (r result) reply(s *Session) Reply {
	if r.err != nil {
		return s.failed(r.err)
	}
	reply := Reply{text: r.text, value: r.value, session: s, ticket: r.ticket}
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
	f := s.refuse(err)
	return Reply{text: f.Line(), err: f}
}

// refuse counts a failure and gives it as the caller is told of it.
func (s *Session) refuse(err error) *fault.Error {
	s.hub.counts.failed.Add(1)
	if full := (*messaging.FullOutbox)(nil); errors.As(err, &full) {
		err = fault.New(fault.Full, "%s", &messaging.FullOutbox{Hub: s.hub.node.Name(network.ID(full.Hub)), Messages: full.Messages})
	}
	f := Fault(err)
	if f.Code == fault.Internal {
		s.hub.log.Error("something failed by a mistake of the hub's", "gateway", s.caller.Gateway, "error", err)
	}
	return f
}
