// Package syntax turns the text of Python expressions and simple statements into
// a tree.
//
// The language is that of Python 3.11's expressions, with assignment, augmented
// assignment, del and pass; no other statement. The tree has the shape and the
// names of Python's ast module; names of lambdas, comprehensions and walruses
// are resolved to slots of frames, so that an evaluator need not look them up.
package syntax
