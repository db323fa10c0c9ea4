package expr

import "althing/value"

// What things cost in memory, as Charge counts it: rounded up, so that a budget
// bounds what the process really holds.
const (
	slotSize   = 24 // a place in a list or tuple, with the number it may point to
	headSize   = 48 // any object by itself
	entrySize  = 64 // an entry of a dict or set, with its place in the index
	textHead   = 24 // a str or bytes beside its characters
	bigHead    = 64 // a long int beside its digits
	frameSize  = 112
	stackBytes = 160 // of the Go stack for one level of nesting of an expression
)

// scalarSize is what a scalar takes by itself; false for anything that may refer
// to other objects.
func scalarSize(o Object) (int64, bool) {
	switch o := o.(type) {
	case nil, value.None, value.Bool:
		return 0, true
	case value.Int, value.Float:
		return 8, true
	case value.Complex:
		return 16, true
	case value.Str:
		return textHead + int64(len(o)), true
	case value.Bytes:
		return textHead + int64(len(o)), true
	case value.Big:
		return bigSize(o.Int().BitLen()), true
	}
	return 0, false
}

// bigSize is what an int of so many bits takes.
func bigSize(bits int) int64 { return bigHead + int64(bits)/8 }

// ChargeSlots charges a list or tuple of n elements before it is made.
func (t *Thread) ChargeSlots(n int) error { return t.Charge(headSize + int64(n)*slotSize) }

// ChargeText charges a str or bytes of n bytes before it is made, and the work
// of making it.
func (t *Thread) ChargeText(n int) error {
	if err := t.Charge(textHead + int64(n)); err != nil {
		return err
	}
	if n < 256 {
		return nil
	}
	return t.Step(int64(n) / 64)
}
