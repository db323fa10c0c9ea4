package journal_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"slices"
	"testing"

	"althing/fault"
	"althing/journal"
	"althing/journal/journaltest"
)

// broken is a store whose records and snapshots were changed since.
type broken struct {
	*journal.Memory
	records   func([]journal.Record) []journal.Record
	snapshots func(rev uint64, data []byte) []byte
}

// Snapshot leaves the store as it is.
func (broken) Snapshot(context.Context, uint64, io.WriterTo) error { return nil }

// Trim leaves the store as it is.
func (broken) Trim(context.Context, uint64, uint64) error { return nil }

func (b broken) Read(ctx context.Context, after uint64) iter.Seq2[journal.Record, error] {
	var all []journal.Record
	for r := range b.Memory.Read(ctx, 0) {
		all = append(all, r)
	}
	if b.records != nil {
		all = b.records(all)
	}
	return func(yield func(journal.Record, error) bool) {
		for _, r := range all {
			if r.Seq > after && !yield(r, nil) {
				return
			}
		}
	}
}

func (b broken) Latest(ctx context.Context, upTo uint64) (uint64, io.ReadCloser, error) {
	rev, r, err := b.Memory.Latest(ctx, upTo)
	if r == nil || err != nil || b.snapshots == nil {
		return rev, r, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, nil, err
	}
	return rev, io.NopCloser(bytes.NewReader(b.snapshots(rev, data))), nil
}

// crashing is a store whose journal ends without a snapshot, once crash is set.
type crashing struct {
	*journal.Memory
	crash bool
}

func (c *crashing) Snapshot(ctx context.Context, rev uint64, w io.WriterTo) error {
	if c.crash {
		return errors.New("crashed")
	}
	return c.Memory.Snapshot(ctx, rev, w)
}

// filled makes a store with records 11 to 30 and snapshots of 10 and 20, and
// gives the state after the last one.
func filled(t *testing.T, value string) (*journal.Memory, *journaltest.Ledger) {
	t.Helper()
	store := &crashing{Memory: new(journal.Memory)}
	j, l := open(t, store, journal.Options{})
	for i := range 30 {
		if i == 10 || i == 20 {
			if err := j.Snapshot(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		commit(t, j, put(fmt.Sprint(i), value))
	}
	store.crash = true
	if err := j.Close(context.Background()); err == nil {
		t.Fatal("it did not crash")
	}
	return store.Memory, l
}

// resealed gives a record or snapshot with some bytes changed on purpose, so
// that its checksum is right.
func resealed(data []byte, change func(content []byte)) []byte {
	content := bytes.Clone(data[:len(data)-4])
	change(content)
	return binary.LittleEndian.AppendUint32(content, crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli)))
}

func TestDamagedRecords(t *testing.T) {
	store, _ := filled(t, "x")
	other, _ := filled(t, "y")
	foreign := records(t, other)
	for _, test := range []struct {
		name    string
		reason  string
		damaged bool
		change  func([]journal.Record) []journal.Record
	}{
		{"one is missing", "records, 25 to 25 are missing", true, func(r []journal.Record) []journal.Record {
			return slices.Delete(r, 14, 15)
		}},
		{"some are missing", "records, 23 to 27 are missing", true, func(r []journal.Record) []journal.Record {
			return slices.Delete(r, 12, 17)
		}},
		{"the first is missing", "records, 11 to 11 are missing", true, func(r []journal.Record) []journal.Record {
			return r[1:]
		}},
		{"one is there twice", "record 25 does not follow", true, func(r []journal.Record) []journal.Record {
			return slices.Insert(r, 14, r[14])
		}},
		{"two are swapped", "25 to 25 are missing", true, func(r []journal.Record) []journal.Record {
			r[14].Data, r[15].Data = r[15].Data, r[14].Data
			return r
		}},
		{"one is another log's", "record 25 does not follow", true, func(r []journal.Record) []journal.Record {
			r[14].Data = foreign[14]
			return r
		}},
		{"one is empty", "record 25 cannot be read", true, func(r []journal.Record) []journal.Record {
			r[14].Data = nil
			return r
		}},
		{"one is of a newer version", "newer althing", false, func(r []journal.Record) []journal.Record {
			r[14].Data = resealed(r[14].Data, func(c []byte) { c[4] = 2 })
			return r
		}},
		{"one holds an unknown operation", "record 25 of the log is whole", false, func(r []journal.Record) []journal.Record {
			r[14].Data = resealed(r[14].Data, func(c []byte) { c[bytes.Index(c, []byte("\x01\x0224"))] = 99 })
			return r
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := refuse(t, broken{Memory: store, records: test.change}, test.reason)
			if errors.Is(err, journal.ErrDamaged) != test.damaged {
				t.Errorf("it counts as damaged: %v", !test.damaged)
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("the code is %q", fault.Of(err).Code)
			}
		})
	}
}

func TestEveryFlippedByteOfARecord(t *testing.T) {
	store, _ := filled(t, "x")
	size := len(records(t, store)[14])
	for at := range size {
		for _, bit := range []byte{1, 0x80} {
			refuse(t, broken{Memory: store, records: func(r []journal.Record) []journal.Record {
				r[14].Data[at] ^= bit
				return r
			}}, "record 25 cannot be read")
			refuse(t, broken{Memory: store, records: func(r []journal.Record) []journal.Record {
				r[14].Data = r[14].Data[:at]
				return r
			}}, "record 25 cannot be read")
		}
	}
}

func TestDamagedSnapshots(t *testing.T) {
	store, want := filled(t, "x")
	flip := func(which ...uint64) func(uint64, []byte) []byte {
		return func(rev uint64, data []byte) []byte {
			if slices.Contains(which, rev) {
				data[len(data)/2] ^= 1
			}
			return data
		}
	}
	for _, which := range []uint64{10, 20} {
		j, l := open(t, broken{Memory: store, snapshots: flip(which)}, journal.Options{})
		if !l.Same(want) {
			t.Errorf("without the snapshot of %d it is another state", which)
		}
		closeJournal(t, j)
	}
	refuse(t, broken{Memory: store, snapshots: flip(10, 20)}, "the snapshot of 20 is changed")
	err := refuse(t, broken{Memory: store, snapshots: func(_ uint64, data []byte) []byte {
		return resealed(data, func(c []byte) { c[8] = 2 })
	}}, "newer althing")
	if errors.Is(err, journal.ErrDamaged) {
		t.Error("a newer snapshot counts as damaged")
	}
}

func TestEveryFlippedByteOfASnapshot(t *testing.T) {
	store, want := filled(t, "x")
	_, r, err := store.Latest(t.Context(), 20)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	for at := range data {
		for name, change := range map[string]func([]byte) []byte{
			"flipped": func(d []byte) []byte { d[at] ^= 0x10; return d },
			"cut":     func(d []byte) []byte { return d[:at] },
		} {
			j, l := open(t, broken{Memory: store, snapshots: func(rev uint64, d []byte) []byte {
				if rev != 20 {
					return d
				}
				return change(d)
			}}, journal.Options{})
			if !l.Same(want) || j.Stats().Replayed != 20 {
				t.Errorf("%s at %d: it was believed", name, at)
			}
			closeJournal(t, j)
		}
	}
}
