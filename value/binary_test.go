package value_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"althing/fault"
	"althing/value"
)

// The form is on disks: what stands here never changes.
func TestBinaryGolden(t *testing.T) {
	for _, test := range []struct {
		v    value.Value
		want string
	}{
		{none, "00"},
		{value.Bool(false), "01"},
		{value.Bool(true), "02"},
		{value.Int(0), "80"},
		{value.Int(127), "ff"},
		{value.Int(128), "038002"},
		{value.Int(-1), "0301"},
		{power(64, 0), "0409010000000000000000"},
		{negative(power(64, 1)), "0509010000000000000001"},
		{value.Float(1.5), "06000000000000f83f"},
		{value.Complex(complex(0, 1.5)), "070000000000000000000000000000f83f"},
		{value.Str("abc"), "43616263"},
		{value.Str(make([]byte, 64)), "0840" + hex.EncodeToString(make([]byte, 64))},
		{value.Bytes("\xff"), "0901ff"},
		{list{none, list{}}, "0a02000a00"},
		{tuple{none}, "0b0100"},
		{dict(t, value.Str("a"), value.Int(1)), "0c01416181"},
		{set(t, value.Int(1)), "0d0181"},
	} {
		if got := hex.EncodeToString(value.AppendBinary(nil, test.v)); got != test.want {
			t.Errorf("%s is %s, want %s", value.Repr(test.v), got, test.want)
		}
	}
}

func TestBinaryThereAndBack(t *testing.T) {
	for _, v := range every(t) {
		data := value.AppendBinary([]byte("before"), v)[len("before"):]
		back, rest, err := value.DecodeBinary(append(data, "after"...))
		if err != nil {
			t.Errorf("%.80s: %v", value.Repr(v), err)
			continue
		}
		if string(rest) != "after" {
			t.Errorf("%.80s: left is %q", value.Repr(v), rest)
		}
		if value.Repr(back) != value.Repr(v) {
			t.Errorf("%.80s came back as %.80s", value.Repr(v), value.Repr(back))
		}
		for cut := range min(len(data), 100) {
			if _, _, err := value.DecodeBinary(data[:cut]); err == nil {
				t.Errorf("%.80s: %d of %d bytes are enough", value.Repr(v), cut, len(data))
			}
		}
	}
}

func TestDecodeBinaryRefuses(t *testing.T) {
	deep := bytes.Repeat([]byte{0x0a, 0x01}, value.MaxDepth+1)
	for _, test := range []struct {
		name, data string
		want       fault.Code
	}{
		{"nothing", "", fault.Invalid},
		{"unknown kind", "\x0e\x00", fault.Invalid},
		{"endless number", "\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", fault.Invalid},
		{"a million items in no bytes", "\x0a\xc0\x84\x3d", fault.Invalid},
		{"count beyond 64 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", fault.Invalid},
		{"short text cut", "\x43ab", fault.Invalid},
		{"text that is not UTF-8", "\x41\xff", fault.Invalid},
		{"small integer written as a big one", "\x04\x01\x05", fault.Invalid},
		{"equal keys", "\x0c\x02\x81\x00\x02\x00", fault.Invalid},
		{"equal members", "\x0d\x02\x81\x02", fault.Invalid},
		{"list as a key", "\x0c\x01\x0a\x00\x00", fault.Invalid},
		{"list in a set", "\x0d\x01\x0a\x00", fault.Invalid},
		{"too deep", string(deep) + "\x00", fault.Limit},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, _, err := value.DecodeBinary([]byte(test.data))
			wantCode(t, err, test.want)
			if v != nil {
				t.Errorf("gave %s beside the error", value.Repr(v))
			}
		})
	}
}

// Many lists that each claim to be long must not make room for what they claim.
func TestDecodeBinaryMemory(t *testing.T) {
	claim := bytes.Repeat([]byte{0x0a, 0xff, 0xff, 0x03}, value.MaxDepth)
	data := append(claim, make([]byte, 1<<16)...)
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = value.DecodeBinary(data)
		}
	})
	if got, want := result.AllocedBytesPerOp(), int64(128*len(data)); got > want {
		t.Errorf("%d bytes of input used %d bytes of memory", len(data), got)
	}
}

func FuzzDecodeBinary(f *testing.F) {
	for _, v := range every(f) {
		if data := value.AppendBinary(nil, v); len(data) < 4096 {
			f.Add(data)
		}
	}
	f.Add([]byte("\x0d\x02\x81\x02"))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, rest, err := value.DecodeBinary(data)
		if err != nil {
			return
		}
		if err := value.Check(v); err != nil {
			t.Fatalf("what was decoded may not be kept: %v", err)
		}
		again := value.AppendBinary(nil, v)
		if used := len(data) - len(rest); len(again) > used {
			t.Fatalf("%d bytes became %d", used, len(again))
		}
		back, rest, err := value.DecodeBinary(again)
		if err != nil || len(rest) != 0 {
			t.Fatalf("%s does not come back: %v, %d bytes left", value.Repr(v), err, len(rest))
		}
		if !bytes.Equal(value.AppendBinary(nil, back), again) {
			t.Fatalf("%s came back as %s", value.Repr(v), value.Repr(back))
		}
	})
}

func BenchmarkBinary(b *testing.B) {
	v := dict(b, value.Str("garden"), list{value.Int(56), value.Float(0.5), none}, value.Str("on"), value.Bool(true))
	data := value.AppendBinary(nil, v)
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			data = value.AppendBinary(data[:0], v)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := value.DecodeBinary(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
