// Package registry is the values that everybody shares: a key, a value, who
// may replace it when, and what it was before.
//
// A Registry is a state machine. Operations go in, results come out; it has no
// clock, no lock and no goroutine, so that the same operations in the same
// order make the same registry anywhere. Time comes with the operation.
//
// Entries are immutable and a View is a picture of all of them that is made
// without copying them: what reads a whole registry does it on a View, while
// the registry goes on changing.
package registry

import (
	"time"

	"github.com/tidwall/btree"
)

// HistoryValues is how many values of a key are kept, the present one among
// them. The text protocol promises the last 16.
const HistoryValues = 16

// Options say what a registry keeps beside the values.
type Options struct {
	// History keeps the last values of a key.
	History bool
	// Changes is how many recent changes are kept for Changes; 0: none.
	Changes int
	// ChangeBytes bounds what those changes weigh together.
	ChangeBytes int64
}

// Registry is values by key. It is not safe for concurrent use; its Views are.
type Registry struct {
	options Options
	limits  Limits

	slots   map[string]uint32         // where a key's entry lies in table
	names   btree.Map[string, uint32] // the same in order, cheap to copy
	table   table
	lapsing *btree.BTreeG[*entry] // what has an end, the nearest first
	recent  recent

	bytes     int64  // what the present values weigh
	pastBytes int64  // what all histories weigh
	revision  uint64 // of the last change

	// Of a transaction that Begin has opened.
	undoable bool
	undo     []undone // what brings back the state before it
	undoRev  uint64
	pending  []change // changes to tell of once it is committed
}

// undone is an entry as it was before a change of a transaction: nil, and the
// key was not there.
type undone struct {
	key string
	old *entry
}

// New makes an empty registry without bounds: those come with SetLimits.
func New(o Options) *Registry {
	return &Registry{
		options: o,
		slots:   make(map[string]uint32),
		lapsing: btree.NewBTreeGOptions(lapsesBefore, btree.Options{NoLocks: true}),
		recent:  recent{most: o.Changes, mostBytes: o.ChangeBytes},
	}
}

// Len is the number of keys, those among them that have run out and not yet
// been removed.
func (r *Registry) Len() int { return len(r.slots) }

// Bytes is what keys and present values weigh.
func (r *Registry) Bytes() int64 { return r.bytes }

// HistoryBytes is what the former values of all keys weigh.
func (r *Registry) HistoryBytes() int64 { return r.pastBytes }

// Revision is the revision of the last change of anything here.
func (r *Registry) Revision() uint64 { return r.revision }

// Limits gives the bounds that hold now.
func (r *Registry) Limits() Limits { return r.limits }

// SetLimits changes the bounds. What is there already stays, also past them.
func (r *Registry) SetLimits(l Limits) { r.limits = l }

// Get gives what a key holds at the time now.
func (r *Registry) Get(key string, now time.Time) (Entry, bool) {
	if e := r.live(key, now.UnixNano()); e != nil {
		return e.public(), true
	}
	return Entry{}, false
}

// RevisionOf is the revision of what a key holds at the time now; 0: nothing.
func (r *Registry) RevisionOf(key string, now time.Time) uint64 {
	if e := r.live(key, now.UnixNano()); e != nil {
		return e.rev
	}
	return 0
}

// History gives the last values of a key, the oldest first and the present one
// last; none when the key is not there at the time now.
func (r *Registry) History(key string, now time.Time) []Past {
	e := r.live(key, now.UnixNano())
	if e == nil {
		return nil
	}
	return e.history()
}

// live is what a key holds at the time now, nil when that is nothing.
func (r *Registry) live(key string, now int64) *entry {
	slot, there := r.slots[key]
	if !there {
		return nil
	}
	e := r.table.get(slot)
	if e.over(now) {
		return nil
	}
	return e
}
