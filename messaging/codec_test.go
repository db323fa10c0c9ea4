package messaging_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"althing/fault"
	"althing/messaging"
)

func sampleOps() []messaging.Op {
	return []messaging.Op{
		&messaging.Register{ID: "2UQp4It1", Addr: "10.0.0.7", Name: "kitchen"},
		&messaging.Register{},
		&messaging.Register{ID: "2UQp4It1", Addr: "local", Name: "lamp.hall", Token: "\x00\xff", Take: "K467Bu92"},
		&messaging.Amend{ID: "2UQp4It1", Addr: "local", Name: "lamp.hall", Take: "K467Bu92"},
		&messaging.Ack{ID: "2UQp4It1", UpTo: 1 << 40, Missed: 3},
		&messaging.Join{ID: "2UQp4It1", Group: "Chcago Office"},
		&messaging.Leave{ID: "2UQp4It1", Group: "größe"},
		&messaging.Exit{ID: "2UQp4It1"},
		&messaging.Drop{IDs: []string{"a", "", "b"}},
		&messaging.Drop{IDs: []string{}},
		&messaging.Send{From: "2UQp4It1", To: "ALL", Text: "hello\n\x00\xff"},
		&messaging.Send{From: "2UQp4It1", To: "ALL", Headers: []messaging.Header{{Name: "kind", Value: "größe"}, {Name: "flag"}}},
		&messaging.Deliver{ID: "2UQp4It1", From: "SQLite", Texts: []string{"(1, 'a')", ""}},
		&messaging.Recv{ID: "2UQp4It1"},
		&messaging.Forward{
			Hubs: []string{"barn", "north"}, Stream: "s", From: "2UQp4It1", To: "farmers", Text: "\xff",
			Headers: []messaging.Header{{Name: "kind", Value: "größe"}},
		},
		&messaging.Arrive{Hub: "barn", Stream: "s", Run: 1 << 50, Kept: 1 << 20, First: 7, Number: 1 << 40, From: "x@barn", To: "ALL", Text: "rain"},
		&messaging.Forget{Hub: "barn"},
	}
}

func TestOperationsComeBack(t *testing.T) {
	for _, op := range sampleOps() {
		stored, err := op.AppendBinary([]byte("before"))
		if err != nil {
			t.Fatalf("%#v: %v", op, err)
		}
		src := append(stored, "behind"...)[len("before"):]
		back, rest, err := messaging.DecodeOp(src)
		if err != nil || string(rest) != "behind" {
			t.Fatalf("%#v: %q is left, %v", op, rest, err)
		}
		clear(src) // it must not hold on to that
		if !reflect.DeepEqual(back, op) {
			t.Errorf("%#v came back as %#v", op, back)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, op := range sampleOps() {
		stored, err := op.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		for cut := range stored {
			if _, _, err := messaging.DecodeOp(stored[:cut]); !fault.Is(err, fault.Invalid) {
				t.Errorf("%#v cut to %d bytes: %v", op, cut, err)
			}
		}
		stored[1] = 9
		if _, _, err := messaging.DecodeOp(stored); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%#v of another version: %v", op, err)
		}
	}
	for name, c := range map[string]struct {
		src  []byte
		want fault.Code
	}{
		"a kind it has not":            {[]byte{0x5f, 1}, fault.Unavailable},
		"a Join of the second version": {[]byte{messaging.KindJoin, 2, 0, 0}, fault.Unavailable},
		"more headers than bytes":      {[]byte{messaging.KindSend, 2, 0, 0, 0, 9, 0, 0}, fault.Invalid},
		"more IDs than bytes":          {[]byte{messaging.KindDrop, 1, 0xff, 0xff, 0x7f, 0, 0}, fault.Invalid},
	} {
		if op, _, err := messaging.DecodeOp(c.src); !fault.Is(err, c.want) {
			t.Errorf("%s: got %#v, %v", name, op, err)
		}
	}
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
		op, rest, err := messaging.DecodeOp(src)
		if err != nil {
			return
		}
		stored, err := op.AppendBinary(nil)
		if err != nil {
			t.Fatalf("%#v was read and cannot be written: %v", op, err)
		}
		again, _, err := messaging.DecodeOp(stored)
		if err != nil || !reflect.DeepEqual(again, op) {
			t.Errorf("%x is %#v, then %#v, %v", src[:len(src)-len(rest)], op, again, err)
		}
		m := messaging.New()
		_, _ = m.Apply(1, time.Unix(1, 0), op) // whatever it is, it must not panic
	})
}

func TestLoadRefusesDamage(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	h.do(&messaging.Join{ID: "ann", Group: "garden"})
	h.send("bob", "ann", "hello")
	p := h.Picture()
	var blocks [][]byte
	for block := range p.Blocks() {
		blocks = append(blocks, bytes.Clone(block))
	}
	letter, ann, bob := blocks[0], blocks[1], blocks[2]
	client := func(id, name, group string) []byte {
		b := []byte{2, byte(len(id))}
		b = append(append(b, id...), byte(len(name)))
		b = append(append(b, name...), 0, 0)
		if group == "" {
			return append(b, 0, 0, 0, 0)
		}
		return append(append(append(b, 1, byte(len(group))), group...), 0, 0, 0)
	}
	for name, c := range map[string]struct {
		head   []byte
		blocks [][]byte
	}{
		"an empty head":               {nil, nil},
		"a head that goes on":         {append(p.Head(), 0), nil},
		"a block of no kind":          {p.Head(), [][]byte{{3}}},
		"half a letter":               {p.Head(), [][]byte{letter[:len(letter)-1]}},
		"a letter that goes on":       {p.Head(), [][]byte{append(bytes.Clone(letter), 0)}},
		"a letter that waits nowhere": {p.Head(), [][]byte{letter, bob}},
		"a letter that is not there":  {p.Head(), [][]byte{ann}},
		"half a client":               {p.Head(), [][]byte{bob[:len(bob)-1]}},
		"a client twice":              {p.Head(), [][]byte{bob, bob}},
		"clients out of order":        {p.Head(), [][]byte{letter, bob, ann}},
		"an ID that is none":          {p.Head(), [][]byte{client("a.b", "", "")}},
		"an ID that is taken":         {p.Head(), [][]byte{client("ALL", "", "")}},
		"a name that is none":         {p.Head(), [][]byte{client("a", "@", "")}},
		"a name twice":                {p.Head(), [][]byte{client("a", "x", ""), client("b", "x", "")}},
		"a name that is an ID":        {p.Head(), [][]byte{client("a", "", ""), client("b", "a", "")}},
		"a name that is a later ID":   {p.Head(), [][]byte{client("a", "b", ""), client("b", "", "")}},
		"a name that is a group":      {p.Head(), [][]byte{client("a", "b", "b")}},
		"a group that is none":        {p.Head(), [][]byte{client("a", "", "x@y")}},
		"a group nobody joins":        {p.Head(), [][]byte{client("a", "", "SYSTEM")}},
		"ALL, where everyone is":      {p.Head(), [][]byte{client("a", "", "ALL")}},
		"a group that is a client":    {p.Head(), [][]byte{client("a", "", "b"), client("b", "", "")}},
	} {
		l := messaging.NewLoader()
		err := l.LoadHead(c.head)
		for _, block := range c.blocks {
			if err == nil {
				err = l.LoadBlock(block)
			}
		}
		if err == nil {
			_, err = l.Done()
		}
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	l := messaging.NewLoader()
	if err := l.LoadBlock(client("a", "", "garden")); err != nil {
		t.Fatal("the test's own blocks are wrong: ", err)
	}
}
