package web_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"althing/gateway/session"
	"althing/gateway/web"
	"althing/hub"
	"althing/hub/hubtest"
)

// trees gives hubs, the first on top and the others below it, that see each other.
func trees(t testing.TB, names ...string) []*hub.Hub {
	t.Helper()
	var hubs []*hub.Hub
	var addresses []string
	for _, name := range names {
		h := hubtest.Open(t, func(c *hub.Config) { c.Name = name })
		s, err := session.New(h, session.Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		l := hubtest.Listen(t)
		hubtest.Serve(t, s, l, session.ErrServerClosed)
		h.Listening("session", l.Addr().String())
		if err := h.StartTree(); err != nil {
			t.Fatal(err)
		}
		hubs, addresses = append(hubs, h), append(addresses, l.Addr().String())
	}
	for _, h := range hubs[1:] {
		token, err := hubs[0].Network().MakeToken()
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Network().Move(t.Context(), addresses[0], token); err != nil {
			t.Fatal(err)
		}
	}
	soon(t, func() bool {
		for _, name := range names {
			if _, err := hubs[0].Network().Find(name); err != nil {
				return false
			}
		}
		return true
	})
	return hubs
}

// soon waits until something is so.
func soon(t testing.TB, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come to be so")
		}
	}
}

// history is the answer about one metric.
type history struct {
	Metric struct {
		Name, Unit string
		Value      *float64
	}
	Points struct{ At, Min, Mean, Max []float64 }
}

func TestMetrics(t *testing.T) {
	hubs := trees(t, "main", "barn")
	base := "http://" + start(t, &web.Server{Hub: hubs[0]}, "") + "/api/v1/metrics"
	c := browser(t)
	for _, h := range hubs {
		soon(t, func() bool { _, known := h.Series().Latest("hub.asked"); return known })
	}
	for _, at := range []string{"", "?hub=barn", "?hub=main"} {
		answer, text := ask(t, c, "GET", base+at, "")
		if answer.StatusCode != 200 || !strings.Contains(text, `{"name":"hub.memory","unit":"bytes","about":"memory of the hub","at":"20`) {
			t.Errorf("%s: %s %.300s", at, answer.Status, text)
		}
	}
	for _, at := range []string{"", "&hub=barn"} {
		answer, text := ask(t, c, "GET", base+"/hub.memory?last=1m&points=60"+at, "")
		var is history
		if err := json.Unmarshal([]byte(text), &is); err != nil || answer.StatusCode != 200 {
			t.Fatalf("%s: %s %s", at, answer.Status, text)
		}
		p := is.Points
		if is.Metric.Unit != "bytes" || is.Metric.Value == nil || len(p.At) == 0 || len(p.Min) != len(p.At) || len(p.Max) != len(p.At) || !(p.Min[0] > 1e6 && p.Min[0] <= p.Mean[0] && p.Mean[0] <= p.Max[0]) {
			t.Errorf("%s: %+v", at, is)
		}
	}
	for _, test := range []struct {
		path   string
		status int
	}{
		{"/nothing.here", 404},
		{"/nothing.here?hub=barn", 404},
		{"?hub=nowhere", 404},
		{"?hub=*", 400},
		{"/host.cpu?last=1m&from=2026-01-01T00:00:00Z", 400},
		{"/host.cpu?last=-1s", 400},
		{"/host.cpu?last=x", 400},
		{"/host.cpu?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400},
	} {
		if answer, text := ask(t, c, "GET", base+test.path, ""); answer.StatusCode != test.status {
			t.Errorf("%s: %s %s, want %d", test.path, answer.Status, text, test.status)
		}
	}
}

func TestMetricsOfAHubThatGoes(t *testing.T) {
	hubs := trees(t, "main", "barn")
	hear := events(t, "http://"+start(t, &web.Server{Hub: hubs[0]}, ""), nil, "metrics@barn:host.cpu,hub.clients")
	until := func(what string) {
		t.Helper()
		for range 40 { // a second each
			if is := hear(); strings.Contains(string(is.Data), what) {
				return
			}
		}
		t.Fatalf("%s was not told", what)
	}
	until(`"host.cpu":`)
	if err := hubs[1].Network().Leave(); err != nil {
		t.Fatal(err)
	}
	until(`"away":"`)
}
