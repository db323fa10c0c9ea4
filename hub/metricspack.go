package hub

import (
	"time"

	"althing/series"
	"althing/value"
)

// How hubs tell each other of metrics: each a list, in the order of its fields.

func (m Metric) pack() value.Value {
	return value.List{value.Str(m.Name), value.Str(m.Unit), value.Str(m.About), packTime(m.At), value.Float(m.Value)}
}

func packMetrics(all []Metric) value.Value {
	list := make(value.List, len(all))
	for i, m := range all {
		list[i] = m.pack()
	}
	return list
}

func packLatest(now map[string]float64) (value.Value, error) {
	pairs := make([]value.Pair, 0, len(now))
	for name, v := range now {
		pairs = append(pairs, value.Pair{Key: value.Str(name), Value: value.Float(v)})
	}
	return value.NewDict(pairs)
}

func packHistory(m Metric, points []series.Point) value.Value {
	list := make(value.List, len(points))
	for i, p := range points {
		list[i] = value.List{packTime(p.At), value.Float(p.Min), value.Float(p.Mean), value.Float(p.Max)}
	}
	return value.List{m.pack(), list}
}

// packTime is seconds since 1970; 0 is no time.
func packTime(t time.Time) value.Value {
	if t.IsZero() {
		return value.Float(0)
	}
	return value.Float(float64(t.UnixMilli()) / perSecond)
}

const perSecond = float64(time.Second / time.Millisecond)

func unpackTime(v value.Value) (time.Time, bool) {
	u := unpacking{of: value.List{v}, ok: true}
	return u.time(0), u.ok
}

func unpackMetrics(v value.Value) ([]Metric, error) {
	list, ok := v.(value.List)
	all := make([]Metric, len(list))
	for i, packed := range list {
		u := unpacking{of: packed, ok: ok}
		all[i], ok = u.metric(), u.ok
	}
	if !ok {
		return nil, errStrange
	}
	return all, nil
}

func unpackLatest(v value.Value) (map[string]float64, error) {
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

func unpackHistory(v value.Value) (Metric, []series.Point, error) {
	u := unpacking{of: v, ok: true}
	first := unpacking{of: u.item(0), ok: true}
	m := first.metric()
	list, ok := u.item(1).(value.List)
	ok = ok && u.ok && first.ok
	points := make([]series.Point, len(list))
	for i, packed := range list {
		u := unpacking{of: packed, ok: ok}
		points[i] = series.Point{At: u.time(0), Min: u.number(1), Mean: u.number(2), Max: u.number(3)}
		ok = u.ok
	}
	if !ok {
		return Metric{}, nil, errStrange
	}
	return m, points, nil
}

// unpacking reads the items of a list; ok becomes false when one is none that it was
// asked for.
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

func (u *unpacking) metric() Metric {
	return Metric{Name: u.text(0), Unit: u.text(1), About: u.text(2), At: u.time(3), Value: u.number(4)}
}

func (u *unpacking) text(i int) string {
	text, ok := u.item(i).(value.Str)
	u.ok = u.ok && ok
	return string(text)
}

// number is one that can be recorded.
func (u *unpacking) number(i int) float64 {
	f, ok := u.item(i).(value.Float)
	u.ok = u.ok && ok && series.Holds(float64(f))
	return float64(f)
}

// latestTime is one that no clock shows, in seconds since 1970.
const latestTime = 1 << 40

func (u *unpacking) time(i int) time.Time {
	seconds := u.number(i)
	if u.ok = u.ok && seconds >= 0 && seconds < latestTime; !u.ok || seconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(seconds * perSecond))
}
