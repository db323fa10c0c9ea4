package modules

import (
	"math/big"

	"althing/expr"
	"althing/expr/internal/pytime"
	"althing/value"
)

// delta is a timedelta object.
type delta struct {
	*calendar
	pytime.Delta
}

var (
	_ expr.HasType    = delta{}
	_ expr.HasBinary  = delta{}
	_ expr.HasUnary   = delta{}
	_ expr.HasCompare = delta{}
	_ expr.HasTruth   = delta{}
	_ expr.Hashable   = delta{}
	_ expr.Texter     = delta{}
)

func (c *calendar) defineDelta() {
	c.delta = expr.Type{Name: "datetime.timedelta", New: c.newDelta, Attrs: map[string]expr.Object{
		"min": delta{c, pytime.MinDelta}, "max": delta{c, pytime.MaxDelta}, "resolution": delta{c, pytime.Microsec},
		"days":         property(func(self expr.Object) expr.Object { return expr.Int(int64(self.(delta).Days)) }),
		"seconds":      property(func(self expr.Object) expr.Object { return expr.Int(int64(self.(delta).Seconds)) }),
		"microseconds": property(func(self expr.Object) expr.Object { return expr.Int(int64(self.(delta).Micros)) }),
		"total_seconds": simple("timedelta", "total_seconds", func(_ *expr.Thread, self expr.Object) (expr.Object, error) {
			return number(self.(delta).TotalSeconds()), nil
		}),
	}}
}

var deltaSignature = signature{
	fn:    "__new__()",
	names: []string{"days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"},
	pos:   7,
}

// deltaParts are the arguments of timedelta, in the order in which CPython adds
// them up.
var deltaParts = []struct {
	arg  int
	unit int64
}{
	{2, pytime.MicrosUnit},
	{3, pytime.MillisUnit},
	{1, pytime.SecondUnit},
	{4, pytime.MinuteUnit},
	{5, pytime.HourUnit},
	{0, pytime.DayUnit},
	{6, pytime.WeekUnit},
}

func (c *calendar) newDelta(t *expr.Thread, a expr.Args) (expr.Object, error) {
	args, err := bindAll(&deltaSignature, a)
	if err != nil {
		return nil, err
	}
	var sum pytime.DeltaSum
	for _, part := range deltaParts {
		if args[part.arg] == nil {
			continue
		}
		if err := addPart(&sum, args[part.arg], deltaSignature.names[part.arg], part.unit); err != nil {
			return nil, err
		}
	}
	d, err := sum.Delta()
	return c.madeDelta(t, d, err)
}

func addPart(sum *pytime.DeltaSum, o expr.Object, name string, unit int64) error {
	if f, ok := o.(value.Float); ok {
		return sum.AddFloat(float64(f), unit)
	}
	if i, ok := expr.AsBig(o); ok {
		return sum.AddInt(i, unit)
	}
	return expr.TypeError("unsupported type for timedelta %s component: %s", name, o.TypeName())
}

func (c *calendar) madeDelta(t *expr.Thread, d pytime.Delta, err error) (expr.Object, error) {
	return made(t, delta{c, d}, err)
}

func (delta) TypeName() string { return "datetime.timedelta" }

func (d delta) Type() *expr.Type { return &d.delta }

func (d delta) Truth(*expr.Thread) (bool, error) { return !d.IsZero(), nil }

func (d delta) Str(*expr.Thread) (string, error) { return d.String(), nil }

func (d delta) Repr(*expr.Thread) (string, error) { return d.Delta.Repr(), nil }

func (d delta) Hash(*expr.Thread) (int64, error) {
	return int64(d.Days)<<37 ^ int64(d.Seconds)<<20 ^ int64(d.Micros), nil
}

func (d delta) CompareTo(_ *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	e, ok := other.(delta)
	if !ok {
		return false, false, nil
	}
	return op.Holds(d.Compare(e.Delta)), true, nil
}

func (d delta) Unary(t *expr.Thread, op expr.Op) (expr.Object, error) {
	switch {
	case op == expr.Add, op == expr.Abs && d.Days >= 0:
		return d, nil
	case op == expr.Sub, op == expr.Abs:
		negative, err := d.Neg()
		return d.madeDelta(t, negative, err)
	}
	return nil, nil
}

func (d delta) Binary(t *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	if e, ok := other.(delta); ok && !reflected {
		return d.withDelta(t, op, e)
	}
	if i, ok := expr.AsBig(other); ok {
		return d.withInt(t, op, i, reflected)
	}
	if f, ok := other.(value.Float); ok {
		return d.withFloat(t, op, float64(f), reflected)
	}
	return nil, nil
}

func (d delta) withDelta(t *expr.Thread, op expr.Op, e delta) (expr.Object, error) {
	switch op {
	case expr.Add:
		sum, err := d.Add(e.Delta)
		return d.madeDelta(t, sum, err)
	case expr.Sub:
		total := new(big.Int).Sub(d.Total(), e.Total())
		difference, err := pytime.DeltaOf(total)
		return d.madeDelta(t, difference, err)
	case expr.Div:
		ratio, err := d.Ratio(e.Delta)
		if err != nil {
			return nil, err
		}
		return number(ratio), nil
	case expr.FloorDiv:
		quotient, _, err := d.DivMod(e.Delta)
		return integer(quotient, err)
	case expr.Mod:
		rest, err := d.Mod(e.Delta)
		return d.madeDelta(t, rest, err)
	}
	return nil, nil
}

func (d delta) withInt(t *expr.Thread, op expr.Op, i *big.Int, reflected bool) (expr.Object, error) {
	var result pytime.Delta
	var err error
	switch {
	case op == expr.Mul:
		result, err = d.Times(i, big.NewInt(1))
	case op == expr.Div && !reflected:
		result, err = d.Times(big.NewInt(1), i)
	case op == expr.FloorDiv && !reflected:
		result, err = d.FloorDiv(i)
	default:
		return nil, nil
	}
	return d.madeDelta(t, result, err)
}

// withFloat multiplies or divides by the exact value of a float.
func (d delta) withFloat(t *expr.Thread, op expr.Op, f float64, reflected bool) (expr.Object, error) {
	if op != expr.Mul && (op != expr.Div || reflected) {
		return nil, nil
	}
	ratio := new(big.Rat)
	if ratio.SetFloat64(f) == nil {
		if f != f {
			return nil, expr.ValueError("cannot convert NaN to integer ratio")
		}
		return nil, expr.OverflowError("cannot convert Infinity to integer ratio")
	}
	over, under := ratio.Num(), ratio.Denom()
	if op == expr.Div {
		over, under = under, over
	}
	result, err := d.Times(over, under)
	return d.madeDelta(t, result, err)
}
