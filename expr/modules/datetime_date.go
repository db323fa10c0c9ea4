package modules

import (
	"time"

	"althing/expr"
	"althing/expr/internal/pytime"
	"althing/value"
)

// date is a date object.
type date struct {
	*calendar
	pytime.Date
}

var (
	_ expr.HasType    = date{}
	_ expr.HasBinary  = date{}
	_ expr.HasCompare = date{}
	_ expr.Hashable   = date{}
	_ expr.Texter     = date{}
	_ expr.Formatter  = date{}
)

// dateOf is the date of a date or a datetime.
func dateOf(self expr.Object) pytime.Date {
	if d, ok := self.(dateTime); ok {
		return d.Date
	}
	return self.(date).Date
}

// dateNumber makes a method of dates and datetimes that gives an int.
func dateNumber(name string, get func(d pytime.Date) int64) *expr.Method {
	return simple("date", name, func(_ *expr.Thread, self expr.Object) (expr.Object, error) {
		return expr.Int(get(dateOf(self))), nil
	})
}

func dateField(get func(d pytime.Date) int) *expr.Property {
	return property(func(self expr.Object) expr.Object { return expr.Int(int64(get(dateOf(self)))) })
}

func (c *calendar) defineDate() {
	first := pytime.Date{Year: pytime.MinYear, Month: 1, Day: 1}
	last := pytime.Date{Year: pytime.MaxYear, Month: 12, Day: 31}
	c.date = expr.Type{Name: "datetime.date", New: c.newDate, Attrs: map[string]expr.Object{
		"min": date{c, first}, "max": date{c, last}, "resolution": delta{c, pytime.OneDay},
		"year":       dateField(func(d pytime.Date) int { return d.Year }),
		"month":      dateField(func(d pytime.Date) int { return d.Month }),
		"day":        dateField(func(d pytime.Date) int { return d.Day }),
		"weekday":    dateNumber("weekday", func(d pytime.Date) int64 { return int64(d.Weekday()) }),
		"isoweekday": dateNumber("isoweekday", func(d pytime.Date) int64 { return int64(d.Weekday() + 1) }),
		"toordinal":  dateNumber("toordinal", pytime.Date.Ordinal),
		"isocalendar": simple("date", "isocalendar", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			return isoCalendar(t, dateOf(self))
		}),
		"isoformat": simple("date", "isoformat", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			return text(t, self.(date).String())
		}),
		"ctime": simple("date", "ctime", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			return text(t, self.(date).Ctime())
		}),
		"timetuple": simple("date", "timetuple", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			return timeTuple(t, pytime.DateTime{Date: self.(date).Date}, -1)
		}),
		"replace":  expr.NewMethod("replace", c.replaceDate),
		"strftime": expr.NewMethod("strftime", c.strftime),
		"today":    expr.NewFunc("today", c.today),
		"fromtimestamp": expr.NewFunc("fromtimestamp", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			o, err := single("date", "fromtimestamp", a)
			if err != nil {
				return nil, err
			}
			d, err := c.atTimestamp(o, c.now().Location())
			return made(t, date{c, d.Date}, err)
		}),
		"fromordinal": expr.NewFunc("fromordinal", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			d, err := ordinalArg("date", a)
			return made(t, date{c, d}, err)
		}),
		"fromisocalendar": expr.NewFunc("fromisocalendar", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			d, err := isoCalendarArgs(a)
			return made(t, date{c, d}, err)
		}),
		"fromisoformat": expr.NewFunc("fromisoformat", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			s, err := isoArg("date", a)
			if err != nil {
				return nil, err
			}
			d, err := pytime.ParseDate(s)
			return made(t, date{c, d}, err)
		}),
	}}
}

func isoCalendar(t *expr.Thread, d pytime.Date) (expr.Object, error) {
	year, week, day := d.ISOCalendar()
	return newRecord(t, isoCalendarShape, expr.Int(int64(year)), expr.Int(int64(week)), expr.Int(int64(day)))
}

var isoCalendarShape = newShape("datetime.IsoCalendarDate", []string{"year", "week", "weekday"})

// ordinalArg reads the argument of fromordinal.
func ordinalArg(of string, a expr.Args) (pytime.Date, error) {
	if len(a.Pos) != 1 && len(a.Names) == 0 {
		return pytime.Date{}, expr.TypeError("fromordinal() takes exactly 1 argument (%d given)", len(a.Pos))
	}
	o, err := single(of, "fromordinal", a)
	if err != nil {
		return pytime.Date{}, err
	}
	n, err := cInt(o)
	if err != nil {
		return pytime.Date{}, err
	}
	return pytime.FromOrdinal(int64(n))
}

var isoCalendarSignature = signature{fn: "fromisocalendar()", names: []string{"year", "week", "day"}, required: 3, pos: 3}

// isoCalendarArgs reads the arguments of fromisocalendar.
func isoCalendarArgs(a expr.Args) (pytime.Date, error) {
	args, err := bindAll(&isoCalendarSignature, a)
	if err != nil {
		return pytime.Date{}, err
	}
	var year, week, day int
	if err := setInts(args, &year, &week, &day); err != nil {
		return pytime.Date{}, err
	}
	return pytime.FromISOCalendar(year, week, day)
}

