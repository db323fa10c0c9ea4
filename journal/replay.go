package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"althing/fault"
)

// ErrDamaged is what a log that lost or changed something is refused with; the
// text of the error says what, and offers the repair.
var ErrDamaged = errors.New("damaged")

func damaged(format string, args ...any) error {
	return fault.Wrap(ErrDamaged, fault.Invalid, "the log is damaged: %s; nothing was changed, 'althing repair' saves what can be saved", fmt.Sprintf(format, args...))
}

// replay brings a machine to where the log ends.
type replay struct {
	store   Store
	machine Machine
	log     *slog.Logger

	kept     []position // good snapshots, newest first
	mark     position
	end      position // of the last good record
	torn     error    // what was wrong with the records after it
	at       position // how far the machine has come
	unsaved  int64    // bytes of records after the newest snapshot
	replayed uint64   // transactions applied
}

func (r *replay) run(ctx context.Context) error {
	marks, err := r.store.Marked(ctx)
	if err != nil {
		return err
	}
	r.mark = furthest(marks)
	if err := r.restore(ctx); err != nil {
		return err
	}
	if err := r.walk(ctx); err != nil {
		return err
	}
	return r.settle(ctx)
}

// restore checks every snapshot there is and gives the newest good one to the
// machine. A damaged one is told and passed over: whether the log makes up for
// it, walk finds out.
func (r *replay) restore(ctx context.Context) error {
	var size int64
	for below := uint64(math.MaxUint64); ; {
		rev, file, err := r.store.Latest(ctx, below)
		if err != nil {
			return err
		}
		if file == nil {
			break
		}
		at, n, err := checkSnapshot(file)
		err = errors.Join(err, file.Close())
		switch {
		case errors.Is(err, errNewer):
			return fault.Wrap(err, fault.Invalid, "the snapshot %d cannot be read", rev)
		case err != nil || at.rev != rev:
			r.log.Warn("a snapshot is damaged and passed over", "rev", rev, "err", err)
		default:
			r.kept = append(r.kept, at)
			if len(r.kept) == 1 {
				size = n
			}
		}
		below = rev
	}
	if len(r.kept) == 0 {
		return nil
	}
	r.at = r.kept[0]
	_, file, err := r.store.Latest(ctx, r.at.rev+1)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	body, err := bodyOf(file, size)
	if err != nil {
		return err
	}
	if err := r.machine.Restore(body); err != nil {
		return fault.Wrap(err, fault.Invalid, "the snapshot %d cannot be read", r.at.rev)
	}
	return nil
}

// walk checks every record there is and applies those after the snapshot.
func (r *replay) walk(ctx context.Context) error {
	if n := len(r.kept); n > 0 {
		r.end = r.kept[n-1]
	}
	begun := false
	for rec, err := range r.store.Read(ctx, 0) {
		if err != nil {
			return err
		}
		h, body, sum, err := parseHeader(rec.Data)
		if errors.Is(err, errNewer) {
			return fault.Wrap(err, fault.Invalid, "the log cannot be read from record %d on", r.end.number+1)
		}
		if err != nil {
			r.torn = errors.Join(r.torn, err)
			continue
		}
		if r.torn != nil {
			return damaged("record %d cannot be read (%v), and others follow it", r.end.number+1, r.torn)
		}
		if !begun && h.number <= r.end.number {
			r.end = position{number: h.number - 1, rev: h.rev - 1, epoch: r.end.epoch, sum: h.before}
		}
		begun = true
		if err := h.follows(r.end); err != nil {
			return err
		}
		r.end = position{seq: rec.Seq, number: h.number, rev: h.last(), epoch: max(r.end.epoch, h.epoch), sum: sum}
		if err := r.agrees(); err != nil {
			return err
		}
		if h.number > r.at.number {
			if err := r.apply(h, body); err != nil {
				return err
			}
			r.at = r.end
			r.unsaved += int64(len(rec.Data))
		}
	}
	return nil
}

// follows checks that a record is the next one.
func (h header) follows(end position) error {
	switch {
	case h.number > end.number+1:
		return damaged("of its records, %d to %d are missing", end.number+1, h.number-1)
	case h.number != end.number+1 || h.rev != end.rev+1 || h.before != end.sum:
		return damaged("record %d does not follow the one before it", h.number)
	}
	return nil
}

// agrees checks the record just read against what the snapshots and the mark
// say of it.
func (r *replay) agrees() error {
	for _, known := range append(r.kept, r.mark) {
		if known.number == r.end.number && (known.sum != r.end.sum || known.rev != r.end.rev) {
			return damaged("record %d is not the one that was stored", r.end.number)
		}
	}
	return nil
}

// apply decodes a record's transactions and applies them. What the machine
// refuses now it refused then.
func (r *replay) apply(h header, body []byte) error {
	txs, err := decodeTxs(body, h.count, r.machine.DecodeOp)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "record %d of the log holds what this althing does not know; use the one that wrote it, or a newer one", h.number)
	}
	at := time.Unix(0, h.at).UTC()
	for i, tx := range txs {
		_, _ = r.machine.Apply(h.rev+uint64(i), at, tx)
	}
	r.replayed += uint64(len(txs))
	return nil
}

// settle makes sure that the end of the log is where it has to be, and readies
// the store for what comes next.
func (r *replay) settle(ctx context.Context) error {
	if r.end.number < r.mark.number {
		return damaged("of its records, %d to %d are missing at the end", r.end.number+1, r.mark.number)
	}
	if r.torn != nil {
		r.log.Warn("the log is torn, as a power cut leaves it; its end is cut off", "after", r.end.number, "err", r.torn)
		if err := r.store.Cut(ctx, r.end.seq); err != nil {
			return err
		}
	}
	last, err := r.store.Last(ctx)
	if err != nil {
		return err
	}
	if r.end.number < r.at.number {
		// The snapshot was on disk before the last records it has were: a
		// power cut took them. What is left of the log would leave a gap.
		if err := r.store.Trim(ctx, last.Seq+1, r.at.rev); err != nil {
			return err
		}
		r.kept = r.kept[:1]
	}
	r.at.seq = last.Seq
	r.at.epoch = max(r.at.epoch, r.end.epoch, r.mark.epoch)
	return nil
}
