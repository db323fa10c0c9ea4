package value_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"althing/value"
	"althing/value/valuetest"
)

var one = big.NewInt(1)

func pow10(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

// The values are written for Python in another way than the one tested: numbers
// as bits, text as code points.
const reprs = `
import json, struct, sys
def F(bits): return struct.unpack('>d', bytes.fromhex(bits))[0]
def S(*runes): return ''.join(map(chr, runes))
for line in sys.stdin:
    v = eval(line)
    print(json.dumps([repr(v), str(v)]))
`

func TestReprIsPythons(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	values := []value.Value{}
	for _, f := range []float64{0.1, 1e15, 1e16, 1e17, 123456789012345680, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 1e22, 1e23, 2.5, 1e100} {
		values = append(values, value.Float(f), value.Float(-f), value.Complex(complex(f, -f)), value.Complex(complex(0, f)))
	}
	for range 600 {
		values = append(values, arbitrary(random, 3))
	}
	sources := make([]string, len(values))
	for i, v := range values {
		sources[i] = source(v)
	}
	lines := valuetest.Python(t, reprs, sources)
	if len(lines) != len(values) {
		t.Fatalf("python gave %d answers to %d values", len(lines), len(values))
	}
	for i, line := range lines {
		answer, err := value.FromJSON([]byte(line)) // keeps lone surrogates
		if err != nil {
			t.Fatal(err)
		}
		want := answer.(value.List)
		if got := value.Repr(values[i]); got != string(want[0].(value.Str)) {
			t.Errorf("repr of %s is\n%s, want\n%s", sources[i], got, want[0])
		}
		if got := value.Text(values[i]); got != string(want[1].(value.Str)) {
			t.Errorf("text of %s is\n%s, want\n%s", sources[i], got, want[1])
		}
	}
}

// arbitrary makes a value in which everything that Repr treats apart is likely.
// A set has at most one member: the order of CPython's is not ours.
func arbitrary(r *rand.Rand, depth int) value.Value {
	kinds := 8
	if depth > 0 {
		kinds = 12
	}
	items := func(n int) []value.Value {
		items := make([]value.Value, r.IntN(n))
		for i := range items {
			items[i] = arbitrary(r, depth-1)
		}
		return items
	}
	switch r.IntN(kinds) {
	case 0:
		return []value.Value{none, value.Bool(true), value.Bool(false)}[r.IntN(3)]
	case 1:
		return value.Int(r.Int64() >> r.IntN(64) * (1 - 2*r.Int64N(2)))
	case 2:
		i := new(big.Int).Lsh(big.NewInt(r.Int64()), uint(r.IntN(1000)))
		return value.Integer(i.Mul(i, big.NewInt(1-2*r.Int64N(2))))
	case 3, 4:
		return value.Float(arbitraryFloat(r))
	case 5:
		return value.Complex(complex(arbitraryFloat(r), arbitraryFloat(r)))
	case 6:
		return value.Str(arbitraryText(r))
	case 7:
		b := make([]byte, r.IntN(20))
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		return value.Bytes(b)
	case 8:
		return list(items(4))
	case 9:
		return tuple(items(4))
	case 10:
		s, err := value.NewSet(items(2))
		if err != nil {
			return none
		}
		return s
	}
	keys := items(5)
	pairs := make([]value.Pair, len(keys))
	for i, key := range keys {
		pairs[i] = value.Pair{Key: key, Value: arbitrary(r, depth-1)}
	}
	d, err := value.NewDict(pairs)
	if err != nil {
		return none
	}
	return d
}

func arbitraryFloat(r *rand.Rand) float64 {
	switch r.IntN(4) {
	case 0:
		return math.Float64frombits(r.Uint64())
	case 1:
		return []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 1}[r.IntN(6)]
	case 2:
		return float64(r.IntN(2000)-1000) / 8
	}
	return (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(44)-22))
}

func arbitraryText(r *rand.Rand) string {
	alphabet := []rune{'a', 'b', ' ', '\'', '"', '\\', '\n', '\t', 0, 0x7f, 0x85, 0xa0, 'ä', 0x2028, 0xd800, 0xdfff, 0xfffe, '😀', 0xe0001}
	var s []byte
	for range r.IntN(8) {
		if r.IntN(4) == 0 {
			s = value.AppendRune(s, rune(r.IntN(0x110000)))
		} else {
			s = value.AppendRune(s, alphabet[r.IntN(len(alphabet))])
		}
	}
	return string(s)
}

