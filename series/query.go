package series

import (
	"time"

	"althing/fault"
)

// Point is what a number was in some time that begins at At.
type Point struct {
	At             time.Time
	Min, Mean, Max float64
}

// Query gives what a series was from one time until before another, as at most so
// many points, of equally long times. Times of which nothing is known have none. It
// takes the finest resolution that is still kept of from, and no finer one than the
// points need.
func (s *Store) Query(name string, from, to time.Time, points int) ([]Point, error) {
	if points < 1 || points > mostPoints || !from.Before(to) {
		return nil, fault.New(fault.Invalid, "ask for 1 to %d points of some time", mostPoints)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := &gathering{from: from.Unix(), to: to.Add(time.Second - 1).Unix(), points: int64(points)}
	i := s.resolution(g)
	t := s.tiers[i]
	g.points = max(1, min(g.points, (g.to-g.from)/t.step))
	for _, f := range t.files {
		err := f.each(name, g.from, g.to, t.span(), func(start int64, c *column) { g.add(start, t.step, c) })
		if err != nil {
			return nil, err
		}
	}
	for ; i >= 0; i-- { // what is open is not yet in a coarser one
		if t := s.tiers[i]; t.open != nil && t.open.columns[name] != nil {
			g.add(t.open.start, t.step, t.open.columns[name])
		}
	}
	return g.found, nil
}

// resolution is the tier that a question is answered from.
func (s *Store) resolution(g *gathering) (best int) {
	width := (g.to - g.from) / g.points
	for i, t := range s.tiers {
		if t.step <= width {
			best = i
		}
	}
	for best < len(s.tiers)-1 && s.now().Unix()-g.from > s.tiers[best].keep {
		best++
	}
	return best
}

// gathering puts points together until there are few enough.
type gathering struct {
	from, to, points int64
	now              int64 // the last of found
	found            []Point
	seconds          float64 // that the last one knows
}

func (g *gathering) add(start, step int64, c *column) {
	for i, p := range c {
		at := start + int64(i)*step
		if !p.some() || at < g.from || at >= g.to {
			continue
		}
		part := (at - g.from) * g.points / (g.to - g.from)
		if len(g.found) == 0 || part > g.now {
			g.now, g.seconds = part, 0
			g.found = append(g.found, Point{At: time.Unix(at, 0), Min: float64(p.low), Max: float64(p.high)})
		}
		q := &g.found[len(g.found)-1]
		g.seconds += float64(step)
		q.Mean += (float64(p.mean) - q.Mean) * float64(step) / g.seconds
		q.Min, q.Max = min(q.Min, float64(p.low)), max(q.Max, float64(p.high))
	}
}
