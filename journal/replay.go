package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"althing/fault"
)

// ErrDamaged is what a log that lost or changed something is refused with; the
// text of the error says what, and offers the repair.
var ErrDamaged = errors.New("damaged")

// Damaged makes the error with which a damaged log is refused, for a store that
// finds the damage itself.
func Damaged(format string, args ...any) error {
	return fault.Wrap(ErrDamaged, fault.Invalid, "the log is damaged: %s; nothing was changed, 'althing repair' saves what can be saved", fmt.Sprintf(format, args...))
}

// replay brings a machine to where the log ends.
type replay struct {
	store   Store
	machine Machine
	log     *slog.Logger

	kept     []position // good snapshots, newest first
	bad      []uint64   // revs of the others
	size     int64      // of the newest good one
	at       position   // how far the machine has come
	unsaved  int64      // bytes of records after the newest snapshot
	replayed uint64     // transactions applied
}

func (r *replay) run(ctx context.Context) error {
	if err := r.restore(ctx); err != nil {
		return err
	}
	if err := r.reaches(ctx); err != nil {
		return err
	}
	for rec, err := range r.store.Read(ctx, r.at.seq) {
		if err != nil {
			return err
		}
		if err := r.step(rec); err != nil {
			return err
		}
	}
	last, err := r.store.Last(ctx)
	if err != nil {
		return err
	}
	r.at.seq = last.Seq
	return nil
}

// restore gives the newest good snapshot to the machine. A damaged one is told
// and passed over: whether the log makes up for it, the records tell.
func (r *replay) restore(ctx context.Context) error {
	kept, bad, err := goodSnapshots(ctx, r.store)
	if err != nil {
		return err
	}
	r.bad = bad
	for _, rev := range bad {
		r.log.Warn("a snapshot is damaged and passed over", "rev", rev)
	}
	if len(kept) == 0 {
		return nil
	}
	for _, k := range kept {
		r.kept = append(r.kept, k.at)
	}
	r.at, r.size = r.kept[0], kept[0].size
	return load(ctx, r.store, r.machine, kept[0])
}

// reaches checks that the log begins no later than behind the oldest snapshot:
// what the newer one rests on is to be there as long as that one is kept.
func (r *replay) reaches(ctx context.Context) error {
	var oldest position
	if n := len(r.kept); n > 0 {
		oldest = r.kept[n-1]
	}
	for rec, err := range r.store.Read(ctx, 0) {
		if err != nil {
			return err
		}
		h, _, _, err := parseHeader(rec.Data)
		if err != nil {
			break // step tells what is wrong with it, if it still matters
		}
		switch {
		case h.number <= oldest.number+1:
			return nil
		case len(r.bad) > 0:
			return Damaged("the snapshot of %d is changed, and the log begins only at record %d", r.bad[0], h.number)
		}
		return Damaged("of its records, %d to %d are missing", oldest.number+1, h.number-1)
	}
	if len(r.kept) == 0 && len(r.bad) > 0 {
		return Damaged("the snapshot of %d is changed", r.bad[0])
	}
	return nil
}

// step checks one record and applies it.
func (r *replay) step(rec Record) error {
	h, body, sum, err := parseHeader(rec.Data)
	switch {
	case errors.Is(err, errNewer):
		return fault.Wrap(err, fault.Invalid, "record %d of the log cannot be read", r.at.number+1)
	case err != nil:
		return Damaged("record %d cannot be read (%v)", r.at.number+1, err)
	case h.number > r.at.number+1:
		return Damaged("of its records, %d to %d are missing", r.at.number+1, h.number-1)
	case h.number != r.at.number+1 || h.rev != r.at.rev+1 || h.before != r.at.sum:
		return Damaged("record %d does not follow the one before it", h.number)
	}
	txs, err := decodeTxs(body, h.count, r.machine.DecodeOp)
	if err != nil {
		return unknown(err, h.number)
	}
	apply(r.machine, h, txs)
	r.at = r.at.after(h, rec.Seq, sum)
	r.unsaved += int64(len(rec.Data))
	r.replayed += uint64(len(txs))
	return nil
}

// unknown refuses a record that is whole but holds what the machine does not
// know.
func unknown(err error, number uint64) error {
	return fault.Wrap(err, fault.Invalid, "record %d of the log is whole, but this althing cannot read it; use the one that wrote it, or a newer one", number)
}

// apply applies what was applied before: what the machine refuses now it refused
// then.
func apply(m Machine, h header, txs []Tx) {
	at := time.Unix(0, h.at).UTC()
	for i, tx := range txs {
		_, _ = m.Apply(h.rev+uint64(i), at, tx)
	}
}
