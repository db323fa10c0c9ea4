package hub

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"althing/access"
	"althing/fault"
	"althing/journal"
	"althing/registry"
	"althing/scope"
	"althing/state"
	"althing/value"
)

// Set is a value to be set, and under what conditions.
type Set struct {
	Key string
	// Value becomes the hub's own: its texts must not be cut out of larger ones.
	Value  value.Value
	Expire *float64 // seconds that it lasts; nil: until it is replaced
	// What the key must hold now, or the set is fault.Conflict: an equal value,
	// and this revision, 0 being nothing at all. nil: no matter.
	Expect         value.Value
	ExpectRevision *uint64
}

// Set sets a shared value. The revision that the Pending gives is the value's.
func (s *Session) Set(set Set) Pending {
	if err := s.act(access.Write); err != nil {
		return Pending{err: err}
	}
	op := &registry.Set{Key: set.Key, Value: set.Value, Expect: set.Expect, ExpectRev: set.ExpectRevision}
	if err := scope.MayWrite(set.Key); err != nil {
		return s.refused(err)
	}
	if set.Expire != nil {
		at, err := scope.Expiry(s.hub.Now(), *set.Expire)
		if err != nil {
			return s.refused(err)
		}
		op.Expire = at
		s.hub.Expires(at)
	}
	return s.begin(op)
}

// reading is called before anything shared is read: what this session wrote
// before must be there.
func (s *Session) reading(ctx context.Context) error {
	if err := s.act(access.Read); err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return s.refuse(err)
	}
	return nil
}

// Get gives what a key holds; false: nothing. A key that the hub itself keeps has
// no revision.
func (s *Session) Get(ctx context.Context, key string) (registry.Entry, bool, error) {
	if err := s.reading(ctx); err != nil {
		return registry.Entry{}, false, err
	}
	if scope.IsServerKey(key) {
		v, found := s.hub.ServerKey(key)
		return registry.Entry{Value: v, At: s.hub.Now()}, found, nil
	}
	e, found := s.hub.state.Get(registry.Values, key, s.hub.Now())
	return e, found, nil
}

// History gives the last values of a key, the oldest first and the present one
// last; none when it holds nothing.
func (s *Session) History(ctx context.Context, key string) ([]registry.Past, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	return s.hub.state.History(key, s.hub.Now()), nil
}

// Fetch gives what the keys that match hold, in order, those that the hub itself
// keeps last. More than Limits allow for a result is fault.Limit.
func (s *Session) Fetch(ctx context.Context, pattern string) ([]value.Pair, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	var found []value.Pair
	err := s.hub.match(ctx, pattern, func(ctx context.Context, p *registry.Pattern) error {
		room := s.hub.room()
		for key, v := range s.hub.matching(ctx, p) {
			if err := room.take(len(key) + value.Size(v)); err != nil {
				return err
			}
			found = append(found, value.Pair{Key: value.Str(key), Value: v})
		}
		return nil
	})
	if err != nil {
		return nil, s.refuse(err)
	}
	return found, nil
}

// Found is what one key holds.
type Found struct {
	Key string
	registry.Entry
}

// Entries gives what the keys behind one hold that match, in order, but for those
// that the hub itself keeps: at most so many, and as many as Limits allow for a
// result. more says that there may be others behind them.
func (s *Session) Entries(ctx context.Context, pattern, behind string, most int) (found []Found, more bool, err error) {
	if err := s.reading(ctx); err != nil {
		return nil, false, err
	}
	err = s.hub.match(ctx, pattern, func(ctx context.Context, p *registry.Pattern) error {
		room := s.hub.room()
		for key, e := range s.hub.state.View(registry.Values).MatchBehind(ctx, p, behind, s.hub.Now()) {
			full := room.take(len(key) + value.Size(e.Value))
			if full != nil && len(found) == 0 {
				return full
			}
			if more = full != nil || len(found) == most; more {
				break
			}
			found = append(found, Found{key, e})
		}
		return nil
	})
	if err != nil {
		return nil, false, s.refuse(err)
	}
	return found, more, nil
}

// Page is Entries without the entries' revisions and times.
func (s *Session) Page(ctx context.Context, pattern, behind string, most int) ([]value.Pair, bool, error) {
	found, more, err := s.Entries(ctx, pattern, behind, most)
	pairs := make([]value.Pair, len(found))
	for i, f := range found {
		pairs[i] = value.Pair{Key: value.Str(f.Key), Value: f.Value}
	}
	return pairs, more, err
}

