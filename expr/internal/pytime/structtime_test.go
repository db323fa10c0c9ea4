package pytime_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"althing/expr/internal/pytime"
)

func TestStructTimeCheck(t *testing.T) {
	fine := pytime.StructTime{Year: 2026, Month: 1, Day: 2, Weekday: 4, YearDay: 2}
	for _, c := range []struct {
		change func(s *pytime.StructTime)
		want   string
	}{
		{func(*pytime.StructTime) {}, "Fri Jan  2 00:00:00 2026"},
		{func(s *pytime.StructTime) { s.Month, s.Day, s.YearDay = 0, 0, 0 }, "Fri Jan  1 00:00:00 2026"},
		{func(s *pytime.StructTime) { s.Weekday, s.Second, s.Day = 9, 61, 31 }, "Wed Jan 31 00:00:61 2026"},
		{func(s *pytime.StructTime) { s.Weekday, s.Year = -1, -7 }, "Sun Jan  2 00:00:00 -7"},
		{func(s *pytime.StructTime) { s.Month = 13 }, "ValueError: month out of range"},
		{func(s *pytime.StructTime) { s.Month = -1 }, "ValueError: month out of range"},
		{func(s *pytime.StructTime) { s.Day = 32 }, "ValueError: day of month out of range"},
		{func(s *pytime.StructTime) { s.Hour = 24 }, "ValueError: hour out of range"},
		{func(s *pytime.StructTime) { s.Minute = -1 }, "ValueError: minute out of range"},
		{func(s *pytime.StructTime) { s.Second = 62 }, "ValueError: seconds out of range"},
		{func(s *pytime.StructTime) { s.Weekday = -2 }, "ValueError: day of week out of range"},
		{func(s *pytime.StructTime) { s.YearDay = 367 }, "ValueError: day of year out of range"},
	} {
		s := fine
		c.change(&s)
		checked, err := s.Check()
		got := fmt.Sprint(err)
		if err == nil {
			got = checked.Asctime()
		}
		if got != c.want {
			t.Errorf("%+v: got %s, want %s", s, got, c.want)
		}
	}
}

// TestStructTimeThereAndBack shows random times and finds them again, in a place
// with summer time: DST tells apart the hour that is there twice.
func TestStructTimeThereAndBack(t *testing.T) {
	location, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here")
	}
	r := rand.New(rand.NewPCG(6, 6))
	for range 5000 {
		seconds := r.Int64N(8e9) - 4e9
		if r.IntN(2) == 0 {
			seconds = 1603587600 + r.Int64N(3*3600) - 2*3600 // around the end of summer time in 2020
		}
		s, err := pytime.StructTimeAt(seconds, location)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := s.Seconds(location); back != seconds || err != nil {
			t.Errorf("%d is %+v, which is %d, %v", seconds, s, back, err)
		}
		u := time.Unix(seconds, 0).In(location)
		year, week := u.ISOWeek()
		want := fmt.Sprintf("%d %02d %03d %d", year, week, u.YearDay(), u.Weekday())
		got, err := s.Strftime(budget(), "%G %V %j %w", pytime.Outside{})
		if got != want || err != nil {
			t.Errorf("%+v: got %s, %v, want %s", s, got, err, want)
		}
	}
}
