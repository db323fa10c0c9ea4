package pytime

import (
	"althing/expr/internal/pyerr"
	"althing/value"
)

// errISO is the error for a text that is no date or time in ISO's form.
func errISO(text string) error {
	return pyerr.Value("Invalid isoformat string: %s", value.Repr(value.Str(text)))
}

// ParseDate is date.fromisoformat(text).
func ParseDate(text string) (Date, error) {
	if n := len(text); n != 7 && n != 8 && n != 10 {
		return Date{}, errISO(text)
	}
	d, ok := splitDate(text)
	if !ok {
		return Date{}, errISO(text)
	}
	return NewDate(d.Year, d.Month, d.Day)
}

// digits reads n decimal digits at the front of text.
func digits(text string, n int) (number int, rest string, ok bool) {
	if len(text) < n {
		return 0, "", false
	}
	for i := range n {
		if !isDigit(text[i]) {
			return 0, "", false
		}
		number = number*10 + int(text[i]-'0')
	}
	return number, text[n:], true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// splitDate reads YYYY-MM-DD, YYYYMMDD, YYYY-Www[-D] and YYYYWww[D]; whether the
// day exists is not looked at, except in the forms with a week. Like CPython, it
// does not mind what follows.
func splitDate(text string) (d Date, ok bool) {
	year, rest, ok := digits(text, 4)
	if !ok {
		return d, false
	}
	dashes := len(rest) > 0 && rest[0] == '-'
	if dashes {
		rest = rest[1:]
	}
	if len(rest) > 0 && rest[0] == 'W' {
		return weekDate(year, rest[1:], dashes)
	}
	month, rest, ok := digits(rest, 2)
	if !ok {
		return d, false
	}
	if rest, ok = dash(rest, dashes); !ok {
		return d, false
	}
	day, _, ok := digits(rest, 2)
	return Date{year, month, day}, ok
}

// dash reads the dash that has to stand there, if dashes are used.
func dash(text string, dashes bool) (rest string, ok bool) {
	if !dashes {
		return text, true
	}
	if text == "" || text[0] != '-' {
		return "", false
	}
	return text[1:], true
}

// weekDate reads what follows the W.
func weekDate(year int, text string, dashes bool) (Date, bool) {
	week, rest, ok := digits(text, 2)
	if !ok {
		return Date{}, false
	}
	day := 1
	if rest != "" {
		if rest, ok = dash(rest, dashes); !ok {
			return Date{}, false
		}
		if day, _, ok = digits(rest, 1); !ok {
			return Date{}, false
		}
	}
	d, err := FromISOCalendar(year, week, day)
	return d, err == nil
}

// ParseClock is time.fromisoformat(text).
func ParseClock(text string) (Clock, error) {
	rest := text
	if rest != "" && rest[0] == 'T' {
		rest = rest[1:]
	}
	clock, err := parseClock(rest, text)
	if err != nil {
		return Clock{}, err
	}
	return NewClock(clock)
}

// parseClock reads a time with its zone, without looking whether there is such a
// time; whole is what the error shows.
func parseClock(text, whole string) (Clock, error) {
	clockText, zoneText, sign := splitZone(text)
	clock, rest, ok := splitClock(clockText)
	// Like CPython, what is too much does no harm in front of a zone.
	if !ok || sign == 0 && rest != "" {
		return Clock{}, errISO(whole)
	}
	if sign == 0 {
		return clock, nil
	}
	var err error
	clock.Zone, err = parseZone(zoneText, sign, whole)
	return clock, err
}

// splitZone finds the zone behind a time, at its sign or Z; sign 0: there is none.
func splitZone(text string) (clock, zone string, sign byte) {
	for i := range len(text) {
		if c := text[i]; c == '+' || c == '-' || c == 'Z' {
			return text[:i], text[i+1:], c
		}
	}
	return text, "", 0
}

func parseZone(text string, sign byte, whole string) (*Zone, error) {
	if sign == 'Z' {
		if text != "" {
			return nil, errISO(whole)
		}
		return UTC, nil
	}
	offset, rest, ok := splitClock(text)
	if !ok || rest != "" {
		return nil, errISO(whole)
	}
	micros := offset.micros()
	if sign == '-' {
		micros = -micros
	}
	return NewZone(shortDelta(micros))
}

// splitClock reads HH, HH:MM, HH:MM:SS and the same without colons, and a
// fraction. rest is what is left: at most one character behind a time without a
// fraction, and anything behind six digits of one.
func splitClock(text string) (c Clock, rest string, ok bool) {
	colons := false
	for i, field := range [...]*int{&c.Hour, &c.Minute, &c.Second} {
		if *field, text, ok = digits(text, 2); !ok {
			return c, "", false
		}
		if len(text) < 2 {
			return c, text, true
		}
		if i == 0 {
			colons = text[0] == ':'
		}
		point := text[0] == '.' || text[0] == ','
		if colons && text[0] != ':' && !point {
			return c, "", false
		}
		if colons || point {
			text = text[1:]
		}
		if point {
			break
		}
	}
	c.Micro, rest = fraction(text)
	return c, rest, rest == "" || len(text)-len(rest) >= 6
}

// fraction reads the digits behind the point; from the seventh on they are
// dropped.
func fraction(text string) (micros int, rest string) {
	n := 0
	for ; n < len(text) && isDigit(text[n]); n++ {
		if n < 6 {
			micros = micros*10 + int(text[n]-'0')
		}
	}
	for i := n; i < 6; i++ {
		micros *= 10
	}
	return micros, text[n:]
}

// ParseDateTime is datetime.fromisoformat(text).
func ParseDateTime(text string) (DateTime, error) {
	const shortest = 7 // YYYYWww
	if len(text) < shortest {
		return DateTime{}, errISO(text)
	}
	end := dateEnd(text)
	if end > len(text) {
		return DateTime{}, errISO(text)
	}
	d, ok := splitDate(text[:end])
	if !ok {
		return DateTime{}, errISO(text)
	}
	var clock Clock
	if rest := text[end:]; rest != "" {
		// One character of any kind stands between date and time.
		_, size := value.DecodeRune(rest)
		var err error
		if clock, err = parseClock(rest[size:], text); err != nil {
			return DateTime{}, err
		}
	}
	if d, err := NewDate(d.Year, d.Month, d.Day); err != nil {
		return DateTime{d, clock}, err
	}
	clock, err := NewClock(clock)
	return DateTime{d, clock}, err
}

// dateEnd finds where the date ends, a time of any length following it: the forms
// with a week leave that open to guess.
func dateEnd(text string) int {
	dashes := text[4] == '-'
	switch {
	case len(text) == 7:
		return 7
	case dashes && text[5] == 'W':
		if len(text) <= 8 || text[8] != '-' || len(text) > 10 && isDigit(text[10]) {
			return 8
		}
		return 10
	case dashes:
		return 10
	case text[4] != 'W':
		return 8
	}
	end := 7
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	switch {
	case end < 9:
		return end
	case end%2 == 0:
		return 7
	}
	return 8
}
