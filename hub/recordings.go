package hub

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"althing/access"
	"althing/datadir"
	"althing/fault"
	"althing/registry"
	"althing/scope"
	"althing/series"
	"althing/value"
)

const (
	// mostRecordings are there at most: every change of a shared value is compared
	// with all of them.
	mostRecordings = 50
	// mostNumbers are recorded at most: half of what the series have room for, since
	// other keys may follow them within a minute.
	mostNumbers = 500
	// lookForNumbers is how often all keys are looked through where more changes than
	// the state remembers.
	lookForNumbers = 10 * time.Second
	// recordedPrefix begins the names of the series of shared values.
	recordedPrefix = "registry."
)

// Recording is a pattern: what numbers are the values of the keys that match is
// recorded, every second, as the series registry.KEY.
type Recording struct {
	Pattern string
	Since   time.Time
	Numbers int  // that are recorded now
	Full    bool // some are not, since too many match all recordings together
}

// Record begins a recording; one that is there already goes on. It outlasts a
// restart.
func (s *Session) Record(ctx context.Context, pattern string) (Recording, error) {
	if err := s.act(access.Record); err != nil {
		return Recording{}, err
	}
	if err := s.settle(ctx); err != nil {
		return Recording{}, s.refuse(err)
	}
	r, err := s.hub.recordings.start(ctx, strings.Clone(pattern), s.hub.Now())
	if err != nil {
		return Recording{}, s.refuse(err)
	}
	s.note("record " + pattern)
	return r, nil
}

// StopRecording ends a recording. What was recorded stays until it is too old.
func (s *Session) StopRecording(pattern string) error {
	if err := s.act(access.Record); err != nil {
		return err
	}
	if err := s.hub.recordings.stop(pattern); err != nil {
		return s.refuse(err)
	}
	s.note("record --stop " + pattern)
	return nil
}

// Recordings gives all, in the order of their patterns.
func (s *Session) Recordings(ctx context.Context) ([]Recording, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	return s.hub.recordings.list(), nil
}

// recordings are those of a hub, and the numbers that they are about. Safe for
// concurrent use.
type recordings struct {
	hub  *Hub
	file string

	mu      sync.Mutex
	all     []recording // in the order of their patterns
	numbers map[string]float64
	after   uint64    // the revision up to which numbers is right
	anew    bool      // what matches is to be looked for
	looked  time.Time // when that was done last
	full    bool      // more match
}

// recording is one as it is stored.
type recording struct {
	Pattern string    `json:"pattern"`
	Since   time.Time `json:"since"`
	matches *registry.Pattern
}

// open reads what was recorded when the hub was stopped.
func (r *recordings) open(h *Hub) error {
	r.hub, r.file, r.numbers, r.anew = h, h.dir.Path(datadir.RecordingsFile), map[string]float64{}, true
	text, err := os.ReadFile(r.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r.all)
	}
	for i := range r.all {
		if err == nil {
			r.all[i].matches, err = registry.Compile(r.all[i].Pattern)
		}
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "which values are recorded cannot be read from %s; mend or remove it", r.file)
	}
	return nil
}

// store keeps which there are from now on.
func (r *recordings) store(all []recording) error {
	text, err := json.Marshal(all)
	if err == nil {
		err = datadir.WriteFile(r.file, text)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "which values are recorded cannot be stored")
	}
	r.all, r.anew, r.looked = all, true, time.Time{}
	return nil
}

func (r *recordings) find(pattern string) (i int, found bool) {
	return slices.BinarySearchFunc(r.all, pattern, func(one recording, pattern string) int {
		return strings.Compare(one.Pattern, pattern)
	})
}

