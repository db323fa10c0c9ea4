package modules

import (
	"time"

	"althing/expr"
	"althing/expr/internal/pytime"
	"althing/value"
)

// dateTime is a datetime object.
type dateTime struct {
	*calendar
	pytime.DateTime
}

var (
	_ expr.HasType    = dateTime{}
	_ expr.HasBinary  = dateTime{}
	_ expr.HasCompare = dateTime{}
	_ expr.Hashable   = dateTime{}
	_ expr.Texter     = dateTime{}
	_ expr.Formatter  = dateTime{}
)

func (c *calendar) madeDateTime(t *expr.Thread, d pytime.DateTime, err error) (expr.Object, error) {
	return made(t, dateTime{c, d}, err)
}

func (c *calendar) defineDateTime() {
	attrs := c.clockAttrs("datetime")
	first := pytime.DateTime{Date: pytime.Date{Year: pytime.MinYear, Month: 1, Day: 1}}
	last := pytime.DateTime{
		Date:  pytime.Date{Year: pytime.MaxYear, Month: 12, Day: 31},
		Clock: pytime.Clock{Hour: 23, Minute: 59, Second: 59, Micro: 999999},
	}
	attrs["min"], attrs["max"], attrs["resolution"] = dateTime{c, first}, dateTime{c, last}, delta{c, pytime.Microsec}
	for name, fn := range map[string]func(t *expr.Thread, d dateTime) (expr.Object, error){
		"date": func(t *expr.Thread, d dateTime) (expr.Object, error) { return made(t, date{c, d.Date}, nil) },
		"time": func(t *expr.Thread, d dateTime) (expr.Object, error) {
			return made(t, clock{c, d.WithZone(nil).Clock}, nil)
		},
		"timetz": func(t *expr.Thread, d dateTime) (expr.Object, error) { return made(t, clock{c, d.Clock}, nil) },
		"ctime":  func(t *expr.Thread, d dateTime) (expr.Object, error) { return text(t, d.Ctime()) },
		"timestamp": func(_ *expr.Thread, d dateTime) (expr.Object, error) {
			return number(d.Timestamp(c.now().Location())), nil
		},
		"timetuple": func(t *expr.Thread, d dateTime) (expr.Object, error) { return timeTuple(t, d.DateTime, -1) },
		"utctimetuple": func(t *expr.Thread, d dateTime) (expr.Object, error) {
			if d.Zone == nil {
				return timeTuple(t, d.DateTime, 0)
			}
			utc, err := d.In(pytime.UTC)
			if err != nil {
				return nil, err
			}
			return timeTuple(t, utc, 0)
		},
	} {
		attrs[name] = simple("datetime", name, func(t *expr.Thread, self expr.Object) (expr.Object, error) { return fn(t, self.(dateTime)) })
	}
	for name, fn := range map[string]func(*expr.Thread, expr.Object, expr.Args) (expr.Object, error){
		"isoformat": dateTimeISO, "replace": c.replaceDateTime, "astimezone": c.asTimeZone,
	} {
		attrs[name] = expr.NewMethod(name, fn)
	}
	for name, fn := range map[string]func(*expr.Thread, expr.Args) (expr.Object, error){
		"now": c.nowIn, "today": c.todayNow, "utcnow": c.utcNow, "combine": c.combine, "strptime": c.strptime,
		"fromtimestamp": c.fromTimestamp, "utcfromtimestamp": c.utcFromTimestamp,
		"fromordinal": func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			d, err := ordinalArg("datetime", a)
			return c.madeDateTime(t, pytime.DateTime{Date: d}, err)
		},
		"fromisocalendar": func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			d, err := isoCalendarArgs(a)
			return c.madeDateTime(t, pytime.DateTime{Date: d}, err)
		},
		"fromisoformat": func(t *expr.Thread, a expr.Args) (expr.Object, error) {
			s, err := isoArg("datetime", a)
			if err != nil {
				return nil, err
			}
			d, err := pytime.ParseDateTime(s)
			return c.madeDateTime(t, d, err)
		},
	} {
		attrs[name] = expr.NewFunc(name, fn)
	}
	c.dateTime = expr.Type{Name: "datetime.datetime", Base: &c.date, New: c.newDateTime, Attrs: attrs}
}

