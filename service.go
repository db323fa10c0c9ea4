package althing

import (
	"context"
	"slices"
	"sync"
	"time"

	"althing/fault"
)

const (
	// defaultPause is the pause of the services' routine: what changes slowly
	// need not be looked at more often.
	defaultPause = time.Second
	// serviceLimit is how long a service may take that does not say.
	serviceLimit = 30 * time.Second
	// serviceGoodbye is how long a service is waited for whose ctx has ended.
	serviceGoodbye = time.Second
	// maxServices is how many a server has.
	maxServices = 1000
)

// Service is work that a server repeats: the services that are due are done one
// after the other, in the order in which they were added, and then the routine
// pauses. One that fails, panics or does not end in time is disabled, and the
// log says so; the others go on.
type Service struct {
	Name string
	// Every is how long it is not due again. 0: it is due each time.
	Every time.Duration
	// Limit is how long it may take: 30 s. ctx ends then.
	Limit time.Duration
	// Background lets the others go on while it works. It is not begun a second
	// time meanwhile.
	Background bool
	// Do does the work once, for the clients that are connected. It is called in
	// a goroutine of its own. ctx ends with the routine as well.
	Do func(ctx context.Context, conns []*Conn) error
}

// ServiceState is how a service is.
type ServiceState struct {
	Name    string
	Enabled bool
	Working bool
	Err     error         // why it was disabled, nil when somebody did it
	Every   time.Duration // 0: each time
	Last    time.Time     // when it was begun last; zero: not yet
}

// service is a Service of a server.
type service struct {
	Service
	due     time.Time
	last    time.Time // when it was begun
	enabled bool
	working bool
	err     error
}

// services are those of a server.
type services struct {
	mu    sync.Mutex
	ready bool       // the built-in ones are there
	list  []*service // in the order in which they were added
	on    bool       // they are to be done whenever the server runs
	pause time.Duration
	end   context.CancelFunc // of the routine; nil while there is none
}

// AddService adds a service, which is enabled.
func (s *Server) AddService(sv Service, overwrite bool) error {
	if err := checkName("service", sv.Name); err != nil {
		return err
	}
	if sv.Do == nil {
		return fault.New(fault.Invalid, "the service %q does nothing: set its Do", sv.Name)
	}
	list := s.serviceList()
	list.mu.Lock()
	defer list.mu.Unlock()
	return list.add(sv, overwrite)
}

// DeleteService takes a service away. What it is doing it does to its end.
func (s *Server) DeleteService(name string) error {
	list := s.serviceList()
	list.mu.Lock()
	defer list.mu.Unlock()
	i, err := list.find(name)
	if err != nil {
		return err
	}
	list.list = slices.Delete(list.list, i, i+1)
	return nil
}

// SetServiceEnabled has a service done or not.
func (s *Server) SetServiceEnabled(name string, enabled bool) error {
	list := s.serviceList()
	list.mu.Lock()
	defer list.mu.Unlock()
	i, err := list.find(name)
	if err != nil {
		return err
	}
	sv := list.list[i]
	sv.enabled, sv.err = enabled, nil
	return nil
}

// Services gives the services in the order in which they were added.
func (s *Server) Services() []ServiceState {
	list := s.serviceList()
	list.mu.Lock()
	defer list.mu.Unlock()
	states := make([]ServiceState, len(list.list))
	for i, sv := range list.list {
		states[i] = ServiceState{sv.Name, sv.enabled, sv.working, sv.err, sv.Every, sv.last}
	}
	return states
}

// StartServices has the services done, with a pause behind each time: 0 is a
// second. They are done whenever the server runs, now or later, until
// StopServices.
func (s *Server) StartServices(pause time.Duration) {
	if pause <= 0 {
		pause = defaultPause
	}
	list := s.serviceList()
	list.mu.Lock()
	list.on, list.pause = true, pause
	list.mu.Unlock()
	if r := s.running(); r != nil {
		s.startRoutine(r)
	}
}

// StopServices ends what StartServices has begun. It does not wait for that.
func (s *Server) StopServices() {
	list := s.serviceList()
	list.mu.Lock()
	list.on = false
	list.mu.Unlock()
	s.endRoutine()
}

// ServicesRun reports whether the services are being done.
func (s *Server) ServicesRun() bool {
	list := s.serviceList()
	list.mu.Lock()
	defer list.mu.Unlock()
	return list.end != nil
}

// serviceList gives the services, the built-in ones among them.
func (s *Server) serviceList() *services {
	list := &s.services
	list.mu.Lock()
	defer list.mu.Unlock()
	if !list.ready {
		list.ready = true
		for _, sv := range s.builtinServices() {
			_ = list.add(sv, false) // there is none before
		}
	}
	return list
}

func (l *services) add(sv Service, overwrite bool) error {
	if sv.Limit <= 0 {
		sv.Limit = serviceLimit
	}
	it := &service{Service: sv, enabled: true}
	switch i, err := l.find(sv.Name); {
	case err == nil && !overwrite:
		return fault.New(fault.Conflict, "there is a service %q already", sv.Name)
	case err == nil:
		l.list[i] = it
	case len(l.list) >= maxServices:
		return fault.New(fault.Limit, "a server may have %d services", maxServices)
	default:
		l.list = append(l.list, it)
	}
	return nil
}

func (l *services) find(name string) (int, error) {
	i := slices.IndexFunc(l.list, func(sv *service) bool { return sv.Name == name })
	if i < 0 {
		return i, fault.New(fault.NotFound, "there is no service %s", quoted(name))
	}
	return i, nil
}