// isoArg reads the argument of fromisoformat.
func isoArg(of string, a expr.Args) (string, error) {
	o, err := single(of, "fromisoformat", a)
	if err != nil {
		return "", err
	}
	s, ok := o.(value.Str)
	if !ok {
		return "", expr.TypeError("fromisoformat: argument must be str")
	}
	return string(s), nil
}

var dateSignature = signature{fn: "function", names: []string{"year", "month", "day"}, required: 3, pos: 3}

func (c *calendar) newDate(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&dateSignature, a)
	if err != nil {
		return nil, err
	}
	return c.dateFrom(t, args, pytime.Date{})
}

// dateFrom makes a date of those of year, month and day that are given, the
// others being d's.
func (c *calendar) dateFrom(t *expr.Thread, args []expr.Object, d pytime.Date) (expr.Object, error) {
	if err := setInts(args, &d.Year, &d.Month, &d.Day); err != nil {
		return nil, err
	}
	d, err := pytime.NewDate(d.Year, d.Month, d.Day)
	return made(t, date{c, d}, err)
}

var replaceDateSignature = signature{fn: "replace()", names: dateSignature.names, pos: 3}

func (c *calendar) replaceDate(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&replaceDateSignature, a)
	if err != nil {
		return nil, err
	}
	return c.dateFrom(t, args, self.(date).Date)
}

func (c *calendar) today(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("date.today", 0); err != nil {
		return nil, err
	}
	d, err := pytime.FromTime(c.now())
	return made(t, date{c, d.Date}, err)
}

// atTimestamp is the naive datetime that clocks in a location show at a number of
// seconds since 1970.
func (c *calendar) atTimestamp(o expr.Object, location *time.Location) (pytime.DateTime, error) {
	seconds, micro, err := timestampArg(o)
	if err != nil {
		return pytime.DateTime{}, err
	}
	return pytime.FromTimestamp(seconds, micro, location)
}

// timestampArg reads a number of seconds.
func timestampArg(o expr.Object) (seconds int64, micro int, err error) {
	if f, ok := o.(value.Float); ok {
		return pytime.SplitTimestamp(float64(f))
	}
	if i, ok := expr.AsInt(o); ok {
		return i, 0, nil
	}
	if _, err := index(o); err != nil {
		return 0, 0, err
	}
	return 0, 0, expr.OverflowError("timestamp out of range for platform time_t")
}

// strftime is the method of dates, times and datetimes.
func (c *calendar) strftime(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&strftimeSignature, a)
	if err != nil {
		return nil, err
	}
	spec, err := textArg(args[0], "strftime", 1)
	if err != nil {
		return nil, err
	}
	s, err := c.formatted(t, fullOf(self), spec)
	if err != nil {
		return nil, err
	}
	return value.Str(s), nil
}

var strftimeSignature = signature{fn: "strftime()", names: []string{"format"}, required: 1, pos: 1}

// fullOf fills up a date or a time to a datetime, as strftime does.
func fullOf(self expr.Object) pytime.DateTime {
	switch self := self.(type) {
	case date:
		return pytime.DateTime{Date: self.Date}
	case clock:
		return pytime.DateTime{Date: pytime.Date{Year: 1900, Month: 1, Day: 1}, Clock: self.Clock}
	}
	return self.(dateTime).DateTime
}

func (c *calendar) formatted(t *expr.Thread, d pytime.DateTime, spec string) (string, error) {
	return pytime.Strftime(t, d, spec, pytime.Outside{Seconds: func() int64 {
		return int64(d.WithZone(nil).Timestamp(c.now().Location()))
	}})
}

func (date) TypeName() string { return "datetime.date" }

func (d date) Type() *expr.Type { return &d.date }

func (d date) Str(*expr.Thread) (string, error) { return d.String(), nil }

func (d date) Repr(*expr.Thread) (string, error) { return d.Date.Repr(), nil }

func (d date) Format(t *expr.Thread, spec string) (string, error) {
	if spec == "" {
		return d.Str(t)
	}
	return d.formatted(t, fullOf(d), spec)
}

func (d date) Hash(*expr.Thread) (int64, error) { return d.Ordinal(), nil }

func (d date) CompareTo(_ *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	switch e := other.(type) {
	case date:
		return op.Holds(d.Compare(e.Date)), true, nil
	case dateTime:
		return compareKinds(op)
	}
	return false, false, nil
}

// compareKinds compares a datetime with a date: they are not equal, nor can they
// be ordered.
func compareKinds(op expr.CmpOp) (result, ok bool, err error) {
	if op == expr.Eq || op == expr.Ne {
		return op == expr.Ne, true, nil
	}
	return false, false, expr.TypeError("can't compare datetime.datetime to datetime.date")
}

func (d date) Binary(t *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	switch e := other.(type) {
	case delta:
		switch {
		case op == expr.Add:
			moved, err := d.AddDays(int64(e.Days))
			return made(t, date{d.calendar, moved}, err)
		case op == expr.Sub && !reflected:
			moved, err := d.AddDays(-int64(e.Days))
			return made(t, date{d.calendar, moved}, err)
		}
	case date:
		if op == expr.Sub && !reflected {
			return d.madeDelta(t, d.Days(e.Date), nil)
		}
	}
	return nil, nil
}
