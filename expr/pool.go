package expr

import "sync/atomic"

// Pool is the memory that all evaluations of a process share. It is safe for
// concurrent use. The nil Pool has no bound.
type Pool struct {
	max  int64
	used atomic.Int64
	peak atomic.Int64
}

// NewPool makes a pool of so many bytes.
func NewPool(bytes int64) *Pool { return &Pool{max: bytes} }

// Used is how many bytes are in use now.
func (p *Pool) Used() int64 { return p.used.Load() }

// TakePeak is the most that was in use at once since the last call of it.
func (p *Pool) TakePeak() int64 { return p.peak.Swap(p.used.Load()) }

// Max is how many bytes there are.
func (p *Pool) Max() int64 { return p.max }

// take reserves n bytes, or nothing.
func (p *Pool) take(n int64) bool {
	if p == nil {
		return true
	}
	if used := p.used.Add(n); used <= p.max {
		for peak := p.peak.Load(); used > peak; peak = p.peak.Load() {
			if p.peak.CompareAndSwap(peak, used) {
				break
			}
		}
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
