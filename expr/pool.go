package expr

import "sync/atomic"

// Pool is the memory that all evaluations of a process share. It is safe for
// concurrent use. The nil Pool has no bound.
type Pool struct {
	max  int64
	used atomic.Int64
}

// NewPool makes a pool of so many bytes.
func NewPool(bytes int64) *Pool { return &Pool{max: bytes} }

// Used is how many bytes are in use now.
func (p *Pool) Used() int64 { return p.used.Load() }

// Max is how many bytes there are.
func (p *Pool) Max() int64 { return p.max }

// take reserves n bytes, or nothing.
func (p *Pool) take(n int64) bool {
	if p == nil {
		return true
	}
	if p.used.Add(n) <= p.max {
		return true
	}
	p.used.Add(-n)
	return false
}

func (p *Pool) give(n int64) {
	if p != nil {
		p.used.Add(-n)
	}
}
