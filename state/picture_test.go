package state_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/registry"
	"althing/state"
	"althing/value"
)

var update = flag.Bool("update", false, "write the golden files of the present format anew")

// The golden files hold a log, an operation a line in hex, and the state it makes,
// a block of 32 bytes a line, as each released format has them. A program that
// cannot read them cannot read anybody's data: a new format gets files of its
// own, beside these.
var formats = []struct {
	log, state string
	history    func(testing.TB) []journal.Op
}{
	{"testdata/log.v1", "testdata/state.v1", firstHistory},
	{"testdata/log.v2", "testdata/state.v2", secondHistory},
	{"testdata/log.v3", "testdata/state.v3", history},
}

// history is one operation of every kind, in every form.
func history(tb testing.TB) []journal.Op {
	tb.Helper()
	return append(secondHistory(tb),
		&state.Configure{Limits: state.Limits{Messaging: messaging.Limits{Messages: 4, Hubs: 3, OutboxMessages: 100, OutboxBytes: 10_000}}},
		&messaging.Forward{Hubs: []string{"barn", "north"}, Stream: "s", From: "lamp.attic", To: "farmers", Text: "rain"},
		&messaging.Forward{
			Hubs: []string{"barn"}, Stream: "t", From: "K467Bu92", To: "größe", Text: "\xff",
			Headers: []messaging.Header{{Name: "kind", Value: "größe"}},
		},
		&messaging.Forward{Hubs: []string{"south"}, Stream: "u", From: "K467Bu92", To: "x", Text: "gone"},
		&messaging.Forget{Hub: "south"},
		&messaging.Ack{ID: "barn", UpTo: 1},
		&messaging.Arrive{Hub: "north", Stream: "s", Run: 1_700_000_000_000, Kept: 5, First: 1, Number: 1, From: "hen@north", To: "K467Bu92", Text: "cluck"},
	)
}

// secondHistory is that of the second format.
func secondHistory(tb testing.TB) []journal.Op {
	tb.Helper()
	return append(firstHistory(tb),
		&messaging.Register{ID: "x7Rk20Pq", Addr: "local", Name: "lamp.hall", Token: "\x00\xff hashed"},
		&messaging.Register{ID: "x7Rk20Pr", Addr: "local", Name: "lamp.hall", Token: "t", Take: "x7Rk20Pq"},
		&messaging.Amend{ID: "x7Rk20Pq", Addr: "10.0.0.9", Name: "lamp.attic"},
		&messaging.Amend{ID: "2UQp4It1", Addr: "10.0.0.9", Name: "lamp.hall", Take: "x7Rk20Pr"},
		&messaging.Send{From: "lamp.hall", To: "lamp.attic", Text: "by name"},
		&messaging.Send{From: "lamp.attic", To: "x7Rk20Pr", Text: "\xff", Headers: []messaging.Header{{Name: "kind", Value: "größe"}, {Name: "flag"}}},
		&messaging.Send{From: "x7Rk20Pr", To: "ALL", Text: "everyone", Headers: []messaging.Header{{Name: "n", Value: "1"}}},
		&messaging.Ack{ID: "2UQp4It1", UpTo: 3, Missed: 1},
	)
}

