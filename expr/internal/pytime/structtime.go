package pytime

import (
	"fmt"
	"math"
	"strings"
	"time"

	"althing/expr/internal/pyerr"
)

// StructTime is Python's struct_time, C's struct tm: what clocks and calendars
// show. Nothing makes its parts agree with each other, or be in their ranges.
type StructTime struct {
	Year, Month, Day     int // of any size; month and day from 1
	Hour, Minute, Second int
	Weekday              int // from Monday, 0
	YearDay              int // from 1
	DST                  int // summer time: 1 yes, 0 no, less: not known
	// Zone is its name, "" if not known.
	Zone string
	// Offset is how many seconds clocks are ahead of UTC, if HasOffset.
	Offset    int
	HasOffset bool
}

// StructTimeAt is what clocks in a location show so many seconds after the
// beginning of 1970: localtime(seconds), and gmtime(seconds) with UTC.
func StructTimeAt(seconds int64, location *time.Location) (StructTime, error) {
	const farthest = 1 << 56 // beyond C's years, and within Go's
	t := time.Unix(max(-farthest, min(seconds, farthest)), 0).In(location)
	if !cYear(t.Year()) {
		return StructTime{}, pyerr.New("OSError", "[Errno 75] Value too large for defined data type")
	}
	s := StructTime{
		Year: t.Year(), Month: int(t.Month()), Day: t.Day(), Hour: t.Hour(), Minute: t.Minute(), Second: t.Second(),
		Weekday: (int(t.Weekday()) + 6) % 7, YearDay: t.YearDay(), HasOffset: true,
	}
	s.Zone, s.Offset = t.Zone()
	if t.IsDST() {
		s.DST = 1
	}
	return s, nil
}

// cYear reports whether C has room for a year, of which it keeps what it is above
// 1900.
func cYear(year int) bool { return year-1900 >= math.MinInt32 && year-1900 <= math.MaxInt32 }

// structTime is timetuple().
func (d DateTime) structTime() StructTime {
	return StructTime{
		Year: d.Year, Month: d.Month, Day: d.Day, Hour: d.Hour, Minute: d.Minute, Second: d.Second,
		Weekday: d.Weekday(), YearDay: d.YearDay(), DST: -1,
	}
}

// Seconds is mktime(s): the seconds since 1970 at which clocks in a location show
// s, of which the weekday and the day of the year do not count. Parts beyond their
// ranges count on: the 40th of January is the 9th of February.
func (s StructTime) Seconds(location *time.Location) (int64, error) {
	wall := time.Date(s.Year, time.Month(s.Month), s.Day, s.Hour, s.Minute, s.Second, 0, time.UTC)
	if !cYear(wall.Year()) {
		return 0, pyerr.Overflow("mktime argument out of range")
	}
	first := time.Unix(showing(wall.Unix(), 0, location), 0).In(location)
	if s.DST < 0 {
		return first.Unix(), nil
	}
	if offset, ok := offsetNear(first, s.DST > 0); ok {
		return wall.Unix() - int64(offset), nil
	}
	const hour = 3600 // what the C library takes summer time for where there is none
	if s.DST > 0 {
		return first.Unix() - hour, nil
	}
	return first.Unix() + hour, nil
}

// offsetNear is the offset at the time nearest to t with or without summer time.
func offsetNear(t time.Time, dst bool) (offset int, ok bool) {
	const farthest = 268828200 * time.Second // as far as the C library looks
	if t.IsDST() == dst {
		_, offset = t.Zone()
		return offset, true
	}
	nearest := farthest
	try := func(u time.Time) (done bool) {
		distance := u.Sub(t).Abs()
		if distance < nearest && u.IsDST() == dst {
			nearest, ok = distance, true
			_, offset = u.Zone()
		}
		return ok || distance >= farthest
	}
	for start, _ := t.ZoneBounds(); !start.IsZero(); start, _ = start.Add(-1).ZoneBounds() {
		if try(start.Add(-1)) {
			break
		}
	}
	for _, end := t.ZoneBounds(); !end.IsZero(); _, end = end.ZoneBounds() {
		if try(end) {
			break
		}
	}
	return offset, ok
}

