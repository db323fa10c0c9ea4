package althing

import (
	"context"
	"sync"
	"time"

	"althing/wire"
)

const (
	// pingEvery is how old a LastPing gets.
	pingEvery = 5 * time.Second
	// renewEvery is how old gets what is known of clients that have to be asked.
	renewEvery = 10 * time.Second
	// askPatience is how long one client may take to answer a service.
	askPatience = 5 * time.Second
	// askedAtOnce is how many clients a service asks at a time: few enough that
	// their goroutines are a few megabytes, and enough that slow ones do not keep
	// the others waiting.
	askedAtOnce = 512
)

// builtinServices are those that every server has. They may be overwritten,
// disabled and deleted like any other.
func (s *Server) builtinServices() []Service {
	return []Service{
		{Name: "ping", Every: pingEvery, Background: true, Do: pingAll},
		{Name: "sync", Background: true, Do: s.syncer()},
	}
}

// pingAll keeps every conn's LastPing.
func pingAll(ctx context.Context, conns []*Conn) error {
	askAll(ctx, conns, func(ctx context.Context, c *Conn) {
		_, _ = c.On(Maindata).Ping(ctx) // who does not answer keeps the one before
	})
	return nil
}

// syncer makes what keeps metadata in step: clients are told what has changed of
// what the server says about itself, and those that have to be asked are.
func (s *Server) syncer() func(context.Context, []*Conn) error {
	var renewed time.Time
	return func(ctx context.Context, conns []*Conn) error {
		info := s.infoNow()
		for _, c := range conns {
			if c.told != info {
				c.told = info
				_ = c.send(wire.Frame{Kind: wire.Event, Name: wire.EventServer, Info: info}) // who cannot be told is about to be dropped
			}
		}
		if now := time.Now(); now.Sub(renewed) >= renewEvery {
			renewed = now
			askAll(ctx, conns, renew)
		}
		return nil
	}
}

// renew asks a client what it says about itself now, if its protocol has it that
// way.
func renew(ctx context.Context, c *Conn) {
	c = c.On(Maindata)
	renewer, ok := c.codec.(wire.Renewer)
	if !ok {
		return
	}
	answer, _, err := c.ask(ctx, wire.Frame{Kind: wire.Request, Name: renewer.Renewal()})
	if err != nil {
		return // it stays as it was
	}
	if hello, err := renewer.Renew(answer.Value, c.Hello()); err == nil {
		c.setHello(hello)
	}
}

// askAll calls ask for all conns, for many at a time, and waits until it has
// returned everywhere, or ctx has ended.
func askAll(ctx context.Context, conns []*Conn, ask func(context.Context, *Conn)) {
	places := make(chan struct{}, askedAtOnce)
	var asked sync.WaitGroup
	defer asked.Wait()
	for _, c := range conns {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		asked.Go(func() {
			defer func() { <-places }()
			ctx, cancel := context.WithTimeout(ctx, askPatience)
			defer cancel()
			ask(ctx, c)
		})
	}
}
