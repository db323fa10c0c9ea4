package registry

import (
	"math"
	"time"
)

// NextExpiry is when the next key runs out; false: none does.
func (r *Registry) NextExpiry() (time.Time, bool) {
	e, ok := r.lapsing.Min()
	if !ok {
		return time.Time{}, false
	}
	return instant(e.expire), true
}

// Expired gives the operations that remove what has run out by the time now, at
// most the given number, the longest over first.
func (r *Registry) Expired(space Space, now time.Time, most int) []*Lapse {
	var ops []*Lapse
	r.lapsing.Scan(func(e *entry) bool {
		if len(ops) == most || !e.over(now.UnixNano()) {
			return false
		}
		ops = append(ops, &Lapse{Space: space, Key: e.key, Rev: e.rev})
		return true
	})
	return ops
}

// lapsesBefore orders entries by their end, then by key.
func lapsesBefore(a, b *entry) bool {
	if a.expire != b.expire {
		return a.expire < b.expire
	}
	return a.key < b.key
}

// over reports whether what ends at that time has run out by the time now.
func over(end, now int64) bool { return end != 0 && end <= now }

// nanos is a point in time as it is kept: nanoseconds since 1970, 0 for none.
// An end before 1970 becomes the first nanosecond of it, one that int64 cannot
// hold (the year 2262) the last: both mean what was meant, over and never.
func nanos(t time.Time) int64 {
	switch {
	case t.IsZero():
		return 0
	case t.Unix() >= math.MaxInt64/int64(time.Second):
		return math.MaxInt64
	case t.Unix() < 0:
		return 1
	default:
		return max(1, t.UnixNano())
	}
}

// instant is the point in time that nanos kept.
func instant(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
