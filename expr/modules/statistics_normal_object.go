package modules

import (
	"math"

	"althing/expr"
	"althing/expr/internal/pymath"
)

// TypeName is "NormalDist".
func (d *normal) TypeName() string { return d.typ.ShortName() }

// Type is statistics.NormalDist.
func (d *normal) Type() *expr.Type { return d.typ }

// Binary moves a distribution by a number or stretches it, and adds independent
// ones.
func (d *normal) Binary(t *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	second, both := other.(*normal)
	f := formula{t: t}
	mu, sigma := number(d.mu), number(d.sigma)
	switch {
	case op != expr.Add && op != expr.Sub && op != expr.Mul && (op != expr.Div || reflected):
		return nil, nil
	case op == expr.Mul || op == expr.Div:
		mu, sigma = f.binary(op, mu, other), f.binary(op, sigma, number(math.Abs(f.float(other))))
	case both:
		mu, sigma = f.binary(op, mu, number(second.mu)), number(pymath.Hypot(d.sigma, second.sigma))
	default:
		mu = f.binary(op, mu, other)
	}
	if f.err != nil {
		return nil, f.err
	}
	made, err := newNormal(t, d.typ, mu, sigma)
	if err != nil || op != expr.Sub || !reflected {
		return made, err
	}
	return made.(*normal).Unary(t, expr.Sub)
}

// Unary is -d and +d.
func (d *normal) Unary(t *expr.Thread, op expr.Op) (expr.Object, error) {
	switch op {
	case expr.Add:
		return newNormal(t, d.typ, number(d.mu), number(d.sigma))
	case expr.Sub:
		return newNormal(t, d.typ, number(-d.mu), number(d.sigma))
	}
	return nil, nil
}

// CompareTo compares mean and deviation; there is no order.
func (d *normal) CompareTo(_ *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	o, is := other.(*normal)
	if !is || op > expr.Ne {
		return false, false, nil
	}
	return (d.mu == o.mu && d.sigma == o.sigma) == (op == expr.Eq), true, nil
}

// Hash is that of mean and deviation.
func (d *normal) Hash(t *expr.Thread) (int64, error) {
	return expr.Hash(t, expr.NewTuple(number(d.mu), number(d.sigma)))
}

// Str is the same as Repr.
func (d *normal) Str(t *expr.Thread) (string, error) { return d.Repr(t) }

// Repr is NormalDist(mu=0.0, sigma=1.0).
func (d *normal) Repr(t *expr.Thread) (string, error) {
	mu, err := expr.Repr(t, number(d.mu))
	if err != nil {
		return "", err
	}
	sigma, err := expr.Repr(t, number(d.sigma))
	return d.TypeName() + "(mu=" + mu + ", sigma=" + sigma + ")", err
}
