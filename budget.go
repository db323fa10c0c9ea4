package althing

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"althing/fault"
)

const (
	// grain is what budgets count in: an outbox that holds less is part of what
	// its conn takes anyway, and the common case touches nothing that is shared.
	grain = 1 << 10
	// pieceSize is what a piece takes beside its bytes, in a slice that has
	// just grown.
	pieceSize = 64
)

// budget is the memory that the outboxes of a server may hold together
// (Limits.QueueTotal). What one outbox holds alone is counted there, a frame
// that waits in many of them once. A nil budget has no bound.
//
// Nobody waits when it is exhausted: those whose unread bytes have waited
// longest are dropped, bytes times time, until a sixteenth is free. Whoever
// reads has little that waits, or what has waited for a moment only.
type budget struct {
	limit int64
	held  atomic.Int64

	relieving sync.Mutex // held by whoever drops

	mu    sync.Mutex
	boxes map[*outbox]struct{}
}

func (b *budget) count(bytes int) {
	if b != nil {
		b.held.Add(int64(bytes))
	}
}

// join makes an outbox one of those that may be dropped, until it leaves.
func (b *budget) join(o *outbox) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.boxes == nil {
		b.boxes = make(map[*outbox]struct{})
	}
	b.boxes[o] = struct{}{}
}

func (b *budget) leave(o *outbox) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.boxes, o)
}

// relieve drops outboxes when too much is held. It must not be called with the
// lock of one.
func (b *budget) relieve() {
	if b == nil || b.held.Load() <= b.limit || !b.relieving.TryLock() {
		return
	}
	defer b.relieving.Unlock()
	enough := b.limit - b.limit/16
	for _, slow := range b.slowest() {
		if b.held.Load() <= enough {
			return
		}
		slow.outbox.drop(fault.New(fault.Closed, "too much waits for all clients together, and this one leaves most of it unread, or for longest; it was dropped"))
	}
}

// backlog is an outbox and how much it is in the way of others.
type backlog struct {
	outbox *outbox
	weight float64
}

// slowest gives the outboxes in which something waits, the worst first.
func (b *budget) slowest() []backlog {
	b.mu.Lock()
	all := make([]backlog, 0, len(b.boxes))
	for o := range b.boxes {
		all = append(all, backlog{outbox: o})
	}
	b.mu.Unlock()
	now := time.Now()
	for i := range all {
		all[i].weight = all[i].outbox.weight(now)
	}
	all = slices.DeleteFunc(all, func(b backlog) bool { return b.weight == 0 })
	slices.SortFunc(all, func(x, y backlog) int { return cmp.Compare(y.weight, x.weight) })
	return all
}

// parcel is a frame that waits in many outboxes.
type parcel struct {
	bytes   []byte
	budget  *budget
	holders atomic.Int32
}

// newParcel makes a parcel, which the caller releases when everybody has it.
func newParcel(bytes []byte, b *budget) *parcel {
	p := &parcel{bytes: bytes, budget: b}
	p.holders.Store(1)
	b.count(cap(bytes))
	return p
}

func (p *parcel) release() {
	if p.holders.Add(-1) == 0 {
		p.budget.count(-cap(p.bytes))
	}
}
