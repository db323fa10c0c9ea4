// Package syntax turns the text of Python expressions and simple statements into
// a tree, and says what is wrong with a text that is none.
//
// The language is that of Python 3.11's expressions, without await and yield,
// with assignment, augmented assignment, del and pass; other statements and
// annotations are refused by name. The tree has the shape and the names of
// Python's ast module. Names that lambdas, comprehensions and walruses bind are
// resolved to slots of frames, so that an evaluator need not look them up.
//
// An error has CPython's type and, but for oddities, CPython's message; its
// place is where the mistake is, which inside strings CPython does not say. It
// tells whether more text could mend the source: a gateway that reads from a
// socket needs to know, and a prompt that asks for a second line.
//
// What differs from Python: a source without a statement is an error that is
// incomplete, and white space before the first statement is ignored. Bounds:
// 200 brackets inside each other and 4,300 digits of a decimal integer as in
// CPython, MaxDepth for the tree. How long a source may be is the caller's
// affair: time and memory are proportional to it.
package syntax
