package expr

import (
	"math"

	"althing/expr/internal/format"
	"althing/value"
)

// wideRange is a range whose ends, step or length do not fit 64 bits. It holds
// ints as objects, so that what they cost is counted where they are worked out.
type wideRange struct{ start, stop, step, n Object }

// makeRange makes the range of these ints: a *Range where that will do.
func makeRange(t *Thread, start, stop, step Object) (Object, error) {
	first, ok1 := smallInt(start)
	end, ok2 := smallInt(stop)
	by, ok3 := smallInt(step)
	if ok3 && by == 0 {
		return nil, ValueError("range() arg 3 must not be zero")
	}
	if ok1 && ok2 && ok3 {
		if r, ok := newRange(first, end, by); ok {
			return r, t.Charge(headSize)
		}
	}
	s := sums{t: t}
	up := Int(-1)
	if s.holds(Lt, step, Int(0)) {
		up = Int(1)
	}
	n := s.do(FloorDiv, s.do(Add, s.do(Sub, stop, start), s.do(Add, step, up)), step)
	if s.holds(Lt, n, Int(0)) {
		n = Int(0)
	}
	return &wideRange{start, stop, step, n}, s.err
}

// sums does one operation on ints after the other, until one fails.
type sums struct {
	t   *Thread
	err error
}

func (s *sums) do(op Op, a, b Object) Object {
	if s.err == nil {
		a, s.err = Binary(s.t, op, a, b)
	}
	return a
}

func (s *sums) holds(op CmpOp, a, b Object) (result bool) {
	if s.err == nil {
		result, s.err = Compare(s.t, op, a, b)
	}
	return result
}

// wide is the range as one of ints of any size.
func (r *Range) wide() *wideRange {
	return &wideRange{Int(r.start), Int(r.stop), Int(r.step), Int(r.n)}
}

func (r *wideRange) wide() *wideRange { return r }

// anyRange is a range of either kind.
type anyRange interface {
	Object
	wide() *wideRange
}

// common is what two ranges of the same numbers have in common.
func (r *wideRange) common() []Object {
	switch r.n {
	case Int(0):
		return []Object{r.n, None, None}
	case Int(1):
		return []Object{r.n, r.start, None}
	}
	return []Object{r.n, r.start, r.step}
}

// TypeName is "range".
func (*wideRange) TypeName() string { return typeRange.Name }

// Type is that of all ranges.
func (*wideRange) Type() *Type { return typeRange }

// Len is the length, where that fits 64 bits.
func (r *wideRange) Len(*Thread) (int, error) {
	n, err := Index(r.n)
	return int(n), err
}

// Truth says whether there are numbers in the range.
func (r *wideRange) Truth(*Thread) (bool, error) { return r.n != Int(0), nil }

// at gives the number at a place.
func (r *wideRange) at(t *Thread, i Object) (Object, error) {
	s := sums{t: t}
	return s.do(Add, r.start, s.do(Mul, i, r.step)), s.err
}

// Item is r[key].
func (r *wideRange) Item(t *Thread, key Object) (Object, error) {
	if by, ok := key.(*Slice); ok {
		return r.slice(t, by)
	}
	if _, ok := AsBig(key); !ok {
		return nil, TypeError("range indices must be integers or slices, not %s", key.TypeName())
	}
	s := sums{t: t}
	if s.holds(Lt, key, Int(0)) {
		key = s.do(Add, key, r.n)
	}
	if s.holds(Lt, key, Int(0)) || s.holds(Ge, key, r.n) {
		return nil, errRangeIndex
	}
	if s.err != nil {
		return nil, s.err
	}
	return r.at(t, key)
}

func (r *wideRange) slice(t *Thread, by *Slice) (Object, error) {
	start, stop, step, err := by.fit(t, r.n)
	if err != nil {
		return nil, err
	}
	if start, err = r.at(t, start); err != nil {
		return nil, err
	}
	if stop, err = r.at(t, stop); err != nil {
		return nil, err
	}
	if step, err = Binary(t, Mul, step, r.step); err != nil {
		return nil, err
	}
	return makeRange(t, start, stop, step)
}

