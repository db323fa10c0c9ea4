package althing

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"time"

	"althing/fault"
	"althing/wire"
)

// prepare makes the conn ready to be used. ctx ends when its end does.
func (c *Conn) prepare(ctx context.Context) {
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.relief = func() {
		c.spawn(func() { c.read(c.ctx) })
	}
}

// start reads the conn until it ends, in goroutines of its own.
func (c *Conn) start() { c.relief() }

// read reads frames, and has them handled, until the conn ends or another
// goroutine has taken over the reading.
func (c *Conn) read(ctx context.Context) {
	first := c.first
	c.first = nil // it is for the first goroutine that reads
	handle := func(f wire.Frame) {
		if f.Kind == came {
			defer c.recovers(f)
			first()
			return
		}
		c.handle(ctx, f)
	}
	if first != nil && !c.turn.take(wire.Frame{Kind: came}, handle, c.asked.any, c.relief) {
		return
	}
	for {
		f, err := c.codec.Read()
		if err != nil {
			if errors.Is(err, io.EOF) {
				c.finishAll(ctx)
			}
			c.ended(err)
			c.cancel()
			c.turn.take(wire.Frame{Kind: gone}, handle, c.asked.any, c.relief)
			return
		}
		c.trace(false, f)
		if !c.hold(ctx, f) {
			continue
		}
		if f.Kind == wire.Answer {
			if !c.asked.answer(f) {
				c.end.out().log().Debug("an answer that nobody waits for", "conn", c.Name(), "id", f.ID)
			}
			continue
		}
		if !c.turn.take(f, handle, c.asked.any, c.relief) {
			return
		}
	}
}

// came and gone are the kinds of the first and the last frame of a conn, which no
// codec reads.
const (
	came wire.Kind = 255 - iota
	gone
)

// ended is called when nothing more can be read.
func (c *Conn) ended(err error) {
	reason := fault.Wrap(err, fault.Closed, "the connection was lost")
	last := func() { c.net.Close() }
	if errors.Is(err, io.EOF) {
		reason = fault.New(fault.Closed, "the other side has closed the connection")
	} else if e, ok := errors.AsType[*fault.Error](err); ok {
		reason = e
		last = func() { _ = c.codec.Close(e) } // it has sent too much, and can be told
	}
	reason = c.because(reason)
	c.asked.close(reason)
	c.out.close(reason, last)
}

// hold waits until a frame may be handled: not faster than the rate, and not
// while the other side leaves unread what was sent to it. It reports whether the
// frame is to be handled at all.
func (c *Conn) hold(ctx context.Context, f wire.Frame) bool {
	if d := c.rate.take(time.Now()); d > 0 {
		wait := time.NewTimer(d)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
	}
	if c.out.backedUp() {
		select {
		case <-c.out.flushed():
		case <-ctx.Done():
		}
	}
	if f.Kind != wire.Wrong {
		c.wrong = 0
	} else if c.wrong++; c.wrong == maxWrong {
		c.drop(fault.New(fault.Invalid, "%d times something that is no frame", maxWrong))
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason == nil
}

// handle has one frame handled by this side. A panic in what the program does
// with it ends no more than that.
func (c *Conn) handle(ctx context.Context, f wire.Frame) {
	defer c.recovers(f)
	c.mu.Lock()
	reason, retired := c.reason, c.retired
	c.mu.Unlock()
	switch {
	case f.Kind == gone:
		c.end.gone(c, reason)
	case !retired:
		c.end.handle(ctx, c, f)
	}
}

// recovers is deferred where callbacks are called for f.
func (c *Conn) recovers(f wire.Frame) {
	p := recover() //nolint:revive // this is the deferred function
	if p == nil {
		return
	}
	c.end.out().error("a callback has panicked", "conn", c.Name(), "name", f.Name, "panic", p, stackKey, string(debug.Stack()))
	c.fail(f, fault.New(fault.Internal, "Error while executing '%s()'", f.Name))
}

// answer answers a question, if it wants that.
func (c *Conn) answer(question, answer wire.Frame) {
	if question.ID == "" {
		return
	}
	answer.Kind, answer.Of, answer.ID = wire.Answer, question.Kind, question.ID
	if err := c.send(answer); err != nil && answer.Err == nil {
		c.fail(question, err) // it is too large to be sent: whoever asks would wait for it
	}
}

// fail answers a question with an error.
func (c *Conn) fail(question wire.Frame, err error) {
	c.answer(question, wire.Frame{Err: fault.Of(err)})
}
