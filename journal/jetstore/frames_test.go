package jetstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFramesOfTheServer checks that the server writes its blocks as frames.go
// has it: short records and the longest, and nothing else.
func TestFramesOfTheServer(t *testing.T) {
	store, err := Open(t.Context(), Options{Dir: t.TempDir(), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]byte{[]byte("x"), {}, bytes.Repeat([]byte("long"), 200_000), []byte("journal")}
	var last uint64
	for _, data := range want {
		if last, err = store.Append(t.Context(), last, data); err != nil {
			t.Fatal(err)
		}
	}
	block, err := os.ReadFile(filepath.Join(streamDir(store.o.Dir), "msgs", "1.blk"))
	if err != nil {
		t.Fatal(err)
	}
	var got [][]byte
	for p := range newScanner(1).pieces(block) {
		if p.damaged != nil || p.removed || p.seq != uint64(len(got)+1) {
			t.Fatalf("piece %d: %d bytes damaged, sequence %d", len(got), len(p.damaged), p.seq)
		}
		got = append(got, p.data)
	}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Errorf("%d records were found, want %d", len(got), len(want))
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// framed makes a frame as the server does.
func framed(seq uint64, headers, data []byte) []byte {
	le := binary.LittleEndian
	size := frameHeader + len(subject) + len(data) + frameChecksum
	bits := uint32(0)
	if headers != nil {
		size += 4 + len(headers)
		bits = bitHeaders
	}
	f := le.AppendUint32(nil, uint32(size)|bits)
	f = le.AppendUint64(f, seq)
	f = le.AppendUint64(f, 1234567)
	f = le.AppendUint16(f, uint16(len(subject)))
	f = append(f, subject...)
	if headers != nil {
		f = le.AppendUint32(f, uint32(len(headers)))
		f = append(f, headers...)
	}
	f = append(f, data...)
	h := newHash(streamName + "-1")
	h.Write(f[4:20])
	h.Write([]byte(subject))
	h.Write(headers)
	h.Write(data)
	return h.Sum(f)
}

func FuzzFrames(f *testing.F) {
	one, two := framed(1, nil, []byte("one")), framed(2, []byte("NATS/1.0\r\n\r\n"), []byte("two"))
	f.Add([]byte{}, one, two)
	f.Add([]byte("journal"), two, []byte("journal"))
	f.Add(one[:30], one, two[:20])
	f.Add(slices.Concat(one, two[:40]), framed(3|bitTombstone, nil, nil), make([]byte, 100))
	f.Fuzz(func(t *testing.T, before, middle, after []byte) {
		block := slices.Concat(before, middle, after)
		at, frames := 0, 0
		for p := range newScanner(1).pieces(block) {
			if p.at != at || p.size <= 0 {
				t.Fatalf("a piece of %d at %d, want it at %d", p.size, p.at, at)
			}
			if at += p.size; p.damaged == nil {
				frames++
			}
		}
		if at != len(block) {
			t.Fatalf("the pieces end at %d of %d", at, len(block))
		}
		if f, ok := newScanner(1).frame(middle); ok && f.size == len(middle) && len(before) == 0 && frames == 0 {
			t.Fatal("a whole frame was not found")
		}
	})
}

func FuzzWitness(f *testing.F) {
	f.Add(make([]byte, witnessSize))
	f.Add([]byte{witnessVersion})
	path := filepath.Join(f.TempDir(), witnessFile)
	w, err := openWitness(path)
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(w.vouch(7), w.vouch(8), w.close()); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), witnessFile)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := openWitness(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.vouch(w.seq + 1); err != nil {
			t.Fatal(err)
		}
		if err := w.close(); err != nil {
			t.Fatal(err)
		}
		if _, seq, err := readWitness(path); err != nil || seq != w.seq {
			t.Errorf("%d was vouched for, %d came back, %v", w.seq, seq, err)
		}
	})
}
