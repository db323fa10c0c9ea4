package value

import (
	"maps"
	"math"
	"math/big"
	"reflect"
	"slices"
	"unicode/utf8"

	"althing/fault"
)

// FromGo gives the value of a Go one: nil, booleans, numbers, *big.Int, strings,
// []byte, Values, and slices, arrays, maps and pointers of those. Slices and
// arrays become lists; a map with text keys a dict in the order of its keys.
// Text must be UTF-8. Anything else, and what is nested deeper than MaxDepth, a
// cycle included, is an error.
func FromGo(x any) (Value, error) {
	v, err := fromGo(x, 0)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func fromGo(x any, depth int) (Value, error) {
	switch x := x.(type) {
	case nil:
		return None{}, nil
	case Value:
		return x, check(x, depth)
	case string:
		return fromString(x)
	case []byte:
		return Bytes(x), nil
	case *big.Int:
		if x == nil {
			return None{}, nil
		}
		return Integer(new(big.Int).Set(x)), nil
	}
	return fromKind(reflect.ValueOf(x), depth)
}

func fromString(s string) (Value, error) {
	if !utf8.ValidString(s) {
		return nil, fault.New(fault.Invalid, "the text is not valid UTF-8; pass it as []byte")
	}
	return Str(s), nil
}

func fromKind(x reflect.Value, depth int) (Value, error) {
	switch {
	case x.Kind() == reflect.Bool:
		return Bool(x.Bool()), nil
	case x.CanInt():
		return Int(x.Int()), nil
	case x.CanUint():
		if u := x.Uint(); u > math.MaxInt64 {
			return Big{new(big.Int).SetUint64(u)}, nil
		}
		return Int(x.Uint()), nil
	case x.CanFloat():
		return Float(x.Float()), nil
	case x.CanComplex():
		return Complex(x.Complex()), nil
	case x.Kind() == reflect.String:
		return fromString(x.String())
	}
	if depth == MaxDepth {
		return nil, tooDeep()
	}
	switch x.Kind() {
	case reflect.Pointer:
		if x.IsNil() {
			return None{}, nil
		}
		return fromGo(x.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		if x.Kind() == reflect.Slice && x.Type().Elem().Kind() == reflect.Uint8 {
			return Bytes(x.Bytes()), nil
		}
		items := make(List, x.Len())
		for i := range items {
			item, err := fromGo(x.Index(i).Interface(), depth+1)
			if err != nil {
				return nil, err
			}
			items[i] = item
		}
		return items, nil
	case reflect.Map:
		return fromMap(x, depth)
	}
	return nil, fault.Python(fault.Invalid, "TypeError", "a Go %s has no literal form", x.Type())
}

func fromMap(x reflect.Value, depth int) (Value, error) {
	if x.Type().Key().Kind() != reflect.String {
		return nil, fault.Python(fault.Invalid, "TypeError", "a Go %s has no literal form: only text can be its keys", x.Type())
	}
	byKey := make(map[string]reflect.Value, x.Len())
	for entry := x.MapRange(); entry.Next(); {
		byKey[entry.Key().String()] = entry.Value()
	}
	pairs := make([]Pair, 0, len(byKey))
	for _, name := range slices.Sorted(maps.Keys(byKey)) {
		key, err := fromString(name)
		if err != nil {
			return nil, err
		}
		v, err := fromGo(byKey[name].Interface(), depth+1)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, Pair{key, v})
	}
	return NewDict(pairs)
}

// ToGo gives the Go value that a Go programmer expects: nil, bool, int64,
// *big.Int, float64, complex128, string, []byte, []any for a list, a tuple and a
// set, map[string]any for a dict with text keys only. Any other dict stays a
// *Dict. What it gives is the caller's own.
func ToGo(v Value) any {
	switch v := v.(type) {
	case Bool:
		return bool(v)
	case Int:
		return int64(v)
	case Big:
		return new(big.Int).Set(v.i)
	case Float:
		return float64(v)
	case Complex:
		return complex128(v)
	case Str:
		return string(v)
	case Bytes:
		return []byte(v)
	case List:
		return toGoItems(v)
	case Tuple:
		return toGoItems(v)
	case *Set:
		return toGoItems(v.items)
	case *Dict:
		return toGoDict(v)
	}
	return nil
}

func toGoItems(items []Value) []any {
	out := make([]any, len(items))
	for i, v := range items {
		out[i] = ToGo(v)
	}
	return out
}

func toGoDict(d *Dict) any {
	out := make(map[string]any, d.Len())
	for _, p := range d.pairs {
		key, ok := p.Key.(Str)
		if !ok {
			return d
		}
		out[string(key)] = ToGo(p.Value)
	}
	return out
}