// Check makes what is zero but begins at one the least there is, as C's callers
// may leave it, and refuses what no clock shows.
func (s StructTime) Check() (StructTime, error) {
	// The C library counts from Sunday, and takes the rest of a division by 7.
	sunday := (s.Weekday + 1) % 7
	s.Weekday = (sunday + 6) % 7
	s.Month, s.Day, s.YearDay = fromOne(s.Month), fromOne(s.Day), fromOne(s.YearDay)
	for _, part := range []struct {
		n, least, most int
		name           string
	}{
		{s.Month, 1, 12, "month"},
		{s.Day, 1, 31, "day of month"},
		{s.Hour, 0, 23, "hour"},
		{s.Minute, 0, 59, "minute"},
		{s.Second, 0, 61, "seconds"},
		{sunday, 0, 6, "day of week"},
		{s.YearDay, 1, 366, "day of year"},
	} {
		if part.n < part.least || part.n > part.most {
			return s, pyerr.Value("%s out of range", part.name)
		}
	}
	return s, nil
}

func fromOne(n int) int {
	if n == 0 {
		return 1
	}
	return n
}

// Asctime is asctime(s), for an s that Check has seen.
func (s StructTime) Asctime() string {
	return fmt.Sprintf("%s %s%3d %02d:%02d:%02d %d", dayNames[s.Weekday][:3], monthNames[s.Month-1][:3], s.Day, s.Hour, s.Minute, s.Second, s.Year)
}

// sunday is the weekday from Sunday, 0.
func (s StructTime) sunday() int { return (s.Weekday + 1) % 7 }

// isoWeek gives year and week of the ISO calendar.
func (s StructTime) isoWeek() (year, week int) {
	year, days := s.Year, daysIntoISO(s.YearDay-1, s.sunday())
	if days < 0 {
		year--
		days = daysIntoISO(s.YearDay-1+daysOf(year), s.sunday())
	} else if next := daysIntoISO(s.YearDay-1-daysOf(year), s.sunday()); next >= 0 {
		year++
		days = next
	}
	return year, days/7 + 1
}

// daysIntoISO is how many days a day is behind the first Monday of the ISO year,
// if that is the calendar's year.
func daysIntoISO(yearDay, sunday int) int {
	const thursday, monday, enough = 4, 1, 54 * 7 // to divide what is not negative
	return yearDay - (yearDay-sunday+thursday+enough)%7 + thursday - monday
}

// daysOf is how many days a year has.
func daysOf(year int) int {
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 366
	}
	return 365
}

// century is year / 100, rounded down.
func century(year int) int { return int(floorDiv(int64(year), 100)) }

// ParseStructTime is time.strptime(text, format) in the C locale; zoneNames are
// the local ones without and with summer time.
func ParseStructTime(b Budget, text, format string, zoneNames []string) (StructTime, error) {
	p, err := parseFormat(b, text, format, zoneNames)
	if err != nil {
		return StructTime{}, err
	}
	return StructTime{
		Year: p.year, Month: p.month, Day: p.day, Hour: p.hour, Minute: p.minute, Second: p.second,
		Weekday: p.weekday, YearDay: p.yearDay, DST: p.dst(zoneNames), Zone: p.zoneName,
		Offset: int((int64(p.offset.Days)*microsPerDay + p.offset.withinDay()) / microsPerSecond), HasOffset: p.hasOffset,
	}, nil
}

// dst is what the name of the zone says about summer time.
func (p *parsed) dst(zoneNames []string) int {
	if p.zoneName == "" {
		return -1
	}
	for i, names := range [][]string{{"utc", "gmt", zoneNames[0]}, zoneNames[1:]} {
		for _, name := range names {
			if strings.EqualFold(name, p.zoneName) {
				return i
			}
		}
	}
	return -1
}
