package registry

// chunkSlots is how many entries are copied at the first change after a
// picture was taken: with its epoch, a chunk fills one of the allocator's
// 512 byte blocks.
const chunkSlots = 63

// chunk is a piece of the table.
type chunk struct {
	epoch uint64 // of the table when it was made; older: a picture has it, too
	slots [chunkSlots]*entry
}

// table holds the entries by number. A picture of it costs a pointer for every
// chunk; a chunk that a picture has is copied before it is changed.
type table struct {
	chunks []*chunk
	epoch  uint64
	used   uint32   // slots that were ever given out
	free   []uint32 // slots that were given back
}

// get gives what lies in a slot.
func (t *table) get(slot uint32) *entry {
	return t.chunks[slot/chunkSlots].slots[slot%chunkSlots]
}

// set puts e into a slot.
func (t *table) set(slot uint32, e *entry) {
	c := t.chunks[slot/chunkSlots]
	if c.epoch != t.epoch {
		own := *c
		own.epoch = t.epoch
		c = &own
		t.chunks[slot/chunkSlots] = c
	}
	c.slots[slot%chunkSlots] = e
}

// add puts e into a slot of its own.
func (t *table) add(e *entry) uint32 {
	var slot uint32
	if last := len(t.free) - 1; last >= 0 {
		slot = t.free[last]
		t.free = t.free[:last]
	} else {
		slot = t.used
		t.used++
		if int(slot/chunkSlots) == len(t.chunks) {
			t.chunks = append(t.chunks, &chunk{epoch: t.epoch})
		}
	}
	t.set(slot, e)
	return slot
}

// remove empties a slot, which may then be given to another entry.
func (t *table) remove(slot uint32) {
	t.set(slot, nil)
	t.free = append(t.free, slot)
}

// picture gives the table as it is now; nobody changes it any more.
func (t *table) picture() table {
	chunks := make([]*chunk, len(t.chunks))
	copy(chunks, t.chunks)
	t.epoch++
	return table{chunks: chunks}
}
