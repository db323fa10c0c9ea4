package value_test

import (
	"math"
	"math/big"
	"reflect"
	"testing"

	"althing/fault"
	"althing/value"
	"althing/value/valuetest"
)

type celsius float32

type name string

func TestFromGo(t *testing.T) {
	seven := 7
	for _, test := range []struct {
		x    any
		want string
	}{
		{nil, "None"},
		{true, "True"},
		{5, "5"},
		{int8(-5), "-5"},
		{uint16(5), "5"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{celsius(21.5), "21.5"},
		{complex64(2i), "2j"},
		{name("x"), "'x'"},
		{[]byte{1}, `b'\x01'`},
		{[]uint8(nil), "b''"},
		{[2]byte{1, 2}, "[1, 2]"},
		{big.NewInt(5), "5"},
		{(*big.Int)(nil), "None"},
		{new(big.Int).Lsh(big.NewInt(1), 64), "18446744073709551616"},
		{&seven, "7"},
		{(*int)(nil), "None"},
		{[]any{1, "a", nil, []string{"b"}}, "[1, 'a', None, ['b']]"},
		{map[string]any{"b": 1, "a": map[name]bool{"c": true}}, "{'a': {'c': True}, 'b': 1}"},
		{tuple{none}, "(None,)"},
		{[]value.Value{none, nil}, "[None, None]"},
	} {
		v, err := value.FromGo(test.x)
		if err != nil || value.Repr(v) != test.want {
			t.Errorf("%#v is %s, error %v, want %s", test.x, value.Repr(v), err, test.want)
		}
	}
}

func TestFromGoCopiesBigIntegers(t *testing.T) {
	i := new(big.Int).Lsh(big.NewInt(1), 64)
	v, err := value.FromGo(i)
	i.SetInt64(0)
	if err != nil || !value.Equal(v, power(64, 0)) {
		t.Errorf("the value is %s after its source changed, error %v", value.Repr(v), err)
	}
}

func TestFromGoRefuses(t *testing.T) {
	cycle := []any{nil}
	cycle[0] = cycle

	var pointer any
	pointer = &pointer
	for _, test := range []struct {
		name string
		x    any
		want fault.Code
	}{
		{"cycle", cycle, fault.Limit},
		{"pointer to itself", pointer, fault.Limit},
		{"deep value in a list", []any{valuetest.Nested(none, value.MaxDepth)}, fault.Limit},
		{"struct", struct{}{}, fault.Invalid},
		{"function", func() {}, fault.Invalid},
		{"channel in a list", []any{make(chan int)}, fault.Invalid},
		{"channel in a map", map[string]any{"a": make(chan int)}, fault.Invalid},
		{"keys that are no text", map[int]int{1: 1}, fault.Invalid},
		{"text that is not UTF-8", "\xff", fault.Invalid},
		{"key that is not UTF-8", map[string]int{"\xff": 1}, fault.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, err := value.FromGo(test.x)
			wantCode(t, err, test.want)
			if v != nil {
				t.Errorf("gave %s beside the error", value.Repr(v))
			}
		})
	}
}

func TestToGo(t *testing.T) {
	mixed := dict(t, value.Int(1), none)
	for _, test := range []struct {
		v    value.Value
		want any
	}{
		{none, nil},
		{value.Bool(true), true},
		{value.Int(5), int64(5)},
		{power(64, 0), new(big.Int).Lsh(big.NewInt(1), 64)},
		{value.Float(1.5), 1.5},
		{value.Complex(2i), 2i},
		{value.Str("a"), "a"},
		{value.Bytes("a"), []byte("a")},
		{list{value.Int(1), none}, []any{int64(1), nil}},
		{tuple{value.Int(1)}, []any{int64(1)}},
		{set(t, value.Int(1)), []any{int64(1)}},
		{dict(t, value.Str("a"), list{}), map[string]any{"a": []any{}}},
		{mixed, mixed},
	} {
		if got := value.ToGo(test.v); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s is %#v, want %#v", value.Repr(test.v), got, test.want)
		}
	}
}
