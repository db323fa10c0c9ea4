package modules

import (
	"maps"
	"math"
	"time"

	"althing/expr"
	"althing/expr/internal/pytime"
	"althing/value"
)

// timeModule is Python's time. Local time is that of the clock's location.
func timeModule(now func() time.Time) *expr.Module {
	w := watch{now: now, begin: now()}
	all := w.readings()
	maps.Copy(all, attrs(
		tupleFunc("localtime", 0, 1, w.localTime),
		tupleFunc("gmtime", 0, 1, w.gmTime),
		positional("time", "mktime", 1, 1, w.mkTime).Forgets(),
		tupleFunc("strftime", 1, 2, w.strftime),
		expr.NewFunc("strptime", w.strptime),
		expr.NewFunc("asctime", w.ascTime).Forgets(),
		tupleFunc("ctime", 0, 1, w.cTime),
		expr.NewFunc("sleep", noSleep),
	))
	zone := localZone(w.begin)
	all["timezone"], all["altzone"] = expr.Int(int64(zone.west)), expr.Int(int64(zone.summerWest))
	all["daylight"] = expr.Int(0)
	if zone.west != zone.summerWest {
		all["daylight"] = expr.Int(1)
	}
	all["tzname"] = expr.NewTuple(value.Str(zone.names[0]), value.Str(zone.names[1]))
	all["struct_time"] = &structTime.typ
	return &expr.Module{Name: "time", Attrs: all}
}

// watch is the clock of one module.
type watch struct {
	now   func() time.Time
	begin time.Time // where monotonic() begins
}

// readings are the functions that read the clock, in seconds and nanoseconds.
func (w watch) readings() map[string]expr.Object {
	since1970 := func() int64 { return w.now().UnixNano() }
	elapsed := func() int64 { return w.now().Sub(w.begin).Nanoseconds() }
	all := map[string]expr.Object{}
	for name, read := range map[string]func() int64{"time": since1970, "monotonic": elapsed, "perf_counter": elapsed} {
		all[name] = positional("time", name, 0, 0, func(*expr.Thread, []expr.Object) (expr.Object, error) {
			return number(float64(read()) / 1e9), nil
		}).Forgets()
		all[name+"_ns"] = positional("time", name+"_ns", 0, 0, func(*expr.Thread, []expr.Object) (expr.Object, error) {
			return expr.Int(read()), nil
		}).Forgets()
	}
	return all
}

// noSleep is sleep(), which there is only to say that it cannot be.
func noSleep(*expr.Thread, expr.Args) (expr.Object, error) {
	return nil, expr.Raise("RuntimeError", "time.sleep: a query cannot sleep; let the client wait before it asks again")
}

// tupleFunc makes a function from least to most arguments, worded as those that C
// takes as a tuple.
func tupleFunc(name string, least, most int, fn func(t *expr.Thread, args []expr.Object) (expr.Object, error)) *expr.Func {
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		switch n := len(a.Pos); {
		case len(a.Names) > 0:
			return nil, expr.TypeError("%s() takes no keyword arguments", name)
		case n < least:
			return nil, expr.TypeError("%s() takes at least %s (%d given)", name, arguments(least, ""), n)
		case n > most:
			return nil, expr.TypeError("%s() takes at most %s (%d given)", name, arguments(most, ""), n)
		}
		return fn(t, a.Pos)
	}).Forgets()
}

// shown is what clocks in a location show at the time of the one argument, which
// is now if it is left out or None.
func (w watch) shown(args []expr.Object, location *time.Location) (pytime.StructTime, error) {
	if len(args) == 0 || args[0] == expr.None {
		return pytime.StructTimeAt(w.now().Unix(), location)
	}
	seconds, err := wholeSeconds(args[0])
	if err != nil {
		return pytime.StructTime{}, err
	}
	return pytime.StructTimeAt(seconds, location)
}

