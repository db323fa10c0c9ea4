package modules

import (
	"althing/expr"
	"althing/expr/internal/pytime"
)

// clock is a time object.
type clock struct {
	*calendar
	pytime.Clock
}

var (
	_ expr.HasType    = clock{}
	_ expr.HasCompare = clock{}
	_ expr.Hashable   = clock{}
	_ expr.Texter     = clock{}
	_ expr.Formatter  = clock{}
)

// clockOf is the time of day of a time or a datetime.
func clockOf(self expr.Object) pytime.Clock {
	if d, ok := self.(dateTime); ok {
		return d.Clock
	}
	return self.(clock).Clock
}

func clockField(get func(c pytime.Clock) int) *expr.Property {
	return property(func(self expr.Object) expr.Object { return expr.Int(int64(get(clockOf(self)))) })
}

// clockAttrs are the attributes that times and datetimes have alike.
func (c *calendar) clockAttrs(of string) map[string]expr.Object {
	return map[string]expr.Object{
		"hour":        clockField(func(c pytime.Clock) int { return c.Hour }),
		"minute":      clockField(func(c pytime.Clock) int { return c.Minute }),
		"second":      clockField(func(c pytime.Clock) int { return c.Second }),
		"microsecond": clockField(func(c pytime.Clock) int { return c.Micro }),
		"fold":        clockField(func(c pytime.Clock) int { return c.Fold }),
		"tzinfo":      property(func(self expr.Object) expr.Object { return c.zoneObject(clockOf(self).Zone) }),
		"utcoffset": simple(of, "utcoffset", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			if z := clockOf(self).Zone; z != nil {
				return c.madeDelta(t, z.Offset(), nil)
			}
			return expr.None, nil
		}),
		"tzname": simple(of, "tzname", func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			if z := clockOf(self).Zone; z != nil {
				return text(t, z.String())
			}
			return expr.None, nil
		}),
		"dst":      simple(of, "dst", func(*expr.Thread, expr.Object) (expr.Object, error) { return expr.None, nil }),
		"strftime": expr.NewMethod("strftime", c.strftime),
	}
}

func (c *calendar) defineClock() {
	attrs := c.clockAttrs("time")
	attrs["min"] = clock{c, pytime.Clock{}}
	attrs["max"] = clock{c, pytime.Clock{Hour: 23, Minute: 59, Second: 59, Micro: 999999}}
	attrs["resolution"] = delta{c, pytime.Microsec}
	attrs["isoformat"] = expr.NewMethod("isoformat", clockISO)
	attrs["replace"] = expr.NewMethod("replace", c.replaceClock)
	attrs["fromisoformat"] = expr.NewFunc("fromisoformat", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		s, err := isoArg("time", a)
		if err != nil {
			return nil, err
		}
		parsed, err := pytime.ParseClock(s)
		return made(t, clock{c, parsed}, err)
	})
	c.clock = expr.Type{Name: "datetime.time", New: c.newClock, Attrs: attrs}
}

// clockNames are the parts of a time of day, as arguments are named.
var clockNames = []string{"hour", "minute", "second", "microsecond", "tzinfo", "fold"}

var clockSignature = signature{fn: "function", names: clockNames, pos: 5}

func (c *calendar) newClock(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&clockSignature, a)
	if err != nil {
		return nil, err
	}
	parts, err := clockFrom(args, pytime.Clock{})
	return made(t, clock{c, parts}, err)
}

// clockFrom makes a time of day of those parts that are given, the others being
// k's.
func clockFrom(args []expr.Object, k pytime.Clock) (pytime.Clock, error) {
	if err := setInts(args, &k.Hour, &k.Minute, &k.Second, &k.Micro); err != nil {
		return k, err
	}
	if err := setInts(args[5:], &k.Fold); err != nil {
		return k, err
	}
	if args[4] != nil {
		var err error
		if k.Zone, err = zoneArg(args[4]); err != nil {
			return k, err
		}
	}
	return pytime.NewClock(k)
}

var replaceClockSignature = signature{fn: "replace()", names: clockNames, pos: 5}

func (c *calendar) replaceClock(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&replaceClockSignature, a)
	if err != nil {
		return nil, err
	}
	parts, err := clockFrom(args, self.(clock).Clock)
	return made(t, clock{c, parts}, err)
}

var clockISOSignature = signature{fn: "isoformat()", names: []string{"timespec"}, pos: 1}

func clockISO(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&clockISOSignature, a)
	if err != nil {
		return nil, err
	}
	spec := "auto"
	if args[0] != nil {
		if spec, err = textArg(args[0], "isoformat", 1); err != nil {
			return nil, err
		}
	}
	s, err := self.(clock).ISO(spec)
	if err != nil {
		return nil, err
	}
	return text(t, s)
}

func (clock) TypeName() string { return "datetime.time" }

func (k clock) Type() *expr.Type { return &k.clock }

func (k clock) Str(*expr.Thread) (string, error) { return k.String(), nil }

func (k clock) Repr(*expr.Thread) (string, error) { return k.Clock.Repr(), nil }

func (k clock) Format(t *expr.Thread, spec string) (string, error) {
	if spec == "" {
		return k.Str(t)
	}
	return k.formatted(t, fullOf(k), spec)
}

func (k clock) Hash(*expr.Thread) (int64, error) { return k.Key(), nil }

func (k clock) CompareTo(_ *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	j, ok := other.(clock)
	switch {
	case !ok:
		return false, false, nil
	case op == expr.Eq || op == expr.Ne:
		return k.Equal(j.Clock) == (op == expr.Eq), true, nil
	}
	order, err := k.Compare(j.Clock)
	return op.Holds(order), true, err
}
