package journal

import (
	"context"
	"errors"
	"io"
	"iter"
)

// Record is one stored record. Its sequence is the store's: sequences rise, but
// need not be without gaps. The number inside the data is the journal's.
type Record struct {
	Seq  uint64
	Data []byte
}

// ErrMoved is what Append returns when the newest record is not the expected
// one. Nothing was stored by this call; an earlier one of the same record, given
// up without an answer, may have been.
var ErrMoved = errors.New("journal: another record was stored in between")

// Store keeps the records and the snapshots. The journal is its only user and
// calls it from one goroutine at a time, except that any number may Read, and
// that one each may be in Sync, and in Snapshot or Trim, while another appends.
//
// A store keeps bytes; what they mean and whether they are the right ones the
// journal knows. It cuts a torn tail itself before it is handed to the journal,
// and refuses to be opened with an error that wraps ErrDamaged when records are
// missing that were there at the last Sync.
type Store interface {
	// Append stores data as the newest record, if the newest is still the one
	// with the sequence expectLast (0 in a log that never had a record), and
	// gives its sequence. The data are the caller's again when it returns.
	//
	// An error that carries fault.Full, and ErrMoved, say that nothing was
	// stored. After any other error that is unknown until Last was asked.
	Append(ctx context.Context, expectLast uint64, data []byte) (uint64, error)

	// Last gives the newest record. Its sequence is the one that Append must be
	// told; its data are nil when that record is not there any more. It sees
	// every record that an Append answered for.
	Last(ctx context.Context) (Record, error)

	// Read gives the records with sequences above after, up to those that were
	// there when it was called, in order. A record's data are the store's again
	// when the loop goes on.
	Read(ctx context.Context, after uint64) iter.Seq2[Record, error]

	// Sync returns when all records that were appended before are on disk, where
	// a power cut leaves them.
	Sync(ctx context.Context) error

	// Snapshot stores a snapshot of the state after the transaction rev, in
	// place of one with the same rev. It is whole and on disk when Snapshot
	// returns without an error, or not there at all. Room for it is kept free:
	// a store refuses records before it refuses a snapshot.
	Snapshot(ctx context.Context, rev uint64, w io.WriterTo) error

	// Latest gives the newest snapshot whose rev is not above the given one.
	// Where there is none, r is nil.
	Latest(ctx context.Context, upTo uint64) (rev uint64, r io.ReadCloser, err error)

	// Trim says that the records with sequences below seq and the snapshots
	// with revs below rev are not needed any more. Some may stay.
	Trim(ctx context.Context, seq, rev uint64) error
}
