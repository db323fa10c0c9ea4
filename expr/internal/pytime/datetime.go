package pytime

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"althing/expr/internal/pyerr"
)

// DateTime is Python's datetime. Combine makes one of valid parts.
type DateTime struct {
	Date
	Clock
}

// micros is the microseconds from the beginning of the day numbered 0.
func (d DateTime) micros() int64 { return d.Ordinal()*microsPerDay + d.Clock.micros() }

// dateTimeOf is the naive datetime of those microseconds.
func dateTimeOf(micros int64) (DateTime, error) {
	if micros < microsPerDay || micros >= (maxOrdinal+1)*microsPerDay {
		return DateTime{}, errDateRange
	}
	return DateTime{dateOf(micros / microsPerDay), clockOf(micros % microsPerDay)}, nil
}

// utc is micros less the zone's offset, if there is one.
func (d DateTime) utc() int64 {
	if d.Zone == nil {
		return d.micros()
	}
	return d.micros() - d.Zone.offset
}

// Equal is d == e: False where only one of them has a zone.
func (d DateTime) Equal(e DateTime) bool {
	return (d.Zone == nil) == (e.Zone == nil) && d.utc() == e.utc()
}

// Compare orders datetimes: -1, 0 or 1; TypeError where only one has a zone.
func (d DateTime) Compare(e DateTime) (int, error) {
	if (d.Zone == nil) != (e.Zone == nil) {
		return 0, pyerr.Type("can't compare offset-naive and offset-aware datetimes")
	}
	return order(d.utc(), e.utc()), nil
}

// Key is the same for equal datetimes, for hashing.
func (d DateTime) Key() int64 { return d.utc() }

// Key is the same for equal times, for hashing.
func (c Clock) Key() int64 { return c.utc() }

// Add is d + delta.
func (d DateTime) Add(delta Delta) (DateTime, error) {
	if delta.Days > maxOrdinal || delta.Days < -maxOrdinal {
		return DateTime{}, errDateRange
	}
	sum, err := dateTimeOf(d.micros() + int64(delta.Days)*microsPerDay + delta.withinDay())
	sum.Zone = d.Zone
	return sum, err
}

// Subtract is d - delta.
func (d DateTime) Subtract(delta Delta) (DateTime, error) {
	if delta.Days > maxOrdinal || delta.Days < -maxOrdinal {
		return DateTime{}, errDateRange
	}
	return d.Add(shortDelta(-int64(delta.Days)*microsPerDay - delta.withinDay()))
}

// Sub is d - e for datetimes.
func (d DateTime) Sub(e DateTime) (Delta, error) {
	if (d.Zone == nil) != (e.Zone == nil) {
		return Delta{}, pyerr.Type("can't subtract offset-naive and offset-aware datetimes")
	}
	return shortDelta(d.utc() - e.utc()), nil
}

// Days is d - e for dates.
func (d Date) Days(e Date) Delta { return Delta{Days: int(d.Ordinal() - e.Ordinal())} }

// In is d, which has a zone, as clocks show it in another zone.
func (d DateTime) In(zone *Zone) (DateTime, error) {
	moved, err := dateTimeOf(d.utc() + zone.offset)
	moved.Zone = zone
	return moved, err
}

// FromTime is the datetime that clocks show in t's location, cut to microseconds;
// naive.
func FromTime(t time.Time) (DateTime, error) {
	_, offset := t.Zone()
	return fromUnix(t.Unix()+int64(offset), t.Nanosecond()/1000)
}

// fromUnix is the naive datetime so long after the beginning of 1970.
func fromUnix(seconds int64, micro int) (DateTime, error) {
	const farthest = 1 << 56 // beyond C's years, and within Go's
	t := time.Unix(max(-farthest, min(seconds, farthest)), 0).UTC()
	if t.Year() != int(int32(t.Year())) {
		return DateTime{}, pyerr.New("OSError", "[Errno 75] Value too large for defined data type")
	}
	if t.Year() < MinYear || t.Year() > MaxYear {
		return DateTime{}, pyerr.Value("year %d is out of range", t.Year())
	}
	return DateTime{
		Date{t.Year(), int(t.Month()), t.Day()},
		Clock{Hour: t.Hour(), Minute: t.Minute(), Second: t.Second(), Micro: micro},
	}, nil
}

