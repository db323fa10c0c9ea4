package althing_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

// stateOf gives how a service is.
func stateOf(t *testing.T, s *althing.Server, name string) althing.ServiceState {
	t.Helper()
	for _, state := range s.Services() {
		if state.Name == name {
			return state
		}
	}
	t.Fatalf("there is no service %s", name)
	return althing.ServiceState{}
}

// offer sends what need not be read: a service that waited would be disabled.
func offer[T any](to chan<- T, v T) {
	select {
	case to <- v:
	default:
	}
}

func TestServices(t *testing.T) {
	s := &althing.Server{}
	steps := make(chan string, 100)
	add := func(name string, background bool, do func(context.Context) error) {
		err := s.AddService(althing.Service{Name: name, Background: background, Limit: 50 * time.Millisecond, Do: func(ctx context.Context, conns []*althing.Conn) error {
			offer(steps, name)
			return do(ctx)
		}}, false)
		if err != nil {
			t.Fatal(err)
		}
	}
	ever := make(chan struct{})
	defer close(ever)
	add("fails", false, func(context.Context) error { return errors.New("wires crossed") })
	add("panics", false, func(context.Context) error { panic("oh") })
	add("obeys", false, func(ctx context.Context) error { <-ctx.Done(); return nil })
	add("behind", true, func(ctx context.Context) error { <-ever; return nil })
	ends := make(chan struct{}, 100)
	add("works", false, func(context.Context) error { offer(ends, struct{}{}); return nil })
	for _, name := range []string{"ping", "sync"} {
		if err := s.DeleteService(name); err != nil {
			t.Error(err)
		}
	}
	s.StartServices(time.Millisecond)
	if s.ServicesRun() {
		t.Error("they run before the server does")
	}
	started(t, s)
	for range 5 {
		wait(t, ends, "turn of the one that works")
	}
	if !s.ServicesRun() {
		t.Error("they do not run")
	}
	var order []string
	for len(order) < 5 {
		if name := wait(t, steps, "step"); !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	slices.Sort(order[3:]) // one of these is in the background
	if want := []string{"fails", "panics", "obeys", "behind", "works"}; !slices.Equal(order, want) {
		t.Errorf("they were done in the order %q, want %q", order, want)
	}
	for name, want := range map[string]string{"fails": "wires crossed", "panics": "it has panicked: oh", "obeys": "it took longer than 50ms"} {
		if state := stateOf(t, s, name); state.Enabled || state.Working || state.Err == nil || !strings.Contains(state.Err.Error(), want) {
			t.Errorf("%s is %+v, want %s", name, state, want)
		}
	}
	if state := stateOf(t, s, "works"); !state.Enabled || state.Err != nil {
		t.Errorf("the one that works is %+v", state)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for stateOf(t, s, "behind").Enabled {
		if ctx.Err() != nil {
			t.Fatal("the one that never ends is enabled still")
		}
		wait(t, ends, "turn of the one that works")
	}

	s.SetServiceEnabled("works", false)
	s.SetServiceEnabled("fails", true)
	for len(steps) > 0 {
		<-steps
	}
	for {
		if name := wait(t, steps, "step"); name == "fails" {
			break
		}
	}
	s.StopServices()
	if s.ServicesRun() {
		t.Error("they run when they are stopped")
	}
}

func TestServicesByName(t *testing.T) {
	s := &althing.Server{}
	do := func(context.Context, []*althing.Conn) error { return nil }
	for _, test := range []struct {
		err  error
		code fault.Code
	}{
		{s.AddService(althing.Service{Name: "a b", Do: do}, false), fault.Invalid},
		{s.AddService(althing.Service{Name: "idle"}, false), fault.Invalid},
		{s.AddService(althing.Service{Name: "ping", Do: do}, false), fault.Conflict},
		{s.DeleteService("nothing"), fault.NotFound},
		{s.SetServiceEnabled("nothing", true), fault.NotFound},
	} {
		if !fault.Is(test.err, test.code) {
			t.Errorf("%v, want %s", test.err, test.code)
		}
	}
	s.SetServiceEnabled("ping", false)
	if err := s.AddService(althing.Service{Name: "ping", Do: do}, true); err != nil || !stateOf(t, s, "ping").Enabled {
		t.Errorf("overwritten: %v", err)
	}
	if names := s.Services(); len(names) != 2 || names[0].Name != "ping" || names[1].Name != "sync" {
		t.Errorf("there are %v", names)
	}
}

func TestPingAndSync(t *testing.T) {
	s := &althing.Server{}
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	told := make(chan string, 10)
	c.OnEvent(func(kind string, _ value.Value) { told <- kind })
	conn := s.ByName("lamp")
	s.StartServices(time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for conn.LastPing() == 0 {
		if _, err := c.Ping(ctx); err != nil {
			t.Fatal("no ping came in time")
		}
	}
	s.AddRequest("NEW", 1, false)
	server, err := c.Conn()
	if err != nil {
		t.Fatal(err)
	}
	for !slices.Contains(server.Server().Requests, "NEW") {
		if kind := wait(t, told, "event"); kind != "server" {
			t.Errorf("the event is %s", kind)
		}
	}
}
