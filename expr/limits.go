package expr

import "time"

// Limits bound one run. A field that is zero has its default, which suits a
// Raspberry Pi with a hub and other things to do.
type Limits struct {
	// Time is the wall time of a run, without what Thread.Outside waited for.
	// Default 1 s.
	Time time.Duration
	// Short is the wall time after which Thread.Long is told. Default 20 ms.
	Short time.Duration
	// Steps bounds the work: a call or a round of a loop is one step, an
	// operation on large operands is one for about every 32 bytes it touches.
	// Default 200 million, which is more than the default time allows.
	Steps int64
	// Depth bounds how deep calls and nested values may go. Default 1,000, as in
	// CPython.
	Depth int
	// Memory bounds the bytes of live and intermediate values. Default 32 MiB.
	Memory int64
	// Pool is shared with other evaluations. Default: no common bound.
	Pool *Pool
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// The defaults of Limits.
const (
	DefaultTime   = time.Second
	DefaultShort  = 20 * time.Millisecond
	DefaultSteps  = 200_000_000
	DefaultDepth  = 1000
	DefaultMemory = 32 << 20
)

// filled gives l with its defaults.
func (l Limits) filled() Limits {
	if l.Time == 0 {
		l.Time = DefaultTime
	}
	if l.Short == 0 {
		l.Short = DefaultShort
	}
	if l.Steps == 0 {
		l.Steps = DefaultSteps
	}
	if l.Depth == 0 {
		l.Depth = DefaultDepth
	}
	if l.Memory == 0 {
		l.Memory = DefaultMemory
	}
	if l.Now == nil {
		l.Now = time.Now
	}
	return l
}
