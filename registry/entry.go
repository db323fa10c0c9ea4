package registry

import (
	"time"

	"althing/value"
)

// Entry is what a key holds.
type Entry struct {
	Value  value.Value
	Rev    uint64    // the transaction that set it
	At     time.Time // when that was, in UTC
	Expire time.Time // when it runs out, in UTC; zero: never
}

// Past is a value that a key has or had.
type Past struct {
	Value value.Value
	At    time.Time // when it was set, in UTC
}

// entry is an Entry as it is kept. It is never changed once it is in the
// table, so that a View can be read while the registry goes on.
type entry struct {
	key    string
	value  value.Value
	rev    uint64
	at     int64 // nanoseconds since 1970
	expire int64 // likewise; 0: never
	// past are the values before this one, the oldest first. Entries of one key
	// share the array behind it: each sees as much of it as there was when it was
	// made, and the next appends behind that.
	past       []past
	weight     int64 // of value
	pastWeight int64 // of the values in past
}

// past is a former value.
type past struct {
	value  value.Value
	at     int64
	weight int64
}

// What an entry and a former value weigh beside their texts and values: their
// own structs and their places in the map, the index and the table. Measured,
// rounded up, and like every weight a part of the log's meaning (weigh).
const (
	entryWeight = 224
	pastWeight  = 40
)

// bytes is what the key and its present value weigh.
func (e *entry) bytes() int64 { return entryWeight + int64(len(e.key)) + e.weight }

// pastBytes is what the former values weigh.
func (e *entry) pastBytes() int64 { return int64(len(e.past))*pastWeight + e.pastWeight }

// over reports whether the entry has run out by the time now.
func (e *entry) over(now int64) bool { return over(e.expire, now) }

// public is the entry as others see it.
func (e *entry) public() Entry {
	return Entry{Value: e.value, Rev: e.rev, At: instant(e.at), Expire: instant(e.expire)}
}

// history is past and present, the oldest first.
func (e *entry) history() []Past {
	all := make([]Past, 0, len(e.past)+1)
	for _, p := range e.past {
		all = append(all, Past{Value: p.value, At: instant(p.at)})
	}
	return append(all, Past{Value: e.value, At: instant(e.at)})
}
