package web

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"althing/cpumonitor"
	"althing/fault"
	"althing/hostmetrics"
	"althing/hub"
)

const (
	// usualTick is how often figures are told, and cpuTick the processor's use alone,
	// as often as it is sampled.
	usualTick = time.Second
	cpuTick   = 250 * time.Millisecond
	// mostAsking is how many questions to other hubs wait for their answers: a part
	// of what the hub may ask at once.
	mostAsking = 16
	// askPatience is how long an answer is waited for: the next question is due then.
	askPatience = 900 * time.Millisecond
	// mostNames bounds the metrics of one topic.
	mostNames = 100
	// mostShown is how many processes are told of.
	mostShown = 20
)

// sample is what some metrics are at one moment, or why that is not known.
type sample struct {
	At     time.Time          `json:"at"`
	Values map[string]float32 `json:"values,omitempty"` // with seven digits
	Away   string             `json:"away,omitempty"`
}

// namesOf reads the names of metrics.
func namesOf(text string) ([]string, error) {
	names := strings.Split(text, ",")
	if text == "" || slices.Contains(names, "") || len(names) > mostNames {
		return nil, fault.New(fault.Invalid, "name 1 to %d metrics with commas between them, as in metrics:host.cpu,host.memory; GET /api/v1/metrics has the names", mostNames)
	}
	return names, nil
}

// tellMetrics tells of this hub's.
func tellMetrics(ctx context.Context, s *source) error {
	names, err := namesOf(s.about)
	if err != nil {
		return err
	}
	tick := usualTick
	if len(names) == 1 && names[0] == "host.cpu" {
		tick = cpuTick
	}
	return tellLatest(ctx, s, "", names, tick)
}

// tellMetricsElsewhere tells of another hub's.
func tellMetricsElsewhere(ctx context.Context, s *source) error {
	name, list, _ := strings.Cut(s.about, ":")
	names, err := namesOf(list)
	if err != nil {
		return err
	}
	to, err := s.feed.hub.Locate("metrics@" + name)
	switch {
	case err != nil:
		return err
	case to.Every:
		return fault.New(fault.Invalid, "a topic is about one hub; subscribe to one for each")
	case to.Here:
		return tellLatest(ctx, s, "", names, usualTick)
	}
	return tellLatest(ctx, s, to.Hubs[0], names, usualTick)
}

// tellLatest tells what metrics are of the hub with that ID, empty for this one.
func tellLatest(ctx context.Context, s *source, there string, names []string, tick time.Duration) error {
	metrics, err := s.session.Metrics(there)
	if err != nil {
		return err
	}
	return each(ctx, tick, func(now time.Time) error {
		var latest map[string]float64
		if there == "" {
			latest, err = metrics.Latest(ctx, names)
		} else {
			latest, err = s.feed.inTurn(ctx, metrics, names)
		}
		if err != nil {
			return s.show(sample{At: now, Away: fault.Of(err).Message})
		}
		is := sample{At: now, Values: make(map[string]float32, len(latest))}
		for name, v := range latest {
			is.Values[name] = float32(v)
		}
		return s.show(is)
	})
}

// inTurn asks another hub when there is a place among those who ask: that one answers
// when it likes.
func (f *feed) inTurn(ctx context.Context, metrics hub.Metrics, names []string) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	select {
	case f.asking <- struct{}{}:
		defer func() { <-f.asking }()
	case <-ctx.Done():
		return nil, fault.New(fault.Timeout, "other hubs are slow to answer")
	}
	return metrics.Latest(ctx, names)
}

// tellCPU tells how busy the machine of any CPU server is.
func tellCPU(ctx context.Context, s *source) error {
	if _, _, err := net.SplitHostPort(s.about); err != nil {
		return fault.New(fault.Invalid, "name a CPU server as host:port, as in cpu:192.168.1.5:5000")
	}
	server := &cpuServer{address: s.about}
	defer server.hangUp()
	return each(ctx, usualTick, func(now time.Time) error {
		if now.Before(server.again) {
			return nil
		}
		percent, err := server.ask(ctx)
		switch {
		case err == nil:
			return s.show(sample{At: now, Values: map[string]float32{"cpu": float32(percent)}})
		case ctx.Err() != nil:
			return ctx.Err()
		}
		server.again = now.Add(redialPause)
		return s.show(sample{At: now, Away: unreachable(s.about, err)})
	})
}

// cpuServer is a CPU server that is asked again and again.
type cpuServer struct {
	address string
	client  *cpumonitor.Client // nil: there is no connection
	again   time.Time          // it is left alone until then
}

// redialPause is how long one that cannot be reached is left alone.
const redialPause = 5 * time.Second

func (c *cpuServer) ask(ctx context.Context) (percent float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*usualTick)
	defer cancel()
	if c.client == nil {
		if c.client, err = cpumonitor.Dial(ctx, c.address, cpumonitor.Options{}); err != nil {
			return 0, err
		}
	}
	if percent, err = c.client.CPU(ctx); err != nil {
		c.hangUp()
	}
	return percent, err
}

func (c *cpuServer) hangUp() {
	if c.client != nil {
		_ = c.client.Close() // what was said is read already
		c.client = nil
	}
}

// unreachable says why a CPU server does not answer.
func unreachable(server string, err error) string {
	if own := fault.Of(err); own.Code != fault.Internal {
		return own.Message
	}
	return server + " cannot be reached: " + err.Error()
}

// tellHost tells how the machine is in all parts, for instance what each core does.
func tellHost(ctx context.Context, s *source) error {
	host, err := s.session.Host()
	if err != nil {
		return err
	}
	return each(ctx, usualTick, func(time.Time) error { return s.show(host.Figures()) })
}

// tellProcesses tells which programs use most of the processor.
func tellProcesses(ctx context.Context, s *source) error {
	host, err := s.session.Host()
	if err != nil {
		return err
	}
	return each(ctx, usualTick, func(now time.Time) error {
		return s.show(struct {
			At        time.Time             `json:"at"`
			Processes []hostmetrics.Process `json:"processes"`
		}{now, host.Processes(mostShown)})
	})
}
