package format_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"althing/expr/internal/format"
	"althing/expr/internal/pyerr"
	"althing/value"
)

// host is an evaluator of scalars, lists, tuples and dicts.
type host struct{ *purse }

func (h host) Str(o format.Object) (string, error)  { return value.Text(o.(value.Value)), nil }
func (h host) Repr(o format.Object) (string, error) { return value.Repr(o.(value.Value)), nil }

func (h host) Format(o format.Object, spec string) (string, error) {
	switch o := o.(type) {
	case value.Str, value.Bool, value.Int, value.Big, value.Float, value.Complex:
		return format.Scalar(h, o.(value.Value), spec)
	}
	if spec == "" {
		return h.Str(o)
	}
	return "", format.Unsupported(o)
}

func (h host) Attr(o format.Object, name string) (format.Object, error) {
	if z, ok := o.(value.Complex); ok && name == "real" {
		return value.Float(real(complex128(z))), nil
	}
	if i, ok := o.(value.Int); ok && name == "real" {
		return i, nil
	}
	return nil, pyerr.New("AttributeError", "'%s' object has no attribute '%s'", o.TypeName(), name)
}

func (h host) Item(o format.Object, key value.Value) (format.Object, error) {
	switch o := o.(type) {
	case *value.Dict:
		if v, ok := o.Get(key); ok {
			return v, nil
		}
		return nil, pyerr.New("KeyError", "%s", value.Repr(key))
	case value.Str:
		i, ok := key.(value.Int)
		if !ok {
			return nil, pyerr.Type("string indices must be integers, not '%s'", key.TypeName())
		}
		if chars := []rune(string(o)); int(i) < len(chars) {
			return value.Str(chars[i]), nil
		}
		return nil, pyerr.New("IndexError", "string index out of range")
	case value.List:
		i, ok := key.(value.Int)
		if !ok {
			return nil, pyerr.Type("list indices must be integers or slices, not %s", key.TypeName())
		}
		if int(i) < len(o) {
			return o[i], nil
		}
		return nil, pyerr.New("IndexError", "list index out of range")
	}
	return nil, pyerr.Type("'%s' object is not subscriptable", o.TypeName())
}

func dict(pairs ...value.Pair) *value.Dict {
	d, err := value.NewDict(pairs)
	if err != nil {
		panic(err)
	}
	return d
}

var mapping = dict(value.Pair{Key: value.Str("a"), Value: value.Int(7)}, value.Pair{Key: value.Str("x(y)"), Value: value.Float(2.5)},
	value.Pair{Key: value.Str(""), Value: value.Str("ü")}, value.Pair{Key: value.Str("l"), Value: value.List{value.Int(1), value.Str("two")}})

func percent(text string, operand value.Value) (string, error) {
	o := format.Operand{Whole: operand, Len: -1}
	switch operand := operand.(type) {
	case value.Tuple:
		o.Len, o.At = len(operand), func(i int) format.Object { return operand[i] }
	case value.List, *value.Dict, value.Bytes:
		o.Mapping = true
	}
	return format.Percent(host{budget()}, text, o)
}

func randomPercent(r *rand.Rand) string {
	field := func() string {
		return "%" + pick(r, "(a)", "(x(y))", "(", "(b)", "()") + pick(r, "-", "+", " ", "#", "0", "0-", "+ ", "#0") +
			pick(r, "5", "12", "*", "0", "30") + pick(r, ".3", ".", ".0", ".*", ".12") + pick(r, "l", "h", "L") +
			[]string{"d", "i", "o", "u", "x", "X", "e", "E", "f", "F", "g", "G", "c", "r", "s", "a", "%", "y", "", "ü", "s", "d", "f", "x"}[r.IntN(24)]
	}
	text := pick(r, "x", "%%", "é")
	for range r.IntN(3) + 1 {
		text += field() + pick(r, "|", " %% ")
	}
	return text
}

func TestPercentAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	arguments := []value.Value{value.Int(8), value.Int(12), value.None{}}
	for _, v := range scalars {
		if v != value.Value(value.Int(1234567)) && v != value.Value(value.Int(math.MinInt64)) { // as widths CPython would take them
			arguments = append(arguments, v)
		}
	}
	var expressions, ours []string
	for range 20000 {
		var operand value.Value = mapping
		switch r.IntN(8) {
		case 0:
			operand = value.List{value.Int(3)}
		case 1, 2, 3, 4:
			var tuple value.Tuple
			for range r.IntN(4) {
				tuple = append(tuple, arguments[r.IntN(len(arguments))])
			}
			operand = tuple
		case 5, 6:
			operand = scalars[r.IntN(len(scalars))]
		}
		text := randomPercent(r)
		expressions = append(expressions, fmt.Sprintf("%s %% %s", source(value.Str(text)), nested(operand)))
		ours = append(ours, shown(percent(text, operand)))
	}
	compare(t, "", expressions, ours)
}