// SplitTimestamp takes apart a number of seconds since 1970, the microseconds
// rounded with ties to the even one.
func SplitTimestamp(seconds float64) (whole int64, micro int, err error) {
	if seconds != seconds {
		return 0, 0, pyerr.Value("Invalid value NaN (not a number)")
	}
	integer, fraction := math.Modf(seconds)
	micros := math.RoundToEven(fraction * microsPerSecond)
	switch {
	case micros >= microsPerSecond:
		integer, micros = integer+1, micros-microsPerSecond
	case micros < 0:
		integer, micros = integer-1, micros+microsPerSecond
	}
	if !(integer >= math.MinInt64 && integer < math.MaxInt64) {
		return 0, 0, pyerr.Overflow("timestamp out of range for platform time_t")
	}
	return int64(integer), int(micros), nil
}

// FromTimestamp is the naive datetime that clocks show in a location so many
// seconds after the beginning of 1970.
func FromTimestamp(seconds int64, micro int, location *time.Location) (DateTime, error) {
	offset := offsetAt(seconds, location)
	d, err := fromUnix(seconds+offset, micro)
	if err != nil {
		return d, err
	}
	// A clock that was just put back shows the same time for the second time.
	if before := offsetAt(seconds-maxFold, location); before > offset && offsetAt(seconds-(before-offset), location) == before {
		d.Fold = 1
	}
	return d, nil
}

// maxFold is longer than clocks are ever put back by.
const maxFold = secondsPerDay

func offsetAt(seconds int64, location *time.Location) int64 {
	_, offset := time.Unix(seconds, 0).In(location).Zone()
	return int64(offset)
}

// unix is d as seconds since 1970, had it no zone.
func (d DateTime) unix() int64 {
	return (d.Ordinal()-epochOrdinal)*secondsPerDay + d.Clock.micros()/microsPerSecond
}

// Timestamp is timestamp(): seconds since 1970. A naive datetime is a time in the
// location.
func (d DateTime) Timestamp(location *time.Location) float64 {
	if d.Zone != nil {
		micros := big.NewInt(d.utc() - epochOrdinal*microsPerDay)
		f, _ := new(big.Rat).SetFrac(micros, perSecond).Float64()
		return f
	}
	return float64(d.local(location)) + float64(d.Micro)/microsPerSecond
}

// local finds the second at which clocks in the location show d. Where they never
// do, because they are put forward over it, fold says which side; where they do
// twice, fold says which time.
func (d DateTime) local(location *time.Location) int64 { return showing(d.unix(), d.Fold, location) }

// showing is local for seconds since 1970, had it no zone.
func showing(t int64, fold int, location *time.Location) int64 {
	shown := func(u int64) int64 { return u + offsetAt(u, location) }
	a := shown(t) - t
	first := t - a
	b := shown(first) - first
	if shown(first) == t {
		other := first - maxFold
		if fold == 1 {
			other = first + maxFold
		}
		if b = shown(other) - other; a == b {
			return first
		}
	}
	second := t - b
	switch {
	case shown(second) == t:
		return second
	case shown(first) == t:
		return first
	case fold == 1:
		return min(first, second)
	}
	return max(first, second)
}

// LocalZone is the zone of the location at the time that d, a naive datetime of
// the location or one with a zone, names.
func (d DateTime) LocalZone(location *time.Location) (*Zone, error) {
	seconds := d.unix()
	if d.Zone == nil {
		seconds = d.local(location)
	} else {
		seconds -= floorDiv(d.Zone.offset, microsPerSecond)
	}
	name, offset := time.Unix(seconds, 0).In(location).Zone()
	return NamedZone(shortDelta(int64(offset)*microsPerSecond), name, true)
}

func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}

// WithZone is d with another zone, its figures the same.
func (d DateTime) WithZone(zone *Zone) DateTime {
	d.Zone = zone
	return d
}

// ISO is isoformat(separator, timespec).
func (d DateTime) ISO(separator, spec string) (string, error) {
	clock, err := d.Clock.ISO(spec)
	return d.Date.String() + separator + clock, err
}

// String is str(d).
func (d DateTime) String() string {
	text, _ := d.ISO(" ", "auto") // which is always right
	return text
}

// Repr is repr(d).
func (d DateTime) Repr() string {
	return fmt.Sprintf("datetime.datetime(%d, %d, %d, %s%s)", d.Year, d.Month, d.Day, d.fields(), d.keywords())
}

// Repr is repr(d).
func (d Date) Repr() string { return fmt.Sprintf("datetime.date(%d, %d, %d)", d.Year, d.Month, d.Day) }

// Ctime is ctime().
func (d DateTime) Ctime() string {
	return fmt.Sprintf("%s %s %2d %02d:%02d:%02d %04d", dayNames[d.Weekday()][:3], monthNames[d.Month-1][:3], d.Day, d.Hour, d.Minute, d.Second, d.Year)
}
