package registry

import "slices"

// swap replaces what a key holds, on all the shelves where it stands: the one
// way in which a registry changes. slot counts only where old is something.
func (r *Registry) swap(slot uint32, old, e *entry) {
	if r.undoable {
		key := old
		if old == nil {
			key = e
		}
		r.undo = append(r.undo, undone{key.key, old})
	}
	switch {
	case old == nil:
		slot = r.table.add(e)
		r.slots[e.key] = slot
		r.names.Set(e.key, slot)
	case e == nil:
		r.table.remove(slot)
		delete(r.slots, old.key)
		r.names.Delete(old.key)
	default:
		r.table.set(slot, e)
	}
	if old != nil {
		r.bytes -= old.bytes()
		r.pastBytes -= old.pastBytes()
		if old.expire != 0 {
			r.lapsing.Delete(old)
		}
	}
	if e != nil {
		r.bytes += e.bytes()
		r.pastBytes += e.pastBytes()
		if e.expire != 0 {
			r.lapsing.Set(e)
		}
	}
}

// changed tells those who watch.
func (r *Registry) changed(c change) {
	r.revision = c.rev
	if r.undoable {
		r.pending = append(r.pending, c)
		return
	}
	r.recent.add(c)
}

// Begin opens a transaction of several operations: until Commit, Rollback
// brings back what there was. Without it every operation stands alone, and
// nothing is remembered.
func (r *Registry) Begin() {
	r.undoable, r.undoRev = true, r.revision
}

// Commit keeps what was done since Begin.
func (r *Registry) Commit() {
	for _, c := range r.pending {
		r.recent.add(c)
	}
	r.end()
}

// Rollback brings back what there was at Begin.
func (r *Registry) Rollback() {
	r.undoable = false
	for _, u := range slices.Backward(r.undo) {
		var now *entry
		slot, there := r.slots[u.key]
		if there {
			now = r.table.get(slot)
		}
		r.swap(slot, now, u.old)
	}
	r.revision = r.undoRev
	r.end()
}

// keptUndo is how many steps the list keeps room for between transactions: one
// that removed 100,000 keys should not leave its list behind.
const keptUndo = 1024

func (r *Registry) end() {
	r.undoable = false
	clear(r.undo)
	clear(r.pending)
	r.undo, r.pending = r.undo[:0], r.pending[:0]
	if cap(r.undo) > keptUndo {
		r.undo, r.pending = nil, nil
	}
}
