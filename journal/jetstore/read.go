package jetstore

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"althing/fault"
	"althing/journal"
)

// Last implements journal.Store.
func (s *Store) Last(ctx context.Context) (journal.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	stream := s.line.Load().stream
	info, err := stream.Info(ctx)
	if err != nil {
		return journal.Record{}, unread(err)
	}
	last := journal.Record{Seq: info.State.LastSeq}
	if info.State.Msgs == 0 {
		return last, nil
	}
	msg, err := stream.GetMsg(ctx, last.Seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return last, nil
	case err != nil:
		return journal.Record{}, unread(err)
	}
	last.Data = msg.Data
	return last, nil
}

func unread(err error) error {
	return fault.Wrap(err, fault.Unavailable, "the log cannot be read")
}

// Read implements journal.Store. It reads the block files: the server has
// written there what it acknowledged, and asking it for the records takes ten
// times as long (DESIGN.md).
func (s *Store) Read(ctx context.Context, after uint64) iter.Seq2[journal.Record, error] {
	last := s.stored.Load()
	return func(yield func(journal.Record, error) bool) {
		for rec, err := range s.blocks.records(after, last) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(journal.Record{}, err)
				return
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
}

// records gives the records with sequences above after up to last.
func (b blocks) records(after, last uint64) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		if last <= after {
			return
		}
		numbers, err := b.list()
		if err != nil {
			yield(journal.Record{}, unread(err))
			return
		}
		buf := buffers.Get().(*[]byte)
		defer buffers.Put(buf)
		for i, n := range numbers {
			if i+1 < len(numbers) {
				if next, err := begins(b.path(numbers[i+1])); err == nil && next <= after+1 {
					continue
				}
			}
			*buf, err = readInto(*buf, b.path(n))
			if errors.Is(err, fs.ErrNotExist) {
				continue // trimmed meanwhile
			}
			if err != nil {
				yield(journal.Record{}, unread(err))
				return
			}
			for p := range newScanner(n).pieces(*buf) {
				switch {
				case p.damaged != nil:
					// Behind last it may be what the server is writing.
					yield(journal.Record{}, journal.Damaged("%s is changed at or after byte %d", b.path(n), p.at))
					return
				case p.removed || p.seq <= after:
					continue
				}
				if !yield(journal.Record{Seq: p.seq, Data: p.data}, nil) || p.seq == last {
					return
				}
			}
		}
		yield(journal.Record{}, journal.Damaged("it does not reach record %d", last))
	}
}

// buffers hold a block each, between one read and the next: they are 8 MB long.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// readInto reads a file into buf's memory, or more of it.
func readInto(buf []byte, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return buf, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return buf, err
	}
	buf = slices.Grow(buf[:0], int(info.Size()))[:info.Size()]
	_, err = io.ReadFull(f, buf)
	return buf, err
}
