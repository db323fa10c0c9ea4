package modules

import (
	"math"

	"althing/expr"
	"althing/value"
)

// lazy is an iterator of a module.
type lazy struct {
	typ  *expr.Type
	next nextFunc
}

// nextFunc gives the next object; nil at the end.
type nextFunc func(t *expr.Thread) (expr.Object, error)

var (
	_ expr.Iterator = &lazy{}
	_ expr.HasType  = &lazy{}
)

func (l *lazy) TypeName() string { return l.typ.Name }

func (l *lazy) Type() *expr.Type { return l.typ }

func (l *lazy) Next(t *expr.Thread) (expr.Object, error) { return orEnd(l.next(t)) }

// orEnd makes the end of an iterator of StopIteration, which a function that it
// calls may raise.
func orEnd(o expr.Object, err error) (expr.Object, error) {
	if isRaised(err, "StopIteration") {
		return nil, nil
	}
	return o, err
}

const (
	// smallText is the longest text that an iterator may hold on to
	// without a word.
	smallText = 256
	// lazySize is what an iterator takes in memory, with a small text.
	lazySize = 112 + smallText
)

// hold says that an iterator holds on to objects that were made meanwhile, so
// that a loop around it does not take their memory for free. What lazySize has
// room for needs no word.
func hold(t *expr.Thread, objects ...expr.Object) {
	for _, o := range objects {
		if text, ok := o.(value.Str); !light(o) && (!ok || len(text) > smallText) {
			t.Keep()
		}
	}
}

// light reports whether an object is no larger than the place that holds it.
func light(o expr.Object) bool {
	switch o.(type) {
	case nil, value.None, value.Bool, value.Int, value.Float, value.Complex:
		return true
	}
	return false
}

// lazyType makes the type of an iterator, whose constructor prepares what gives
// its objects.
func lazyType(name string, prepare func(t *expr.Thread, a expr.Args) (nextFunc, error)) *expr.Type {
	ty := &expr.Type{Name: name}
	ty.New = func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		if err := t.Charge(lazySize); err != nil {
			return nil, err
		}
		next, err := prepare(t, a)
		if err != nil {
			return nil, err
		}
		return &lazy{ty, next}, nil
	}
	return ty
}

// unpacked wants n positional arguments of a type that CPython has in C.
func unpacked(name string, n int, a expr.Args) error {
	if n == 1 && len(a.Names) == 0 && len(a.Pos) != 1 {
		return expr.TypeError("%s expected 1 argument, got %d", name, len(a.Pos))
	}
	return a.Between(name, n, n)
}

// iterators gives the iterators of all arguments.
func iterators(t *expr.Thread, args []expr.Object) ([]expr.Iterator, error) {
	if err := t.ChargeSlots(len(args)); err != nil {
		return nil, err
	}
	its := make([]expr.Iterator, len(args))
	for i, o := range args {
		var err error
		if its[i], err = expr.Iterate(t, o); err != nil {
			return nil, err
		}
	}
	return its, nil
}

// identical reports whether two objects are one or equal, as containers compare
// their elements.
func identical(t *expr.Thread, a, b expr.Object) (bool, error) {
	return expr.Contains(t, expr.NewTuple(a), b)
}

// isCallable is callable(o).
func isCallable(t *expr.Thread, o expr.Object) (bool, error) {
	yes, err := expr.Call(t, expr.Builtin("callable"), o)
	return yes == expr.True, err
}

// slots charges so many places, however many they are.
func slots(t *expr.Thread, n int64) error { return t.ChargeSlots(int(min(n, math.MaxInt32))) }