// firstHistory is that of the first format.
func firstHistory(tb testing.TB) []journal.Op {
	tb.Helper()
	dict, err := value.NewDict([]value.Pair{{Key: value.Str("a"), Value: value.Int(1)}, {Key: value.Tuple{}, Value: value.None{}}})
	if err != nil {
		tb.Fatal(err)
	}
	items, err := value.NewSet([]value.Value{value.Int(1), value.Str("b")})
	if err != nil {
		tb.Fatal(err)
	}
	rev := uint64(2)
	return []journal.Op{
		&state.Configure{Limits: state.Limits{
			Values:    registry.Limits{Keys: 1000, Bytes: 1 << 30, KeyBytes: 1024, ValueBytes: 512 << 10, HistoryBytes: 64 << 10, HistoryTotal: 64 << 20},
			Variables: registry.Limits{Keys: 100, Bytes: 1 << 20, KeyBytes: 60, ValueBytes: 1 << 10},
			Messaging: messaging.Limits{Clients: 10, Groups: 20, Joins: 30, Messages: 4, MessageBytes: 1000, InboxBytes: 10_000, Bytes: 100_000},
		}},
		set("garden.soil.temp", value.Int(56)),
		&registry.Set{Key: "garden.soil.temp", Value: value.Float(56.5), Expect: value.Float(56), ExpectRev: &rev},
		&registry.Set{Key: "größe", Value: value.List{value.Complex(1i), value.Bytes("\x00"), value.Bool(true), dict, items}, Create: true},
		&registry.Set{Key: "big", Value: value.Integer(new(big.Int).Lsh(big.NewInt(-1), 99)), Expire: now.Add(time.Hour)},
		&registry.Set{Key: "over", Value: value.None{}, Expire: now.Add(time.Second)},
		set("gone.a", value.Int(1)),
		set("gone.b", value.Int(1)),
		variable("TheAnswer", value.Int(42)),
		&registry.Delete{Keys: []string{"gone.a", "gone.b"}},
		&registry.Lapse{Key: "over", Rev: 6},
		&messaging.Register{ID: "2UQp4It1", Addr: "10.0.0.7", Name: "kitchen"},
		&messaging.Register{ID: "K467Bu92", Addr: "local"},
		&messaging.Register{ID: "silent", Addr: "local"},
		&messaging.Register{ID: "leaving", Addr: "local"},
		&messaging.Join{ID: "2UQp4It1", Group: "Chcago Office"},
		&messaging.Join{ID: "2UQp4It1", Group: "group16"},
		&messaging.Leave{ID: "2UQp4It1", Group: "group16"},
		&messaging.Send{From: "K467Bu92", To: "ALL", Text: "This is a test."},
		&messaging.Send{From: "Chcago Office", To: "K467Bu92", Text: "größe"},
		&messaging.Recv{ID: "2UQp4It1"},
		&messaging.Deliver{ID: "2UQp4It1", From: "SQLite", Texts: []string{"(1, 'a')", "(2, 'b')", "(3, 'c')", "(4, 'd')"}},
		&messaging.Send{From: "K467Bu92", To: "ALL", Text: "missed by one"},
		&messaging.Exit{ID: "leaving"},
		&messaging.Drop{IDs: []string{"silent", "unknown"}},
	}
}

func lines(all [][]byte) string {
	var b strings.Builder
	for _, line := range all {
		fmt.Fprintf(&b, "%x\n", line)
	}
	return b.String()
}

