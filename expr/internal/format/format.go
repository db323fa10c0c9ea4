// Package format writes values as Python's format(), str.format and % do, down
// to CPython 3.11's error messages.
//
// It works on the scalars of package value; what needs the evaluator's objects
// (attributes, items, str and repr) is asked of a Host. Every function is pure
// otherwise, and safe for concurrent use if its Host is. The size of a result is
// charged before the result is made, so that a width of ten thousand million
// fails at once.
package format

import (
	"strconv"
	"unicode/utf8"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// Object is any object of the evaluator.
type Object interface{ TypeName() string }

// Charger is told how many bytes are about to be made, and refuses.
type Charger interface {
	Charge(bytes int64) error
}

// Scalar is format(v, spec) for a value that is not a container; the others, and
// None and bytes, take only the empty spec, which is str() and not for here.
// The result is charged to c.
func Scalar(c Charger, v value.Value, spec string) (string, error) {
	var small [64]byte
	dst, err := AppendScalar(c, small[:0], v, spec)
	if err != nil {
		return "", err
	}
	return string(dst), nil
}

// AppendScalar appends what Scalar gives.
func AppendScalar(c Charger, dst []byte, v value.Value, spec string) ([]byte, error) {
	switch v := v.(type) {
	case value.Str:
		return appendStr(c, dst, string(v), spec)
	case value.Bool:
		if spec == "" {
			return value.AppendText(dst, v), nil
		}
		return appendInteger(c, dst, integer{small: boolInt(v), typeName: "bool"}, spec)
	case value.Int:
		if spec == "" {
			return strconv.AppendInt(dst, int64(v), 10), nil
		}
		return appendInteger(c, dst, integer{small: int64(v), typeName: "int"}, spec)
	case value.Big:
		return appendInteger(c, dst, integer{big: v, typeName: "int"}, spec)
	case value.Float:
		if spec == "" {
			return value.AppendFloat(dst, float64(v)), nil
		}
		return appendFloat(c, dst, float64(v), spec)
	case value.Complex:
		return appendComplex(c, dst, complex128(v), spec)
	}
	return dst, Unsupported(v)
}

// Unsupported is the error for an object whose type takes no format spec.
func Unsupported(o Object) error {
	return pyerr.Type("unsupported format string passed to %s.__format__", o.TypeName())
}

func boolInt(b value.Bool) int64 {
	if b {
		return 1
	}
	return 0
}

// length is len() of a str: its code points, a lone surrogate being one.
func length(s string) int {
	n := 0
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// cut gives the first n code points of s.
func cut(s string, n int) string {
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			if n == 0 {
				return s[:i]
			}
			n--
		}
	}
	return s
}

// charge asks for count pieces of size bytes, and never overflows.
func charge(c Charger, count, size int) error {
	const most = 1 << 56 // past any memory
	if count <= 0 {
		return nil
	}
	if int64(count) > most/int64(size) {
		return c.Charge(most)
	}
	return c.Charge(int64(count) * int64(size))
}