// source is the Python expression that makes v.
func source(v value.Value) string {
	all := func(items []value.Value) string {
		var b strings.Builder
		for _, item := range items {
			b.WriteString(source(item) + ",")
		}
		return b.String()
	}
	switch v := v.(type) {
	case value.Int:
		return fmt.Sprintf("int('%x', 16)", int64(v))
	case value.Big:
		return fmt.Sprintf("int('%x', 16)", v.Int())
	case value.Float:
		return fmt.Sprintf("F('%016x')", math.Float64bits(float64(v)))
	case value.Complex:
		return fmt.Sprintf("complex(%s, %s)", source(value.Float(real(v))), source(value.Float(imag(v))))
	case value.Str:
		var b strings.Builder
		for s := string(v); s != ""; {
			r, n := value.DecodeRune(s)
			fmt.Fprintf(&b, "%d,", r)
			s = s[n:]
		}
		return "S(" + b.String() + ")"
	case value.Bytes:
		return fmt.Sprintf("bytes.fromhex('%x')", string(v))
	case value.List:
		return "[" + all(v) + "]"
	case value.Tuple:
		return "tuple([" + all(v) + "])"
	case *value.Set:
		return "set([" + all(v.Items()) + "])"
	case *value.Dict:
		var b strings.Builder
		for _, p := range v.Pairs() {
			b.WriteString("(" + source(p.Key) + "," + source(p.Value) + "),")
		}
		return "dict([" + b.String() + "])"
	}
	return value.Repr(v)
}

const printables = `
import json, sys
print(json.dumps([list(sys.version_info[:2]), [i for i in range(0x110000) if not chr(i).isprintable()]]))
`

// All code points, against the version of Python that the hub speaks.
func TestPrintable(t *testing.T) {
	var answer []json.RawMessage
	if err := json.Unmarshal([]byte(valuetest.Python(t, printables, nil)[0]), &answer); err != nil {
		t.Fatal(err)
	}
	if version := string(answer[0]); version != "[3, 11]" {
		t.Skipf("python3 is %s; only 3.11 has the tables of Unicode 14", version)
	}
	var runes []rune
	if err := json.Unmarshal(answer[1], &runes); err != nil {
		t.Fatal(err)
	}
	escaped := map[rune]bool{'\\': true, '\'': false}
	for _, r := range runes {
		escaped[r] = true
	}
	for r := range rune(0x110000) {
		quoted := value.AppendQuoted(nil, string(value.AppendRune(nil, r)))
		if got := quoted[1] == '\\'; got != escaped[r] {
			t.Errorf("%U is escaped: %t, Python: %t", r, got, escaped[r])
		}
	}
}

const equals = `
import struct, sys
def F(bits): return struct.unpack('>d', bytes.fromhex(bits))[0]
def S(*runes): return ''.join(map(chr, runes))
values = [eval(line) for line in sys.stdin]
for a in values:
    print(''.join('01'[a == b] for b in values))
`

// Every pair of a few hundred values, many of which are near each other. Values
// with a not-a-number inside are left out: CPython says that a list equals
// itself whatever is in it, and knows which objects are one and the same.
func TestEqualIsPythons(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	values := []value.Value{value.Bool(true), value.Bool(false), none}
	for _, exp := range []int{0, 1, 10, 52, 53, 54, 62, 63, 64, 100} {
		f := math.Ldexp(1, exp)
		for plus := int64(-1); plus <= 1; plus++ {
			i := power(uint(exp), plus)
			values = append(values, i, list{i}, value.Float(f), value.Float(f+float64(plus)/2), value.Complex(complex(f, 0)), value.Complex(complex(f, 1)))
		}
	}
	for len(values) < 400 {
		if v := arbitrary(random, 2); !strings.Contains(value.Repr(v), "nan") {
			values = append(values, v)
		}
	}
	sources := make([]string, len(values))
	for i, v := range values {
		sources[i] = source(v)
	}
	lines := valuetest.Python(t, equals, sources)
	for i, a := range values {
		for j, b := range values {
			if got, want := value.Equal(a, b), lines[i][j] == '1'; got != want {
				t.Errorf("%s == %s is %t, Python: %t", sources[i], sources[j], got, want)
			}
		}
	}
}
