package value_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"althing/fault"
	"althing/value"
)

func TestJSON(t *testing.T) {
	for _, test := range []struct {
		v    value.Value
		want string
	}{
		{none, `null`},
		{value.Bool(true), `true`},
		{value.Int(-5), `-5`},
		{value.Int(1 << 53), `9007199254740992`},
		{value.Int(1<<53 + 1), `{"$int":"9007199254740993"}`},
		{value.Int(-1<<53 - 1), `{"$int":"-9007199254740993"}`},
		{power(64, 0), `{"$int":"18446744073709551616"}`},
		{power(16000, 0), `{"$int":"0x1` + strings.Repeat("0", 4000) + `"}`},
		{negative(power(16000, 0)), `{"$int":"-0x1` + strings.Repeat("0", 4000) + `"}`},
		{value.Float(1), `1.0`},
		{value.Float(math.Copysign(0, -1)), `-0.0`},
		{value.Float(1e16), `1e+16`},
		{nan, `{"$float":"nan"}`},
		{-inf, `{"$float":"-inf"}`},
		{value.Complex(complex(1, -2.5)), `{"$complex":[1.0,-2.5]}`},
		{value.Complex(complex(math.Inf(1), 0)), `{"$complex":[{"$float":"inf"},0.0]}`},
		{value.Str("a\"b\\c\n\r\t\x00\x7fä😀/"), `"a\"b\\c\n\r\t\u0000` + "\x7f" + `ä😀/"`},
		{value.Str("\xed\xa0\x80"), `"\ud800"`},
		{value.Bytes("\x00\xff"), `{"$bytes":"AP8="}`},
		{list{value.Int(1), list{}}, `[1,[]]`},
		{tuple{value.Int(1)}, `{"$tuple":[1]}`},
		{set(t, value.Int(1), value.Int(2)), `{"$set":[1,2]}`},
		{dict(t), `{}`},
		{dict(t, value.Str("b"), value.Int(1), value.Str(""), none), `{"b":1,"":null}`},
		{dict(t, value.Int(1), none, value.Str("a"), dict(t)), `{"$dict":[[1,null],["a",{}]]}`},
		{dict(t, value.Str("$a"), none), `{"$dict":[["$a",null]]}`},
	} {
		got := value.AppendJSON(nil, test.v)
		if string(got) != test.want {
			t.Errorf("%.80s is %.80s, want %.80s", value.Repr(test.v), got, test.want)
		}
		if !json.Valid(got) {
			t.Errorf("%.80s is no JSON", got)
		}
		back, err := value.FromJSON([]byte(test.want))
		if err != nil || value.Repr(back) != value.Repr(test.v) {
			t.Errorf("%.80s reads as %.80s, error %v", test.want, value.Repr(back), err)
		}
	}
}

func TestJSONThereAndBack(t *testing.T) {
	for _, v := range every(t) {
		data := value.AppendJSON(nil, v)
		back, err := value.FromJSON(data)
		if err != nil || value.Repr(back) != value.Repr(v) {
			t.Errorf("%.80s came back as %.80s, error %v", value.Repr(v), value.Repr(back), err)
		}
	}
}

func TestFromJSON(t *testing.T) {
	for _, test := range []struct {
		json string
		want string // the value's repr
	}{
		{" [ 1 , 2 ] \r\n\t", "[1, 2]"},
		{`{ "a" : 1 , "b" : { } }`, "{'a': 1, 'b': {}}"},
		{`{"a":1,"b":2,"a":3}`, "{'a': 3, 'b': 2}"},
		{`-0`, "0"},
		{`-0.0`, "-0.0"},
		{`1E5`, "100000.0"},
		{`1e-7`, "1e-07"},
		{`123456789012345678901234567890`, "123456789012345678901234567890"},
		{`"\ud83d\ude00\u00e4\/\b\f"`, `'😀ä/\x08\x0c'`},
		{`"\ud83dx\ude00"`, `'\ud83dx\ude00'`},
		{`"\uD83D\u0041"`, `'\ud83dA'`},
		{`"ä\n😀"`, `'ä\n😀'`},
		{`{"\u0024int":"5"}`, "5"},
		{`{"$int":"-0x1F"}`, "-31"},
		{`{"$complex":[1,{"$float":"nan"}]}`, "(1+nanj)"},
		{`{"$set":[1,1.0,2]}`, "{1, 2}"},
		{`{"$dict":[[1,"a"],[true,"b"]]}`, "{1: 'b'}"},
	} {
		v, err := value.FromJSON([]byte(test.json))
		if err != nil || value.Repr(v) != test.want {
			t.Errorf("%s is %s, error %v, want %s", test.json, value.Repr(v), err, test.want)
		}
	}
}