// fit gives where a slice of a sequence of any length starts and stops.
func (by *Slice) fit(t *Thread, length Object) (start, stop, step Object, err error) {
	for _, o := range []Object{by.Start, by.Stop, by.Step} {
		if _, ok := AsBig(o); !ok && o != None {
			return nil, nil, nil, errSliceIndex
		}
	}
	step = Int(1)
	if by.Step != None {
		step = asInt(by.Step)
	}
	s := sums{t: t}
	low, high := Int(0), asInt(length)
	start, stop = low, high
	switch {
	case s.holds(Eq, step, Int(0)):
		return nil, nil, nil, errSliceStep
	case s.holds(Lt, step, Int(0)):
		low, high = Int(-1), s.do(Sub, length, Int(1))
		start, stop = high, low
	}
	if by.Start != None {
		start = s.between(asInt(by.Start), low, high, length)
	}
	if by.Stop != None {
		stop = s.between(asInt(by.Stop), low, high, length)
	}
	return start, stop, step, s.err
}

// between is an end of a slice, counted from the other end where it is negative
// and no further out than low and high.
func (s *sums) between(end, low, high, length Object) Object {
	if s.holds(Lt, end, Int(0)) {
		end = s.do(Add, end, length)
	}
	switch {
	case s.holds(Lt, end, low):
		return low
	case s.holds(Gt, end, high):
		return high
	}
	return end
}

// find gives the place of the number that o equals; nil when there is none.
func (r *wideRange) find(t *Thread, o Object) (Object, error) {
	if c, ok := o.(value.Complex); ok && imag(c) == 0 {
		o = value.Float(real(c))
	}
	if f, ok := o.(value.Float); ok && !math.IsInf(float64(f), 0) && f == value.Float(math.Trunc(float64(f))) {
		whole, err := format.Trunc(float64(f))
		if err != nil {
			return nil, err
		}
		o = whole
	}
	if _, ok := AsBig(o); !ok {
		return nil, nil
	}
	s := sums{t: t}
	away := s.do(Sub, o, r.start)
	at := s.do(FloorDiv, away, r.step)
	if s.holds(Ne, s.do(Mul, at, r.step), away) || s.holds(Lt, at, Int(0)) || s.holds(Ge, at, r.n) {
		return nil, s.err
	}
	return at, s.err
}

// Contains is o in r.
func (r *wideRange) Contains(t *Thread, o Object) (bool, error) {
	at, err := r.find(t, o)
	return at != nil && err == nil, err
}

// Str is str(r).
func (r *wideRange) Str(t *Thread) (string, error) { return r.Repr(t) }

// Repr is repr(r).
func (r *wideRange) Repr(t *Thread) (string, error) {
	parts := []Object{r.start, r.stop, r.step}
	if r.step == Int(1) {
		parts = parts[:2]
	}
	w := writer{t: t, buf: []byte("range")}
	err := w.items('(', parts, ')')
	return string(w.buf), err
}

// Iter goes through the numbers.
func (r *wideRange) Iter(*Thread) (Iterator, error) { return &wideRangeIter{r: r}, nil }

// reversed goes through the numbers from the last to the first.
func (r *wideRange) reversed(t *Thread) (Iterator, error) {
	back, err := r.slice(t, &Slice{None, None, Int(-1)})
	if err != nil {
		return nil, err
	}
	return Iterate(t, back)
}

// wideRangeIter goes through a wide range.
type wideRangeIter struct {
	r     *wideRange
	place int64 // of the next number; nobody lives to see the 2⁶³rd
}

func (*wideRangeIter) TypeName() string { return "longrange_iterator" }

func (it *wideRangeIter) Next(t *Thread) (Object, error) {
	s := sums{t: t}
	if s.holds(Ge, Int(it.place), it.r.n) || s.err != nil {
		return nil, s.err
	}
	it.place++
	return it.r.at(t, Int(it.place-1))
}
