package althing

import (
	"context"
	"sync"
	"time"

	"althing/fault"
	"althing/wire"
)

// running is what is done for one conn beside what it reads next.
type running struct {
	mu     sync.Mutex
	n      int
	ending int                           // what is only to be finished, which is not among the n
	cancel map[string]context.CancelFunc // of questions, by their ids
	rest   chan struct{}                 // closed when nothing is to be finished; nil while nobody wants to know
}

// beside does something for f beside what the conn reads next. ctx ends with
// the conn, and when the other side cancels the question.
func (c *Conn) beside(ctx context.Context, f wire.Frame, do func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	id := f.ID
	if _, none := c.codec.(wire.Unanswered); none {
		id = "" // such a protocol has no ids that its questions could be told apart by
	}
	if err := c.running.begin(id, cancel, c.limits.Running); err != nil {
		cancel()
		c.fail(f, err)
		return
	}
	c.spawn(func() {
		defer cancel()
		defer c.running.end(id)
		defer c.recovers(f)
		do(ctx)
	})
}

// finish does the rest of something that was begun for f beside what the conn
// reads next; when as much is being finished as may be, the conn waits for it.
func (c *Conn) finish(f wire.Frame, do func()) {
	if !c.running.finishing(c.limits.Running) {
		do()
		return
	}
	c.spawn(func() {
		defer c.running.finished()
		defer c.recovers(f)
		do()
	})
}

// finishAll waits a moment for what is only to be finished: who sends nothing more may
// still read the answers.
func (c *Conn) finishAll(ctx context.Context) {
	late := time.NewTimer(lastWords)
	defer late.Stop()
	select {
	case <-c.running.resting():
	case <-late.C:
	case <-ctx.Done():
	}
}

func (r *running) begin(id string, cancel context.CancelFunc, limit int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n >= limit {
		return fault.New(fault.Limit, "%d commands and requests run already; wait for one to end", limit)
	}
	if _, there := r.cancel[id]; there {
		return fault.New(fault.Conflict, "the id %.40s is that of a question which has no answer yet", id)
	}
	r.n++
	if id == "" {
		return nil
	}
	if r.cancel == nil {
		r.cancel = make(map[string]context.CancelFunc)
	}
	r.cancel[id] = cancel
	return nil
}

func (r *running) end(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n--
	delete(r.cancel, id)
}

// finishing counts something that is to be finished, unless there is too much.
func (r *running) finishing(limit int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ending >= limit {
		return false
	}
	r.ending++
	return true
}

func (r *running) finished() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ending--; r.ending == 0 && r.rest != nil {
		close(r.rest)
		r.rest = nil
	}
}

// resting is closed when nothing is to be finished.
func (r *running) resting() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ending == 0:
		return closedChan
	case r.rest == nil:
		r.rest = make(chan struct{})
	}
	return r.rest
}

// stop ends the context of a question that is being worked on.
func (r *running) stop(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	cancel, there := r.cancel[id]
	if !there {
		return fault.New(fault.NotFound, "no question with the id %.40s is being worked on", id)
	}
	cancel()
	return nil
}
