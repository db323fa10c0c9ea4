// Package series keeps what numbers were: every second of the last hour, ten seconds
// of two days, minutes of ninety days, with the lowest and the highest of each.
package series

import (
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"althing/fault"
)

// LongestName is as long as a name of a series may be, in bytes.
const LongestName = 256

const (
	// mostSeries are recorded at the same time: a thousand take 4 MB of memory.
	mostSeries = 1000
	// mostPoints is what one question is answered by at most.
	mostPoints = 10_000
	// usualBytes is what all files have together. A hub's own series of ninety days
	// take half of it.
	usualBytes = 60_000_000
	// jitter is how far a clock may be set back without a word: nothing is recorded
	// until it has caught up.
	jitter = 2 * time.Minute
)

// Options are those of a store. The zero value has the defaults.
type Options struct {
	// Bytes is how large the files may be together; beyond it the oldest go before
	// their time. Default: 60 MB.
	Bytes int64
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Store keeps series in a folder that is its own. Its methods may be called
// concurrently.
//
// It writes once a minute, and is on the disk then: a crash costs the last minute.
// Numbers are kept with seven digits.
type Store struct {
	folder string
	bytes  int64
	now    func() time.Time

	mu     sync.RWMutex
	tiers  [3]*tier
	latest map[string]Point // of each series, of the last minutes
}

// Open opens the store in a folder, which is made when there is something to write.
func Open(folder string, o Options) (*Store, error) {
	if o.Bytes <= 0 {
		o.Bytes = usualBytes
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	const hour, day = 3600, 24 * 3600
	s := &Store{folder: folder, bytes: o.Bytes, now: o.Now, latest: map[string]Point{}, tiers: [3]*tier{
		{step: 1, keep: hour, blocks: 15, folder: folder},
		{step: 10, keep: 2 * day, blocks: 24, folder: folder},
		{step: 60, keep: 90 * day, blocks: 120, folder: folder},
	}}
	for _, t := range s.tiers {
		if err := t.load(); err != nil {
			return nil, err
		}
	}
	if err := s.resume(); err != nil {
		return nil, err
	}
	return s, nil
}

// resume goes on where the last one ended: the minute that was not over is open
// again, and what the coarser tiers had not written is made of the finer ones.
func (s *Store) resume() error {
	seconds := s.tiers[0]
	if n := seconds.newest(); n != nil && n.start == seconds.floor(s.now().Unix()) {
		b, err := seconds.read(seconds.files[len(seconds.files)-1], *n)
		if err != nil {
			return err
		}
		if err := seconds.cut(n.start); err != nil {
			return err
		}
		seconds.open = b
	}
	for i := len(s.tiers) - 2; i >= 0; i-- {
		t, done := s.tiers[i], s.tiers[i+1].end()
		for _, f := range slices.Clone(t.files) {
			for _, e := range slices.Clone(f.entries) {
				if e.start < done {
					continue
				}
				b, err := t.read(f, e)
				if err != nil {
					continue // it is damaged, and that time not known any more
				}
				if err := s.fold(i, b); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Holds says whether a series can hold v: not what is no number, and nothing infinite
// or so large that it would be.
func Holds(v float64) bool { return !math.IsNaN(v) && !math.IsInf(float64(float32(v)), 0) }

// Record notes what a number is. The error says that there are too many series, that
// the name is none, or that the minute before could not be written, which is then
// lost. What it does not hold is left out.
func (s *Store) Record(at time.Time, name string, v float64) error {
	if name == "" || len(name) > LongestName {
		return fault.New(fault.Invalid, "the name of a series has 1 to %d bytes", LongestName)
	}
	if !Holds(v) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.current(at)
	if b == nil {
		return err
	}
	if b.columns[name] == nil && len(b.columns) >= mostSeries {
		return fault.New(fault.Full, "%d series are recorded already", mostSeries)
	}
	f := float32(v)
	b.column(name)[at.Unix()-b.start] = point{f, f, f}
	s.latest[name] = Point{At: at, Min: v, Mean: v, Max: v}
	return err
}

// Latest gives what was recorded last of a series; false: nothing of late, which is a
// minute or two.
func (s *Store) Latest(name string) (Point, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, known := s.latest[name]
	return p, known
}

// current gives the block that a time is recorded in; nil when it is in none.
func (s *Store) current(at time.Time) (b *block, err error) {
	t := s.tiers[0]
	start := t.floor(at.Unix())
	if start < 0 || start > latest {
		return nil, fault.New(fault.Invalid, "nothing is recorded in the year %d", at.Year())
	}
	newest := t.end() - t.span()
	if t.open != nil {
		newest = t.open.start
	}
	switch {
	case t.open != nil && start == newest:
		return t.open, nil
	case start <= newest && newest-start <= int64(jitter/time.Second):
		return nil, nil
	case start < newest:
		if err := s.setBack(start); err != nil {
			return nil, err
		}
	default:
		err = s.close(0)
		maps.DeleteFunc(s.latest, func(_ string, p Point) bool { return p.At.Unix() < start-t.span() })
	}
	t.open = newBlock(start)
	return t.open, err
}

// setBack forgets what comes after a time, since the clock was set back to it.
func (s *Store) setBack(to int64) error {
	for _, t := range s.tiers {
		t.open = nil
		if err := t.cut(t.floor(to)); err != nil {
			return err
		}
	}
	return s.resume()
}

// close writes a tier's open block, and puts it into the coarser one.
func (s *Store) close(i int) error {
	t := s.tiers[i]
	b := t.open
	if b == nil {
		return nil
	}
	t.open = nil
	err := t.append(b)
	if folded := s.fold(i, b); err == nil {
		err = folded
	}
	if err == nil {
		err = s.expire(b.start)
	}
	return err
}

// fold puts a block of a tier into the coarser one, if there is one.
func (s *Store) fold(i int, b *block) error {
	if i+1 == len(s.tiers) {
		return nil
	}
	var err error
	t := s.tiers[i+1]
	if start := t.floor(b.start); t.open == nil || t.open.start != start {
		err = s.close(i + 1)
		t.open = newBlock(start)
	}
	b.fold(s.tiers[i].step, t.open, t.step)
	return err
}

// expire removes what is too old, and the oldest when it is too much.
func (s *Store) expire(now int64) error {
	var all int64
	for _, t := range s.tiers {
		if err := t.expire(now); err != nil {
			return err
		}
		all += t.size()
	}
	for i := len(s.tiers) - 1; i >= 0; i-- {
		for t := s.tiers[i]; all > s.bytes && len(t.files) > 1; {
			all -= t.files[0].size
			if err := t.drop(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close writes what is not yet written. Nothing may be recorded after it.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tiers[0]
	if t.open == nil {
		return nil
	}
	b := t.open
	t.open = nil
	return t.append(b)
}

// Names are those of all series of which something is known, in order.
func (s *Store) Names() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := map[string]bool{}
	var last *table
	for _, t := range s.tiers {
		for _, f := range t.files {
			for _, e := range f.entries {
				if e.table == last {
					continue
				}
				last = e.table
				for _, name := range e.table.names {
					known[name] = true
				}
			}
		}
		if t.open != nil {
			for name := range t.open.columns {
				known[name] = true
			}
		}
	}
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
