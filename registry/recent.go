package registry

import (
	"context"
	"time"

	"althing/value"
)

// Change is a key that was set or removed.
type Change struct {
	Rev     uint64
	Key     string
	Value   value.Value // nil when it was removed
	Deleted bool
	// Set is when it was set, and Expire when it runs out, zero: never. Both are in
	// UTC, and zero of a key that was removed or is another hub's.
	Set, Expire time.Time
}

// change is a Change as it is kept. It has no part in the entry it tells of,
// which would keep a history alive.
type change struct {
	key    string
	value  value.Value // nil: the key was removed
	rev    uint64
	at     int64
	expire int64
	weight int64 // of the value
}

// changeWeight is what a change weighs beside its key and value.
const changeWeight = 64

func (c *change) bytes() int64 { return changeWeight + int64(len(c.key)) + c.weight }

func (c *change) public() Change {
	if c.value == nil {
		return Change{Rev: c.rev, Key: c.key, Deleted: true}
	}
	return Change{Rev: c.rev, Key: c.key, Value: c.value, Set: instant(c.at), Expire: instant(c.expire)}
}

// recent keeps the last changes in a ring, by number and by weight: without
// the second bound it would keep alive large values that nobody has any more.
type recent struct {
	most      int
	mostBytes int64
	ring      []change
	first     int // where the oldest lies
	count     int
	bytes     int64
	forgotten uint64 // the revision up to which changes may be missing
}

// add notes a change and forgets the oldest ones where there is no room.
func (r *recent) add(c change) {
	if r.most == 0 {
		return
	}
	if r.ring == nil {
		r.ring = make([]change, r.most)
	}
	if r.count == r.most {
		r.forget()
	}
	*r.at(r.count) = c
	r.count++
	r.bytes += c.bytes()
	for r.mostBytes > 0 && r.bytes > r.mostBytes {
		r.forget()
	}
}

// forget drops the oldest change; the others of its transaction are then no
// longer the whole of it.
func (r *recent) forget() {
	c := r.at(0)
	r.forgotten = c.rev
	r.bytes -= c.bytes()
	*c = change{}
	r.first = (r.first + 1) % r.most
	r.count--
}

// at is the place of the i-th change, the oldest being 0.
func (r *recent) at(i int) *change { return &r.ring[(r.first+i)%r.most] }

// Recent is a run of changes in order: a copy that may be read while the
// registry goes on.
type Recent struct{ changes []change }

// Since gives the changes after a revision; false: the registry has forgotten
// some of them. It only copies: match them outside any lock.
func (r *Registry) Since(after uint64) (Recent, bool) {
	if after < r.recent.forgotten {
		return Recent{}, false
	}
	first := r.recent.count
	for first > 0 && r.recent.at(first-1).rev > after {
		first--
	}
	if first == r.recent.count {
		return Recent{}, true
	}
	changes := make([]change, 0, r.recent.count-first)
	for i := first; i < r.recent.count; i++ {
		changes = append(changes, *r.recent.at(i))
	}
	return Recent{changes}, true
}

// Match gives the changes whose key matches and whose value has not run out by
// the time now. It ends early when ctx does, with its error.
func (c Recent) Match(ctx context.Context, p *Pattern, now time.Time) ([]Change, error) {
	var matches []Change
	nanos := now.UnixNano()
	for i := range c.changes {
		c := &c.changes[i]
		if i%namesPerLook == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !over(c.expire, nanos) && p.Match(c.key) {
			matches = append(matches, c.public())
		}
	}
	return matches, nil
}

// Touches reports whether one of the changes is of a key that matches.
func (c Recent) Touches(p *Pattern) bool {
	for i := range c.changes {
		if p.Match(c.changes[i].key) {
			return true
		}
	}
	return false
}

// Changes gives everything that matches as if it had just been set: under the
// View's own revision, so that whoever asks after that the next time misses
// nothing and is told nothing twice. It ends early when ctx does, with its
// error.
func (v *View) Changes(ctx context.Context, p *Pattern, now time.Time) ([]Change, error) {
	var all []Change
	for e := range v.match(ctx, p, "", now) {
		all = append(all, Change{Rev: v.revision, Key: e.key, Value: e.value, Set: instant(e.at), Expire: instant(e.expire)})
	}
	return all, ctx.Err()
}
