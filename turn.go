package althing

import (
	"sync"

	"althing/value"
	"althing/wire"
)

// maxBacklog is the bytes of frames that may wait behind one that is being
// handled while somebody waits for an answer. Beyond it nothing is read.
const maxBacklog = 1 << 20

// turn sees to it that the frames of one connection are handled one after the
// other, in the order in which they came.
//
// Mostly the goroutine that reads a frame handles it, and then reads the next:
// there is one, and nothing is handed over. But a handler may ask the other side
// something, and the answer can only come when somebody reads. So when an answer
// is waited for, another goroutine takes over the reading. It hands on answers,
// and puts other frames behind the one that is being handled; the goroutine that
// handles it goes on with those, and ends when none is left.
type turn struct {
	mu       sync.Mutex
	handled  sync.Cond // the backlog has become shorter
	busy     bool      // a frame is being handled
	relieved bool      // by a goroutine that does not read any more
	backlog  []wire.Frame
	size     int
	rest     chan struct{} // closed when nothing is being handled; nil while nobody wants to know
}

// take handles f, or puts it behind those that another goroutine is handling. It
// reports whether the caller is to read on. Only the goroutine that reads calls
// it. relief starts a goroutine that reads; asked reports whether an answer is
// waited for.
func (t *turn) take(f wire.Frame, handle func(wire.Frame), asked func() bool, relief func()) (readOn bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.handled.L = &t.mu
	for n := weight(f); t.busy; t.handled.Wait() {
		if t.size == 0 || t.size+n <= maxBacklog {
			t.backlog = append(t.backlog, f)
			t.size += n
			return true
		}
	}
	t.busy = true
	if asked() {
		t.relieve(relief)
	}
	t.unlocked(func() { handle(f) })
	for t.relieved && len(t.backlog) > 0 {
		next := t.backlog[0]
		t.backlog = t.backlog[1:]
		t.size -= weight(next)
		t.handled.Signal()
		t.unlocked(func() { handle(next) })
	}
	t.busy = false
	if t.rest != nil {
		close(t.rest)
		t.rest = nil
	}
	t.backlog = nil
	t.handled.Signal()
	readOn = !t.relieved
	t.relieved = false
	return readOn
}

// waits is called by whoever begins to wait for an answer.
func (t *turn) waits(relief func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy {
		t.relieve(relief)
	}
}

func (t *turn) relieve(relief func()) {
	if !t.relieved {
		t.relieved = true
		relief()
	}
}

// resting is closed when nothing is being handled.
func (t *turn) resting() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !t.busy:
		return closedChan
	case t.rest == nil:
		t.rest = make(chan struct{})
	}
	return t.rest
}

// closedChan is closed.
var closedChan = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (t *turn) unlocked(do func()) {
	t.mu.Unlock()
	defer t.mu.Lock()
	do()
}

// weight is about what a frame takes while it waits.
func weight(f wire.Frame) int {
	n := 256 + len(f.Body) + len(f.Text)
	for _, h := range f.Headers {
		n += len(h.Name) + len(h.Value)
	}
	for _, arg := range f.Args {
		n += value.Size(arg)
	}
	if f.Value != nil {
		n += value.Size(f.Value)
	}
	return n
}