var dateTimeNames = append([]string{"year", "month", "day"}, clockNames...)

var (
	dateTimeSignature        = signature{fn: "function", names: dateTimeNames, required: 3, pos: 8}
	replaceDateTimeSignature = signature{fn: "replace()", names: dateTimeNames, pos: 8}
)

func (c *calendar) newDateTime(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&dateTimeSignature, a)
	if err != nil {
		return nil, err
	}
	return c.dateTimeFrom(t, args, pytime.DateTime{})
}

func (c *calendar) replaceDateTime(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&replaceDateTimeSignature, a)
	if err != nil {
		return nil, err
	}
	return c.dateTimeFrom(t, args, self.(dateTime).DateTime)
}

// dateTimeFrom makes a datetime of those parts that are given, the others being
// d's.
func (c *calendar) dateTimeFrom(t *expr.Thread, args []expr.Object, d pytime.DateTime) (expr.Object, error) {
	if err := setInts(args, &d.Year, &d.Month, &d.Day); err != nil {
		return nil, err
	}
	clock, clockErr := clockFrom(args[3:], d.Clock)
	if _, err := pytime.NewDate(d.Year, d.Month, d.Day); err != nil {
		return nil, err
	}
	return c.madeDateTime(t, pytime.DateTime{Date: d.Date, Clock: clock}, clockErr)
}

var nowSignature = signature{fn: "now()", names: []string{"tz"}, pos: 1}

func (c *calendar) nowIn(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&nowSignature, a)
	if err != nil {
		return nil, err
	}
	z, err := zoneArg(args[0])
	if err != nil {
		return nil, err
	}
	if z == nil {
		d, err := pytime.FromTime(c.now())
		return c.madeDateTime(t, d, err)
	}
	d, err := pytime.FromTime(c.now().UTC())
	if err != nil {
		return nil, err
	}
	d, err = d.WithZone(pytime.UTC).In(z)
	return c.madeDateTime(t, d, err)
}

func (c *calendar) todayNow(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("datetime.today", 0); err != nil {
		return nil, err
	}
	d, err := pytime.FromTime(c.now())
	return c.madeDateTime(t, d, err)
}

func (c *calendar) utcNow(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("datetime.utcnow", 0); err != nil {
		return nil, err
	}
	d, err := pytime.FromTime(c.now().UTC())
	return c.madeDateTime(t, d, err)
}

var timestampSignature = signature{fn: "fromtimestamp()", names: []string{"timestamp", "tz"}, required: 1, pos: 2}

func (c *calendar) fromTimestamp(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&timestampSignature, a)
	if err != nil {
		return nil, err
	}
	z, err := zoneArg(args[1])
	if err != nil {
		return nil, err
	}
	if z == nil {
		d, err := c.atTimestamp(args[0], c.now().Location())
		return c.madeDateTime(t, d, err)
	}
	d, err := c.atTimestamp(args[0], time.UTC)
	if err != nil {
		return nil, err
	}
	d, err = d.WithZone(pytime.UTC).In(z)
	return c.madeDateTime(t, d, err)
}

func (c *calendar) utcFromTimestamp(t *expr.Thread, a expr.Args) (expr.Object, error) {
	o, err := single("datetime", "utcfromtimestamp", a)
	if err != nil {
		return nil, err
	}
	d, err := c.atTimestamp(o, time.UTC)
	return c.madeDateTime(t, d, err)
}

var combineSignature = signature{fn: "combine()", names: []string{"date", "time", "tzinfo"}, required: 2, pos: 3}

func (c *calendar) combine(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&combineSignature, a)
	if err != nil {
		return nil, err
	}
	switch args[0].(type) {
	case date, dateTime:
	default:
		return nil, expr.TypeError("combine() argument 1 must be datetime.date, not %s", typeShown(args[0]))
	}
	k, ok := args[1].(clock)
	if !ok {
		return nil, expr.TypeError("combine() argument 2 must be datetime.time, not %s", typeShown(args[1]))
	}
	d := pytime.DateTime{Date: dateOf(args[0]), Clock: k.Clock}
	if args[2] != nil {
		if d.Zone, err = zoneArg(args[2]); err != nil {
			return nil, err
		}
	}
	return c.madeDateTime(t, d, nil)
}

