package network

import (
	"os"
	"slices"
	"strings"
	"testing"

	"althing/fault"
)

func TestRecord(t *testing.T) {
	i, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	r, err := i.Record(Record{Name: "barn", Sequence: 7, Run: "a1", Session: "10.0.0.1:4000", Text: "10.0.0.1:2980", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if r.ID() != i.ID() || r.Name != "barn" || r.Sequence != 7 || r.Text != "10.0.0.1:2980" {
		t.Errorf("read back as %+v", r)
	}
	packed := r.Packed()
	for at := range packed {
		flipped := slices.Clone(packed)
		flipped[at] ^= 1
		if _, err := Unpack(flipped); err == nil {
			t.Fatalf("a record with another byte at %d is believed", at)
		}
	}
	for _, name := range []string{"", " barn", "a/b", "a@b", "a*", "parent", "a\x07", strings.Repeat("x", 61), "a\xff"} {
		if _, err := i.Record(Record{Name: name}); err == nil {
			t.Errorf("a hub named %q", name)
		}
	}
	if _, err := i.Record(Record{Name: "barn", Parent: i.ID()}); err == nil {
		t.Error("a hub below itself")
	}
	if _, err := i.Record(Record{Name: "barn", Session: strings.Repeat("x", 300)}); err == nil {
		t.Error("a long address")
	}
}

func TestOpenIdentity(t *testing.T) {
	file := t.TempDir() + "/hub.key"
	first, err := OpenIdentity(file, writeFile)
	if err != nil {
		t.Fatal(err)
	}
	second, err := OpenIdentity(file, writeFile)
	if err != nil || second.ID() != first.ID() {
		t.Errorf("opened again: %v", err)
	}
	if err := writeFile(file, []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIdentity(file, writeFile); !fault.Is(err, fault.Invalid) {
		t.Errorf("a damaged key: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	i, err := NewIdentity()
	if err != nil {
		f.Fatal(err)
	}
	r, err := i.Record(Record{Name: "barn", Parent: "aaaaaaaaaaaaaaaa", Sequence: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Packed())
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, packed []byte) {
		r, err := Unpack(packed)
		if err == nil && string(r.Packed()) != string(packed) {
			t.Errorf("%x is kept as %x", packed, r.Packed())
		}
	})
}

func writeFile(file string, data []byte) error { return os.WriteFile(file, data, 0o600) }

func FuzzUnpackPass(f *testing.F) {
	i, err := NewIdentity()
	if err != nil {
		f.Fatal(err)
	}
	pass, err := i.NewPass(i.ID(), "issuer/abc")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pass.Packed())
	f.Add(make([]byte, 120))
	f.Fuzz(func(t *testing.T, packed []byte) {
		p, err := UnpackPass(packed)
		if err == nil && string(p.Packed()) != string(packed) {
			t.Errorf("%x is kept as %x", packed, p.Packed())
		}
	})
}
