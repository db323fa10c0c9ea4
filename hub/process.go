package hub

import (
	"sync"
	"time"
)

// process is what this process takes of its machine.
type process struct {
	mu     sync.Mutex
	at     time.Time     // when it was looked at last,
	spent  time.Duration // how much of the processors it had used by then
	before load
}

// load is what a process takes: percent of one processor, of late, and bytes.
type load struct {
	cpu    float64
	memory int64
}

// loadAge is how long what was found stays: who asks more often than that gets the
// same again.
const loadAge = time.Second

// look says what the process takes now.
func (p *process) look(now, started time.Time) load {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() {
		p.at = started
	}
	if passed := now.Sub(p.at); passed >= loadAge {
		spent := processorTime()
		p.before.cpu = 100 * float64(spent-p.spent) / float64(passed)
		p.at, p.spent = now, spent
	}
	p.before.memory = resident()
	return p.before
}
