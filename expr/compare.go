package expr

import (
	"bytes"
	"cmp"
	"strings"

	"althing/value"
)

// Equal is a == b.
func Equal(t *Thread, a, b Object) (bool, error) { return Compare(t, Eq, a, b) }

// same is what containers ask: a is b or a == b.
func same(t *Thread, a, b Object) (bool, error) {
	if identical(a, b) {
		return true, nil
	}
	return Compare(t, Eq, a, b)
}

// Compare is a op b.
func Compare(t *Thread, op CmpOp, a, b Object) (bool, error) {
	switch x := a.(type) {
	case value.Int:
		if y, ok := b.(value.Int); ok {
			return holds(op, x, y), nil
		}
	case value.Str:
		if y, ok := b.(value.Str); ok {
			if min(len(x), len(y)) > 1024 {
				if err := t.Step(int64(min(len(x), len(y))) / 256); err != nil {
					return false, err
				}
			}
			return op.holdsStrs(x, y), nil
		}
	}
	if result, ok, err := compareNumbers(op, a, b); ok {
		return result, err
	}
	result, ok, err := compareObjects(t, op, a, b)
	if ok || err != nil {
		return result, err
	}
	switch op {
	case Eq:
		return identical(a, b), nil
	case Ne:
		return !identical(a, b), nil
	}
	return false, TypeError("'%s' not supported between instances of '%s' and '%s'", op, a.TypeName(), b.TypeName())
}

// holds compares two values of one ordered type. Every comparison with a float
// that is no number is false, but for Ne.
func holds[T cmp.Ordered](op CmpOp, x, y T) bool {
	switch op {
	case Eq:
		return x == y
	case Ne:
		return x != y
	case Lt:
		return x < y
	case Le:
		return x <= y
	case Gt:
		return x > y
	}
	return x >= y
}

// holdsStrs compares by code point, which is also the order of the bytes of
// UTF-8, surrogates in their three-byte form included.
func (op CmpOp) holdsStrs(x, y value.Str) bool {
	switch op {
	case Eq:
		return x == y
	case Ne:
		return x != y
	}
	return op.Holds(strings.Compare(string(x), string(y)))
}

// compareObjects compares what is neither two numbers nor two texts; ok is false
// when the two do not compare.
func compareObjects(t *Thread, op CmpOp, a, b Object) (result, ok bool, err error) {
	switch x := a.(type) {
	case *List:
		if y, is := b.(*List); is {
			result, err = compareItems(t, op, x.items, y.items)
			return result, true, err
		}
	case *Tuple:
		if y, is := b.(*Tuple); is {
			result, err = compareItems(t, op, x.items, y.items)
			return result, true, err
		}
	case value.Bytes, *ByteArray:
		if y, is := octets(b); is {
			x, _ := octets(a)
			return op.Holds(bytes.Compare(x, y)), true, nil
		}
	case *Dict:
		if y, is := b.(*Dict); is && op <= Ne {
			equal, err := equalDicts(t, x, y)
			return equal == (op == Eq), true, err
		}
	case *Set, *dictView:
		return compareSets(t, op, a, b)
	case anyRange:
		if y, is := b.(anyRange); is && op <= Ne {
			result, err = compareItems(t, op, x.wide().common(), y.wide().common())
			return result, true, err
		}
	case *Slice:
		if y, is := b.(*Slice); is {
			result, err = compareItems(t, op, []Object{x.Start, x.Stop, x.Step}, []Object{y.Start, y.Stop, y.Step})
			return result, true, err
		}
	}
	return compareHosts(t, op, a, b)
}

// compareHosts asks objects that compare themselves, the right one with the
// operator turned around.
func compareHosts(t *Thread, op CmpOp, a, b Object) (result, ok bool, err error) {
	if x, is := a.(HasCompare); is {
		if result, ok, err = x.CompareTo(t, op, b); ok || err != nil {
			return result, ok, err
		}
	}
	if y, is := b.(HasCompare); is {
		return y.CompareTo(t, op.Swap(), a)
	}
	return false, false, nil
}

// compareItems compares two sequences: by the first elements that differ, or by
// their lengths.
func compareItems(t *Thread, op CmpOp, a, b []Object) (bool, error) {
	if len(a) != len(b) && op <= Ne {
		return op == Ne, nil
	}
	if err := t.enter(); err != nil {
		return false, Raise("RecursionError", "maximum recursion depth exceeded in comparison")
	}
	defer t.leave()
	for i := range min(len(a), len(b)) {
		if err := t.Step(1); err != nil {
			return false, err
		}
		equal, err := same(t, a[i], b[i])
		switch {
		case err != nil:
			return false, err
		case equal:
			continue
		case op <= Ne:
			return op == Ne, nil
		}
		return Compare(t, op, a[i], b[i])
	}
	return op.Holds(len(a) - len(b)), nil
}

func equalDicts(t *Thread, a, b *Dict) (bool, error) {
	if a.live != b.live {
		return false, nil
	}
	if err := t.enter(); err != nil {
		return false, Raise("RecursionError", "maximum recursion depth exceeded in comparison")
	}
	defer t.leave()
	for i := range a.entries {
		e := &a.entries[i]
		if e.key == nil {
			continue
		}
		if err := t.Step(1); err != nil {
			return false, err
		}
		at, err := b.find(t, e.key, e.hash)
		if at < 0 || err != nil {
			return false, err
		}
		equal, err := same(t, e.val, b.entries[at].val)
		if !equal || err != nil {
			return false, err
		}
	}
	return true, nil
}

// identical is a is b. Scalars are one when they are equal, which nobody can
// tell from CPython's small numbers; a not-a-number is one with itself only.
func identical(a, b Object) bool {
	switch x := a.(type) {
	case value.Float:
		y, ok := b.(value.Float)
		return ok && (x == y && sameSign(x, y) || sameBox(a, b))
	case value.Big:
		y, ok := b.(value.Big)
		return ok && x.Int().Cmp(y.Int()) == 0
	case value.Complex:
		y, ok := b.(value.Complex)
		return ok && (x == y || sameBox(a, b))
	}
	if !comparableObject(a) || !comparableObject(b) {
		return false
	}
	return a == b
}
