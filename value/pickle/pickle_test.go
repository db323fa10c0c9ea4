package pickle_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/value/valuetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// enough is a limit that no honest test meets.
const enough = 1 << 20

var dict, set, power, negative = valuetest.Dict, valuetest.Set, valuetest.Power, valuetest.Negative

// every is one value of each kind and of each size that is written in its own way.
func every(t testing.TB) []value.Value {
	t.Helper()
	values := []value.Value{
		value.None{},
		value.Bool(true), value.Bool(false),
		value.Float(1.5), value.Float(math.Copysign(0, -1)), value.Float(math.NaN()), value.Float(math.Inf(-1)),
		value.Str(""), value.Str("ä😀"), value.Str("\xed\xa0\x80"), value.Bytes(""), value.Bytes("\x00\xff"),
		value.List{},
		value.Tuple{},
		dict(t), set(t),
		value.Tuple{value.Int(1)},
		value.Tuple{value.Int(1), value.Int(2)},
		value.Tuple{value.Int(1), value.Int(2), value.Int(3)},
		value.Tuple{value.Int(1), value.Int(2), value.Int(3), value.Int(4)},
		value.List{value.Int(1), value.List{value.Str("x")}},
		set(t, value.Int(1), value.Str("two")),
		dict(t, value.Str("b"), value.Int(1), value.Str("a"), value.List{value.None{}}, value.Tuple{value.Int(1)}, dict(t)),
		valuetest.Nested(value.List{}, value.MaxDepth-1),
	}
	for _, n := range []int64{0, 1, 127, 128, 255, 256, 65535, 65536, math.MaxInt32, math.MaxInt32 + 1, math.MaxInt64} {
		values = append(values, value.Int(n), value.Int(-n-1))
	}
	for _, n := range []uint{63, 64, 71, 72, 2031, 2032, 2033, 3000} {
		values = append(values, power(n, 0), power(n, 1), negative(power(n, 1)))
		if n > 63 {
			values = append(values, power(n, -1), negative(power(n, 0)))
		}
	}
	for _, n := range []int{255, 256, 70000} {
		values = append(values, value.Str(strings.Repeat("x", n)), value.Bytes(strings.Repeat("\xfe", n)))
	}
	return values
}

func TestThereAndBack(t *testing.T) {
	for _, v := range every(t) {
		data := pickle.Append([]byte("before"), v)[len("before"):]
		back, rest, err := pickle.Decode(append(data, "after"...), enough)
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
		for cut := range min(len(data), 300) {
			if _, _, err := pickle.Decode(data[:cut], enough); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%.80s: %d of %d bytes: %v", value.Repr(v), cut, len(data), err)
			}
		}
	}
}

func TestComplexIsWrittenAsItsParts(t *testing.T) {
	v, _, err := pickle.Decode(pickle.Append(nil, value.List{value.Complex(complex(1, -2))}), enough)
	if err != nil || value.Repr(v) != "[(1.0, -2.0)]" {
		t.Errorf("%v, %v", v, err)
	}
}

// What CPython writes that Append does not: shared parts, frames, older protocols.
func TestDecode(t *testing.T) {
	for _, test := range []struct{ name, data, want string }{
		{"shared list, protocol 4", "\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00]\x94(]\x94K\x01ah\x01e.", "[[1], [1]]"},
		{"shared list, protocol 2", "\x80\x02]q\x00(]q\x01K\x01ah\x01e.", "[[1], [1]]"},
		{"shared list, wide memo", "\x80\x02]r\x00\x00\x00\x00(]r\x01\x00\x00\x00K\x01aj\x01\x00\x00\x00e.", "[[1], [1]]"},
		{"frozenset", "\x80\x04(K\x01\x91\x94.", "{1}"},
		{"bytearray, protocol 5", "\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94.", "b'ab'"},
		{"lengths of eight bytes", "\x80\x04\x8d\x01\x00\x00\x00\x00\x00\x00\x00x\x8e\x01\x00\x00\x00\x00\x00\x00\x00y\x86.", "('x', b'y')"},
		{"list and dict from marks", "\x80\x02((K\x01K\x02l(K\x01K\x02dt.", "([1, 2], {1: 2})"},
		{"one item at a time", "\x80\x02}K\x01]K\x02as.", "{1: [2]}"},
		{"pop, dup, pop to a mark", "\x80\x02K\x01K\x020(K\x03K\x0412\x86.", "(1, 1)"},
		{"a mark popped", "\x80\x02K\x01(0.", "1"},
		{"equal keys: the first stays, the last value wins", "\x80\x02}(K\x01K\x02\x88K\x03u.", "{1: 3}"},
		{"no protocol named", "K\x01.", "1"},
		{"long zero", "\x80\x02\x8a\x00.", "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, rest, err := pickle.Decode([]byte(test.data), enough)
			if err != nil {
				t.Fatal(err)
			}
			if got := value.Repr(v); got != test.want || len(rest) != 0 {
				t.Errorf("%s, left %q, want %s", got, rest, test.want)
			}
		})
	}
}

