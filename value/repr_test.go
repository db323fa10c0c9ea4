package value_test

import (
	"math"
	"strings"
	"testing"

	"althing/value"
)

func TestRepr(t *testing.T) {
	for _, test := range []struct {
		v    value.Value
		want string
	}{
		{nil, "None"},
		{none, "None"},
		{value.Bool(true), "True"},
		{value.Bool(false), "False"},
		{value.Int(-42), "-42"},
		{power(64, 0), "18446744073709551616"},
		{value.Float(1), "1.0"},
		{value.Float(math.Copysign(0, -1)), "-0.0"},
		{value.Float(5.127933703747114), "5.127933703747114"},
		{value.Float(1e15), "1000000000000000.0"},
		{value.Float(9999999999999998), "9999999999999998.0"},
		{value.Float(1e16), "1e+16"},
		{value.Float(-1.5e300), "-1.5e+300"},
		{value.Float(0.0001), "0.0001"},
		{value.Float(0.00001), "1e-05"},
		{value.Float(0.000012345), "1.2345e-05"},
		{nan, "nan"},
		{-nan, "nan"},
		{inf, "inf"},
		{-inf, "-inf"},
		{value.Complex(complex(0, 1)), "1j"},
		{value.Complex(complex(1, -2)), "(1-2j)"},
		{value.Complex(complex(math.Copysign(0, -1), 1)), "(-0+1j)"},
		{value.Complex(complex(1.5, math.NaN())), "(1.5+nanj)"},
		{value.Complex(complex(math.Inf(-1), math.Inf(-1))), "(-inf-infj)"},
		{value.Complex(complex(0, 1e16)), "1e+16j"},
		{value.Str("abc"), "'abc'"},
		{value.Str("it's"), `"it's"`},
		{value.Str(`it's "so"`), `'it\'s "so"'`},
		{value.Str("\\ \t\n\r\x00\x1f\x7f"), `'\\ \t\n\r\x00\x1f\x7f'`},
		{value.Str("ä😀\u00a0\u0085\u200b\ue000\U000e0001"), `'ä😀\xa0\x85\u200b\ue000\U000e0001'`},
		{value.Str("\xed\xa0\x80\xed\xbf\xbf"), `'\ud800\udfff'`},
		{value.Str("\xff\xed\xa0"), `'\udcff\udced\udca0'`},
		{value.Bytes("it's"), `b"it's"`},
		{value.Bytes("\x00\t\n\r\\\x7f\xff\"'"), `b'\x00\t\n\r\\\x7f\xff"\''`},
		{list{}, "[]"},
		{list{value.Int(1), value.Str("a")}, "[1, 'a']"},
		{tuple{}, "()"},
		{tuple{none}, "(None,)"},
		{tuple{none, none}, "(None, None)"},
		{set(t), "set()"},
		{set(t, value.Int(1), value.Str("a")), "{1, 'a'}"},
		{dict(t), "{}"},
		{dict(t, value.Str("a"), list{dict(t)}, value.Int(1), none), "{'a': [{}], 1: None}"},
	} {
		if got := value.Repr(test.v); got != test.want {
			t.Errorf("repr is %s, want %s", got, test.want)
		}
	}
}

func TestText(t *testing.T) {
	for _, test := range []struct {
		v    value.Value
		want string
	}{
		{value.Str("it's\n"), "it's\n"},
		{value.Bytes("a"), "b'a'"},
		{list{value.Str("a")}, "['a']"},
		{value.Float(2), "2.0"},
	} {
		if got := value.Text(test.v); got != test.want {
			t.Errorf("text is %q, want %q", got, test.want)
		}
		if got := string(value.AppendText([]byte("> "), test.v)); got != "> "+test.want {
			t.Errorf("appended text is %q, want %q", got, "> "+test.want)
		}
	}
}

// A number with more digits than CPython would write stays a literal of the
// same number, and is written in a time that grows with its length only.
func TestReprOfHugeIntegers(t *testing.T) {
	last := value.Integer(pow10(value.MaxDigits).Sub(pow10(value.MaxDigits), one))
	first := value.Integer(pow10(value.MaxDigits))
	if got, want := value.Repr(last), strings.Repeat("9", value.MaxDigits); got != want {
		t.Errorf("10**4300 - 1 is %.20s…, %d bytes", got, len(got))
	}
	if !last.(value.Big).Decimal() || first.(value.Big).Decimal() {
		t.Error("10**4300 is the first that is not decimal")
	}
	if got, want := value.Repr(first), "0x"+pow10(value.MaxDigits).Text(16); got != want {
		t.Errorf("10**4300 is %.20s…, want %.20s…", got, want)
	}
	if got := value.Repr(negative(first)); got != "-"+value.Repr(first) {
		t.Errorf("-10**4300 is %.20s…", got)
	}
	megabyte := power(8<<20, 0)
	if got := value.Repr(megabyte); got != "0x1"+strings.Repeat("0", 2<<20) {
		t.Errorf("2**(8<<20) is %.20s…, %d bytes", got, len(got))
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	dst := make([]byte, 0, 1024)
	for _, v := range []value.Value{
		none, value.Bool(true), value.Int(-123456789), value.Float(5.127933703747114), value.Complex(complex(1, 2)),
		value.Str("it's 20 °C\n"), value.Bytes("\x00abc"),
		list{value.Int(1), value.Str("a")},
		tuple{none},
		dict(t, value.Str("a"), value.Int(1)), set(t, value.Int(1)),
	} {
		if n := testing.AllocsPerRun(100, func() { value.AppendText(dst, v) }); n != 0 {
			t.Errorf("AppendText of %s allocates %v times", value.Repr(v), n)
		}
		if n := testing.AllocsPerRun(100, func() { value.AppendJSON(dst, v) }); n != 0 && v.TypeName() != "bytes" {
			t.Errorf("AppendJSON of %s allocates %v times", value.Repr(v), n)
		}
	}
}

func TestDecodeRune(t *testing.T) {
	for _, test := range []struct {
		s    string
		r    rune
		size int
	}{
		{"a", 'a', 1},
		{"\u00e4b", 'ä', 2},
		{"\ufffd", 0xfffd, 3},
		{"😀", '😀', 4},
		{"\xed\xa0\x80", 0xd800, 3},
		{"\xed\xbf\xbf", 0xdfff, 3},
		{"\xed\xa0", 0xdced, 1},
		{"\xed\x9f\xbf", 0xd7ff, 3},
		{"\x80", 0xdc80, 1},
		{"\xff", 0xdcff, 1},
	} {
		r, size := value.DecodeRune(test.s)
		if r != test.r || size != test.size {
			t.Errorf("%q begins with %#x of %d bytes, want %#x of %d", test.s, r, size, test.r, test.size)
		}
		if back := string(value.AppendRune(nil, r)); size > 1 && back != test.s[:size] {
			t.Errorf("%#x is written %q, want %q", r, back, test.s[:size])
		}
	}
}

func BenchmarkAppendText(b *testing.B) {
	dst := make([]byte, 0, 1024)
	for _, bench := range []struct {
		name string
		v    value.Value
	}{
		{"int", value.Int(123456)},
		{"float", value.Float(21.375)},
		{"list", list{value.Str("garden"), value.Int(56), value.Float(0.5), none}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dst = value.AppendText(dst[:0], bench.v)
			}
		})
	}
}
