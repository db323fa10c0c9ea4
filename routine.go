package althing

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"althing/fault"
)

// startRoutine begins to do the services, if they are to be done and are not yet.
func (s *Server) startRoutine(r *run) {
	list := s.serviceList()
	s.mu.Lock()
	list.mu.Lock()
	start := list.on && list.end == nil && !r.closing
	if start {
		var ctx context.Context
		ctx, list.end = context.WithCancel(r.ctx)
		r.work.Go(func() { s.routine(ctx, r) })
	}
	list.mu.Unlock()
	s.mu.Unlock()
	if start {
		s.out().status("Started services")
	}
}

// endRoutine ends the routine, if there is one. It does not wait for that.
func (s *Server) endRoutine() {
	list := s.serviceList()
	list.mu.Lock()
	end := list.end
	list.end = nil
	list.mu.Unlock()
	if end != nil {
		s.out().status("Stopping services")
		end()
	}
}

// routine does the services until ctx ends.
func (s *Server) routine(ctx context.Context, r *run) {
	list := s.serviceList()
	for {
		for _, sv := range list.all() {
			switch {
			case ctx.Err() != nil || !list.begin(sv, time.Now()):
			case sv.Background:
				r.work.Go(func() { s.serviceOnce(ctx, sv) })
			default:
				s.serviceOnce(ctx, sv)
			}
		}
		list.mu.Lock()
		pause := time.NewTimer(list.pause)
		list.mu.Unlock()
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			s.out().status("Ended services")
			return
		}
	}
}

func (l *services) all() []*service {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// begin reports whether a service is due, and takes it to be begun then.
func (l *services) begin(sv *service, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !sv.enabled || sv.working || now.Before(sv.due) {
		return false
	}
	sv.working, sv.last, sv.due = true, now, now.Add(sv.Every)
	return true
}

// serviceOnce does a service, within its time.
func (s *Server) serviceOnce(ctx context.Context, sv *service) {
	limited, cancel := context.WithTimeout(ctx, sv.Limit)
	defer cancel()
	list := s.serviceList()
	done := make(chan error, 1)
	go func() { // nobody waits for it longer than its time
		err := s.serviceSafely(limited, sv)
		list.mu.Lock()
		sv.working = false
		list.mu.Unlock()
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-limited.Done():
		goodbye := time.NewTimer(serviceGoodbye)
		defer goodbye.Stop()
		select {
		case err = <-done:
		case <-goodbye.C:
			err = fault.New(fault.Timeout, "it does not end, and was left behind")
		}
		if err == nil && ctx.Err() == nil {
			err = fault.New(fault.Timeout, "it took longer than %v", sv.Limit)
		}
	}
	switch {
	case err == nil:
	case ctx.Err() == nil:
		s.disable(sv, err)
	case fault.Is(err, fault.Timeout): // it may well fail now that it has to end
		s.out().warning(fmt.Sprintf("The service '%s' has not ended: %v", sv.Name, err))
	}
}

func (s *Server) serviceSafely(ctx context.Context, sv *service) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.out().error("a service has panicked", "service", sv.Name, "panic", p, stackKey, string(debug.Stack()))
			err = fault.New(fault.Internal, "it has panicked: %v", p)
		}
	}()
	return sv.Do(ctx, s.Conns())
}

// disable has a service that has failed done no more.
func (s *Server) disable(sv *service, err error) {
	list := s.serviceList()
	list.mu.Lock()
	sv.enabled, sv.err = false, err
	list.mu.Unlock()
	s.out().warning(fmt.Sprintf("The service '%s' was disabled: %v", sv.Name, err))
}