// golden gives what a golden file holds. Those of the newest format are written
// anew when that is asked for.
func golden(t *testing.T, file, got string, newest bool) string {
	t.Helper()
	if *update && newest {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(want)
}

// unhex reads what lines has made.
func unhex(t *testing.T, text string) []byte {
	t.Helper()
	src, err := hex.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestGoldenFiles(t *testing.T) {
	for i, format := range formats {
		newest := i == len(formats)-1
		var ops [][]byte
		for _, op := range format.history(t) {
			stored, err := op.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			ops = append(ops, stored)
		}
		log := lines(ops)
		if want := golden(t, format.log, log, newest); log != want {
			t.Errorf("%s: the format has changed\n%s", format.log, log)
		}
		s := state.New()
		for i, line := range strings.Fields(log) {
			op, rest, err := s.DecodeOp(unhex(t, line))
			if err != nil || len(rest) != 0 {
				t.Fatalf("%s: operation %d: %d bytes left, %v", format.log, i, len(rest), err)
			}
			apply(t, s, uint64(i+1), op)
		}
		var blocks [][]byte
		for rest := stored(t, s); len(rest) > 0; rest = rest[min(32, len(rest)):] {
			blocks = append(blocks, rest[:min(32, len(rest))])
		}
		want := golden(t, format.state, lines(blocks), newest)
		if newest && lines(blocks) != want {
			t.Errorf("%s: the format has changed\n%s", format.state, lines(blocks))
		}
		restored := state.New()
		if err := restored.Restore(bytes.NewReader(unhex(t, want))); err != nil {
			t.Fatalf("%s: %v", format.state, err)
		}
		if !bytes.Equal(stored(t, restored), stored(t, s)) || restored.Stats() != s.Stats() || restored.Limits() != s.Limits() {
			t.Errorf("%s: restored it is %+v, before it was %+v", format.state, restored.Stats(), s.Stats())
		}
	}
}

// example is a stored state with something of everything in it.
func example(tb testing.TB) []byte {
	tb.Helper()
	s := state.New()
	for i, op := range history(tb) {
		apply(tb, s, uint64(i+1), op)
	}
	return stored(tb, s)
}

func TestRestoreRefusesDamageAndStaysWhatItWas(t *testing.T) {
	src := example(t)
	s := state.New()
	apply(t, s, 1, set("a", value.Int(1)), &messaging.Register{ID: "ann"})
	before := stored(t, s)
	refuses := func(name string, from io.Reader, code fault.Code) {
		t.Helper()
		if err := s.Restore(from); !fault.Is(err, code) {
			t.Errorf("%s: got %v", name, err)
		}
		if !bytes.Equal(stored(t, s), before) {
			t.Fatalf("%s: the state has changed", name)
		}
	}
	for cut := range src {
		refuses(fmt.Sprintf("cut to %d bytes", cut), bytes.NewReader(src[:cut]), fault.Invalid)
	}
	refuses("something behind it", bytes.NewReader(append(bytes.Clone(src), 0)), fault.Invalid)
	refuses("another version", bytes.NewReader(append([]byte{9}, src[1:]...)), fault.Unavailable)
	refuses("version 0", bytes.NewReader(append([]byte{0}, src[1:]...)), fault.Unavailable)
	refuses("a block that claims too much", strings.NewReader("\x01\x01\xff\xff\xff\xff\x7f"), fault.Invalid)
	refuses("a block that claims much", strings.NewReader("\x01\x01\xff\xff\xff\x1f"), fault.Invalid)
	refuses("no sections", strings.NewReader("\x01\x00"), fault.Invalid)
	if err := s.Restore(iotest.ErrReader(os.ErrPermission)); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a reader that fails: %v", err)
	}
	if err := s.Restore(iotest.OneByteReader(bytes.NewReader(src))); err != nil || !bytes.Equal(stored(t, s), src) {
		t.Errorf("a slow reader: %v", err)
	}
}

func TestAPictureThatCannotBeWritten(t *testing.T) {
	s := state.New()
	apply(t, s, 1, set("a", value.Str(strings.Repeat("x", 1<<20))))
	if _, err := s.Freeze().WriteTo(failing{}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v", err)
	}
	apply(t, s, 2, set("b", value.Str(strings.Repeat("x", 65<<20))))
	if _, err := s.Freeze().WriteTo(io.Discard); !fault.Is(err, fault.Full) {
		t.Errorf("a part larger than can be read back: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrPermission }

func TestDecodeOpRefuses(t *testing.T) {
	s := state.New()
	for name, c := range map[string]struct {
		src  []byte
		want fault.Code
	}{
		"nothing":           {nil, fault.Invalid},
		"kind 0":            {[]byte{0, 1}, fault.Unavailable},
		"a kind of ours":    {[]byte{0x0f, 1}, fault.Unavailable},
		"a later version":   {[]byte{1, 9}, fault.Unavailable},
		"half of it":        {[]byte{1, 1, 0}, fault.Invalid},
		"registry's":        {[]byte{0x2f, 1, 0}, fault.Unavailable},
		"messaging's":       {[]byte{0x5f, 1}, fault.Unavailable},
		"a kind of nobody":  {[]byte{0x60, 1}, fault.Unavailable},
		"the last kind":     {[]byte{0xff, 1}, fault.Unavailable},
		"a registry's half": {[]byte{0x10}, fault.Invalid},
	} {
		if op, _, err := s.DecodeOp(c.src); !fault.Is(err, c.want) {
			t.Errorf("%s: got %v, %v", name, op, err)
		}
	}
}

func FuzzDecodeOp(f *testing.F) {
	for _, op := range history(f) {
		stored, err := op.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s := state.New()
		op, _, err := s.DecodeOp(src)
		if err != nil {
			return
		}
		if _, err := op.AppendBinary(nil); err != nil {
			t.Fatalf("%#v was read and cannot be written: %v", op, err)
		}
		before := stored(t, s)
		if _, err := s.Apply(1, now, journal.Tx{Ops: []journal.Op{op}}); err != nil && !bytes.Equal(stored(t, s), before) {
			t.Errorf("%#v was refused and has changed something", op)
		}
	})
}

func FuzzRestore(f *testing.F) {
	f.Add(example(f))
	f.Add(stored(f, state.New()))
	f.Add([]byte("\x01\x01\xff\xff\xff\x1f"))
	f.Fuzz(func(t *testing.T, src []byte) {
		s := state.New()
		if s.Restore(bytes.NewReader(src)) != nil {
			return
		}
		once := stored(t, s)
		again := state.New()
		if err := again.Restore(bytes.NewReader(once)); err != nil {
			t.Fatalf("what was restored cannot be restored again: %v", err)
		}
		if !bytes.Equal(stored(t, again), once) || again.Stats() != s.Stats() {
			t.Errorf("restored again it is %+v, before it was %+v", again.Stats(), s.Stats())
		}
	})
}
