package registry

import (
	"cmp"
	"context"
	"slices"
	"time"

	"althing/value"
)

// Change is a key that was set or removed.
type Change struct {
	Rev     uint64
	Key     string
	Value   value.Value // nil when it was removed
	Deleted bool
}

// Recent is a run of changes, in order. It is a copy that may be read while the
// registry goes on.
type Recent struct{ changes []*entry }

// recent keeps the last changes in a ring, by number and by weight: without
// the second bound it would keep alive large values that nobody has any more.
type recent struct {
	most      int
	mostBytes int64
	ring      []*entry
	first     int // where the oldest lies
	count     int
	bytes     int64
	// floor is the revision up to which changes may be missing.
	floor uint64
}

// add notes a change and forgets the oldest ones where there is no room.
func (r *recent) add(e *entry) {
	if r.most == 0 {
		return
	}
	if r.ring == nil {
		r.ring = make([]*entry, r.most)
	}
	if r.count == r.most {
		r.forget()
	}
	r.ring[(r.first+r.count)%r.most] = e
	r.count++
	r.bytes += e.bytes()
	for r.bytes > r.mostBytes && r.mostBytes > 0 {
		r.forget()
	}
}

// forget drops the oldest change; others of its transaction are then no longer
// the whole of it.
func (r *recent) forget() {
	e := r.ring[r.first]
	r.ring[r.first] = nil
	r.first = (r.first + 1) % r.most
	r.count--
	r.bytes -= e.bytes()
	r.floor = e.rev
}

// since gives the changes after a revision; false: some of them are forgotten.
func (r *recent) since(after uint64) ([]*entry, bool) {
	if after < r.floor {
		return nil, false
	}
	n := r.count
	for n > 0 && r.ring[(r.first+n-1)%r.most].rev > after {
		n--
	}
	changes := make([]*entry, 0, r.count-n)
	for ; n < r.count; n++ {
		changes = append(changes, r.ring[(r.first+n)%r.most])
	}
	return changes, true
}

// Since gives the changes after a revision; false: the registry has forgotten
// some of them. It costs a pointer a change; match them outside any lock.
func (r *Registry) Since(after uint64) (Recent, bool) {
	changes, all := r.recent.since(after)
	return Recent{changes}, all
}

// Match gives the changes whose key matches and whose value has not run out by
// the time now. It ends early when ctx does, with its error.
func (c Recent) Match(ctx context.Context, p *Pattern, now time.Time) ([]Change, error) {
	var matches []Change
	nanos := now.UnixNano()
	for i, e := range c.changes {
		if i%namesPerLook == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !e.over(nanos) && p.Match(e.key) {
			matches = append(matches, e.change())
		}
	}
	return matches, nil
}

// Changes gives everything that matches as if it had just been set, in the
// order in which it was. It ends early when ctx does, with its error.
func (v *View) Changes(ctx context.Context, p *Pattern, now time.Time) ([]Change, error) {
	var all []Change
	for e := range v.match(ctx, p, now) {
		all = append(all, e.change())
	}
	slices.SortStableFunc(all, func(a, b Change) int { return cmp.Compare(a.Rev, b.Rev) })
	return all, ctx.Err()
}

func (e *entry) change() Change {
	return Change{Rev: e.rev, Key: e.key, Value: e.value, Deleted: e.value == nil}
}
