package modules

import (
	"math"

	"althing/expr"
	"althing/expr/internal/pytime"
	"althing/value"
)

// structTime is what time.localtime() gives.
var structTime = structSequence("time.struct_time", []string{
	"tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst",
}, "tm_zone", "tm_gmtoff")

// structSequence makes a shape of which an expression can make records.
func structSequence(name string, fields []string, more ...string) *shape {
	s := newShape(name, fields, more...)
	s.typ.New = s.fromSequence
	s.typ.Attrs["n_fields"] = expr.Int(int64(len(fields) + len(more)))
	s.typ.Attrs["n_sequence_fields"] = expr.Int(int64(len(fields)))
	s.typ.Attrs["n_unnamed_fields"] = expr.Int(0)
	return s
}

var structSignature = signature{fn: "structseq()", names: []string{"sequence"}, required: 1, pos: 1}

// fromSequence is the type called with the elements.
func (s *shape) fromSequence(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var o expr.Object
	if err := structSignature.bind(a, &o); err != nil {
		return nil, err
	}
	if _, err := expr.Iterate(t, o); err != nil {
		return nil, expr.TypeError("constructor requires a sequence")
	}
	items, err := expr.Collect(t, o)
	if err != nil {
		return nil, err
	}
	least, most := len(s.fields), len(s.fields)+len(s.more)
	switch n := len(items); {
	case n < least:
		return nil, expr.TypeError("%s() takes an at least %d-sequence (%d-sequence given)", s.typ.Name, least, n)
	case n > most:
		return nil, expr.TypeError("%s() takes an at most %d-sequence (%d-sequence given)", s.typ.Name, most, n)
	}
	return newRecord(t, s, items...)
}

// timeTuple is a datetime as a struct_time.
func timeTuple(t *expr.Thread, d pytime.DateTime, dst int) (expr.Object, error) {
	return madeStructTime(t, pytime.StructTime{
		Year: d.Year, Month: d.Month, Day: d.Day, Hour: d.Hour, Minute: d.Minute, Second: d.Second,
		Weekday: d.Weekday(), YearDay: d.YearDay(), DST: dst,
	}, nil)
}

// madeStructTime makes the object, or gives the error of working it out.
func madeStructTime(t *expr.Thread, s pytime.StructTime, err error) (expr.Object, error) {
	if err != nil {
		return nil, err
	}
	zone, offset := expr.None, expr.None
	if s.Zone != "" {
		zone = value.Str(s.Zone)
	}
	if s.HasOffset {
		offset = expr.Int(int64(s.Offset))
	}
	items := make([]expr.Object, 0, len(structTime.fields)+len(structTime.more))
	for _, n := range [...]int{s.Year, s.Month, s.Day, s.Hour, s.Minute, s.Second, s.Weekday, s.YearDay, s.DST} {
		items = append(items, expr.Int(int64(n)))
	}
	return newRecord(t, structTime, append(items, zone, offset)...)
}

// structTimeArg reads a struct_time, or a tuple of as many; fn is for the
// message.
func structTimeArg(o expr.Object, fn string) (s pytime.StructTime, err error) {
	var items []expr.Object
	switch o := o.(type) {
	case *expr.Tuple:
		items = o.Items()
	case *record:
		items = o.items.Items()
		if s, err = zoneOf(o); err != nil {
			return s, err
		}
	default:
		return s, expr.TypeError("Tuple or struct_time argument required")
	}
	if len(items) != len(structTime.fields) {
		return s, expr.TypeError("%s(): illegal time tuple argument", fn)
	}
	err = setInts(items, &s.Year, &s.Month, &s.Day, &s.Hour, &s.Minute, &s.Second, &s.Weekday, &s.YearDay, &s.DST)
	if err == nil && s.Year < math.MinInt32+1900 {
		err = expr.OverflowError("year out of range")
	}
	return s, err
}

// zoneOf reads what a struct_time has beside its elements.
func zoneOf(r *record) (s pytime.StructTime, err error) {
	for i, o := range r.more {
		switch {
		case o == expr.None:
		case i == 0:
			name, ok := o.(value.Str)
			if !ok {
				return s, expr.TypeError("bad argument type for built-in operation")
			}
			s.Zone = string(name)
		default:
			if s.Offset, err = cInt(o); err != nil {
				return s, err
			}
			s.HasOffset = true
		}
	}
	return s, nil
}
