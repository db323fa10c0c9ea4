package althing

import "time"

// defaultTickRate is how often a second OnTick's callbacks are called.
const defaultTickRate = 120

// startTicking starts calling OnTick's callbacks, if there are any and Update is
// not to call them. Called with s.mu held.
func (s *Server) startTicking(r *run) {
	if s.ManualUpdate || r.closing || r.ticking != nil || len(s.ticked.all()) == 0 {
		return
	}
	stop := make(chan struct{})
	r.ticking = stop
	r.work.Go(func() { s.tick(stop) })
}

// tick calls OnTick's callbacks until it is stopped.
func (s *Server) tick(stop <-chan struct{}) {
	rate := s.TickRate
	if rate <= 0 {
		rate = defaultTickRate
	}
	ticker := time.NewTicker(time.Second / time.Duration(rate))
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.tickOnce()
		case <-stop:
			return
		}
	}
}

func (s *Server) tickOnce() {
	for _, f := range s.ticked.all() {
		(*f)()
	}
}

// Update calls the callbacks that wait, and then those of OnTick, in the calling
// goroutine. It is for servers with ManualUpdate, of which it is the only
// place where callbacks are called.
func (s *Server) Update() {
	s.mu.Lock()
	r := s.run
	s.mu.Unlock()
	if r == nil {
		return
	}
	for {
		select {
		case call := <-r.updates:
			call()
			continue
		default:
		}
		break
	}
	s.tickOnce()
}

// call calls callbacks: at once, or by the next Update, for which it waits.
func (s *Server) call(r *run, callbacks func()) {
	if !s.ManualUpdate {
		callbacks()
		return
	}
	done := make(chan struct{})
	select {
	case r.updates <- func() {
		defer close(done)
		callbacks()
	}:
		<-done
	case <-r.ctx.Done():
	}
}
