package hub

import (
	"context"
	"math"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hostmetrics"
	"althing/series"
	"althing/value"
)

// Metric is a number that a hub records, as it is now.
type Metric struct {
	Name, Unit, About string    // unit and about are empty of what others have recorded
	At                time.Time // when it was looked at; zero: not in the last minute
	Value             float64
}

// Metrics are the numbers that a hub records, of itself and its machine, and of the
// registry where it was asked to. Its methods may be called concurrently.
type Metrics struct{ hub *Hub }

// Metrics gives what the hub records to who may read, for as long as the session
// lasts.
func (s *Session) Metrics() (Metrics, error) {
	if err := s.act(access.Read); err != nil {
		return Metrics{}, err
	}
	return Metrics{s.hub}, nil
}

// List gives all of them: the hub's own first, the others behind them by their names.
func (m Metrics) List() []Metric {
	var all []Metric
	own := map[string]bool{}
	for _, r := range recorded {
		own[r.name] = true
		all = append(all, m.now(Metric{Name: r.name, Unit: r.unit, About: r.about}))
	}
	for _, name := range m.hub.series.Names() {
		if !own[name] {
			all = append(all, m.now(Metric{Name: name}))
		}
	}
	return all
}

// One gives the metric of that name, also when nothing was recorded of it yet.
func (m Metrics) One(name string) Metric {
	for _, r := range recorded {
		if r.name == name {
			return m.now(Metric{Name: name, Unit: r.unit, About: r.about})
		}
	}
	return m.now(Metric{Name: name})
}

// now completes a metric.
func (m Metrics) now(of Metric) Metric {
	if p, known := m.hub.series.Latest(of.Name); known {
		of.At, of.Value = p.At, p.Mean
	}
	return of
}

// Latest gives what those are now that are known, by their names. The processor's use
// is of the last quarter of a second.
func (m Metrics) Latest(names []string) map[string]float64 {
	now := make(map[string]float64, len(names))
	for _, name := range names {
		if name == hostCPU {
			now[name] = hostmetrics.Round(m.hub.sampler.CPU())
		} else if p, known := m.hub.series.Latest(name); known {
			now[name] = hostmetrics.Round(p.Mean)
		}
	}
	return now
}

// History gives what a metric was, as series.Store.Query does.
func (m Metrics) History(name string, from, to time.Time, points int) ([]series.Point, error) {
	return m.hub.series.Query(name, from, to, points)
}

// The questions by which hubs ask each other for their metrics.
const (
	askMetrics = "metrics.list"
	askLatest  = "metrics.latest"
	askHistory = "metrics.history"
)

// answerMetrics answers askMetrics.
func answerMetrics(_ context.Context, s *Session, _ *value.Dict) (value.Value, error) {
	m, err := s.Metrics()
	if err != nil {
		return nil, err
	}
	var list value.List
	for _, one := range m.List() {
		list = append(list, one.pack())
	}
	return list, nil
}

func (m Metric) pack() value.Value {
	return value.List{value.Str(m.Name), value.Str(m.Unit), value.Str(m.About), packTime(m.At), value.Float(m.Value)}
}

// Metrics asks another hub for its metrics.
func (a Asker) Metrics(ctx context.Context, to string) ([]Metric, error) {
	v, err := a.Ask(ctx, to, askMetrics, nil)
	if err != nil {
		return nil, err
	}
	list, ok := v.(value.List)
	all := make([]Metric, len(list))
	for i, packed := range list {
		u := unpacking{of: packed, ok: ok}
		all[i] = Metric{Name: u.text(0), Unit: u.text(1), About: u.text(2), At: u.time(3), Value: u.number(4)}
		ok = u.ok
	}
	if !ok {
		return nil, errStrange
	}
	return all, nil
}

// answerLatest answers askLatest.
func answerLatest(_ context.Context, s *Session, params *value.Dict) (value.Value, error) {
	m, err := s.Metrics()
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
	now := m.Latest(names)
	pairs := make([]value.Pair, 0, len(now))
	for name, v := range now {
		pairs = append(pairs, value.Pair{Key: value.Str(name), Value: value.Float(v)})
	}
	return value.NewDict(pairs)
}

