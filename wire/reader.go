package wire

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"

	"althing/fault"
)

const (
	// smallBuffer holds what devices say, and is all that a connection keeps for
	// reading while little comes; one that can be waited for without a buffer keeps
	// none while it is idle.
	smallBuffer = 2 << 10
	// largeBuffer is what a connection reads into while much comes; it is given
	// back when everything has been taken.
	largeBuffer = 32 << 10
	// largeWithin is how long a frame in a buffer beyond the small ones may be
	// waited for: whoever sends most of a frame and then nothing holds memory that
	// others need.
	largeWithin = time.Minute
	// untouched is the wait of a Reader that leaves the read deadline alone.
	untouched = -1
)

var (
	small = sync.Pool{New: func() any { return new([smallBuffer]byte) }}
	large = sync.Pool{New: func() any { return new([largeBuffer]byte) }}
)

// Reader reads ahead of a codec, into a buffer that is small while little
// comes. It is for one goroutine.
type Reader struct {
	conn       net.Conn
	idle       *idle   // by which a socket is waited for without a buffer; nil: it cannot be
	first      [1]byte // by which a conn that keeps what follows is waited for
	keeps      bool    // it does
	small      *[smallBuffer]byte
	large      *[largeBuffer]byte
	buf        []byte        // small, large, one made for a larger frame, or none
	start, end int           // what has been read and not taken
	counted    int64         // what buf takes of the large ones' memory
	wait       time.Duration // as Wait was told, before that untouched
}

// NewReader returns a Reader of conn, whose read deadline it leaves alone until
// Wait is called: that of a registration must hold whatever comes meanwhile.
func NewReader(conn net.Conn) *Reader {
	r := &Reader{conn: conn, wait: untouched}
	if a, ok := conn.(*aheadConn); ok && len(a.ahead) <= smallBuffer {
		r.conn = a.Conn
		r.getSmall()
		r.end = copy(r.buf, a.ahead)
		a.ahead = nil
	}
	_, r.keeps = r.conn.(*tls.Conn) // a record is decrypted as a whole
	if r.idle = newIdle(r.conn); r.idle == nil && !r.keeps && r.small == nil {
		r.getSmall()
	}
	return r
}

func (r *Reader) getSmall() {
	r.small = small.Get().(*[smallBuffer]byte)
	r.buf = r.small[:]
}

func (r *Reader) putSmall() {
	small.Put(r.small)
	r.small, r.buf = nil, nil
}

// Bytes is what has been read and not taken, valid until the next call of
// another method.
func (r *Reader) Bytes() []byte { return r.buf[r.start:r.end] }

// Skip takes the first n bytes of Bytes, which are overwritten by the next Fill.
func (r *Reader) Skip(n int) { r.start += n }

