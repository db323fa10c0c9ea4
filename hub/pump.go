package hub

import "sync"

// pump has work done for somebody whenever there may be some, by one goroutine at
// a time that lives for as long as there is: who waits costs no goroutine. Safe
// for concurrent use.
type pump struct {
	start func(func()) bool // starts a goroutine, unless the hub is closing
	work  func()            // does what there is to do

	mu      sync.Mutex
	running bool
	again   bool // it was rung since the work began
}

// ring says that there may be work. What is there when it is called gets done.
func (p *pump) ring() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running {
		p.again = true
		return
	}
	p.running = p.start(p.run)
}

// rung reports whether it will look anyway.
func (p *pump) rung() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running && p.again
}

func (p *pump) run() {
	for {
		p.work()
		p.mu.Lock()
		if !p.again {
			p.running = false
			p.mu.Unlock()
			return
		}
		p.again = false
		p.mu.Unlock()
	}
}

// crew is the goroutines that a hub runs for its clients. Safe for concurrent
// use.
type crew struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// start starts one; false: the crew goes home.
func (c *crew) start(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.running.Go(f)
	return true
}

// close starts no more and waits for those that run.
func (c *crew) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.running.Wait()
}