// nested is source for a tuple too, whose floats may have no literal.
func nested(v value.Value) string {
	tuple, ok := v.(value.Tuple)
	if !ok {
		return source(v)
	}
	text := "("
	for _, item := range tuple {
		text += source(item) + ", "
	}
	return strings.TrimSuffix(text, " ") + ")"
}

func fields(text string, args []value.Value, named *value.Dict) (string, error) {
	h := host{budget()}
	return format.Fields(h, text, format.Arguments{
		Len: len(args),
		At:  func(i int) format.Object { return args[i] },
		Named: func(name string) (format.Object, error) {
			return h.Item(named, value.Str(name))
		},
	})
}

func randomFields(r *rand.Rand) string {
	var field func(depth int) string
	field = func(depth int) string {
		text := "{" + pick(r, "0", "1", "a", "l", "5", "{", "é", "٠", "99999999999999999999") +
			pick(r, "[0]", "[1]", "[a", "[a]", ".real", ".x", ".", "[]", "[0]x", "[-1]", "[}]") + pick(r, "!r", "!s", "!a", "!", "!x", "!rr", "!é")
		if r.IntN(2) == 0 {
			text += ":" + pick(r, ">8", "d", "{{", "x", "}") + pick(r, "5")
			if depth < 3 {
				text += field(depth + 1)
			}
		}
		return text + []string{"}", "}", "}", "}", "}", "", "}}"}[r.IntN(7)]
	}
	text := pick(r, "x", "{{", "}}", "}")
	for range r.IntN(3) + 1 {
		text += field(0) + pick(r, "|", "é", "{{}}")
	}
	return text
}

func TestFieldsAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	args := []value.Value{value.Str("é\n"), value.Complex(3), value.List{value.Int(5), value.Int(6)}}
	expected := "(" + value.Repr(args[0]) + ", 3+0j, " + value.Repr(args[2]) + ")"
	var expressions, ours []string
	for range 20000 {
		text := randomFields(r)
		expressions = append(expressions, fmt.Sprintf("%s.format(*%s, **%s)", source(value.Str(text)), expected, value.Repr(mapping)))
		ours = append(ours, shown(fields(text, args, mapping)))
	}
	compare(t, "", expressions, ours)
}

func TestFormatMapHasNoPositions(t *testing.T) {
	const want = "ValueError: Format string contains positional fields"
	for _, text := range []string{"{}", "{0}", "{a:{}}"} {
		_, err := format.Fields(host{budget()}, text, format.Arguments{Len: -1, Named: func(string) (format.Object, error) { return value.Int(1), nil }})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPercentChargesFirst(t *testing.T) {
	for _, c := range []struct {
		text    string
		operand value.Value
	}{
		{"%99999999999d", value.Int(1)},
		{"%-99999999999s|", value.Int(1)},
		{"%.2147483647d", value.Int(1)},
		{"%.2147483647f", value.Int(1)},
		{"%*c", value.Tuple{value.Int(1 << 60), value.Int(65)}},
	} {
		if _, err := percent(c.text, c.operand); err == nil || err.Error() != "MemoryError" {
			t.Errorf("%s: %v, want MemoryError", c.text, err)
		}
	}
}

func FuzzFields(f *testing.F) {
	for _, text := range []string{"{}", "{0.real!r:>{a}}", "{{{l[0]}}}", "{:{:{}}}", "{a!", "{[", "}", "{:1000000}", "{!r:{0}00000}{0:é>600000}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		result, err := fields(text, []value.Value{value.Int(1), value.Int(2)}, mapping)
		withinBudget(t, result, err)
	})
}

func FuzzPercent(f *testing.F) {
	for _, text := range []string{"%d", "%(a)-5.3f", "%%", "%*.*s", "%(x(y))s", "%", "%1000000d", "%.1000000f", "%-500000s%500000s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, operand := range []value.Value{mapping, value.Tuple{value.Int(5), value.Float(2), value.Str("é")}} {
			result, err := percent(text, operand)
			withinBudget(t, result, err)
		}
	})
}
