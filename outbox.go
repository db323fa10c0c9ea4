package althing

import (
	"errors"
	"math"
	"net"
	"os"
	"sync"
	"time"

	"althing/fault"
	"althing/wire"
)

const (
	// packSize is the size of the buffers in which small frames are gathered
	// that have waited together, so that many are one write.
	packSize = 16 << 10
	// packed is the size up to which a frame is copied there: beyond it, a
	// write of its own costs less than the copy.
	packed = 4 << 10
	// writeSize is how much is written at a time, each with its own patience.
	writeSize = 64 << 10
)

var packs = sync.Pool{New: func() any { return new([packSize]byte) }}

// outbox is what waits to be written to one connection. A goroutine writes for
// as long as something waits, and ends when nothing does, so that an idle
// connection has none.
type outbox struct {
	conn    net.Conn
	codec   wire.Codec
	limit   int                // bytes that may wait
	budget  *budget            // of all outboxes together; nil: none
	timeout time.Duration      // of a write without progress
	failed  func(*fault.Error) // called when a write has failed, by the writing goroutine
	dropped func(*fault.Error) // called when the other side does not read, by a goroutine of its own
	spawn   func(func())       // starts these

	separate bool // each frame is a write of its own

	mu      sync.Mutex
	waiting []piece
	batch   int       // of the waiting, how many pieces were there at
	since   time.Time // this time: those behind them came later
	size    int       // bytes that wait or are being written
	own     int       // what of that is held for this outbox alone, and beside it
	counted int       // in the budget
	member  bool      // of the budget
	writing bool
	closed  *fault.Error // nothing more is taken
	last    func()       // what is to be done when everything has been written
	full    time.Time    // since when frames have been refused
	emptied chan struct{}
}

// piece is one or more frames that wait, as they were given.
type piece struct {
	bytes  []byte
	shared *parcel // that they belong to; nil: they are the outbox's own
}

// own is what a piece takes for its outbox alone.
func (p piece) own() int {
	if p.shared != nil {
		return pieceSize
	}
	return pieceSize + cap(p.bytes)
}

// put takes the bytes of one or more frames, which must not be changed later.
// It does not block; it fails with code Full when too much waits already, and
// with Closed after close.
func (o *outbox) put(p []byte) error { return o.send(piece{bytes: p}, o.limit) }

// share is put for a frame that many get.
func (o *outbox) share(p *parcel) error { return o.send(piece{p.bytes, p}, o.limit) }

// owe is put for an answer, however much waits before it: the other side waits for it.
// No more is asked than the conn reads, and the budget bounds what is owed to all.
func (o *outbox) owe(p []byte) error { return o.send(piece{bytes: p}, math.MaxInt) }

func (o *outbox) send(p piece, limit int) error {
	err := o.take(p, limit)
	o.budget.relieve()
	return err
}

// take is send without making room for it.
func (o *outbox) take(p piece, limit int) error {
	if len(p.bytes) == 0 {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed != nil {
		return o.closed
	}
	if o.size > 0 && o.size+len(p.bytes) > limit {
		return o.refuse()
	}
	if p.shared != nil {
		p.shared.holders.Add(1)
	}
	o.size += len(p.bytes)
	o.hold(p.own())
	o.waiting = append(o.waiting, p)
	o.begin()
	return nil
}

// refuse is the answer when the queue is full. When it has been for too long,
// the connection has failed.
func (o *outbox) refuse() error {
	now := time.Now()
	if o.full.IsZero() {
		o.full = now
	}
	if now.Sub(o.full) > o.timeout {
		o.lose(errUnread)
		return o.closed
	}
	return fault.New(fault.Full, "%d bytes wait already to be read by the other side", o.size)
}

var errUnread = fault.New(fault.Closed, "the other side does not read; it was dropped")

// hold counts what the outbox holds more than before, or less.
func (o *outbox) hold(bytes int) {
	o.own += bytes
	if counted := o.own &^ (grain - 1); counted != o.counted {
		o.budget.count(counted - o.counted)
		o.counted = counted
	}
}

// begin starts writing, if nobody writes.
func (o *outbox) begin() {
	if o.writing {
		return
	}
	o.writing, o.since = true, time.Now()
	if o.budget != nil && !o.member {
		o.member = true
		o.budget.join(o)
	}
	o.spawn(o.drain)
}

// drain writes until nothing waits.
func (o *outbox) drain() {
	for {
		w, last := o.next()
		if w.pieces == 0 {
			if last != nil {
				last()
			}
			return
		}
		if !o.wrote(w, o.write(w)) {
			o.failed(fault.Of(o.ended()))
			return
		}
	}
}

// write is what is written together.
type write struct {
	bytes   []byte
	pieces  int             // that it consists of, of those in front; 0: nothing waits
	pack    *[packSize]byte // that they were copied to, or nil
	timeout time.Duration
}

// next gives what is to be written next. When nothing is, the writing ends with
// last. The pieces wait until they are written, so that they can be given up
// before; only what is being written is in use.
func (o *outbox) next() (w write, last func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		last, o.last = o.last, nil
		o.writing = false
		o.waiting = nil
		o.rest()
		return write{}, last
	}
	if o.batch == 0 {
		o.batch, o.since = len(o.waiting), time.Now()
	}
	w = write{bytes: o.waiting[0].bytes, pieces: 1, timeout: o.timeout}
	if n := o.small(); n > 1 {
		o.hold(packSize)
		w.pack, w.pieces = packs.Get().(*[packSize]byte), n
		w.bytes = w.pack[:0]
		for _, p := range o.waiting[:n] {
			w.bytes = append(w.bytes, p.bytes...)
		}
	}
	return w, nil
}

