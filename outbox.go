package althing

import (
	"net"
	"sync"
	"time"

	"althing/fault"
	"althing/wire"
)

const (
	// packSize is the size of the buffers in which small frames are gathered
	// that wait together, so that many are one write.
	packSize = 16 << 10
	// packed is the size up to which a frame is copied there: beyond it, a
	// write of its own costs less than the copy, and what is sent to many stays
	// one piece of memory.
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
	limit   int           // bytes that may wait
	timeout time.Duration // of a write without progress
	failed  func(error)   // called when a write has failed, by the writing goroutine
	spawn   func(func())  // starts that

	separate bool // each frame is a write of its own

	mu      sync.Mutex
	waiting []piece
	size    int // bytes that wait or are being written
	writing bool
	closed  *fault.Error // nothing more is taken
	last    func()       // what is to be done when everything has been written
	full    time.Time    // since when frames have been refused
	emptied chan struct{}
}

// piece is bytes that wait: one frame as it was given, or a pack of several.
type piece struct {
	bytes []byte
	pack  *[packSize]byte
}

// put takes the bytes of one or more frames, which must not be changed later.
// It does not block; it fails with code Full when too much waits already, and
// with Closed after close.
func (o *outbox) put(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed != nil {
		return o.closed
	}
	if o.size > 0 && o.size+len(p) > o.limit {
		return o.refuse()
	}
	o.size += len(p)
	o.add(p)
	o.write()
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
		o.closed = fault.New(fault.Closed, "the other side does not read; it was dropped")
		o.conn.Close()
		return o.closed
	}
	return fault.New(fault.Full, "%d bytes wait already to be read by the other side", o.size)
}

// add puts p behind what waits: into the last pack when it is small.
func (o *outbox) add(p []byte) {
	n := len(o.waiting)
	if n == 0 || len(p) > packed || o.separate {
		o.waiting = append(o.waiting, piece{bytes: p})
		return
	}
	if last := &o.waiting[n-1]; last.pack != nil && len(last.bytes)+len(p) <= packSize {
		last.bytes = append(last.bytes, p...)
		return
	}
	pack := packs.Get().(*[packSize]byte)
	o.waiting = append(o.waiting, piece{append(pack[:0], p...), pack})
}

// write starts writing, if nobody writes.
func (o *outbox) write() {
	if !o.writing {
		o.writing = true
		o.spawn(o.drain)
	}
}

// drain writes until nothing waits.
func (o *outbox) drain() {
	var spare []piece
	for {
		o.mu.Lock()
		if len(o.waiting) == 0 {
			last := o.rest()
			o.mu.Unlock()
			if last != nil {
				last()
			}
			return
		}
		pieces, timeout := o.waiting, o.timeout
		o.waiting = spare
		o.mu.Unlock()
		if err := o.writeAll(pieces, timeout); err != nil {
			o.failed(err)
			return
		}
		clear(pieces)
		spare = pieces[:0]
	}
}

// rest ends the writing: everything has been written.
func (o *outbox) rest() (last func()) {
	last, o.last = o.last, nil
	o.writing = false
	o.waiting = nil
	o.tell()
	return last
}

// tell tells those who wait for the outbox to be empty.
func (o *outbox) tell() {
	if o.emptied != nil {
		close(o.emptied)
		o.emptied = nil
	}
}

func (o *outbox) writeAll(pieces []piece, timeout time.Duration) error {
	for _, p := range pieces {
		err := o.writeOne(p.bytes, timeout)
		if p.pack != nil {
			packs.Put(p.pack)
		}
		o.mu.Lock()
		if err != nil {
			o.fail(err)
			o.mu.Unlock()
			return err
		}
		o.size -= len(p.bytes)
		o.full = time.Time{}
		o.mu.Unlock()
	}
	return nil
}

func (o *outbox) writeOne(p []byte, timeout time.Duration) error {
	for len(p) > 0 {
		n := min(len(p), writeSize)
		if err := o.conn.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
			return err
		}
		if _, err := o.codec.Write(p[:n]); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// fail gives up: what waits is lost.
func (o *outbox) fail(err error) {
	if o.closed == nil {
		o.closed = fault.Wrap(err, fault.Closed, "the connection has ended")
	}
	o.waiting, o.size, o.last = nil, 0, nil
	o.tell()
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
	o.write()
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
	if !o.writing {
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
