package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"

	"althing/fault"
)

// Remains is what is left of a damaged store.
type Remains interface {
	// Latest gives the newest snapshot whose rev is not above the given one, as
	// a Store does.
	Latest(ctx context.Context, upTo uint64) (rev uint64, r io.ReadCloser, err error)

	// Records gives all whole records that can be found, in the order in which
	// they lie there. Their data are the store's again when the loop goes on.
	// The sequence is 0 where only the record is whole and not the store's own
	// frame around it; what looks like a record there may be a client's value.
	Records(ctx context.Context) iter.Seq2[Record, error]

	// Synced is the sequence up to which all records were once on disk, 0 if
	// nobody knows.
	Synced() uint64
}

// Report says what a repair has saved, and what not.
type Report struct {
	Rev          uint64 // the newest transaction of the state that is saved
	Records      uint64 // applied on top of the snapshot
	Transactions uint64 // in them
	BadSnapshots int    // that were passed over
	Lost         []Loss // in order
}

// Loss is a run of records that are lost.
type Loss struct {
	From, To     uint64 // numbers of the records
	Transactions uint64 // in them; 0 when nobody knows
}

// Whole says that nothing was lost.
func (r Report) Whole() bool { return len(r.Lost) == 0 }

// String tells it in a few lines.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "saved: all up to change %d, %d of them from %d records of the log", r.Rev, r.Transactions, r.Records)
	if r.BadSnapshots > 0 {
		fmt.Fprintf(&b, "\ndamaged snapshots passed over: %d", r.BadSnapshots)
	}
	if r.Whole() {
		b.WriteString("\nlost: nothing")
	}
	for _, l := range r.Lost {
		fmt.Fprintf(&b, "\nlost: records %d to %d, ", l.From, l.To)
		if l.Transactions == 0 {
			b.WriteString("how many changes nobody knows")
		} else {
			fmt.Fprintf(&b, "%d changes", l.Transactions)
		}
	}
	return b.String()
}

// Repair makes of the remains of a store what can be made: it gives m, an empty
// machine, the newest good snapshot and every whole record after it, stores the
// result as a snapshot in to, an empty store, and says what is missing. Records
// behind a gap are applied all the same: a value that was set after the damage is
// worth more than the one before it. Transactions that rest on something lost
// their own conditions refuse.
//
// Remains of a newer format are refused; nothing of them is lost.
func Repair(ctx context.Context, from Remains, to Store, m Machine) (Report, error) {
	r := salvage{machine: m, writers: map[string]bool{}}
	if err := r.restore(ctx, from); err != nil {
		return Report{}, err
	}
	for rec, err := range from.Records(ctx) {
		if err != nil {
			return Report{}, err
		}
		if err := r.step(rec); err != nil {
			return Report{}, err
		}
	}
	r.end(from.Synced())
	r.at.seq = 0 // of the new store
	if err := to.Snapshot(ctx, r.at.rev, picture{at: r.at, body: m.Freeze()}); err != nil {
		return Report{}, err
	}
	r.report.Rev = r.at.rev
	return r.report, nil
}

// salvage is a repair under way.
type salvage struct {
	machine Machine
	at      position
	writers map[string]bool // of records in whole frames
	report  Report
}

func (r *salvage) restore(ctx context.Context, from Remains) error {
	kept, bad, err := goodSnapshots(ctx, from)
	if err != nil {
		return err
	}
	r.report.BadSnapshots = len(bad)
	if len(kept) == 0 {
		return nil
	}
	r.at = kept[0].at
	return load(ctx, from, r.machine, kept[0])
}

// step applies a record, if it is one and newer than what is there.
func (r *salvage) step(rec Record) error {
	h, body, sum, err := parseHeader(rec.Data)
	switch {
	case errors.Is(err, errNewer):
		return fault.Wrap(err, fault.Invalid, "a record of the log cannot be read")
	case err == nil && r.wants(h, rec.Seq != 0):
		return r.take(h, body, r.at.after(h, rec.Seq, sum))
	}
	return nil
}

// wants says whether a record is new, and ours: what lies in no whole frame may
// be a client's value that looks like a record, but the writer's id was chosen by
// chance and no client can have known it.
func (r *salvage) wants(h header, framed bool) bool {
	if framed {
		r.writers[h.writer] = true
	}
	return r.writers[h.writer] && h.number > r.at.number && h.rev > r.at.rev
}

// take applies a record.
func (r *salvage) take(h header, body []byte, to position) error {
	txs, err := decodeTxs(body, h.count, r.machine.DecodeOp)
	if err != nil {
		return unknown(err, h.number)
	}
	if h.number > r.at.number+1 {
		r.lose(h.number-1, h.rev-1-r.at.rev)
	}
	apply(r.machine, h, txs)
	r.at = to
	r.report.Records++
	r.report.Transactions += uint64(len(txs))
	return nil
}

// lose notes that the records behind the position up to one are lost.
func (r *salvage) lose(to, transactions uint64) {
	r.report.Lost = append(r.report.Lost, Loss{From: r.at.number + 1, To: to, Transactions: transactions})
}

// end notes what is missing behind the last record, if the store knows that
// there was something.
func (r *salvage) end(synced uint64) {
	if r.at.seq == 0 || r.at.seq > math.MaxUint64-synced || synced <= r.at.seq {
		return
	}
	r.lose(r.at.number+synced-r.at.seq, 0)
}
