package registry_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/registry"
	"althing/value"
)

func sampleOps() []registry.Op {
	rev := uint64(300)
	return []registry.Op{
		&registry.Set{Key: "garden.soil.temp", Value: value.Int(56)},
		&registry.Set{
			Space: registry.Variables, Key: "größe", Value: value.Tuple{value.Str("a"), value.None{}},
			Expire: time.Unix(1_700_000_000, 5).UTC(), Expect: value.Float(1), ExpectRev: &rev, Create: true,
		},
		&registry.Set{Key: "", Value: value.None{}, Expect: value.None{}},
		&registry.Delete{Keys: []string{"a.b.c", "a.b.d", "a.b", "", "z"}},
		&registry.Delete{Space: registry.Variables, Keys: []string{}},
		&registry.Lapse{Key: "garden.soil.temp", Rev: 1 << 60},
		&registry.Lapse{Space: registry.Variables, Key: "x", Rev: 0},
	}
}

func TestOperationsComeBack(t *testing.T) {
	for _, op := range sampleOps() {
		stored, err := op.AppendBinary([]byte("before"))
		if err != nil {
			t.Fatalf("%#v: %v", op, err)
		}
		back, rest, err := registry.DecodeOp(append(stored, "behind"...)[len("before"):])
		if err != nil || string(rest) != "behind" {
			t.Fatalf("%#v: %q is left, %v", op, rest, err)
		}
		if !reflect.DeepEqual(back, op) {
			t.Errorf("%#v came back as %#v", op, back)
		}
	}
}

func TestOperationsHoldOnToNothing(t *testing.T) {
	for _, op := range sampleOps() {
		stored, err := op.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := registry.DecodeOp(stored)
		if err != nil {
			t.Fatal(err)
		}
		clear(stored)
		if !reflect.DeepEqual(back, op) {
			t.Errorf("%#v became %#v with its bytes", op, back)
		}
	}
}

func TestAHundredThousandKeysFitARecord(t *testing.T) {
	for _, form := range []string{"sensors.%06d", "garden.soil.sensor%06d.temperature", "%x.end"} {
		op := &registry.Delete{Keys: make([]string, 100_000)}
		for i := range op.Keys {
			op.Keys[i] = fmt.Sprintf(form, i)
		}
		slices.Sort(op.Keys)
		stored, err := op.AppendBinary(nil)
		if err != nil || len(stored) > 900<<10 {
			t.Errorf("%s: %d bytes, %v", form, len(stored), err)
		}
	}
}

func TestWhatCouldNotBeReadBackIsNotWritten(t *testing.T) {
	deep := value.Value(value.None{})
	for range value.MaxDepth + 1 {
		deep = value.List{deep}
	}
	for name, op := range map[string]registry.Op{
		"no value":            &registry.Set{Key: "a"},
		"a value too deep":    &registry.Set{Key: "a", Value: deep},
		"an expected too":     &registry.Set{Key: "a", Value: value.None{}, Expect: deep},
		"too many bytes gone": &registry.Delete{Keys: []string{strings.Repeat("x", 40<<20), strings.Repeat("x", 40<<20)}},
	} {
		if _, err := op.AppendBinary(nil); err == nil {
			t.Errorf("%s: it was written", name)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	set, _ := (&registry.Set{Key: "a", Value: value.Int(1)}).AppendBinary(nil)
	for name, c := range map[string]struct {
		src  []byte
		want fault.Code
	}{
		"nothing":                {nil, fault.Invalid},
		"half":                   {set[:len(set)-1], fault.Invalid},
		"a kind it has not":      {append([]byte{0x2f}, set[1:]...), fault.Unavailable},
		"a version it has not":   {append([]byte{set[0], 2}, set[2:]...), fault.Unavailable},
		"a bit it has not":       {append([]byte{set[0], 1, 0x80}, set[3:]...), fault.Invalid},
		"a space it has not":     {[]byte{registry.KindLapse, 1, 2, 1, 'a', 1}, fault.Invalid},
		"an end before 1970":     {append([]byte{registry.KindSet, 1, 1}, append(bytes.Clone(set[3:]), 1)...), fault.Invalid},
		"more keys than bytes":   {[]byte{registry.KindDelete, 1, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0}, fault.Invalid},
		"a start of nothing":     {[]byte{registry.KindDelete, 1, 0, 1, 1, 0, 0}, fault.Invalid},
		"an end of nothing":      {[]byte{registry.KindDelete, 1, 0, 1, 0, 1, 0}, fault.Invalid},
		"start and end overlap":  {[]byte{registry.KindDelete, 1, 0, 2, 0, 0, 1, 'x', 1, 1, 0}, fault.Invalid},
		"a text past the end":    {[]byte{registry.KindDelete, 1, 0, 1, 0, 0, 9}, fault.Invalid},
		"a number without end":   {append([]byte{registry.KindDelete, 1, 0}, bytes.Repeat([]byte{0xff}, 20)...), fault.Invalid},
		"keys that swell on use": {swelling(), fault.Invalid},
	} {
		if op, _, err := registry.DecodeOp(c.src); !fault.Is(err, c.want) {
			t.Errorf("%s: got %#v, %v", name, op, err)
		}
	}
}

// swelling is a record whose 200,000 keys of 4 bytes are 1,000 bytes each.
func swelling() []byte {
	const keys, size = 200_000, 1000
	src := binary.AppendUvarint([]byte{registry.KindDelete, 1, 0}, keys)
	src = binary.AppendUvarint(append(src, 0, 0), size)
	src = append(src, make([]byte, size)...)
	for range keys - 1 {
		src = append(binary.AppendUvarint(src, size), 0, 0)
	}
	return src
}

func FuzzDecodeOp(f *testing.F) {
	for _, op := range sampleOps() {
		stored, err := op.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		op, rest, err := registry.DecodeOp(src)
		if err != nil {
			return
		}
		stored, err := op.AppendBinary(nil)
		if err != nil {
			t.Fatalf("%#v was read and cannot be written: %v", op, err)
		}
		again, _, err := registry.DecodeOp(stored)
		if err != nil {
			t.Fatalf("%#v cannot be read back: %v", op, err)
		}
		twice, err := again.AppendBinary(nil)
		if err != nil || !bytes.Equal(stored, twice) {
			t.Errorf("%x is written as %x, then as %x", src[:len(src)-len(rest)], stored, twice)
		}
		r := registry.New(registry.Options{History: true, Changes: 4})
		_, _ = r.Apply(1, time.Unix(1, 0), op) // whatever it is, it must not panic
	})
}
