package expr

import (
	"slices"

	"althing/value"
)

// table is the hash table of dicts and sets: entries in the order in which they
// were put in, and an index into them.
type table struct {
	entries []entry // a deleted one has no key
	index   []int32 // 0: free, else 1 + a place in entries; its size a power of two; nil while small
	filled  int     // so many of the index are not free, those that point nowhere included
	live    int
	first   int // no entry below has a key
}

type entry struct {
	key, val Object
	hash     uint64
}

// Up to this many entries are searched one by one, which is faster than an index.
const smallTable = 8

// find gives the place of a key in entries, or -1.
func (tb *table) find(t *Thread, key Object, hash uint64) (int, error) {
	if tb.index == nil {
		for i := range tb.entries {
			e := &tb.entries[i]
			if e.hash == hash && e.key != nil {
				same, err := sameKey(t, e.key, key)
				if same || err != nil {
					return i, err
				}
			}
		}
		return -1, nil
	}
	mask := uint64(len(tb.index) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		slot := tb.index[at]
		if slot == 0 {
			return -1, nil
		}
		if int(slot) > len(tb.entries) {
			continue
		}
		e := &tb.entries[slot-1]
		if e.hash != hash || e.key == nil {
			continue
		}
		same, err := sameKey(t, e.key, key)
		if same || err != nil {
			return int(slot - 1), err
		}
	}
}

// sameKey compares keys whose hashes are equal.
func sameKey(t *Thread, a, b Object) (bool, error) {
	switch x := a.(type) {
	case value.Str:
		if y, ok := b.(value.Str); ok {
			return x == y, nil
		}
	case value.Int:
		if y, ok := b.(value.Int); ok {
			return x == y, nil
		}
	}
	return same(t, a, b)
}

// get gives the value of a key, or nil.
func (tb *table) get(t *Thread, key Object) (Object, bool, error) {
	hash, err := keyHash(t, key)
	if err != nil {
		return nil, false, err
	}
	at, err := tb.find(t, key, hash)
	if at < 0 || err != nil {
		return nil, false, err
	}
	return tb.entries[at].val, true, nil
}

// put sets the value of a key; an equal key that is there stays.
func (tb *table) put(t *Thread, key, val Object) error {
	hash, err := keyHash(t, key)
	if err != nil {
		return err
	}
	return tb.putHashed(t, key, val, hash)
}

func (tb *table) putHashed(t *Thread, key, val Object, hash uint64) error {
	at, err := tb.find(t, key, hash)
	if err != nil {
		return err
	}
	if at >= 0 {
		tb.entries[at].val = val
		return nil
	}
	if len(tb.entries) == cap(tb.entries) {
		if err := tb.grow(t); err != nil {
			return err
		}
	}
	tb.entries = append(tb.entries, entry{key, val, hash})
	tb.live++
	switch {
	case tb.index == nil:
	case tb.filled > len(tb.index)/4*3:
		tb.reindex()
	default:
		tb.link(hash, len(tb.entries))
	}
	return nil
}

// link puts a place into the index.
func (tb *table) link(hash uint64, place int) {
	mask := uint64(len(tb.index) - 1)
	at := hash & mask
	for tb.index[at] != 0 {
		at = (at + 1) & mask
	}
	tb.index[at] = int32(place)
	tb.filled++
}

// grow makes room for one more entry at least: by squeezing out the deleted ones
// when they are many, else by more memory.
func (tb *table) grow(t *Thread) error {
	room := cap(tb.entries)
	if tb.live >= room-room/4 {
		room = max(smallTable, 2*room)
		if room > 1<<30 {
			return errMemory
		}
		if err := t.Charge(int64(room-cap(tb.entries)) * entrySize); err != nil {
			return err
		}
	}
	tb.squeeze(make([]entry, 0, room))
	return nil
}

// squeeze moves the entries that are there to other room.
func (tb *table) squeeze(room []entry) {
	for _, e := range tb.entries {
		if e.key != nil {
			room = append(room, e)
		}
	}
	tb.entries, tb.first = room, 0
	tb.reindex()
}

// reindex makes the index anew, at most half full when all entries are taken.
func (tb *table) reindex() {
	if cap(tb.entries) <= smallTable {
		tb.index, tb.filled = nil, 0
		return
	}
	size := 32
	for size < 2*cap(tb.entries) {
		size *= 2
	}
	if len(tb.index) == size {
		clear(tb.index)
	} else {
		tb.index = make([]int32, size)
	}
	tb.filled = 0
	for i, e := range tb.entries {
		if e.key != nil {
			tb.link(e.hash, i+1)
		}
	}
}

// remove takes a key out and gives its value.
func (tb *table) remove(t *Thread, key Object) (Object, bool, error) {
	hash, err := keyHash(t, key)
	if err != nil {
		return nil, false, err
	}
	at, err := tb.find(t, key, hash)
	if at < 0 || err != nil {
		return nil, false, err
	}
	return tb.removeAt(at).val, true, nil
}

// removeAt empties a place. The index goes on to point at it, so that a search
// passes over it. When most places are empty, they are squeezed out: whoever
// goes through the entries never meets many of them.
func (tb *table) removeAt(at int) entry {
	e := tb.entries[at]
	tb.entries[at] = entry{hash: e.hash}
	tb.live--
	switch {
	case tb.live == 0:
		tb.reset()
	case at == len(tb.entries)-1:
		tb.entries = tb.entries[:at]
	case at == tb.first:
		tb.first++
	}
	if len(tb.entries) > 4*smallTable && len(tb.entries) > 4*tb.live {
		tb.squeeze(tb.entries[:0])
	}
	return e
}

// reset empties the table. It keeps its room, which was charged.
func (tb *table) reset() {
	clear(tb.entries)
	if tb.filled > 0 {
		clear(tb.index)
	}
	tb.entries, tb.filled, tb.live, tb.first = tb.entries[:0], 0, 0, 0
}

// last gives the place of the entry put in last, or -1.
func (tb *table) last() int {
	for i, e := range slices.Backward(tb.entries) {
		if e.key != nil {
			return i
		}
	}
	return -1
}

// clone copies the table without its gaps.
func (tb *table) clone(t *Thread) (table, error) {
	if err := t.Charge(headSize + int64(tb.live)*entrySize); err != nil {
		return table{}, err
	}
	if err := t.Step(int64(tb.live) / 8); err != nil {
		return table{}, err
	}
	c := table{entries: make([]entry, 0, tb.live), live: tb.live}
	for _, e := range tb.entries {
		if e.key != nil {
			c.entries = append(c.entries, e)
		}
	}
	c.reindex()
	return c, nil
}