// small is how many of the pieces in front are written together.
func (o *outbox) small() (n int) {
	if o.separate {
		return 1
	}
	size := 0
	for _, p := range o.waiting {
		if size += len(p.bytes); size > packSize || len(p.bytes) > packed {
			break
		}
		n++
	}
	return n
}

func (o *outbox) write(w write) error {
	for p := w.bytes; len(p) > 0; {
		n := min(len(p), writeSize)
		if err := o.conn.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
			return err
		}
		if _, err := o.codec.Write(p[:n]); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// wrote gives up what is written, or everything that waits when err says why it
// is not. It reports whether to go on.
func (o *outbox) wrote(w write, err error) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if w.pack != nil {
		packs.Put(w.pack)
		o.hold(-packSize)
	}
	switch {
	case len(o.waiting) == 0: // given up meanwhile
		return false
	case errors.Is(err, os.ErrDeadlineExceeded):
		o.lose(errUnread)
		return false
	case err != nil:
		o.fail(fault.Wrap(err, fault.Closed, "the connection has ended"))
		return false
	}
	o.release(o.waiting[:w.pieces])
	o.waiting = o.waiting[w.pieces:]
	o.batch = max(0, o.batch-w.pieces)
	o.full = time.Time{}
	return true
}

// rest tells those who wait for it that nothing is to be written, and the budget
// when nothing ever will be.
func (o *outbox) rest() {
	if o.emptied != nil {
		close(o.emptied)
		o.emptied = nil
	}
	if o.closed != nil && o.member {
		o.member = false
		o.budget.leave(o)
	}
}

// release gives up what pieces take.
func (o *outbox) release(pieces []piece) {
	own := 0
	for _, p := range pieces {
		o.size -= len(p.bytes)
		own += p.own()
		if p.shared != nil {
			p.shared.release()
		}
	}
	clear(pieces)
	o.hold(-own)
}

// drop gives up on a side that does not read, unless it has ended.
func (o *outbox) drop(reason *fault.Error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lose(reason)
}

// lose gives up what waits because the other side does not read it.
func (o *outbox) lose(reason *fault.Error) {
	if o.closed == nil { // else it is known that it ends
		o.spawn(func() { o.dropped(reason) })
	}
	o.fail(reason)
}

// fail gives up: what waits is lost.
func (o *outbox) fail(reason *fault.Error) {
	if o.closed == nil {
		o.closed = reason
	}
	o.release(o.waiting)
	o.waiting, o.last = nil, nil
	o.rest()
}

// close takes nothing more for the given reason. What waits is written, and then
// last is called, by a goroutine of the outbox, unless a write fails before or
// the outbox is closed already.
func (o *outbox) close(reason *fault.Error, last func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed != nil {
		return
	}
	o.closed, o.last = reason, last
	o.timeout = min(o.timeout, wire.Goodbye)
	_ = o.conn.SetWriteDeadline(time.Now().Add(o.timeout)) // the write says whether it is closed
	o.begin()
}

// leastWait is what every outbox has waited at least: of those that have only begun,
// the one with most is the worst.
const leastWait = time.Millisecond

// weight is how much the outbox is in the way of others: bytes that wait, times
// how long they do.
func (o *outbox) weight(now time.Time) float64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return float64(o.size) * float64(now.Sub(o.since)+leastWait)
}

// backedUp reports whether half of what may wait does.
func (o *outbox) backedUp() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.size > o.limit/2
}

// flushed is closed when everything that was put has been written or is lost.
func (o *outbox) flushed() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.size == 0 {
		done := make(chan struct{})
		close(done)
		return done
	}
	if o.emptied == nil {
		o.emptied = make(chan struct{})
	}
	return o.emptied
}

// ended is why nothing more is taken, nil while something is.
func (o *outbox) ended() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed == nil {
		return nil
	}
	return o.closed
}
