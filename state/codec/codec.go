// Package codec is what stored operations and pictures of the state are made
// of: numbers, texts and values in a row.
package codec

import (
	"encoding/binary"

	"althing/fault"
	"althing/value"
)

// ErrDamaged is what bytes are that this program has not written.
var ErrDamaged = fault.New(fault.Invalid, "the stored state is cut short or damaged")

// AppendText appends a text behind its length.
func AppendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// AppendCount appends a number of things.
func AppendCount(dst []byte, n int) []byte {
	return binary.AppendUvarint(dst, uint64(n))
}

// Reader reads from a slice, of which it keeps nothing: every text is a copy.
// After the first error it gives zeros, so that a whole operation is read
// before Err is asked. Hostile bytes cost no more memory than there are bytes.
type Reader struct {
	src []byte
	err error
}

// NewReader makes a Reader of src.
func NewReader(src []byte) *Reader { return &Reader{src: src} }

// Err is the first error, a *fault.Error; nil: all was there.
func (r *Reader) Err() error { return r.err }

// Rest is what has not been read.
func (r *Reader) Rest() []byte { return r.src }

// Done is Err, and an error too when something is left over.
func (r *Reader) Done() error {
	if len(r.src) > 0 {
		r.Fail()
	}
	return r.err
}

// Fail makes the input damaged, for the caller who sees that it makes no sense.
func (r *Reader) Fail() {
	if r.err == nil {
		r.err = ErrDamaged
	}
	r.src = nil
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if len(r.src) == 0 {
		r.Fail()
		return 0
	}
	b := r.src[0]
	r.src = r.src[1:]
	return b
}

// Uvarint reads a number that is not negative.
func (r *Reader) Uvarint() uint64 {
	v, n := binary.Uvarint(r.src)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.src = r.src[n:]
	return v
}

// Varint reads a number.
func (r *Reader) Varint() int64 {
	v, n := binary.Varint(r.src)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.src = r.src[n:]
	return v
}

// Count reads a number of things of which each takes at least size bytes: more
// than can follow is damage, so that room for them may be made at once.
func (r *Reader) Count(size int) int {
	n := r.Uvarint()
	if n > uint64(len(r.src)/size) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Text reads a text.
func (r *Reader) Text() string {
	n := r.Count(1)
	text := string(r.src[:n])
	r.src = r.src[n:]
	return text
}

// Value reads a value; None after an error.
func (r *Reader) Value() value.Value {
	v, rest, err := value.DecodeBinary(r.src)
	if err != nil {
		r.Fail()
		return value.None{}
	}
	r.src = rest
	return v
}