// doubles is the memo bomb: a list of two of the list before, n times.
func doubles(n int) string {
	data := "\x80\x04]\x94"
	for i := range n {
		data += "0](h" + string(rune(i)) + "h" + string(rune(i)) + "e\x94"
	}
	return data + "."
}

func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct {
		name, data string
		want       fault.Code
	}{
		{"an opcode nobody has", "\xff.", fault.Invalid},
		{"protocol 6", "\x80\x06N.", fault.Invalid},
		{"protocol 0", "I01\n.", fault.Invalid},
		{"text of Python 2", "U\x01x.", fault.Invalid},
		{"nothing left", ".", fault.Invalid},
		{"two values left", "NN.", fault.Invalid},
		{"a mark left", "N(.", fault.Invalid},
		{"pop from nothing", "0.", fault.Invalid},
		{"dup of nothing", "2.", fault.Invalid},
		{"dup of a mark", "N(2.", fault.Invalid},
		{"a tuple over a mark", "N(\x85.", fault.Invalid},
		{"no mark", "Nt.", fault.Invalid},
		{"append to no list", "NNa.", fault.Invalid},
		{"append to a dict", "}Na.", fault.Invalid},
		{"append to nothing", "Na.", fault.Invalid},
		{"add to a list", "](N\x90.", fault.Invalid},
		{"items over another mark", "](N(Ne.", fault.Invalid},
		{"a key without a value", "}(Nu.", fault.Invalid},
		{"a dict without a value", "(Nd.", fault.Invalid},
		{"an empty memo", "h\x00.", fault.Invalid},
		{"a gap in the memo", "Nq\x02h\x01.", fault.Invalid},
		{"a far memo", "Nr\xff\xff\xff\x7f.", fault.Invalid},
		{"nothing to remember", "\x94.", fault.Invalid},
		{"text that is not UTF-8", "\x8c\x01\xff.", fault.Invalid},
		{"a list as key", "}]Ns.", fault.Invalid},
		{"a set in a set", "\x8f(\x8f\x90.", fault.Invalid},
		{"a list in itself", "]\x94h\x00a.", fault.Invalid},
		{"a tuple in its list", "]\x94h\x00\x85a.", fault.Invalid},
		{"a dict in itself", "}\x94Nh\x00s.", fault.Invalid},
		{"text of 2**64-1 bytes", "\x8d\xff\xff\xff\xff\xff\xff\xff\xffx.", fault.Limit},
		{"bytes of 2**63 bytes", "\x8e\x00\x00\x00\x00\x00\x00\x00\x80x.", fault.Limit},
		{"bytes of 2**31 bytes", "B\x00\x00\x00\x80x.", fault.Limit},
		{"an integer of 2**31 bytes", "\x8b\x00\x00\x00\x80x.", fault.Limit},
		{"too deep", strings.Repeat("]", value.MaxDepth+1) + strings.Repeat("a", value.MaxDepth) + ".", fault.Limit},
		{"far too deep", strings.Repeat("]", 60000) + strings.Repeat("a", 59999) + ".", fault.Limit},
		{"too deep by the memo", "]\x94" + deepMemo(value.MaxDepth) + ".", fault.Limit},
		{"a bomb of doubles", doubles(100), fault.Limit},
		{"a bomb of one long text", "\x80\x04X\x00\x80\x00\x00" + strings.Repeat("x", 0x8000) + "\x940(" + strings.Repeat("h\x00", 64) + "l.", fault.Limit},
		{"too many containers", strings.Repeat("]", enough/16+1) + ".", fault.Limit},
		{"too long", "\x80\x04" + strings.Repeat("N0", enough/2) + "N.", fault.Limit},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, _, err := pickle.Decode([]byte(test.data), enough)
			if !fault.Is(err, test.want) {
				t.Errorf("%v, %v; want code %s", v, err, test.want)
			}
			if errors.Is(err, pickle.ErrGlobal) {
				t.Errorf("it is counted among the globals: %v", err)
			}
		})
	}
}