// List gives the keys that match, as Fetch does.
func (s *Session) List(ctx context.Context, pattern string) ([]string, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	var keys []string
	err := s.hub.match(ctx, pattern, func(ctx context.Context, p *registry.Pattern) error {
		room := s.hub.room()
		for key := range s.hub.matching(ctx, p) {
			if err := room.take(len(key)); err != nil {
				return err
			}
			keys = append(keys, key)
		}
		return nil
	})
	if err != nil {
		return nil, s.refuse(err)
	}
	return keys, nil
}

// Delete removes every key that matches, those apart that the hub itself keeps,
// and gives their number.
func (s *Session) Delete(ctx context.Context, pattern string) (int, error) {
	if err := s.act(access.Write); err != nil {
		return 0, err
	}
	n, err := s.delete(ctx, pattern)
	if err != nil {
		return 0, s.refuse(err)
	}
	return n, nil
}

func (s *Session) delete(ctx context.Context, pattern string) (int, error) {
	if err := s.settle(ctx); err != nil {
		return 0, err
	}
	var keys []string
	err := s.hub.match(ctx, pattern, func(ctx context.Context, p *registry.Pattern) error {
		for key := range s.hub.matching(ctx, p) {
			if !scope.IsServerKey(key) {
				keys = append(keys, key)
			}
		}
		return nil
	})
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	results, err := s.submit(journal.Tx{Ops: []journal.Op{&registry.Delete{Keys: keys}}}).Wait(ctx)
	if err != nil {
		return 0, err
	}
	return results[0].(int), nil
}

// Remove removes one key, and tells whether it was there. With expect it must have
// that revision, or the removal is fault.Conflict.
func (s *Session) Remove(ctx context.Context, key string, expect *uint64) (bool, error) {
	if err := s.act(access.Write); err != nil {
		return false, err
	}
	if err := cmp.Or(registry.CheckKey(key), scope.MayWrite(key)); err != nil {
		return false, s.refuse(err)
	}
	tx := journal.Tx{Ops: []journal.Op{&registry.Delete{Keys: []string{key}}}}
	if expect != nil {
		tx.Expect = []journal.Seen{state.SawKey(registry.Values, key, *expect)}
	}
	ticket := s.submit(tx)
	s.last.set(ticket)
	results, err := s.await(ctx, ticket)
	switch {
	case errors.Is(err, state.ErrStale):
		return false, s.refuse(fault.Wrap(err, fault.Conflict, "conflict: '%.80s' has another revision; read it again", key))
	case err != nil:
		return false, s.refuse(err)
	}
	return results[0].(int) > 0, nil
}

// match has see go through what matches a pattern, within the bounds of an
// evaluation.
func (h *Hub) match(ctx context.Context, pattern string, see func(context.Context, *registry.Pattern) error) error {
	p, err := registry.Compile(pattern)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, h.config.Limits.EvaluationTime)
	defer cancel()
	if err := h.gate.Enter(ctx); err != nil {
		return err
	}
	defer h.gate.Leave()
	if err := see(ctx, p); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fault.Wrap(ctx.Err(), fault.Timeout, "matching the pattern took too long")
	}
	return nil
}

// matching gives the entries whose keys match, the hub's own behind the others.
func (h *Hub) matching(ctx context.Context, p *registry.Pattern) iter.Seq2[string, value.Value] {
	return func(yield func(string, value.Value) bool) {
		for key, e := range h.state.View(registry.Values).Match(ctx, p, h.Now()) {
			if !yield(key, e.Value) {
				return
			}
		}
		for key := range slices.Values(serverKeys) {
			if v, there := h.ServerKey(key); there && p.Match(key) && !yield(key, v) {
				return
			}
		}
	}
}

// room is what a result may still take.
type room struct{ rows, bytes int64 }

func (h *Hub) room() *room { return &room{h.config.Limits.ResultRows, h.config.Limits.ResultBytes} }

func (r *room) take(bytes int) error {
	r.rows--
	r.bytes -= int64(bytes)
	if r.rows < 0 || r.bytes < 0 {
		return fault.New(fault.Limit, "too much matches for one result; ask with a narrower pattern")
	}
	return nil
}
