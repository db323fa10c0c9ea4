package value_test

import (
	"reflect"
	"testing"
	"time"

	"althing/fault"
	"althing/value"
)

func TestFromSQL(t *testing.T) {
	east := time.FixedZone("", 2*60*60)
	for _, test := range []struct {
		column any
		want   string
	}{
		{nil, "None"},
		{int64(5), "5"},
		{1.5, "1.5"},
		{true, "True"},
		{"it's", `"it's"`},
		{"a\xffb", "'a\ufffdb'"},
		{[]byte("a\xff"), `b'a\xff'`},
		{time.Date(2024, 2, 29, 12, 0, 1, 0, time.UTC), "'2024-02-29 12:00:01'"},
		{time.Date(2024, 2, 29, 12, 0, 1, 5000, time.UTC), "'2024-02-29 12:00:01.000005'"},
		{time.Date(2024, 2, 29, 12, 0, 1, 0, east), "'2024-02-29 12:00:01+02:00'"},
		{int32(5), "5"},
		{struct{ A int }{1}, "'{1}'"},
	} {
		if got := value.Repr(value.FromSQL(test.column)); got != test.want {
			t.Errorf("%v is %s, want %s", test.column, got, test.want)
		}
	}
}

func TestToSQL(t *testing.T) {
	for _, test := range []struct {
		v    value.Value
		want any
		err  string
	}{
		{none, nil, ""},
		{value.Bool(true), int64(1), ""},
		{value.Bool(false), int64(0), ""},
		{value.Int(-5), int64(-5), ""},
		{value.Float(1.5), 1.5, ""},
		{value.Str("ä"), "ä", ""},
		{value.Bytes("\xff"), []byte("\xff"), ""},
		{power(63, 0), nil, "OverflowError"},
		{value.Str("\xed\xa0\x80"), nil, "UnicodeEncodeError"},
		{value.Complex(1), nil, "TypeError"},
		{list{}, nil, "TypeError"},
	} {
		got, err := value.ToSQL(test.v)
		if (err == nil) != (test.err == "") || err != nil && fault.Of(err).Type() != test.err {
			t.Errorf("%s: error %v, want %s", value.Repr(test.v), err, test.err)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s is %#v, want %#v", value.Repr(test.v), got, test.want)
		}
	}
}