func TestFromJSONRefuses(t *testing.T) {
	const invalid = fault.Invalid
	deepTuple := strings.Repeat(`{"$tuple":[`, value.MaxDepth+1)
	for _, test := range []struct {
		json string
		want fault.Code
		says string
	}{
		{``, invalid, "ends too early: expected a value"},
		{`nul`, invalid, "expected null"},
		{`nan`, invalid, "at byte 1: expected null"},
		{`True`, invalid, "at byte 1: expected a value"},
		{`1 2`, invalid, "at byte 3: expected nothing more"},
		{"1\x00", invalid, "at byte 2: expected nothing more"},
		{`01`, invalid, "expected nothing more"},
		{`-`, invalid, "expected a value"},
		{`.5`, invalid, "expected a value"},
		{`1.`, invalid, "expected digits after the point"},
		{`1e+`, invalid, "expected digits of the exponent"},
		{`1e400`, invalid, "expected a smaller number"},
		{strings.Repeat("9", 4301), invalid, "expected a smaller number"},
		{`[1`, invalid, "expected a comma or the end of the list"},
		{`[1,]`, invalid, "expected a value"},
		{`[1 2]`, invalid, "expected a comma"},
		{`{`, invalid, "expected a key in quotes"},
		{`{"a"}`, invalid, "expected a colon"},
		{`{"a":1 "b":2}`, invalid, "expected a comma"},
		{`{"a":1,}`, invalid, "expected a key in quotes"},
		{`{a:1}`, invalid, "expected a key in quotes"},
		{`"a`, invalid, "expected the end of a text"},
		{`"a\`, invalid, "expected the rest of an escape"},
		{`"a\n`, invalid, "expected the end of a text"},
		{`"\x"`, invalid, "expected an escape that JSON knows"},
		{`"\u12g4"`, invalid, "expected four hexadecimal digits"},
		{`"\u00`, invalid, "expected four hexadecimal digits"},
		{`"\u000` + "\x10" + `"`, invalid, "expected four hexadecimal digits"},
		{"\"\n\"", invalid, "expected control characters as escapes"},
		{"\"\xff\"", invalid, "expected text in UTF-8"},
		{"\"\\n\xff\"", invalid, "expected text in UTF-8"},
		{"\"\xed\xa0\x80\"", invalid, "expected text in UTF-8"},
		{`{"a":1,"$int":"5"}`, invalid, "no key that begins with $ beside others"},
		{`{"$int":"5","a":1}`, invalid, `expected the end of the object after "$int"`},
		{`{"$int":5}`, invalid, `expected a text for "$int"`},
		{`{"$int":"1e5"}`, invalid, `expected what belongs to "$int"`},
		{`{"$int":""}`, invalid, `expected what belongs to "$int"`},
		{`{"$int":"--1"}`, invalid, `expected what belongs to "$int"`},
		{`{"$int":"0x+1"}`, invalid, `expected what belongs to "$int"`},
		{`{"$int":"` + strings.Repeat("9", 4301) + `"}`, invalid, `expected what belongs to "$int"`},
		{`{"$float":"1.5"}`, invalid, `expected what belongs to "$float"`},
		{`{"$bytes":"A"}`, invalid, `expected what belongs to "$bytes"`},
		{`{"$what":"A"}`, invalid, `expected what belongs to "$what"`},
		{`{"$tuple":1}`, invalid, "expected a list"},
		{`{"$set":[[]]}`, invalid, "unhashable type: 'list'"},
		{`{"$set":[`, invalid, "expected a value"},
		{`{"$dict":[[1]]}`, invalid, "to be [key, value]"},
		{`{"$dict":[1]}`, invalid, "expected a list"},
		{`{"$dict":[[[],1]]}`, invalid, "unhashable type: 'list'"},
		{`{"$complex":[1]}`, invalid, "expected two numbers"},
		{`{"$complex":[1,"2"]}`, invalid, "to be numbers"},
		{`{"$complex":[1,2,3]}`, invalid, "expected two numbers"},
		{strings.Repeat("[", 100_000), fault.Limit, "at most 200 deep"},
		{strings.Repeat(`{"a":`, 100_000), fault.Limit, "at most 200 deep"},
		{strings.Repeat(`{"$complex":[`, 100_000), fault.Limit, "at most 200 deep"},
		{strings.Repeat(`{"$dict":[[`, 100_000), fault.Limit, "at most 200 deep"},
		{strings.Repeat("[", value.MaxDepth) + "{}", fault.Limit, "at most 200 deep"},
		{deepTuple, fault.Limit, "at most 200 deep"},
	} {
		v, err := value.FromJSON([]byte(test.json))
		wantCode(t, err, test.want)
		if err == nil || !strings.Contains(err.Error(), test.says) || v != nil {
			t.Errorf("%.80s: %v beside %v, want an error that says %q", test.json, v, err, test.says)
		}
	}
}

func FuzzFromJSON(f *testing.F) {
	for _, v := range every(f) {
		if data := value.AppendJSON(nil, v); len(data) < 4096 {
			f.Add(data)
		}
	}
	f.Add([]byte(` { "a" : [ -0 , 1E5, "\ud83d\ude00\u0000" ] , "b" : {"$dict":[[{"$tuple":[]},1]]} } `))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := value.FromJSON(data)
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("read what is no JSON: %q", data)
		}
		if err := value.Check(v); err != nil {
			t.Fatalf("what was read may not be kept: %v", err)
		}
		again := value.AppendJSON(nil, v)
		back, err := value.FromJSON(again)
		if err != nil {
			t.Fatalf("%q does not come back: %v", again, err)
		}
		if twice := value.AppendJSON(nil, back); string(twice) != string(again) {
			t.Fatalf("%q came back as %q", again, twice)
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	v := dict(b, value.Str("garden"), list{value.Int(56), value.Float(0.5), none}, value.Str("on"), value.Bool(true))
	data := value.AppendJSON(nil, v)
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			data = value.AppendJSON(data[:0], v)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := value.FromJSON(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
