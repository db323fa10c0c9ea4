package hub

import (
	"context"
	"slices"
	"time"

	"althing/access"
	"althing/fault"
	"althing/series"
	"althing/value"
)

// Metric is a number that a hub records, as it is now.
type Metric struct {
	Name, Unit, About string    // unit and about are empty of shared values
	At                time.Time // when it was looked at; zero: not in the last minute
	Value             float64
}

// Metrics are the numbers that a hub of the tree records: of itself, of its machine,
// and of the shared values where it was asked to. Its methods may be called
// concurrently.
type Metrics struct {
	hub   *Hub
	there string // another hub, by its ID; empty: this one
	asker Asker  // asks that one
}

// Metrics gives the metrics of the hub with that ID, empty for this one, to who may
// read, for as long as the session lasts.
func (s *Session) Metrics(there string) (m Metrics, err error) {
	m = Metrics{hub: s.hub, there: there}
	if there == "" {
		err = s.act(access.Read)
	} else {
		m.asker, err = s.Asker()
	}
	return m, err
}

// The questions by which hubs ask each other for their metrics.
const (
	askMetrics = "metrics.list"
	askLatest  = "metrics.latest"
	askHistory = "metrics.history"
)

// List gives all of them: the hub's own first, the others behind them by their names.
func (m Metrics) List(ctx context.Context) ([]Metric, error) {
	if m.there != "" {
		v, err := m.asker.Ask(ctx, m.there, askMetrics, nil)
		if err != nil {
			return nil, err
		}
		return unpackMetrics(v)
	}
	var all []Metric
	own := map[string]bool{}
	for _, r := range recorded {
		own[r.name] = true
		all = append(all, m.one(r.name))
	}
	for _, name := range m.hub.series.Names() {
		if !own[name] {
			all = append(all, m.one(name))
		}
	}
	return all, nil
}

// one gives this hub's metric of that name, also when nothing was recorded of it.
func (m Metrics) one(name string) Metric {
	is := Metric{Name: name}
	for _, r := range recorded {
		if r.name == name {
			is.Unit, is.About = r.unit, r.about
		}
	}
	if p, known := m.hub.series.Latest(name); known {
		is.At, is.Value = p.At, p.Mean
	}
	return is
}

// mostLatest is how many metrics one question is about at most.
const mostLatest = 200

// Latest gives what those are now that are known, by their names. The processor's use
// is of the last quarter of a second.
func (m Metrics) Latest(ctx context.Context, names []string) (map[string]float64, error) {
	if m.there != "" {
		v, err := m.asker.Ask(ctx, m.there, askLatest, value.DictOf("names", value.Texts(names)))
		if err != nil {
			return nil, err
		}
		return unpackLatest(v)
	}
	now := make(map[string]float64, len(names))
	for _, name := range names {
		if name == hostCPU {
			now[name] = m.hub.sampler.CPU()
		} else if p, known := m.hub.series.Latest(name); known {
			now[name] = p.Mean
		}
	}
	return now, nil
}

// History gives a metric and what it was, as series.Store.Query does. One of which
// nothing is known is fault.NotFound.
func (m Metrics) History(ctx context.Context, name string, from, to time.Time, points int) (Metric, []series.Point, error) {
	if m.there != "" {
		v, err := m.asker.Ask(ctx, m.there, askHistory, value.DictOf(
			"name", value.Str(name), "from", packTime(from), "to", packTime(to), "points", value.Int(int64(points)),
		))
		if err != nil {
			return Metric{}, nil, err
		}
		return unpackHistory(v)
	}
	is := m.one(name)
	if is.About == "" && is.At.IsZero() && !slices.Contains(m.hub.series.Names(), name) {
		return is, nil, fault.New(fault.NotFound, "no metric '%.80s' is recorded", name)
	}
	found, err := m.hub.series.Query(name, from, to, points)
	return is, found, err
}

// answerMetrics answers askMetrics.
func answerMetrics(ctx context.Context, s *Session, _ *value.Dict) (value.Value, error) {
	m, err := s.Metrics("")
	if err != nil {
		return nil, err
	}
	all, err := m.List(ctx)
	if err != nil {
		return nil, s.refuse(err)
	}
	return packMetrics(all), nil
}

// answerLatest answers askLatest.
func answerLatest(ctx context.Context, s *Session, params *value.Dict) (value.Value, error) {
	m, err := s.Metrics("")
	if err != nil {
		return nil, err
	}
	given, _ := params.Get(value.Str("names"))
	asked, ok := given.(value.List)
	if !ok || len(asked) > mostLatest {
		return nil, s.refuse(fault.New(fault.Invalid, "'names' are at most %d names", mostLatest))
	}
	names := make([]string, len(asked))
	for i, name := range asked {
		names[i] = value.Text(name)
	}
	now, err := m.Latest(ctx, names)
	if err != nil {
		return nil, s.refuse(err)
	}
	return packLatest(now)
}

// answerHistory answers askHistory.
func answerHistory(ctx context.Context, s *Session, params *value.Dict) (value.Value, error) {
	m, err := s.Metrics("")
	if err != nil {
		return nil, err
	}
	name, _ := textOf(params, "name")
	given := func(name string) value.Value {
		v, _ := params.Get(value.Str(name))
		return v
	}
	from, fromOK := unpackTime(given("from"))
	to, toOK := unpackTime(given("to"))
	points, pointsOK := given("points").(value.Int)
	if !fromOK || !toOK || !pointsOK {
		return nil, s.refuse(fault.New(fault.Invalid, "'from' and 'to' are seconds since 1970, 'points' is a number"))
	}
	is, found, err := m.History(ctx, name, from, to, int(points))
	if err != nil {
		return nil, s.refuse(err)
	}
	return packHistory(is, found), nil
}
