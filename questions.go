package althing

import (
	"strconv"
	"sync"

	"althing/fault"
	"althing/wire"
)

// questions are those that one side of a connection has asked and that have no
// answer yet.
type questions struct {
	mu     sync.Mutex
	last   uint64
	open   map[string]question
	waited int // open ones that a goroutine waits for
	closed *fault.Error
}

// question is what becomes of the answer to a question.
type question struct {
	answered func(wire.Frame) // called once; it does not block
	waited   bool             // a goroutine waits for it
}

// add makes an id for a question.
func (q *questions) add(asked question) (id string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return "", q.closed
	}
	q.last++
	id = strconv.FormatUint(q.last, 10)
	if q.open == nil {
		q.open = make(map[string]question)
	}
	q.open[id] = asked
	if asked.waited {
		q.waited++
	}
	return id, nil
}

// answer hands an answer to whoever asked, and reports whether anybody did.
func (q *questions) answer(f wire.Frame) bool {
	asked, ok := q.take(f.ID)
	if ok {
		asked.answered(f)
	}
	return ok
}

// forget gives up a question: nobody waits for its answer any more. It reports
// whether the question was open still.
func (q *questions) forget(id string) bool {
	_, open := q.take(id)
	return open
}

func (q *questions) take(id string) (asked question, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	asked, ok = q.open[id]
	delete(q.open, id)
	if asked.waited {
		q.waited--
	}
	return asked, ok
}

// any reports whether a goroutine waits for an answer.
func (q *questions) any() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waited > 0
}

// close fails the open questions, and all later ones, with the given reason.
func (q *questions) close(reason *fault.Error) {
	q.mu.Lock()
	open := q.open
	if q.closed == nil {
		q.closed = reason
	}
	q.open, q.waited = nil, 0
	q.mu.Unlock()
	for _, asked := range open {
		asked.answered(wire.Frame{Kind: wire.Answer, Err: reason})
	}
}
