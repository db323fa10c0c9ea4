package web

import (
	"net/http"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/series"
)

// metricOperations are what the hub records of itself, its machine and the registry.
var metricOperations = []operation{
	{
		method: http.MethodGet, path: "/metrics", act: access.Read, summary: "The metrics that are recorded, and what they are now",
		params: []param{hubParam}, out: metricsOut{}, run: getMetrics,
	},
	{
		method: http.MethodGet, path: "/metrics/{name}", act: access.Read, summary: "What a metric was: seconds for an hour, ten seconds for two days, minutes for ninety days",
		params: []param{
			{name: "from", kind: aTime, help: "default: an hour before the end"},
			{name: "to", kind: aTime, help: "the end; default: now"},
			{name: "last", kind: aDuration, help: "how long before the end, instead of from"},
			{name: "points", kind: aNumber, help: "how many at most, 1 to 10000; default 500"},
			hubParam,
		},
		out: metricHistoryOut{}, run: getMetric,
	},
}

type metricsOut struct {
	Metrics []metricOut `json:"metrics"`
}

type metricOut struct {
	Name  string     `json:"name"`
	Unit  string     `json:"unit" help:"percent, bytes, bytes/s, °C, 1/s; empty: a number of something"`
	About string     `json:"about"`
	At    *time.Time `json:"at" help:"when it was looked at last; null: not in the last minute"`
	Value *float32   `json:"value"`
}

type metricHistoryOut struct {
	Metric metricOut `json:"metric"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Points pointsOut `json:"points"`
}

// pointsOut are points as a plot wants them. They are kept with seven digits.
type pointsOut struct {
	At   []int64   `json:"at" help:"seconds since 1970, when the time of a point begins"`
	Min  []float32 `json:"min"`
	Mean []float32 `json:"mean"`
	Max  []float32 `json:"max"`
}

const (
	usualPoints = 500
	mostPoints  = 10_000
	usualSpan   = time.Hour
)

// metrics are those of the hub that the caller names.
func (c *call) metrics() (hub.Metrics, error) {
	there, _, err := c.elsewhere()
	if err != nil {
		return hub.Metrics{}, err
	}
	return c.session.Metrics(there)
}

func getMetrics(c *call) (any, error) {
	metrics, err := c.metrics()
	if err != nil {
		return nil, err
	}
	all, err := metrics.List(c.Context())
	if err != nil {
		return nil, err
	}
	out := metricsOut{Metrics: make([]metricOut, len(all))}
	for i, m := range all {
		out.Metrics[i] = metricOf(m)
	}
	return out, nil
}

func metricOf(m hub.Metric) metricOut {
	out := metricOut{Name: m.Name, Unit: m.Unit, About: m.About, At: moment(m.At)}
	if out.At != nil {
		v := float32(m.Value)
		out.Value = &v
	}
	return out
}

func getMetric(c *call) (any, error) {
	from, to, err := c.span()
	if err != nil {
		return nil, err
	}
	metrics, err := c.metrics()
	if err != nil {
		return nil, err
	}
	m, found, err := metrics.History(c.Context(), c.PathValue("name"), from, to, int(c.number("points", usualPoints, 1, mostPoints)))
	if err != nil {
		return nil, err
	}
	return metricHistoryOut{Metric: metricOf(m), From: from, To: to, Points: pointsOf(found)}, nil
}

// span is the time that the caller asks for.
func (c *call) span() (from, to time.Time, err error) {
	from, to = c.time("from"), c.time("to")
	if to.IsZero() {
		to = c.server.Hub.Now()
	}
	last := c.duration("last")
	switch {
	case c.given("last") && c.given("from"):
		return from, to, fault.New(fault.Invalid, "give 'from' or 'last', not both")
	case c.given("last"):
		from = to.Add(-last)
	case from.IsZero():
		from = to.Add(-usualSpan)
	}
	if !from.Before(to) {
		return from, to, fault.New(fault.Invalid, "the time asked for ends before it begins")
	}
	return from, to, nil
}

func pointsOf(found []series.Point) pointsOut {
	n := len(found)
	out := pointsOut{At: make([]int64, n), Min: make([]float32, n), Mean: make([]float32, n), Max: make([]float32, n)}
	for i, p := range found {
		out.At[i], out.Min[i], out.Mean[i], out.Max[i] = p.At.Unix(), float32(p.Min), float32(p.Mean), float32(p.Max)
	}
	return out
}
