package hub

import (
	"context"
	"strconv"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
)

// chore is work that the hub itself repeats.
type chore int

const (
	choreRecord chore = iota
	choreLapse
	choreSilent
	choreKeys
	choreDisk
	choreMemory
	manyChores
)

// choreList says what they are. Those without a time are done when they are due.
var choreList = [manyChores]struct {
	name, does string
	every      time.Duration
}{
	choreRecord: {"record", "notes how the hub and its machine are, and the values that are recorded", recordEvery},
	choreLapse:  {"expire", "removes values whose time is over", 0},
	choreSilent: {"forget", "forgets clients that were silent for ten minutes", lookEvery},
	choreKeys:   {"keys", "ends the sessions of users whose key was taken back", lookAtKeys},
	choreDisk:   {"disk", "watches the room on the disk of the data folder", lookAtDisk},
	choreMemory: {"memory", "gives memory back that evaluations needed for a moment", giveBackEvery},
}

// chores are when they were done last, and how that went. Safe for concurrent use.
type chores struct {
	mu   sync.Mutex
	done [manyChores]struct {
		last time.Time
		err  error
	}
}

func (c *chores) did(which chore, at time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[which].last, c.done[which].err = at, err
}

// noting passes ticks on until ctx is done, and notes each as one time that a chore
// was done.
func (h *Hub) noting(ctx context.Context, which chore, ticks <-chan time.Time) <-chan time.Time {
	noted := make(chan time.Time)
	h.running.Go(func() {
		for {
			select {
			case at := <-ticks:
				h.chores.did(which, h.Now(), nil)
				select {
				case noted <- at:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})
	return noted
}

// ServiceState is how repeated work of the hub is.
type ServiceState struct {
	Name, Does string
	Own        bool // it is the hub's own, and cannot be switched off
	Enabled    bool
	Working    bool
	Every      time.Duration // 0: when it is due
	Last, Next time.Time     // zero: not yet; not known
	Err        error         // of the last time
}

// serviceHelp says what the services of every server do.
var serviceHelp = map[string]string{
	"ping": "measures what a word to each client and back takes",
	"sync": "tells clients what has changed of what the hub says about itself",
}

// Services gives the work that the hub repeats: its services, and what keeps itself in
// order.
func (s *Session) Services(ctx context.Context) ([]ServiceState, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	h := s.hub
	var list []ServiceState
	runs := h.server.ServicesRun()
	for _, one := range h.server.Services() {
		is := ServiceState{
			Name: one.Name, Does: serviceHelp[one.Name], Enabled: one.Enabled && runs, Working: one.Working,
			Every: one.Every, Last: one.Last, Err: one.Err,
		}
		if is.Enabled && !is.Last.IsZero() {
			is.Next = is.Last.Add(max(one.Every, time.Second)) // the routine looks each second
		}
		list = append(list, is)
	}
	h.chores.mu.Lock()
	defer h.chores.mu.Unlock()
	for which, of := range choreList {
		done := h.chores.done[which]
		is := ServiceState{Name: of.name, Does: of.does, Own: true, Enabled: true, Every: of.every, Last: done.last, Err: done.err}
		if of.every > 0 && !done.last.IsZero() {
			is.Next = done.last.Add(of.every)
		}
		list = append(list, is)
	}
	return list, nil
}

// EnableService has one of the services done or not, which an administrator decides.
func (s *Session) EnableService(name string, enabled bool) error {
	if err := s.act(access.Manage); err != nil {
		return err
	}
	for _, of := range choreList {
		if of.name == name {
			return s.refuse(fault.New(fault.Denied, "the hub cannot do without '%s'", name))
		}
	}
	s.audit("s.services", strconv.FormatBool(enabled), name)
	if err := s.hub.server.SetServiceEnabled(name, enabled); err != nil {
		return s.refuse(err)
	}
	if enabled {
		s.hub.server.StartServices(0)
	}
	return nil
}
