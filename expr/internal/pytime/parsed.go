package pytime

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"althing/expr/internal/pyerr"
)

// parsed is what the directives of a format found in a text. A part that was not
// there is none.
type parsed struct {
	year, month, day            int
	hour, minute, second, micro int
	isoYear, isoWeek            int
	weekday                     int // from Monday, 0
	yearDay                     int // from 1
	week                        int // of %U and %W
	mondayWeek                  bool
	hasOffset                   bool
	offset                      Delta
	zoneName                    string
}

// none marks a part that was not there.
const none = -1 << 30

// newParsed reads the directives' texts, of which the matcher has seen that they
// are numbers and names. The last directive comes first; where two say the same,
// the last counts.
func newParsed(found []finding) (*parsed, error) {
	p := &parsed{year: none, month: 1, day: 1, isoYear: none, isoWeek: none, weekday: none, yearDay: none, week: none}
	pm := slices.ContainsFunc(found, func(f finding) bool { return f.kind == 'p' && strings.EqualFold(f.text, "pm") })
	for _, f := range slices.Backward(found) {
		if err := p.set(f.kind, f.text, pm); err != nil {
			return nil, err
		}
	}
	return p, p.settleDay()
}

func (p *parsed) set(kind byte, text string, pm bool) error {
	number, _ := strconv.Atoi(strings.TrimLeft(text, " ")) // 0 for what is no number
	switch kind {
	case 'y':
		p.year = 1900 + number
		if number <= 68 {
			p.year += 100
		}
	case 'Y':
		p.year = number
	case 'G':
		p.isoYear = number
	case 'm':
		p.month = number
	case 'B', 'b':
		p.month = nameIndex(monthNames[:], text) + 1
	case 'd':
		p.day = number
	case 'H':
		p.hour = number
	case 'I':
		p.hour = number % 12
		if pm {
			p.hour += 12
		}
	case 'M':
		p.minute = number
	case 'S':
		p.second = number
	case 'f':
		p.micro, _ = fraction(text)
	case 'A', 'a':
		p.weekday = nameIndex(dayNames[:], text)
	case 'w':
		p.weekday = (number + 6) % 7
	case 'u':
		p.weekday = number - 1
	case 'j':
		p.yearDay = number
	case 'U', 'W':
		p.week, p.mondayWeek = number, kind == 'W'
	case 'V':
		p.isoWeek = number
	case 'Z':
		p.zoneName = text
	case 'z':
		return p.setOffset(text)
	}
	return nil
}

// nameIndex finds the name that begins with text, capitals or not.
func nameIndex(names []string, text string) int {
	for i, name := range names {
		if len(name) >= len(text) && strings.EqualFold(name[:len(text)], text) {
			return i
		}
	}
	return 0
}

// setOffset reads +HHMM[SS[.f]], with colons everywhere or nowhere.
func (p *parsed) setOffset(text string) error {
	p.hasOffset = true
	if text == "Z" {
		return nil
	}
	figures := text[1:]
	colon := strings.IndexByte(figures, ':') == 2
	switch rest := figures[4:]; {
	case colon && len(figures) > 5 && figures[5] != ':':
		return pyerr.Value("Inconsistent use of : in %s", text)
	case !colon && strings.HasPrefix(rest, ":"):
		return pyerr.Value("invalid literal for int() with base 10: '%s'", rest[:2])
	}
	figures = strings.ReplaceAll(figures, ":", "")
	hours, _ := strconv.Atoi(figures[:2])
	minutes, _ := strconv.Atoi(figures[2:4])
	seconds, micros := 0, 0
	if len(figures) > 4 {
		seconds, _ = strconv.Atoi(figures[4:6])
	}
	if len(figures) > 7 {
		micros, _ = fraction(figures[7:])
	}
	total := int64(hours*3600+minutes*60+seconds)*microsPerSecond + int64(micros)
	if text[0] == '-' {
		total = -total
	}
	var err error
	p.offset, err = DeltaOf(big.NewInt(total))
	return err
}

