package modules

import (
	"math/big"

	"althing/expr"
	"althing/expr/internal/pytime"
)

// zone is a timezone object.
type zone struct {
	*calendar
	*pytime.Zone
}

var (
	_ expr.HasType    = zone{}
	_ expr.HasCompare = zone{}
	_ expr.Hashable   = zone{}
	_ expr.Texter     = zone{}
)

func (c *calendar) defineZone() {
	c.tzinfo = expr.Type{Name: "datetime.tzinfo"}
	edge := func(sign int) expr.Object {
		d, _ := pytime.DeltaOf(big.NewInt(int64(sign) * (24*60 - 1) * pytime.MinuteUnit))
		z, _ := pytime.NewZone(d) // which is within a day
		return zone{c, z}
	}
	c.zone = expr.Type{Name: "datetime.timezone", Base: &c.tzinfo, New: c.newZone, Attrs: map[string]expr.Object{
		"utc": zone{c, pytime.UTC}, "min": edge(-1), "max": edge(1),
		"utcoffset": c.zoneMethod("utcoffset", func(t *expr.Thread, z zone) (expr.Object, error) { return c.madeDelta(t, z.Offset(), nil) }),
		"tzname":    c.zoneMethod("tzname", func(t *expr.Thread, z zone) (expr.Object, error) { return text(t, z.String()) }),
		"dst":       c.zoneMethod("dst", func(*expr.Thread, zone) (expr.Object, error) { return expr.None, nil }),
		"fromutc":   expr.NewMethod("fromutc", c.fromUTC),
	}}
}

// zoneMethod makes a method whose argument has to be a datetime or None, and does
// not matter.
func (c *calendar) zoneMethod(name string, fn func(t *expr.Thread, z zone) (expr.Object, error)) *expr.Method {
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		o, err := single("timezone", name, a)
		if err != nil {
			return nil, err
		}
		if _, ok := o.(dateTime); !ok && o != expr.None {
			return nil, expr.TypeError("%s(dt) argument must be a datetime instance or None, not %s", name, o.TypeName())
		}
		return fn(t, self.(zone))
	})
}

func (c *calendar) fromUTC(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	o, err := single("timezone", "fromutc", a)
	if err != nil {
		return nil, err
	}
	d, ok := o.(dateTime)
	switch z := self.(zone); {
	case !ok:
		return nil, expr.TypeError("fromutc: argument must be a datetime")
	case d.Zone != z.Zone:
		return nil, expr.ValueError("fromutc: dt.tzinfo is not self")
	default:
		moved, err := d.Add(z.Offset())
		return c.madeDateTime(t, moved, err)
	}
}

var zoneSignature = signature{fn: "timezone()", names: []string{"offset", "name"}, required: 1, pos: 2}

func (c *calendar) newZone(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&zoneSignature, a)
	if err != nil {
		return nil, err
	}
	d, ok := args[0].(delta)
	if !ok {
		return nil, expr.TypeError("timezone() argument 1 must be datetime.timedelta, not %s", typeShown(args[0]))
	}
	if args[1] == nil {
		z, err := pytime.NewZone(d.Delta)
		return made(t, zone{c, z}, err)
	}
	name, err := textArg(args[1], "timezone", 2)
	if err != nil {
		return nil, err
	}
	z, err := pytime.NamedZone(d.Delta, name, true)
	return made(t, zone{c, z}, err)
}

// zoneArg is a tzinfo argument: a timezone, or None for nil.
func zoneArg(o expr.Object) (*pytime.Zone, error) {
	switch o := o.(type) {
	case nil:
		return nil, nil
	case zone:
		return o.Zone, nil
	}
	if o == expr.None {
		return nil, nil
	}
	return nil, expr.TypeError("tzinfo argument must be None or of a tzinfo subclass, not type '%s'", o.TypeName())
}

// zoneObject is a zone as an object, None for nil.
func (c *calendar) zoneObject(z *pytime.Zone) expr.Object {
	if z == nil {
		return expr.None
	}
	return zone{c, z}
}

func (zone) TypeName() string { return "datetime.timezone" }

func (z zone) Type() *expr.Type { return &z.zone }

func (z zone) Str(*expr.Thread) (string, error) { return z.String(), nil }

func (z zone) Repr(*expr.Thread) (string, error) { return z.Zone.Repr(), nil }

func (z zone) Hash(t *expr.Thread) (int64, error) { return delta{Delta: z.Offset()}.Hash(t) }

func (z zone) CompareTo(_ *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	y, ok := other.(zone)
	if !ok || op != expr.Eq && op != expr.Ne {
		return false, false, nil
	}
	return z.Equal(y.Zone) == (op == expr.Eq), true, nil
}