// mostLatest is how many metrics one question is about at most.
const mostLatest = 200

// Latest asks another hub what those metrics are now that it knows.
func (a Asker) Latest(ctx context.Context, to string, names []string) (map[string]float64, error) {
	v, err := a.Ask(ctx, to, askLatest, value.DictOf("names", value.Texts(names)))
	if err != nil {
		return nil, err
	}
	d, ok := v.(*value.Dict)
	if !ok {
		return nil, errStrange
	}
	now := make(map[string]float64, d.Len())
	for _, p := range d.Pairs() {
		u := unpacking{of: value.List{p.Key, p.Value}, ok: true}
		name, v := u.text(0), u.number(1)
		if !u.ok {
			return nil, errStrange
		}
		now[name] = v
	}
	return now, nil
}

// answerHistory answers askHistory.
func answerHistory(_ context.Context, s *Session, params *value.Dict) (value.Value, error) {
	m, err := s.Metrics()
	if err != nil {
		return nil, err
	}
	name, _ := textOf(params, "name")
	between, _ := params.Get(value.Str("between"))
	u := unpacking{of: between, ok: true}
	from, to, points := u.time(0), u.time(1), u.number(2)
	if !u.ok {
		return nil, s.refuse(fault.New(fault.Invalid, "'between' are two times and a number of points"))
	}
	found, err := m.History(name, from, to, int(points))
	if err != nil {
		return nil, s.refuse(err)
	}
	list := make(value.List, len(found))
	for i, p := range found {
		list[i] = value.List{packTime(p.At), value.Float(p.Min), value.Float(p.Mean), value.Float(p.Max)}
	}
	return value.List{m.One(name).pack(), list}, nil
}

// History asks another hub for a metric and what it was.
func (a Asker) History(ctx context.Context, hub, name string, from, to time.Time, points int) (Metric, []series.Point, error) {
	v, err := a.Ask(ctx, hub, askHistory, value.DictOf(
		"name", value.Str(name), "between", value.List{packTime(from), packTime(to), value.Float(points)},
	))
	if err != nil {
		return Metric{}, nil, err
	}
	both, _ := v.(value.List)
	if len(both) != 2 {
		return Metric{}, nil, errStrange
	}
	u := unpacking{of: both[0], ok: true}
	m := Metric{Name: u.text(0), Unit: u.text(1), About: u.text(2), At: u.time(3), Value: u.number(4)}
	list, ok := both[1].(value.List)
	ok = ok && u.ok
	found := make([]series.Point, len(list))
	for i, packed := range list {
		u := unpacking{of: packed, ok: ok}
		found[i] = series.Point{At: u.time(0), Min: u.number(1), Mean: u.number(2), Max: u.number(3)}
		ok = u.ok
	}
	if !ok {
		return Metric{}, nil, errStrange
	}
	return m, found, nil
}

// packTime is seconds since 1970; 0 is no time.
func packTime(t time.Time) value.Value {
	if t.IsZero() {
		return value.Float(0)
	}
	return value.Float(float64(t.UnixMilli()) / float64(time.Second/time.Millisecond))
}

// unpacking reads the items of a list; ok is false when one of them is none that it
// was asked for.
type unpacking struct {
	of value.Value
	ok bool
}

func (u *unpacking) item(i int) value.Value {
	list, _ := u.of.(value.List)
	if i >= len(list) {
		u.ok = false
		return nil
	}
	return list[i]
}

func (u *unpacking) text(i int) string {
	text, ok := u.item(i).(value.Str)
	u.ok = u.ok && ok
	return string(text)
}

// number is finite.
func (u *unpacking) number(i int) float64 {
	f, ok := u.item(i).(value.Float)
	u.ok = u.ok && ok && !math.IsNaN(float64(f)) && !math.IsInf(float64(f), 0)
	return float64(f)
}

func (u *unpacking) time(i int) time.Time {
	seconds := u.number(i)
	if !u.ok || seconds == 0 {
		return time.Time{}
	}
	const latest = 1 << 40 // a time that no clock shows
	if seconds < 0 || seconds > latest {
		u.ok = false
		return time.Time{}
	}
	return time.UnixMilli(int64(seconds * float64(time.Second/time.Millisecond)))
}
