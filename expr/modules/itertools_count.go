package modules

import (
	"strconv"

	"althing/expr"
	"althing/value"
)

// counter is count(start, step).
type counter struct{ at, step expr.Object }

var (
	_ expr.Iterator = &counter{}
	_ expr.HasType  = &counter{}
	_ expr.Texter   = &counter{}
)

var (
	countType      = &expr.Type{Name: "itertools.count", New: newCount}
	countSignature = signature{fn: "count()", names: []string{"start", "step"}, pos: 2}
)

func newCount(t *expr.Thread, a expr.Args) (expr.Object, error) {
	at, step := expr.Int(0), expr.Int(1)
	if err := countSignature.bind(a, &at, &step); err != nil {
		return nil, err
	}
	for _, o := range []*expr.Object{&at, &step} {
		if i, ok := wholeNumber(*o); ok {
			*o = i
			continue
		}
		switch (*o).(type) {
		case value.Float, value.Complex:
		default:
			return nil, expr.TypeError("a number is required")
		}
	}
	return &counter{at, step}, t.Charge(lazySize)
}

func (*counter) TypeName() string { return countType.Name }

func (*counter) Type() *expr.Type { return countType }

// Next gives the number and goes on.
func (c *counter) Next(t *expr.Thread) (expr.Object, error) {
	o := c.at
	next, err := expr.Binary(t, expr.Add, o, c.step)
	if err != nil {
		return nil, err
	}
	c.at = next
	hold(t, next)
	return o, nil
}

// Str is the same as Repr.
func (c *counter) Str(t *expr.Thread) (string, error) { return c.Repr(t) }

// Repr leaves out a step of 1.
func (c *counter) Repr(t *expr.Thread) (string, error) {
	at, err := expr.Repr(t, c.at)
	if err != nil {
		return "", err
	}
	if c.step == expr.Int(1) {
		return "count(" + at + ")", nil
	}
	step, err := expr.Repr(t, c.step)
	return "count(" + at + ", " + step + ")", err
}

// repeater is repeat(o, times).
type repeater struct {
	o    expr.Object
	left int64 // < 0: without end
}

var (
	_ expr.Iterator = &repeater{}
	_ expr.HasType  = &repeater{}
	_ expr.Texter   = &repeater{}
)

var (
	repeatType      = &expr.Type{Name: "itertools.repeat", New: newRepeat}
	repeatSignature = signature{fn: "repeat()", names: []string{"object", "times"}, required: 1, pos: 2}
)

func newRepeat(t *expr.Thread, a expr.Args) (expr.Object, error) {
	r := &repeater{left: -1}
	var times expr.Object
	if err := repeatSignature.bind(a, &r.o, &times); err != nil {
		return nil, err
	}
	if times != nil {
		n, err := expr.Index(times)
		if err != nil {
			return nil, err
		}
		r.left = max(n, 0)
	}
	return r, t.Charge(lazySize)
}

func (*repeater) TypeName() string { return repeatType.Name }

func (*repeater) Type() *expr.Type { return repeatType }

// Next gives the object once more.
func (r *repeater) Next(*expr.Thread) (expr.Object, error) {
	if r.left == 0 {
		return nil, nil
	}
	if r.left > 0 {
		r.left--
	}
	return r.o, nil
}

// Str is the same as Repr.
func (r *repeater) Str(t *expr.Thread) (string, error) { return r.Repr(t) }

// Repr says how often the object is still given.
func (r *repeater) Repr(t *expr.Thread) (string, error) {
	shown, err := expr.Repr(t, r.o)
	if err != nil {
		return "", err
	}
	if r.left < 0 {
		return "repeat(" + shown + ")", nil
	}
	return "repeat(" + shown + ", " + strconv.FormatInt(r.left, 10) + ")", nil
}
