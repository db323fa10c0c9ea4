package althing

import (
	"context"
	"sync"

	"althing/fault"
	"althing/wire"
)

// running is what is done for one conn beside what it reads next.
type running struct {
	mu     sync.Mutex
	n      int
	cancel map[string]context.CancelFunc // of questions, by their ids
}

// beside does something for f beside what the conn reads next. ctx ends with
// the conn, and when the other side cancels the question.
func (c *Conn) beside(ctx context.Context, f wire.Frame, do func(context.Context)) {
	if err := c.tryBeside(ctx, f, do); err != nil {
		c.fail(f, err)
	}
}

// tryBeside does so, or says why it cannot now.
func (c *Conn) tryBeside(ctx context.Context, f wire.Frame, do func(context.Context)) error {
	ctx, cancel := context.WithCancel(ctx)
	id := f.ID
	if _, none := c.codec.(wire.Unanswered); none {
		id = "" // such a protocol has no ids that its questions could be told apart by
	}
	if err := c.running.begin(id, cancel, c.limits.Running); err != nil {
		cancel()
		return err
	}
	c.spawn(func() {
		defer cancel()
		defer c.running.end(id)
		defer c.recovers(f)
		do(ctx)
	})
	return nil
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
