package journal

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"iter"
	"slices"
	"sync"
)

// Memory is a Store in memory, for tests. Any number of goroutines may use it.
// The zero value is an empty store.
type Memory struct {
	mu        sync.Mutex
	last      uint64
	records   []Record // in order
	snapshots []memorySnapshot
}

type memorySnapshot struct {
	rev  uint64
	data []byte
}

// Append implements Store.
func (m *Memory) Append(ctx context.Context, expectLast uint64, data []byte) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last != expectLast {
		return 0, ErrMoved
	}
	m.last++
	m.records = append(m.records, Record{Seq: m.last, Data: bytes.Clone(data)})
	return m.last, nil
}

// Last implements Store.
func (m *Memory) Last(context.Context) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.records); n > 0 && m.records[n-1].Seq == m.last {
		return Record{Seq: m.last, Data: bytes.Clone(m.records[n-1].Data)}, nil
	}
	return Record{Seq: m.last}, nil
}

// Read implements Store.
func (m *Memory) Read(ctx context.Context, after uint64) iter.Seq2[Record, error] {
	m.mu.Lock()
	i, _ := slices.BinarySearchFunc(m.records, after+1, func(r Record, seq uint64) int {
		return cmp.Compare(r.Seq, seq)
	})
	records := slices.Clone(m.records[i:])
	m.mu.Unlock()
	return func(yield func(Record, error) bool) {
		for _, r := range records {
			if err := ctx.Err(); err != nil {
				yield(Record{}, err)
				return
			}
			if !yield(Record{Seq: r.Seq, Data: bytes.Clone(r.Data)}, nil) {
				return
			}
		}
	}
}

// Sync implements Store.
func (m *Memory) Sync(context.Context) error { return nil }

// Snapshot implements Store.
func (m *Memory) Snapshot(_ context.Context, rev uint64, w io.WriterTo) error {
	var data bytes.Buffer
	if _, err := w.WriteTo(&data); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshots = slices.DeleteFunc(m.snapshots, func(s memorySnapshot) bool { return s.rev == rev })
	m.snapshots = append(m.snapshots, memorySnapshot{rev, data.Bytes()})
	return nil
}

// Latest implements Store.
func (m *Memory) Latest(_ context.Context, upTo uint64) (uint64, io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var newest *memorySnapshot
	for i := range m.snapshots {
		s := &m.snapshots[i]
		if s.rev <= upTo && (newest == nil || s.rev > newest.rev) {
			newest = s
		}
	}
	if newest == nil {
		return 0, nil, nil
	}
	return newest.rev, io.NopCloser(bytes.NewReader(newest.data)), nil
}

// Trim implements Store.
func (m *Memory) Trim(_ context.Context, seq, rev uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = slices.DeleteFunc(m.records, func(r Record) bool { return r.Seq < seq })
	m.snapshots = slices.DeleteFunc(m.snapshots, func(s memorySnapshot) bool { return s.rev < rev })
	return nil
}
