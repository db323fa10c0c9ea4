// Package pytime has Python's dates and times as plain values: date, time,
// datetime, timedelta and timezone, to the microsecond, in the years 1 to 9999,
// with CPython 3.11's texts and messages.
//
// The values are comparable where CPython's are, immutable, and safe for
// concurrent use. Nothing here looks at a clock.
package pytime

import (
	"fmt"
	"time"

	"althing/expr/internal/pyerr"
)

// The years there are.
const (
	MinYear = 1
	MaxYear = 9999
)

// Days are numbered from the first of January of the year 1, which is 1.
const (
	epochOrdinal = 719163  // 1 January 1970
	maxOrdinal   = 3652059 // 31 December 9999
)

const secondsPerDay = 24 * 60 * 60

// Date is Python's date: a day of the Gregorian calendar. NewDate makes one.
type Date struct{ Year, Month, Day int }

// NewDate makes a date, or says what is wrong with it.
func NewDate(year, month, day int) (Date, error) {
	switch {
	case year < MinYear || year > MaxYear:
		return Date{}, pyerr.Value("year %d is out of range", year)
	case month < 1 || month > 12:
		return Date{}, pyerr.Value("month must be in 1..12")
	case day < 1 || day > daysIn(year, month):
		return Date{}, pyerr.Value("day is out of range for month")
	}
	return Date{year, month, day}, nil
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// FromOrdinal is date.fromordinal(n).
func FromOrdinal(n int64) (Date, error) {
	const farthest = 1 << 40 // far beyond, and no danger to Go's own years
	switch {
	case n < 1:
		return Date{}, pyerr.Value("ordinal must be >= 1")
	case n > farthest:
		return Date{}, pyerr.Overflow("Python int too large to convert to C int")
	}
	d := dateOf(n)
	if d.Year > MaxYear {
		return Date{}, pyerr.Value("year %d is out of range", d.Year)
	}
	return d, nil
}

// dateOf is the day of that number, also beyond the years there are.
func dateOf(ordinal int64) Date {
	year, month, day := time.Unix((ordinal-epochOrdinal)*secondsPerDay, 0).UTC().Date()
	return Date{year, int(month), day}
}

// FromISOCalendar is date.fromisocalendar(year, week, day).
func FromISOCalendar(year, week, day int) (Date, error) {
	if year < MinYear || year > MaxYear {
		return Date{}, pyerr.Value("Year is out of range: %d", year)
	}
	if week < 1 || week > weeksIn(year) {
		return Date{}, pyerr.Value("Invalid week: %d", week)
	}
	if day < 1 || day > 7 {
		return Date{}, pyerr.Value("Invalid day: %d (range is [1, 7])", day)
	}
	// The fourth of January is always in the first week.
	fourth := Date{year, 1, 4}
	n := fourth.Ordinal() - int64(fourth.Weekday()) + int64(7*(week-1)+day-1)
	switch d := dateOf(n); {
	case n < 1 || d.Year > MaxYear:
		return Date{}, pyerr.Value("year %d is out of range", d.Year)
	default:
		return d, nil
	}
}

// weeksIn is the number of the year's last week.
func weeksIn(year int) int {
	_, week := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return week
}

func (d Date) goTime() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
}

// Ordinal is toordinal().
func (d Date) Ordinal() int64 { return d.goTime().Unix()/secondsPerDay + epochOrdinal }

// Weekday is weekday(): 0 on Mondays.
func (d Date) Weekday() int { return (int(d.goTime().Weekday()) + 6) % 7 }

// YearDay is the number of the day in its year, from 1.
func (d Date) YearDay() int { return d.goTime().YearDay() }

// ISOCalendar is isocalendar(): year, week and day of the week from 1.
func (d Date) ISOCalendar() (year, week, weekday int) {
	year, week = d.goTime().ISOWeek()
	return year, week, d.Weekday() + 1
}

// AddDays is the date so many days later.
func (d Date) AddDays(days int64) (Date, error) {
	n := d.Ordinal() + days
	if n < 1 || n > maxOrdinal {
		return Date{}, errDateRange
	}
	return dateOf(n), nil
}

var errDateRange = pyerr.Overflow("date value out of range")

// Compare orders dates: -1, 0 or 1.
func (d Date) Compare(e Date) int { return d.goTime().Compare(e.goTime()) }

// String is isoformat().
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Ctime is ctime().
func (d Date) Ctime() string { return DateTime{Date: d}.Ctime() }
