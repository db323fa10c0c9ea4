package registry

import (
	"math"
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
	value  value.Value // nil: a change that removed the key
	rev    uint64
	at     int64 // nanoseconds since 1970
	expire int64 // likewise; 0: never
	// past are the values before this one, the oldest first. Entries of one key
	// share the array behind it: each sees only as much of it as it had when it
	// was made, and what follows is appended behind that.
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
func (e *entry) over(now int64) bool { return e.expire != 0 && e.expire <= now }

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

// lapsesBefore orders entries by their end, then by key.
func lapsesBefore(a, b *entry) bool {
	if a.expire != b.expire {
		return a.expire < b.expire
	}
	return a.key < b.key
}

// nanos is a point in time as it is kept: nanoseconds since 1970, 0 for none.
// An end before 1970 becomes the first nanosecond of it, one that int64 cannot
// hold (the year 2262) the last: both mean what was meant, over and never.
func nanos(t time.Time) int64 {
	switch {
	case t.IsZero():
		return 0
	case t.Unix() >= math.MaxInt64/int64(time.Second):
		return math.MaxInt64
	default:
		return max(1, t.Unix()*int64(time.Second)+int64(t.Nanosecond()))
	}
}

// instant is the point in time that nanos kept.
func instant(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
