package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
)

// word is an operation of one length byte and so many more.
type word string

func (w word) AppendBinary(dst []byte) ([]byte, error) {
	return append(append(dst, byte(len(w))), w...), nil
}

func decodeWord(src []byte) (Op, []byte, error) {
	if len(src) == 0 || int(src[0]) >= len(src) {
		return nil, nil, errors.New("cut off")
	}
	end := 1 + int(src[0])
	return word(src[1:end]), src[end:], nil
}

func sealed(h header, body []byte) []byte {
	record, _ := h.seal(append(make([]byte, headerSize(h.writer)), body...))
	return record
}

func FuzzRecord(f *testing.F) {
	tx, err := appendTx(nil, Tx{Expect: []Seen{{Key: "k", Rev: 300}}, Ops: []Op{word("one"), word("")}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("writer", uint64(1), uint64(1), uint32(1), tx)
	f.Add("", uint64(7), ^uint64(0), uint32(1), tx)
	f.Add("w", uint64(1), uint64(1), ^uint32(0), binary.AppendUvarint(nil, 1<<62))
	f.Add("w", uint64(0), uint64(0), uint32(0), []byte{})
	longest, err := appendTx(nil, Tx{Ops: []Op{word(bytes.Repeat([]byte{'x'}, 255))}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("w", uint64(1), uint64(1), uint32(1), longest)
	f.Fuzz(func(t *testing.T, writer string, number, rev uint64, count uint32, body []byte) {
		if len(writer) > 255 || len(body) > MaxRecord {
			return
		}
		data := sealed(header{writer: writer, number: number, rev: rev, count: count}, body)
		h, rest, _, err := parseHeader(data)
		if err != nil {
			return
		}
		if h.writer != writer || h.number != number || h.rev != rev || h.count != count || !bytes.Equal(rest, body) {
			t.Fatalf("%+v came back", h)
		}
		txs, err := decodeTxs(rest, h.count, decodeWord)
		if err != nil {
			return
		}
		if len(txs) != int(count) {
			t.Fatalf("%d transactions of %d", len(txs), count)
		}
		var again []byte
		for _, tx := range txs {
			if again, err = appendTx(again, tx); err != nil {
				t.Fatal(err)
			}
		}
		back, err := decodeTxs(again, count, decodeWord)
		if err != nil || len(back) != len(txs) {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}

func FuzzSalvage(f *testing.F) {
	one := sealed(header{writer: "w", number: 1, rev: 1, count: 1}, []byte("body"))
	f.Add([]byte("before"), one, []byte("after"))
	f.Add([]byte(recordMagic), one, []byte(recordMagic+"\x01\x00\xff\xff\xff\xff"))
	f.Add(one[:20], one[10:], one)
	f.Fuzz(func(t *testing.T, before, middle, after []byte) {
		found := slices.Collect(Salvage(slices.Concat(before, middle, after)))
		for _, record := range found {
			if _, err := frame(record); err != nil {
				t.Fatalf("%q is no record: %v", record, err)
			}
		}
		if _, err := frame(middle); err == nil && len(found) == 0 {
			t.Fatal("a record was not found")
		}
	})
}

func FuzzSnapshot(f *testing.F) {
	var whole bytes.Buffer
	if _, err := (picture{at: position{number: 3, rev: 5}, body: bytes.NewBufferString("picture")}).WriteTo(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:snapshotHeader])
	f.Add([]byte(snapshotMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		at, size, err := checkSnapshot(bytes.NewReader(data))
		if err != nil {
			return
		}
		body := data[snapshotHeader : int64(snapshotHeader)+size]
		var again bytes.Buffer
		if _, err := (picture{at: at, body: bytes.NewReader(body)}).WriteTo(&again); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Bytes(), data) {
			t.Fatal("a snapshot is believed that is none")
		}
	})
}

// TestSnapshotInPieces reads a snapshot in pieces of every size: the trailer is
// found wherever a piece ends.
func TestSnapshotInPieces(t *testing.T) {
	var whole bytes.Buffer
	p := picture{at: position{seq: 1, number: 2, rev: 3, epoch: 4, sum: 5}, body: bytes.NewBufferString("the picture of a small machine")}
	n, err := p.WriteTo(&whole)
	if err != nil || n != int64(whole.Len()) {
		t.Fatalf("%d of %d, %v", n, whole.Len(), err)
	}
	for size := 1; size <= whole.Len(); size++ {
		r := &pieces{data: whole.Bytes(), size: size}
		at, length, err := checkSnapshot(r)
		if err != nil || at != p.at || length != 30 {
			t.Errorf("in pieces of %d: %+v, %d, %v", size, at, length, err)
		}
	}
}

type pieces struct {
	data []byte
	size int
}

func (p *pieces) Read(to []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	n := copy(to, p.data[:min(p.size, len(p.data))])
	p.data = p.data[n:]
	return n, nil
}