func (c *calendar) strptime(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if len(a.Names) > 0 {
		return nil, expr.TypeError("datetime.strptime() takes no keyword arguments")
	}
	if len(a.Pos) != 2 {
		return nil, expr.TypeError("strptime() takes exactly 2 arguments (%d given)", len(a.Pos))
	}
	var args [2]string
	for i, o := range a.Pos {
		var err error
		if args[i], err = textArg(o, "strptime", i+1); err != nil {
			return nil, err
		}
	}
	d, err := pytime.ParseFormat(t, args[0], args[1], zoneNames(c.now()))
	return c.madeDateTime(t, d, err)
}

// zoneNames are the names of the location's zone in winter and in summer.
func zoneNames(now time.Time) []string {
	january, _ := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, now.Location()).Zone()
	july, _ := time.Date(now.Year(), 7, 1, 0, 0, 0, 0, now.Location()).Zone()
	return []string{january, july}
}

var dateTimeISOSignature = signature{fn: "isoformat()", names: []string{"sep", "timespec"}, pos: 2}

func dateTimeISO(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&dateTimeISOSignature, a)
	if err != nil {
		return nil, err
	}
	separator, spec := "T", "auto"
	if args[0] != nil {
		s, ok := args[0].(value.Str)
		if !ok || !oneChar(string(s)) {
			return nil, expr.TypeError("isoformat() argument 1 must be a unicode character, not %s", typeShown(args[0]))
		}
		separator = string(s)
	}
	if args[1] != nil {
		if spec, err = textArg(args[1], "isoformat", 2); err != nil {
			return nil, err
		}
	}
	s, err := self.(dateTime).ISO(separator, spec)
	if err != nil {
		return nil, err
	}
	return text(t, s)
}

// oneChar reports whether s is one code point.
func oneChar(s string) bool {
	if s == "" {
		return false
	}
	_, n := value.DecodeRune(s)
	return n == len(s)
}

var asTimeZoneSignature = signature{fn: "astimezone()", names: []string{"tz"}, pos: 1}

func (c *calendar) asTimeZone(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&asTimeZoneSignature, a)
	if err != nil {
		return nil, err
	}
	to, err := zoneArg(args[0])
	if err != nil {
		return nil, err
	}
	d := self.(dateTime).DateTime
	if to == nil || d.Zone == nil {
		here, err := d.LocalZone(c.now().Location())
		if err != nil {
			return nil, err
		}
		if d.Zone == nil {
			d = d.WithZone(here)
		}
		if to == nil {
			to = here
		}
	}
	d, err = d.In(to)
	return c.madeDateTime(t, d, err)
}

func (dateTime) TypeName() string { return "datetime.datetime" }

func (d dateTime) Type() *expr.Type { return &d.dateTime }

func (d dateTime) Str(*expr.Thread) (string, error) { return d.String(), nil }

func (d dateTime) Repr(*expr.Thread) (string, error) { return d.DateTime.Repr(), nil }

func (d dateTime) Format(t *expr.Thread, spec string) (string, error) {
	if spec == "" {
		return d.Str(t)
	}
	return d.formatted(t, d.DateTime, spec)
}

func (d dateTime) Hash(*expr.Thread) (int64, error) { return d.Key(), nil }

func (d dateTime) CompareTo(_ *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	switch e := other.(type) {
	case date:
		return compareKinds(op)
	case dateTime:
		if op == expr.Eq || op == expr.Ne {
			return d.Equal(e.DateTime) == (op == expr.Eq), true, nil
		}
		order, err := d.Compare(e.DateTime)
		return op.Holds(order), true, err
	}
	return false, false, nil
}

func (d dateTime) Binary(t *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	switch e := other.(type) {
	case delta:
		switch {
		case op == expr.Add:
			moved, err := d.Add(e.Delta)
			return d.madeDateTime(t, moved, err)
		case op == expr.Sub && !reflected:
			moved, err := d.Subtract(e.Delta)
			return d.madeDateTime(t, moved, err)
		}
	case dateTime:
		if op == expr.Sub && !reflected {
			apart, err := d.Sub(e.DateTime)
			return d.madeDelta(t, apart, err)
		}
	}
	return nil, nil
}
