package web

import (
	"context"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
)

const (
	// mostQueued is how much may wait for one connection that does not read: the
	// states of some large topics.
	mostQueued = 2 << 20
	// fewQueued is what any connection may leave unread when all together have too
	// much.
	fewQueued = 64 << 10
)

// listener is what one connection hears. subscribe, unsubscribe and close are called
// by one goroutine at a time.
type listener struct {
	feed  *feed
	role  access.Role
	may   func(access.Act) error
	holds func() error       // why the role has ended, or nil
	note  func(topic string) // that it hears that, for the audit
	wake  chan struct{}
	hears map[string]*source

	mu    sync.Mutex
	queue []queued
	bytes int
	gone  error // why it hears nothing any more
}

// queued is an event that waits to be written.
type queued struct {
	source *source // nil: the connection itself
	*event
}

// subscribe makes it hear a topic. What it hears already is no error.
func (l *listener) subscribe(topic string) error {
	if s := l.hears[topic]; s != nil {
		if !s.over() {
			return nil
		}
		l.unsubscribe(topic)
	}
	if len(l.hears) >= mostTopics {
		return fault.New(fault.Limit, "a connection may hear %d topics; end one first", mostTopics)
	}
	if err := l.holds(); err != nil {
		return err
	}
	s, err := l.feed.source(topic, l)
	if err != nil {
		return err
	}
	l.hears[topic] = s
	if s.kind.noted {
		l.note(topic)
	}
	return nil
}

// unsubscribe ends that.
func (l *listener) unsubscribe(topic string) {
	if s := l.hears[topic]; s != nil {
		l.feed.leave(s, l)
		delete(l.hears, topic)
	}
}

// close ends it.
func (l *listener) close() {
	for topic := range l.hears {
		l.unsubscribe(topic)
	}
	l.drop(errHeard)
}

var errHeard = fault.New(fault.Closed, "the connection has ended")

// drop ends what it hears, for a reason.
func (l *listener) drop(reason error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped(reason)
}

func (l *listener) dropped(reason error) {
	if l.gone == nil {
		l.gone = reason
	}
	l.feed.unread.Add(-int64(l.bytes))
	l.queue, l.bytes = nil, 0
	l.ring()
}

func (l *listener) ring() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// push has an event wait for it. Who does not read is dropped; of a topic of which only
// the newest matters the one before is dropped instead. The caller holds the source's
// mu.
func (l *listener) push(s *source, e *event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone != nil {
		return
	}
	if s != nil && s.kind.newest && l.withdraw(s) {
		e = s.current()
	}
	l.queue = append(l.queue, queued{s, e})
	l.bytes += len(e.text)
	if all := l.feed.unread.Add(int64(len(e.text))); l.bytes > mostQueued || all > mostUnread && l.bytes > fewQueued {
		l.dropped(fault.New(fault.Full, "%d bytes were waiting to be read; read faster, or subscribe to less", l.bytes))
		return
	}
	l.ring()
}

// withdraw takes what waits of a source out of the queue, and reports whether that was
// the state, by which a topic begins. Only who reads slowly has something there.
func (l *listener) withdraw(s *source) (state bool) {
	for i, q := range l.queue {
		if q.source == s {
			l.feed.unread.Add(-int64(len(q.text)))
			l.bytes -= len(q.text)
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			return q.state
		}
	}
	return false
}

// take gives all that waits, in a slice that is the caller's until the next take.
func (l *listener) take(into []queued) ([]queued, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone != nil {
		return nil, l.gone
	}
	taken := l.queue
	l.queue = into[:0]
	l.feed.unread.Add(-int64(l.bytes))
	l.bytes = 0
	return taken, nil
}

const (
	// together is how long after one write the next may be: what comes meanwhile goes
	// with it, in one call of the system.
	together = 40 * time.Millisecond
	// lookEvery is how often it is looked whether the role is still held, and after
	// how long a connection that has nothing to say shows that it lives.
	lookEvery = 5 * time.Second
	// unreadFor is how long a write may wait for who does not read.
	unreadFor = 10 * time.Second
)

// deliver has what is heard written until ctx is done, the role has ended or it has
// been dropped, and gives the reason. alive writes that it lives.
func (l *listener) deliver(ctx context.Context, write func([]queued) error, alive func() error) error {
	looks := time.NewTicker(lookEvery)
	defer looks.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	var batch []queued
	silent := true
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-looks.C:
			err := l.holds()
			if err == nil && silent {
				err = alive()
			}
			if err != nil {
				return err
			}
			silent = true
			continue
		case <-l.wake:
		}
		var err error
		if batch, err = l.take(batch); err == nil && len(batch) == 0 {
			continue // it went with those before
		}
		if err == nil {
			err = write(batch)
		}
		if err != nil {
			return err
		}
		clear(batch) // the events may go
		silent = false
		pause.Reset(together)
		select {
		case <-pause.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
