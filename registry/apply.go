package registry

import (
	"strings"
	"time"

	"althing/fault"
)

// Apply carries out one operation as transaction rev at the time at and gives
// its result, which the operation's type tells of. An error, a *fault.Error,
// leaves everything as it was: Conflict when a key is not as the operation
// expects it, Invalid when it can be no key, Limit when key or value are too
// large, Full when the registry has no room.
func (r *Registry) Apply(rev uint64, at time.Time, op Op) (any, error) {
	switch op := op.(type) {
	case *Set:
		return nil, r.set(rev, at, op)
	case *Delete:
		return r.remove(rev, at, op), nil
	case *Lapse:
		return r.lapse(rev, op), nil
	default:
		return nil, fault.New(fault.Internal, "the registry does not know the operation %T", op)
	}
}

func (r *Registry) set(rev uint64, at time.Time, op *Set) error {
	if err := CheckKey(op.Key); err != nil {
		return err
	}
	if op.Value == nil {
		return errNoValue
	}
	slot, there := r.slots[op.Key]
	var old, live *entry
	if there {
		old = r.table.get(slot)
		if !old.over(at.UnixNano()) {
			live = old
		}
	}
	if err := op.meets(live); err != nil {
		return err
	}
	e := &entry{value: op.Value, rev: rev, at: at.UnixNano(), expire: nanos(op.Expire), weight: weigh(op.Value)}
	if there {
		e.key = old.key
	} else {
		e.key = strings.Clone(op.Key) // it may be a few letters of a long query
	}
	if err := r.room(old, e); err != nil {
		return err
	}
	if r.options.History && live != nil {
		r.remember(e, live)
	}
	r.swap(slot, old, e)
	r.changed(change{key: e.key, value: e.value, rev: rev, at: e.at, expire: e.expire, weight: e.weight})
	return nil
}

// remove removes keys and gives the number of those that were there. What had
// run out by the time at is removed, too, and not counted.
func (r *Registry) remove(rev uint64, at time.Time, op *Delete) int {
	removed := 0
	for _, key := range op.Keys {
		slot, there := r.slots[key]
		if !there {
			continue
		}
		old := r.table.get(slot)
		if !old.over(at.UnixNano()) {
			removed++
		}
		r.swap(slot, old, nil)
		r.changed(change{key: old.key, rev: rev})
	}
	return removed
}

// lapse removes what has run out, unless the key was set again since; it tells
// whether it removed something. It does not ask the time: whoever made the
// operation did, and the log's own time may have been set back.
func (r *Registry) lapse(rev uint64, op *Lapse) bool {
	slot, there := r.slots[op.Key]
	if !there {
		return false
	}
	old := r.table.get(slot)
	if old.rev != op.Rev || old.expire == 0 {
		return false
	}
	r.swap(slot, old, nil)
	r.changed(change{key: old.key, rev: rev})
	return true
}

// room refuses what would pass a bound. Only growth is refused: when the
// bounds were lowered, what is there can still be made smaller.
func (r *Registry) room(old, e *entry) error {
	l := &r.limits
	if l.KeyBytes > 0 && int64(len(e.key)) > l.KeyBytes {
		return fault.New(fault.Limit, "the key has %d bytes and may have %d", len(e.key), l.KeyBytes)
	}
	if l.ValueBytes > 0 && e.weight > l.ValueBytes {
		return fault.New(fault.Limit, "the value for %s takes %d bytes and may take %d", quoted(e.key), e.weight, l.ValueBytes)
	}
	if old == nil && l.Keys > 0 && int64(len(r.slots)) >= l.Keys {
		return fault.New(fault.Full, "the registry holds all the %d keys it may; delete some first", l.Keys)
	}
	grows := e.bytes()
	if old != nil {
		grows -= old.bytes()
	}
	if l.Bytes > 0 && grows > 0 && r.bytes+grows > l.Bytes {
		return fault.New(fault.Full, "the registry holds all the %d bytes it may; delete something first", l.Bytes)
	}
	return nil
}

// remember gives e the history of the value that it follows. The oldest goes
// first when there are too many or they weigh too much; of a transaction only
// the last value counts, since nobody could see the others.
func (r *Registry) remember(e, old *entry) {
	if old.rev == e.rev {
		e.past, e.pastWeight = old.past, old.pastWeight
		return
	}
	last := past{value: old.value, at: old.at, weight: old.weight}
	before, weight := old.past, old.pastWeight+last.weight
	if len(before)+1 == HistoryValues {
		weight -= before[0].weight
		before = before[1:]
	}
	others := r.pastBytes - old.pastBytes()
	kept := before
	for len(kept) > 0 && r.tooMuchPast(len(kept)+1, weight, others) {
		weight -= kept[0].weight
		kept = kept[1:]
	}
	switch {
	case r.tooMuchPast(len(kept)+1, weight, others):
		return // not even the last one
	case len(kept) < len(before): // the array would keep alive what is forgotten
		e.past = append(append(make([]past, 0, len(kept)+1), kept...), last)
	default:
		e.past = append(kept, last)
	}
	e.pastWeight = weight
}

// tooMuchPast reports whether n former values of a key, of that weight, pass a
// bound beside those of all other keys.
func (r *Registry) tooMuchPast(n int, weight, others int64) bool {
	l := &r.limits
	bytes := int64(n)*pastWeight + weight
	return l.HistoryBytes > 0 && bytes > l.HistoryBytes || l.HistoryTotal > 0 && others+bytes > l.HistoryTotal
}
