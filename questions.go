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
	open   map[string]chan wire.Frame
	closed *fault.Error
}

// ask makes an id, and a channel on which the answer comes, once.
func (q *questions) ask() (id string, answer <-chan wire.Frame, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return "", nil, q.closed
	}
	q.last++
	id = strconv.FormatUint(q.last, 10)
	ch := make(chan wire.Frame, 1)
	if q.open == nil {
		q.open = make(map[string]chan wire.Frame)
	}
	q.open[id] = ch
	return id, ch, nil
}

// answer hands an answer to whoever asked, and reports whether anybody did.
func (q *questions) answer(f wire.Frame) bool {
	q.mu.Lock()
	ch, ok := q.open[f.ID]
	delete(q.open, f.ID)
	q.mu.Unlock()
	if ok {
		ch <- f
	}
	return ok
}

// forget gives up a question: nobody waits for its answer any more.
func (q *questions) forget(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.open, id)
}

// any reports whether an answer is waited for.
func (q *questions) any() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.open) > 0
}

// close fails the open questions, and all later ones, with the given reason.
func (q *questions) close(reason *fault.Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return
	}
	q.closed = reason
	for _, ch := range q.open {
		ch <- wire.Frame{Kind: wire.Answer, Err: reason}
	}
	q.open = nil
}