func (r *recordings) start(ctx context.Context, pattern string, now time.Time) (Recording, error) {
	matches, err := registry.Compile(pattern)
	switch {
	case err != nil:
		return Recording{}, err
	case pattern == "":
		return Recording{}, fault.New(fault.Invalid, "say which values: a key or a pattern, garden.*")
	case strings.Contains(pattern, "@"):
		return Recording{}, fault.New(fault.Invalid, "a hub records its own values only; ask the other hub to record '%.80s'", pattern)
	case scope.IsServerKey(pattern):
		return Recording{}, fault.New(fault.Invalid, "the hub's own values are not recorded; what is of them begins with hub.")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := r.find(pattern)
	if !found {
		if len(r.all) >= mostRecordings {
			return Recording{}, fault.New(fault.Full, "there are %d recordings already; stop one first, or use a wider pattern", mostRecordings)
		}
		if err := r.store(slices.Insert(slices.Clone(r.all), i, recording{pattern, now.UTC().Truncate(time.Second), matches})); err != nil {
			return Recording{}, err
		}
	}
	r.refresh(ctx, now)
	return r.tell(r.all[i]), nil
}

func (r *recordings) stop(pattern string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := r.find(pattern)
	if !found {
		return fault.New(fault.NotFound, "'%.80s' is not recorded", pattern)
	}
	return r.store(slices.Delete(slices.Clone(r.all), i, i+1))
}

func (r *recordings) list() []Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refresh(context.Background(), r.hub.Now())
	list := make([]Recording, len(r.all))
	for i, one := range r.all {
		list[i] = r.tell(one)
	}
	return list
}

func (r *recordings) tell(one recording) Recording {
	told := Recording{Pattern: one.Pattern, Since: one.Since, Full: r.full}
	for key := range r.numbers {
		if one.matches.Match(key) {
			told.Numbers++
		}
	}
	return told
}

// record notes what the numbers are at a time. The first error is given, and what
// can be noted is.
func (r *recordings) record(at time.Time) (first error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refresh(context.Background(), at)
	for key, n := range r.numbers {
		if err := r.hub.series.Record(at, recordedPrefix+key, n); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// refresh brings the numbers up to date: by what has changed, as long as the state
// remembers all of it.
func (r *recordings) refresh(ctx context.Context, now time.Time) {
	if len(r.all) == 0 {
		clear(r.numbers)
		r.full = false
		return
	}
	recent, next, all := r.hub.state.Since(r.after)
	switch {
	case r.anew || !all && now.Sub(r.looked) >= lookForNumbers:
		r.look(ctx, now)
		return
	case !all:
		r.lookAgain(now)
		return
	}
	r.after = next
	for i := range r.all {
		changes, err := recent.Match(ctx, r.all[i].matches, now)
		if err != nil {
			r.anew = true
			return
		}
		for _, c := range changes {
			r.put(c.Key, c.Value)
		}
	}
	if r.anew {
		r.look(ctx, now)
	}
}

// look goes through all keys.
func (r *recordings) look(ctx context.Context, now time.Time) {
	view := r.hub.state.View(registry.Values)
	clear(r.numbers)
	r.full, r.anew, r.looked, r.after = false, false, now, view.Revision()
	for i := range r.all {
		for key, e := range view.Match(ctx, r.all[i].matches, now) {
			if r.put(key, e.Value); r.full {
				return
			}
		}
	}
	r.anew = ctx.Err() != nil
}

// lookAgain looks at the keys that are known: on a hub where more changes in a
// second than it remembers, going through all would be dear.
func (r *recordings) lookAgain(now time.Time) {
	view := r.hub.state.View(registry.Values)
	for key := range r.numbers {
		e, _ := view.Get(key, now)
		r.put(key, e.Value)
	}
}

// put notes what a key that matches holds; nil: nothing.
func (r *recordings) put(key string, v value.Value) {
	n, is := number(v)
	_, known := r.numbers[key]
	switch {
	case !is:
		delete(r.numbers, key)
		r.anew = r.anew || known && r.full // another one has room
	case len(recordedPrefix+key) > series.LongestName:
	case known || len(r.numbers) < mostNumbers:
		r.numbers[key] = n
	default:
		r.full = true
	}
}

// number gives a value as one, if it is: truth is 1 or 0.
func number(v value.Value) (float64, bool) {
	switch v := v.(type) {
	case value.Bool:
		if v {
			return 1, true
		}
		return 0, true
	case value.Int:
		return float64(v), true
	case value.Float:
		return float64(v), series.Holds(float64(v))
	case value.Big:
		f, _ := new(big.Float).SetInt(v.Int()).Float64()
		return f, series.Holds(f)
	}
	return 0, false
}
