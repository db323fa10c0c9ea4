package modules

import (
	"math"
	"time"

	"althing/expr"
	"althing/expr/internal/pytime"
	"althing/value"
)

// datetimeModule is Python's datetime. The naive times are those of the clock's
// location.
func datetimeModule(now func() time.Time) *expr.Module {
	c := &calendar{now: now}
	c.defineDelta()
	c.defineZone()
	c.defineDate()
	c.defineClock()
	c.defineDateTime()
	return &expr.Module{Name: "datetime", Attrs: map[string]expr.Object{
		"MINYEAR": expr.Int(pytime.MinYear), "MAXYEAR": expr.Int(pytime.MaxYear), "UTC": zone{c, pytime.UTC},
		"timedelta": &c.delta, "tzinfo": &c.tzinfo, "timezone": &c.zone, "date": &c.date, "time": &c.clock, "datetime": &c.dateTime,
	}}
}

// calendar holds the types of one module, which know its clock.
type calendar struct {
	now                                        func() time.Time
	delta, tzinfo, zone, date, clock, dateTime expr.Type
}

// objectSize is what one object of the module takes in memory.
const objectSize = 112

// made gives a new object, charged, or the error of making it.
func made(t *expr.Thread, o expr.Object, err error) (expr.Object, error) {
	if err != nil {
		return nil, err
	}
	return o, t.Charge(objectSize)
}

// cInt is an int argument that C keeps in 32 bits.
func cInt(o expr.Object) (int, error) {
	i, ok := expr.AsInt(o)
	switch {
	case !ok:
		if _, err := index(o); err != nil {
			return 0, err
		}
		return 0, expr.OverflowError("Python int too large to convert to C long")
	case i > math.MaxInt32:
		return 0, expr.OverflowError("signed integer is greater than maximum")
	case i < math.MinInt32:
		return 0, expr.OverflowError("signed integer is less than minimum")
	}
	return int(i), nil
}

// setInts reads those int arguments that were given.
func setInts(args []expr.Object, fields ...*int) error {
	for i, field := range fields {
		if args[i] == nil {
			continue
		}
		var err error
		if *field, err = cInt(args[i]); err != nil {
			return err
		}
	}
	return nil
}

// bindAll binds the arguments of a call to as many places.
func bindAll(s *signature, a expr.Args) ([]expr.Object, error) {
	args := make([]expr.Object, len(s.names))
	places := make([]*expr.Object, len(args))
	for i := range args {
		places[i] = &args[i]
	}
	return args, s.bind(a, places...)
}

// textArg is a str argument; fn and n are for the message.
func textArg(o expr.Object, fn string, n int) (string, error) {
	s, ok := o.(value.Str)
	if !ok {
		return "", expr.TypeError("%s() argument %d must be str, not %s", fn, n, typeShown(o))
	}
	return string(s), nil
}

// typeShown is how C's messages name the type of an argument.
func typeShown(o expr.Object) string {
	if o == expr.None {
		return "None"
	}
	return o.TypeName()
}

// simple makes a method without arguments.
func simple(of, name string, fn func(t *expr.Thread, self expr.Object) (expr.Object, error)) *expr.Method {
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		if err := a.Exactly(of+"."+name, 0); err != nil {
			return nil, err
		}
		return fn(t, self)
	})
}

// single makes a method, or a function of a type, with one argument.
func single(of, name string, a expr.Args) (expr.Object, error) {
	if err := a.Exactly(of+"."+name, 1); err != nil {
		return nil, err
	}
	return a.Pos[0], nil
}

// property makes an attribute.
func property(get func(self expr.Object) expr.Object) *expr.Property {
	return &expr.Property{Get: func(_ *expr.Thread, self expr.Object) (expr.Object, error) { return get(self), nil }}
}