// Fill reads once more behind Bytes. It fails with code Limit when Bytes has
// limit bytes already, Unavailable when there is no memory for more, else as the
// connection does.
func (r *Reader) Fill(limit int) error {
	if r.start == r.end {
		r.shrink()
	}
	if r.end-r.start >= limit {
		return tooLong(limit)
	}
	if r.end == len(r.buf) && r.end > 0 {
		if err := r.room(limit); err != nil {
			return err
		}
	}
	if r.wait > 0 {
		_ = r.conn.SetReadDeadline(time.Now().Add(r.wait)) // the read says whether it is closed
	}
	n, err := r.read()
	r.end += n
	if n > 0 {
		return nil // an error comes again
	}
	r.uncount() // most likely nothing more comes
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// read reads once behind what there is.
func (r *Reader) read() (int, error) {
	switch {
	case r.end > 0:
		return r.conn.Read(r.buf[r.end:])
	case r.idle != nil:
		return r.idle.read(r)
	case r.keeps:
		return r.readFirst()
	}
	return r.conn.Read(r.buf)
}

// readFirst waits for one byte without a buffer. What came with it is there for
// the next read, which costs no system call.
func (r *Reader) readFirst() (int, error) {
	if r.small != nil {
		r.putSmall()
	}
	n, err := r.conn.Read(r.first[:])
	if n > 0 {
		r.getSmall()
		r.buf[0] = r.first[0]
	}
	return n, err
}

// Wait says how long a Fill may wait for something to come: it then fails with
// os.ErrDeadlineExceeded, and can be called again. 0 is for ever, save that a
// frame of more than 2 KiB is waited for at most a minute.
func (r *Reader) Wait(d time.Duration) {
	if d == 0 && r.wait > 0 {
		_ = r.conn.SetReadDeadline(time.Time{}) // the next read says whether it is closed
	}
	r.wait = d
}

// Line takes one line, without the newline and a carriage return before it; it
// is valid until the next call. A line of more than limit bytes is skipped, and
// Line fails with code Limit, but can be called again.
func (r *Reader) Line(limit int) ([]byte, error) {
	searched := 0
	for {
		rest := r.Bytes()
		if n := bytes.IndexByte(rest[searched:], '\n'); n >= 0 {
			n += searched
			r.Skip(n + 1)
			if n > limit {
				return nil, tooLong(limit)
			}
			return bytes.TrimSuffix(rest[:n], []byte{'\r'}), nil
		}
		if searched = len(rest); searched > limit {
			return nil, r.skipLine(limit)
		}
		if err := r.Fill(limit + 1); err != nil {
			return nil, err
		}
	}
}

// skipLine takes bytes until a newline was among them, and keeps none.
func (r *Reader) skipLine(limit int) error {
	for {
		rest := r.Bytes()
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			r.Skip(n + 1)
			return tooLong(limit)
		}
		r.Skip(len(rest))
		if err := r.Fill(1); err != nil {
			return err
		}
	}
}

func tooLong(limit int) error {
	return fault.New(fault.Limit, "a frame may have %d bytes", limit)
}

// Conn gives the connection with what has been read and not taken in front. The
// Reader must not be used any more.
func (r *Reader) Conn() net.Conn {
	ahead := bytes.Clone(r.Bytes())
	r.shrink()
	return Ahead(r.conn, ahead)
}

// room makes room behind what has been read: by moving it to the front, or into
// a larger buffer, of little more than limit at the most.
func (r *Reader) room(limit int) error {
	kept := r.Bytes()
	if r.start >= len(r.buf)/2 {
		r.start, r.end = 0, copy(r.buf, kept)
		return nil
	}
	before := r.large
	size := largeBuffer
	if len(r.buf) >= largeBuffer {
		size = min(2*len(r.buf), max(limit, len(kept))+smallBuffer)
	}
	if err := r.count(size); err != nil {
		return err
	}
	if size == largeBuffer {
		r.large = large.Get().(*[largeBuffer]byte)
		r.buf = r.large[:]
	} else {
		r.large = nil
		r.buf = make([]byte, size)
	}
	r.start, r.end = 0, copy(r.buf, kept)
	if before != nil {
		large.Put(before)
	}
	return nil
}

// count counts a buffer of size bytes in place of the present one.
func (r *Reader) count(size int) error {
	if !TakeLarge(r.conn, int64(size)-r.counted) {
		return fault.New(fault.Unavailable, "too many large frames are being received; try again later")
	}
	if r.counted == 0 && r.wait == 0 {
		_ = r.conn.SetReadDeadline(time.Now().Add(largeWithin)) // the next read says whether it is closed
	}
	r.counted = int64(size)
	return nil
}

// shrink goes back to the small buffer, or none, when everything has been taken.
func (r *Reader) shrink() {
	r.start, r.end, r.buf = 0, 0, nil
	if r.small != nil {
		r.buf = r.small[:]
	}
	if r.large != nil {
		large.Put(r.large)
		r.large = nil
	}
	r.uncount()
}

// uncount gives back what the buffer is counted for.
func (r *Reader) uncount() {
	if r.counted == 0 {
		return
	}
	GiveLarge(r.conn, r.counted)
	r.counted = 0
	if r.wait == 0 {
		_ = r.conn.SetReadDeadline(time.Time{})
	}
}
