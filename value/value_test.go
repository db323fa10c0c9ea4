package value_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"go.uber.org/goleak"

	"althing/fault"
	"althing/value"
	"althing/value/valuetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Short names for the values of the tables.
type (
	list  = value.List
	tuple = value.Tuple
)

var (
	none = value.None{}
	nan  = value.Float(math.NaN())
	inf  = value.Float(math.Inf(1))

	dict, set, power, negative = valuetest.Dict, valuetest.Set, valuetest.Power, valuetest.Negative
)

// every is at least one value of every kind and form.
func every(t testing.TB) []value.Value {
	t.Helper()
	many := make(list, 100)
	members := make([]value.Value, 100)
	for i := range many {
		many[i] = value.Int(i)
		members[i] = value.Int(-i)
	}
	return []value.Value{
		none, value.Bool(true), value.Bool(false),
		value.Int(0), value.Int(-1), value.Int(127), value.Int(128), value.Int(math.MaxInt64), value.Int(math.MinInt64),
		value.Int(1 << 53), value.Int(1<<53 + 1), value.Int(-1 << 53), value.Int(-1<<53 - 1),
		power(63, 0), power(64, 1), negative(power(64, 0)), power(20000, 7), negative(power(20000, 7)),
		value.Float(0), value.Float(math.Copysign(0, -1)), value.Float(1.5), value.Float(1e16), value.Float(-1e-5),
		value.Float(math.MaxFloat64), value.Float(math.SmallestNonzeroFloat64), inf, -inf,
		value.Complex(complex(1, -2)), value.Complex(complex(0, math.Inf(-1))),
		value.Str(""), value.Str("äöü 😀 \"'\\\n\t\x00\x7f"), value.Str("\xed\xa0\x80 alone"), value.Str("$tuple"),
		value.Str(string(make([]byte, 63))), value.Str(string(make([]byte, 64))),
		value.Bytes(""), value.Bytes("\x00\xff'"),
		list{},
		many,
		tuple{},
		tuple{none},
		tuple{value.Int(1), list{value.Str("x")}},
		set(t), set(t, value.Str("a"), tuple{value.Int(1)}), set(t, members...),
		dict(t), dict(t, value.Str("b"), value.Int(1), value.Str("a"), list{dict(t)}),
		dict(t, value.Str("$int"), value.Str("5")), dict(t, value.Int(1), none, tuple{}, none),
		valuetest.Nested(none, value.MaxDepth),
	}
}

func TestTypeName(t *testing.T) {
	for _, test := range []struct {
		v    value.Value
		want string
	}{
		{none, "NoneType"},
		{value.Bool(true), "bool"},
		{value.Int(1), "int"},
		{power(70, 0), "int"},
		{value.Float(1), "float"},
		{value.Complex(1), "complex"},
		{value.Str(""), "str"},
		{value.Bytes(""), "bytes"},
		{list{}, "list"},
		{tuple{}, "tuple"},
		{dict(t), "dict"},
		{set(t), "set"},
	} {
		if got := test.v.TypeName(); got != test.want {
			t.Errorf("%#v: type %q, want %q", test.v, got, test.want)
		}
	}
}

func TestInteger(t *testing.T) {
	for _, test := range []struct {
		i    *big.Int
		want string
	}{
		{big.NewInt(math.MaxInt64), "value.Int"},
		{big.NewInt(math.MinInt64), "value.Int"},
		{new(big.Int).Lsh(big.NewInt(1), 63), "value.Big"},
	} {
		_, isInt := value.Integer(test.i).(value.Int)
		if isInt != (test.want == "value.Int") {
			t.Errorf("Integer(%v) is a %T, want %s", test.i, value.Integer(test.i), test.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name string
		v    value.Value
		want fault.Code
	}{
		{"deep", valuetest.Nested(none, value.MaxDepth), ""},
		{"too deep", valuetest.Nested(none, value.MaxDepth+1), fault.Limit},
		{"too deep in a dict", dict(t, value.Str("a"), valuetest.Nested(none, value.MaxDepth)), fault.Limit},
		{"too deep in a tuple", tuple{valuetest.Nested(none, value.MaxDepth)}, fault.Limit},
		{"lone surrogate", value.Str("\xed\xb0\x80"), ""},
		{"no UTF-8", value.Str("\xff"), fault.Invalid},
		{"no UTF-8 in a list", list{value.Str("a\xed\xa0")}, fault.Invalid},
		{"no UTF-8 in a key", dict(t, tuple{value.Str("\xc0\x80")}, none), fault.Invalid},
		{"no UTF-8 in a set", set(t, value.Str("\xf8")), fault.Invalid},
		{"any bytes", value.Bytes("\xff"), ""},
	} {
		t.Run(test.name, func(t *testing.T) { wantCode(t, value.Check(test.v), test.want) })
	}
	for _, v := range every(t) {
		if err := value.Check(v); err != nil {
			t.Errorf("%.80s: %v", value.Repr(v), err)
		}
	}
}

// wantCode fails unless err has the code; the empty code is no error.
func wantCode(t *testing.T, err error, want fault.Code) {
	t.Helper()
	var e *fault.Error
	switch {
	case err == nil && want == "":
	case errors.As(err, &e) && e.Code == want:
	default:
		t.Errorf("error %v, want code %q", err, want)
	}
}

func TestSize(t *testing.T) {
	text := value.Str(make([]byte, 1000))
	one := value.Size(text)
	if one < 1000 || one > 1100 {
		t.Errorf("a text of 1000 bytes has size %d", one)
	}
	for _, test := range []struct {
		name     string
		v        value.Value
		min, max int
	}{
		{"none", none, 8, 16},
		{"int", value.Int(5), 16, 24},
		{"big", power(8000, 0), 1000, 1100},
		{"complex", value.Complex(1), 24, 32},
		{"bytes", value.Bytes(text), 1000, 1100},
		{"list", list{text, text}, 2 * one, 2*one + 100},
		{"tuple", tuple{text, text}, 2 * one, 2*one + 100},
		{"set", set(t, text), one, one + 100},
		{"dict", dict(t, text, text), 2 * one, 2*one + 100},
	} {
		if got := value.Size(test.v); got < test.min || got > test.max {
			t.Errorf("%s: size %d, want %d to %d", test.name, got, test.min, test.max)
		}
	}
}
