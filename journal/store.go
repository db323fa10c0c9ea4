package journal

import (
	"context"
	"errors"
	"io"
	"iter"
)

// Record is one stored record. Its sequence is the store's: sequences rise, but
// where a tail was cut they leave a gap. The number inside the data does not.
type Record struct {
	Seq  uint64
	Data []byte
}

// ErrMoved is what Append returns when the newest record is not the expected
// one. Nothing was stored by this call; an earlier one of the same record, given
// up without an answer, may have been.
var ErrMoved = errors.New("journal: another record was stored in between")

// Store keeps the records, the snapshots and one small mark. The journal is its
// only user and calls it from one goroutine at a time, except that any number
// may Read and that one more may be in Snapshot or Trim.
//
// A store keeps bytes; what they mean and whether they are whole the journal
// knows. An error that carries fault.Full says that for want of room nothing was
// stored; what became of a record whose Append ended with any other error but
// ErrMoved is unknown until Last was asked.
type Store interface {
	// Append stores data as the newest record, if the newest is still the one
	// with the sequence expectLast (0 in a log that never had a record), and
	// gives its sequence. The data are the caller's again when it returns.
	Append(ctx context.Context, expectLast uint64, data []byte) (uint64, error)

	// Last gives the newest record. Its sequence is the one that Append must be
	// told; its data are nil when that record is not there any more. It sees
	// every record that an Append answered for.
	Last(ctx context.Context) (Record, error)

	// Read gives the records with sequences above after, up to those that were
	// there when it was called, in order. A record's data are the receiver's.
	Read(ctx context.Context, after uint64) iter.Seq2[Record, error]

	// Cut removes all records with sequences above after.
	Cut(ctx context.Context, after uint64) error

	// Snapshot stores a snapshot of the state after the transaction rev. It is
	// there whole and on disk when Snapshot returns without an error, or not at
	// all.
	Snapshot(ctx context.Context, rev uint64, w io.WriterTo) error

	// Latest gives the newest snapshot whose rev is below the given one. Where
	// there is none, r is nil.
	Latest(ctx context.Context, below uint64) (rev uint64, r io.ReadCloser, err error)

	// Trim removes the records with sequences below seq and the snapshots with
	// revs below rev.
	Trim(ctx context.Context, seq, rev uint64) error

	// Mark keeps the given bytes, at most MaxMark, in place of those kept
	// before. After a power cut it may be the older ones that are there.
	Mark(ctx context.Context, mark []byte) error

	// Marked gives the kept marks, newest first where that is known; a store
	// may give more than one, and none.
	Marked(ctx context.Context) ([][]byte, error)
}

// MaxMark is the longest mark in bytes: one fits a disk's sector, which is
// written whole or not at all.
const MaxMark = 256
