package journal

import (
	"context"
	"errors"
	"io"
	"math"

	"althing/fault"
)

// Saved is a log as it was at one moment, to be kept somewhere else: its newest
// good snapshot, and the records behind it. One goroutine uses it. What is stored
// meanwhile does not change it, but when much is, the store may have removed what
// has not been written yet; then writing it ends with an error.
type Saved struct {
	Rev           uint64 // of the newest transaction in it
	SnapshotBytes int64  // 0: there is no snapshot
	LogBytes      int64

	store    Store
	snapshot io.ReadCloser // nil when there is none
	at       position      // of the snapshot
	last     position      // of the last record
}

// Save gives the log of a store as it is now. The store may be a running
// journal's. Close it in the end.
func Save(ctx context.Context, store Store) (*Saved, error) {
	s := &Saved{store: store}
	if err := s.openSnapshot(ctx); err != nil {
		return nil, err
	}
	s.last = s.at
	for rec, err := range store.Read(ctx, s.at.seq) {
		if err == nil {
			err = s.follow(&s.last, rec)
		}
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.LogBytes += int64(len(rec.Data))
	}
	s.Rev = s.last.rev
	return s, nil
}

// openSnapshot opens the newest good snapshot. Open, it stays readable when the
// store removes it.
func (s *Saved) openSnapshot(ctx context.Context) error {
	for upTo := uint64(math.MaxUint64); ; {
		rev, file, err := s.store.Latest(ctx, upTo)
		if err != nil || file == nil {
			return err
		}
		at, size, err := checkSnapshot(file)
		err = errors.Join(err, file.Close())
		if err == nil && at.rev == rev {
			_, s.snapshot, err = s.store.Latest(ctx, rev)
			s.at, s.SnapshotBytes = at, size+int64(snapshotHeader+snapshotTrailer)
			return err
		}
		if rev == 0 {
			return nil
		}
		upTo = rev - 1
	}
}

// follow sees that a record follows the position.
func (s *Saved) follow(at *position, rec Record) error {
	h, _, sum, err := parseHeader(rec.Data)
	if err != nil {
		return Damaged("record %d cannot be read (%v)", at.number+1, err)
	}
	switch {
	case h.number > at.number+1: // trimmed since
		return fault.New(fault.Unavailable, "more is being stored than can be backed up meanwhile; try again")
	case h.number != at.number+1 || h.before != at.sum:
		return Damaged("record %d does not follow the one before it", h.number)
	}
	*at = at.after(h, rec.Seq, sum)
	return nil
}

// WriteSnapshot writes the snapshot, once.
func (s *Saved) WriteSnapshot(w io.Writer) error {
	_, err := io.CopyBuffer(onlyWriter{w}, s.snapshot, make([]byte, copyBuffer))
	return err
}

// copyBuffer is enough for a disk to read ahead.
const copyBuffer = 256 << 10

// onlyWriter keeps io.CopyBuffer to the buffer that it was given.
type onlyWriter struct{ io.Writer }

// WriteLog writes the records one after the other.
func (s *Saved) WriteLog(ctx context.Context, w io.Writer) error {
	at := s.at
	if at.number == s.last.number {
		return nil
	}
	for rec, err := range s.store.Read(ctx, s.at.seq) {
		if err == nil {
			err = s.follow(&at, rec)
		}
		if err == nil {
			_, err = w.Write(rec.Data)
		}
		if err != nil || at.number == s.last.number {
			return err
		}
	}
	return Damaged("it ends before record %d", s.last.number)
}

// Close gives back what it holds.
func (s *Saved) Close() error {
	if s.snapshot == nil {
		return nil
	}
	return s.snapshot.Close()
}

// Bring gives m, an empty machine, the log that a Saved has written, and stores
// the result as a snapshot in to, an empty store. Nothing may be missing or
// changed: the error says what is. snapshot begins the snapshot from its start
// each time it is called, and is nil when there is none.
func Bring(ctx context.Context, snapshot func() io.Reader, log io.Reader, to Store, m Machine) (rev uint64, err error) {
	r := replay{machine: m}
	if snapshot != nil {
		var size int64
		if r.at, size, err = checkSnapshot(snapshot()); err != nil {
			return 0, fault.Wrap(err, fault.Invalid, "the snapshot cannot be read")
		}
		if err := loadFrom(snapshot(), m, goodSnapshot{r.at, size}); err != nil {
			return 0, err
		}
	}
	for {
		record, err := nextRecord(log)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = r.step(Record{Data: record})
		}
		if errors.Is(err, ErrDamaged) {
			err = fault.New(fault.Invalid, "record %d of the log is missing or damaged", r.at.number+1)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, err
		}
	}
	if r.at.number == 0 {
		return 0, nil
	}
	r.at.seq = 0 // of the new store
	return r.at.rev, to.Snapshot(ctx, r.at.rev, picture{at: r.at, body: m.Freeze()})
}

// nextRecord reads a record; io.EOF says that there is none.
func nextRecord(r io.Reader) ([]byte, error) {
	var head [recordStart]byte
	if _, err := io.ReadFull(r, head[:]); errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, ErrDamaged
	} else if err != nil {
		return nil, err
	}
	size := recordLength(head[:])
	if size < uint32(fixedHeader+checksumSize) || size > MaxRecord {
		return nil, ErrDamaged
	}
	record := make([]byte, size)
	copy(record, head[:])
	if _, err := io.ReadFull(r, record[recordStart:]); err != nil {
		return nil, errors.Join(err, ErrDamaged)
	}
	return record, nil
}
