package expr

import (
	"math/bits"

	"althing/value"
)

// Range is range(start, stop, step), of numbers that fit 64 bits.
type Range struct {
	start, stop, step int64
	n                 int64
}

// newRange makes a range; false when it has more numbers than an int64 counts.
func newRange(start, stop, step int64) (*Range, bool) {
	var span, by uint64
	switch {
	case step > 0 && start < stop:
		span, by = uint64(stop)-uint64(start), uint64(step)
	case step < 0 && start > stop:
		span, by = uint64(start)-uint64(stop), -uint64(step)
	default:
		return &Range{start: start, stop: stop, step: step}, true
	}
	n, _ := bits.Div64(0, span-1, by)
	if n >= 1<<63-1 {
		return nil, false
	}
	return &Range{start, stop, step, int64(n) + 1}, true
}

// TypeName is "range".
func (*Range) TypeName() string { return "range" }

// at gives the number at a place that is there.
func (r *Range) at(i int64) value.Int { return value.Int(r.start + i*r.step) }

// Slice is what stands between the brackets of o[start:stop:step]; what was left
// out is None.
type Slice struct{ Start, Stop, Step Object }

// TypeName is "slice".
func (*Slice) TypeName() string { return "slice" }

// ellipsis is the type of Ellipsis, written ...
type ellipsis struct{}

func (ellipsis) TypeName() string { return "ellipsis" }

// ByteArray is a bytearray.
type ByteArray struct{ b []byte }

// TypeName is "bytearray".
func (*ByteArray) TypeName() string { return "bytearray" }

// Bytes gives the content, which is the bytearray's own.
func (b *ByteArray) Bytes() []byte { return b.b }