// wholeSeconds reads a number of seconds, rounded down.
func wholeSeconds(o expr.Object) (int64, error) {
	if f, ok := o.(value.Float); ok {
		o = number(math.Floor(float64(f)))
	}
	seconds, _, err := timestampArg(o)
	return seconds, err
}

func (w watch) localTime(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	s, err := w.shown(args, w.now().Location())
	return madeStructTime(t, s, err)
}

func (w watch) gmTime(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	s, err := w.shown(args, time.UTC)
	s.Zone = "GMT" // as the C library calls it here
	return madeStructTime(t, s, err)
}

func (w watch) cTime(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	s, err := w.shown(args, w.now().Location())
	if err != nil {
		return nil, err
	}
	return text(t, s.Asctime())
}

// checkedArg reads a struct_time that a text is made of, which is now if it is
// left out.
func (w watch) checkedArg(args []expr.Object, fn string) (pytime.StructTime, error) {
	if len(args) == 0 {
		return w.shown(nil, w.now().Location())
	}
	s, err := structTimeArg(args[0], fn)
	if err != nil {
		return s, err
	}
	return s.Check()
}

func (w watch) ascTime(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Between("asctime", 0, 1); err != nil {
		return nil, err
	}
	s, err := w.checkedArg(a.Pos, "asctime")
	if err != nil {
		return nil, err
	}
	return text(t, s.Asctime())
}

func (w watch) mkTime(_ *expr.Thread, args []expr.Object) (expr.Object, error) {
	s, err := structTimeArg(args[0], "mktime")
	if err != nil {
		return nil, err
	}
	seconds, err := s.Seconds(w.now().Location())
	if err != nil {
		return nil, err
	}
	return number(float64(seconds)), nil
}

func (w watch) strftime(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	spec, err := textArg(args[0], "strftime", 1)
	if err != nil {
		return nil, err
	}
	s, err := w.checkedArg(args[1:], "strftime")
	if err != nil {
		return nil, err
	}
	now := w.now()
	if s.Zone == "" && s.DST >= 0 {
		s.Zone = localZone(now).names[min(s.DST, 1)]
	}
	written, err := s.Strftime(t, spec, pytime.Outside{Seconds: func() int64 {
		seconds, err := s.Seconds(now.Location())
		if err != nil {
			return -1 // as the C library has it
		}
		return seconds
	}})
	if err != nil {
		return nil, err
	}
	return value.Str(written), nil
}

var strptimeParams = expr.NewParams("_strptime_time", "data_string format?")

func (w watch) strptime(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if len(a.Names) > 0 {
		return nil, expr.TypeError("strptime() takes no keyword arguments")
	}
	args := [2]expr.Object{1: value.Str("%a %b %d %H:%M:%S %Y")}
	if err := strptimeParams.Bind(a, &args[0], &args[1]); err != nil {
		return nil, err
	}
	var texts [2]string
	for i, o := range args {
		s, ok := o.(value.Str)
		if !ok {
			return nil, expr.TypeError("strptime() argument %d must be str, not <class '%s'>", i, expr.TypeOf(o).Name)
		}
		texts[i] = string(s)
	}
	zone := localZone(w.now())
	s, err := pytime.ParseStructTime(t, texts[0], texts[1], zone.names[:])
	return madeStructTime(t, s, err)
}

// localNames is a location's zone without and with summer time: seconds west of
// UTC, and names.
type localNames struct {
	west, summerWest int
	names            [2]string
}

// localZone finds the zones as CPython does: by two days half a year apart, of
// which the one further west is without summer time.
func localZone(now time.Time) localNames {
	const year = (365*24 + 6) * 3600
	january := now.Unix() / year * year
	one, oneOffset := time.Unix(january, 0).In(now.Location()).Zone()
	two, twoOffset := time.Unix(january+year/2, 0).In(now.Location()).Zone()
	if oneOffset > twoOffset { // the southern half of the world
		one, two, oneOffset, twoOffset = two, one, twoOffset, oneOffset
	}
	return localNames{-oneOffset, -twoOffset, [2]string{one, two}}
}
