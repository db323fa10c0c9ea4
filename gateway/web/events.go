package web

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
)

// liveOperations tell what changes, for as long as somebody listens.
var liveOperations = []operation{
	{method: http.MethodGet, path: "/events", act: access.Read, summary: "What changes, as server-sent events", params: []param{
		{name: "topic", help: "what to hear of, such as registry:garden.* or metrics:host.cpu", many: true, needed: true},
	}, serve: serveEvents, kind: eventStream},
	{method: http.MethodGet, path: "/ws", plain: true, act: access.Read, summary: "What changes, over a WebSocket", serve: serveSocket},
}

const eventStream = "text/event-stream"

// reconnectAfter is after how many milliseconds a browser connects again.
const reconnectAfter = "retry: 2000\n\n"

// listen makes the caller a listener, with the role that it has now.
func (c *call) listen() *listener {
	role := c.session.Role()
	l := c.server.feed.listen(role, c.session.May, func() error {
		c.proof.Look()
		if c.session.Role() != role || c.login != nil && !c.server.logins.holds(c.cookie) {
			return errEnded
		}
		return nil
	})
	l.note = func(topic string) { c.enter("hear "+topic, "") }
	return l
}

// serveEvents answers with a stream of events. A topic that cannot be heard is the
// answer; one that ends later is an event.
func serveEvents(c *call, w http.ResponseWriter) error {
	topics := c.texts("topic")
	if len(topics) == 0 {
		return fault.New(fault.Invalid, "name a topic, as in /api/v1/events?topic=registry:*; docs/live.md has them all")
	}
	l := c.listen()
	defer l.close()
	for _, topic := range topics {
		if err := l.subscribe(topic); err != nil {
			return err
		}
	}
	if err := endless(w); err != nil {
		return err
	}
	c.reply.Set("Content-Type", eventStream)
	c.reply.Set("X-Accel-Buffering", "no") // a proxy between is to hand on what it gets
	out := &stream{to: w, control: http.NewResponseController(w)}
	defer context.AfterFunc(c.Context(), out.end)()
	if c.Method == http.MethodHead || out.write([]byte(reconnectAfter)) != nil {
		return nil
	}
	var text []byte
	reason := l.deliver(c.Context(), func(batch []queued) error {
		text = text[:0]
		for _, q := range batch {
			text = q.appendTo(text)
		}
		err := out.write(text)
		if cap(text) > fewQueued { // a large state comes once
			text = nil
		}
		return err
	}, func() error { return out.write([]byte(": still there\n\n")) })
	if c.Context().Err() == nil {
		_ = out.write(c.server.feed.problem("", reason).appendTo(nil)) // who has gone reads no reason
	}
	return nil
}

// stream is the answer to one who listens.
type stream struct {
	to      io.Writer
	control *http.ResponseController

	mu    sync.Mutex // of deadlines
	ended bool
}

// write writes at once, or fails when nobody reads.
func (s *stream) write(text []byte) error {
	if err := s.arm(); err != nil {
		return err
	}
	if _, err := s.to.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}

// arm gives the next write its time.
func (s *stream) arm() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return errStopping
	}
	return s.control.SetWriteDeadline(time.Now().Add(unreadFor))
}

// end has the write fail that waits for who does not read: the server must not wait.
func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	_ = s.control.SetWriteDeadline(time.Now()) // who has gone waits for nothing
}
