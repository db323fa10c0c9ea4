package network

import (
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// receiptPause is how long the acknowledgement of a letter waits for those
	// behind it, of which one says all: the origin stores each that it is told,
	// and nobody but its window waits for them.
	receiptPause = 10 * time.Millisecond
	// mostUnsaid is after how many letters it waits no longer. An origin has some
	// more on their way at once.
	mostUnsaid = 200
)

// receipts are acknowledgements that this hub owes to others. Safe for concurrent
// use.
type receipts struct {
	mu   sync.Mutex
	owed map[stream]*receipt
}

// stream is the letters of one outbox.
type stream struct {
	origin ID
	name   string
}

// receipt is up to where letters have arrived, and up to where that was said.
type receipt struct{ number, said uint64 }

// owe notes up to where letters have arrived. It reports whether that is to be said
// now; otherwise later is called after a while, if nobody has been told by then.
func (r *receipts) owe(of stream, number uint64, later func()) (now bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	owed := r.owed[of]
	if owed == nil {
		if r.owed == nil {
			r.owed = map[stream]*receipt{}
		}
		owed = &receipt{said: number - 1}
		r.owed[of] = owed
		time.AfterFunc(receiptPause, later)
	}
	owed.number = max(owed.number, number)
	if now = owed.number-owed.said >= mostUnsaid; now {
		owed.said = owed.number
	}
	return now
}

// settle gives what is still owed, and forgets it; false: nothing.
func (r *receipts) settle(of stream) (number uint64, some bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	owed := r.owed[of]
	if owed == nil {
		return 0, false
	}
	delete(r.owed, of)
	return owed.number, owed.number > owed.said
}

// streams gives those of which something is owed, perhaps.
func (r *receipts) streams() []stream {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.owed))
}
