// Package expr works out Python expressions and simple statements, safely.
//
// The language is Python 3.11 without definitions, classes, imports, loops and
// exceptions: expressions in full, assignment, augmented assignment, del. A text
// is parsed once and may be run many times:
//
//	program, err := expr.Parse("2 ** 10 + x")
//	result, err := program.Run(ctx, expr.Vars{"x": value.Int(1)}, expr.Limits{})
//
// # Objects
//
// What an expression works with is an Object. The scalars of package value are
// objects as they are; containers are this package's own, because an expression
// may change them: *List, *Tuple, *Dict, *Set and so on. FromValue and ToValue
// convert, and value.FromGo and value.ToGo go on from there to Go's types.
//
// A host adds names through an Env: functions (NewFunc), modules (*Module),
// types (*Type) and objects of its own. An object of the host's says what it can
// do by implementing small interfaces, found by assertion: HasAttr, HasItem,
// HasSetItem, HasDelItem, Iterable, Sized, Container, Texter, Callable, and for
// those that take part in arithmetic HasBinary, HasUnary, HasCompare, Hashable.
//
// # Safety
//
// Nothing is reachable but what the host handed in, attributes that begin with
// an underscore least of all. Every run has budgets of time, steps, depth and
// memory (Limits), counted before the work is done; past one the run ends with
// an Error of type TimeoutError, RecursionError or MemoryError. No goroutine is
// started.
package expr