// deepMemo nests lists by remembering the one before, so that the stack stays flat.
func deepMemo(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("0]j" + string([]byte{byte(i), byte(i >> 8), 0, 0}) + "a\x94")
	}
	return b.String()
}

func TestGlobalsAreRefused(t *testing.T) {
	for _, test := range []struct{ name, data, says string }{
		{"GLOBAL and REDUCE", "cos\nsystem\n(\x8c\x04true\x85R.", `"os.system"`},
		{"STACK_GLOBAL", "\x80\x04\x8c\x08builtins\x94\x8c\x04eval\x94\x93\x94.", `"builtins.eval"`},
		{"STACK_GLOBAL of nothing", "\x93.", "a class"},
		{"complex", "\x80\x04\x8c\x08builtins\x94\x8c\x07complex\x94\x93\x94G?\xf0\x00\x00\x00\x00\x00\x00G@\x00\x00\x00\x00\x00\x00\x00\x86\x94R\x94.", `"builtins.complex"`},
		{"a name without end", "c" + strings.Repeat("x", 1000), "xxx"},
		{"INST", "(ios\nsystem\n.", "a class"},
		{"OBJ", "(No.", "a class"},
		{"NEWOBJ", "N)\x81.", "a class"},
		{"NEWOBJ_EX", "N)}\x92.", "a class"},
		{"BUILD", "N}b.", "a class"},
		{"REDUCE", "N)R.", "a class"},
		{"persistent id", "Pabc\n.", "a class"},
		{"persistent id on the stack", "NQ.", "a class"},
		{"extension code", "\x82\x01.", "a class"},
		{"buffer outside", "\x97.", "a class"},
		{"buffer made read-only", "N\x98.", "a class"},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := []byte(test.data)
			v, _, err := pickle.Decode(data, enough)
			if !errors.Is(err, pickle.ErrGlobal) || !fault.Is(err, fault.Denied) {
				t.Fatalf("%v, %v", v, err)
			}
			if !strings.Contains(err.Error(), test.says) || len(err.Error()) > 250 {
				t.Errorf("it says: %v", err)
			}
			if string(data) != test.data {
				t.Error("the bytes were changed")
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, v := range every(f) {
		if data := pickle.Append(nil, v); len(data) < 1000 {
			f.Add(data)
		}
	}
	f.Add([]byte(doubles(20)))
	f.Add([]byte("\x80\x04]\x94h\x00a."))
	f.Add([]byte("\x80\x04\x8c\x08builtins\x94\x8c\x04eval\x94\x93\x94."))
	f.Add([]byte("\x80\x02((K\x01K\x02l(K\x01K\x02dt."))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1 << 12
		v, rest, err := pickle.Decode(data, limit)
		if err != nil {
			if fault.Is(err, fault.Internal) {
				t.Fatalf("a mistake of ours: %v", err)
			}
			return
		}
		if !bytes.HasSuffix(data, rest) {
			t.Fatalf("%q does not follow in %q", rest, data)
		}
		if err := value.Check(v); err != nil {
			t.Fatalf("%v", err)
		}
		again := pickle.Append(nil, v)
		// Written out, a value is at most nine times what it counts: a float.
		if len(again) > 9*limit+3 {
			t.Fatalf("%d bytes from %d", len(again), len(data))
		}
		back, _, err := pickle.Decode(again, len(again)*16)
		if err != nil {
			t.Fatalf("%s written again: %v", value.Repr(v), err)
		}
		if value.Repr(back) != value.Repr(v) {
			t.Fatalf("%s came back as %s", value.Repr(v), value.Repr(back))
		}
	})
}