// settleDay finds the day from whatever names it: a date, the number of a day, or
// a week and a day of it.
func (p *parsed) settleDay() error {
	if err := p.checkISO(); err != nil {
		return err
	}
	leapDay := false
	if p.year == none {
		p.year = 1900
		if leapDay = p.month == 2 && p.day == 29; leapDay {
			p.year = 1904 // a leap year, to find the day in
		}
	}
	if err := p.settleWeek(); err != nil {
		return err
	}
	if err := p.settleYearDay(); err != nil {
		return err
	}
	if leapDay {
		p.year = 1900
	}
	return nil
}

// checkISO refuses a year or a week of the ISO calendar that stands alone.
func (p *parsed) checkISO() error {
	const weekdays = "a weekday directive ('%A', '%a', '%w', or '%u')."
	switch {
	case p.year == none && p.isoYear != none:
		if p.isoWeek == none || p.weekday == none {
			return pyerr.Value("ISO year directive '%%G' must be used with the ISO week directive '%%V' and %s", weekdays)
		}
		if p.yearDay != none {
			return pyerr.Value("Day of the year directive '%%j' is not compatible with ISO year directive '%%G'. Use '%%Y' instead.")
		}
	case p.week == none && p.isoWeek != none:
		if p.weekday == none {
			return pyerr.Value("ISO week directive '%%V' must be used with the ISO year directive '%%G' and %s", weekdays)
		}
		return pyerr.Value("ISO week directive '%%V' is incompatible with the year directive '%%Y'. Use the ISO year '%%G' instead.")
	}
	return nil
}

// settleWeek works out the day of the year from a week and a day of it.
func (p *parsed) settleWeek() error {
	switch {
	case p.yearDay != none || p.weekday == none:
		return nil
	case p.week != none:
		first, err := NewDate(p.year, 1, 1)
		if err != nil {
			return err
		}
		p.yearDay = dayOfWeek(first.Weekday(), p.week, p.weekday, p.mondayWeek)
	case p.isoYear != none && p.isoWeek != none:
		fourth, err := NewDate(p.isoYear, 1, 4) // always in the first week
		if err != nil {
			return err
		}
		p.year, p.yearDay = p.isoYear, 7*p.isoWeek+p.weekday+1-(fourth.Weekday()+1+3)
	default:
		return nil
	}
	if p.yearDay < 1 {
		p.year--
		if p.year < MinYear {
			return pyerr.Value("year %d is out of range", p.year)
		}
		p.yearDay += Date{p.year, 12, 31}.YearDay()
	}
	return nil
}

// dayOfWeek is the number in its year of a day of a week; first is the weekday of
// the first of January.
func dayOfWeek(first, week, weekday int, monday bool) int {
	if !monday {
		first, weekday = (first+1)%7, (weekday+1)%7
	}
	if week == 0 {
		return 1 + weekday - first
	}
	return 1 + (7-first)%7 + 7*(week-1) + weekday
}

// settleYearDay works out month and day from the day of the year, or the other
// way round, and sees that they are right.
func (p *parsed) settleYearDay() error {
	if p.yearDay == none {
		d, err := NewDate(p.year, p.month, p.day)
		if err != nil {
			return err
		}
		p.yearDay = d.YearDay()
		p.settleWeekday(d)
		return nil
	}
	first, err := NewDate(p.year, 1, 1)
	if err != nil {
		return err
	}
	d, err := FromOrdinal(first.Ordinal() + int64(p.yearDay) - 1)
	if err != nil {
		return err
	}
	p.year, p.month, p.day = d.Year, d.Month, d.Day
	p.settleWeekday(d)
	return nil
}

// settleWeekday takes the weekday of the date, where none was named.
func (p *parsed) settleWeekday(d Date) {
	if p.weekday == none {
		p.weekday = d.Weekday()
	}
}

func (p *parsed) date() (Date, error) { return NewDate(p.year, p.month, p.day) }

func (p *parsed) clock() (Clock, error) {
	c := Clock{Hour: p.hour, Minute: p.minute, Second: p.second, Micro: p.micro}
	if p.hasOffset {
		var err error
		if c.Zone, err = NamedZone(p.offset, p.zoneName, p.zoneName != ""); err != nil {
			return Clock{}, err
		}
		if p.zoneName == "" && p.offset.IsZero() {
			c.Zone = UTC
		}
	}
	return NewClock(c)
}
