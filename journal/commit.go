package journal

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"time"

	"althing/fault"
)

// run is the committer: the one goroutine that writes the log and applies to the
// machine.
func (j *Journal) run() {
	defer close(j.stopped)
	for {
		// Whoever is ready to hand something in does so first: a record costs
		// nearly the same whatever is in it.
		runtime.Gosched()
		if b := j.queue.take(); b != nil {
			j.commit(b)
			j.keepUp()
			continue
		}
		select {
		case <-j.queue.wake:
		case asked := <-j.snapshot.requests:
			j.requestSnapshot(asked)
		case end := <-j.snapshot.written:
			j.endSnapshot(end)
		case <-j.closing:
			if b := j.queue.take(); b != nil {
				j.commit(b) // it came between the two looks
				continue
			}
			j.finish()
			return
		}
	}
}

// keepUp does between two records what else the committer has to do, without
// waiting for it: under load there is always a next record.
func (j *Journal) keepUp() {
	select {
	case asked := <-j.snapshot.requests:
		j.requestSnapshot(asked)
	case end := <-j.snapshot.written:
		j.endSnapshot(end)
	default:
	}
	if j.snapshotDue() {
		j.beginSnapshot()
	}
}

// finish stores the last snapshot. Behind a clean stop everything is on disk, and
// a record that is missing at the next start is a damage.
func (j *Journal) finish() {
	j.closeErr = errors.Join(j.lastSnapshot(), j.store.Sync(context.Background()))
}

// commit stores a batch as one record, applies it and answers its tickets.
func (j *Journal) commit(b *batch) {
	at, err := j.append(b)
	if err != nil {
		b.err = err
		close(b.done)
		if fault.Is(err, fault.Full) {
			j.makeRoom()
		}
		return
	}
	b.outcomes = make([]outcome, len(b.txs))
	rev := j.at.rev - uint64(len(b.txs))
	b.rev = rev + 1
	for i, tx := range b.txs {
		rev++
		b.outcomes[i].results, b.outcomes[i].err = j.machine.Apply(rev, at, tx)
	}
	j.stats.records.Add(1)
	j.stats.transactions.Add(uint64(len(b.txs)))
	j.stats.bytes.Add(uint64(len(b.record)))
	j.feed.publish(j.at.rev, at, b.txs, len(b.record))
	close(b.done)
	j.queue.recycle(b.record)
	b.record = nil
}

// attempts is how often a record is offered to a log that does not answer. A
// store waits seconds each time, and a cluster needs up to nine to elect a new
// leader.
const attempts = 4

// append stores the batch's record and moves the position behind it. It gives
// the time that the record carries.
func (j *Journal) append(b *batch) (time.Time, error) {
	if j.lost != nil {
		return time.Time{}, j.lost
	}
	at := j.o.Now()
	h := header{
		writer: j.o.Writer,
		at:     at.UnixNano(),
		epoch:  j.at.epoch,
		count:  uint32(len(b.txs)),
	}
	body := len(b.record)
	var err error
	for range attempts {
		h.number, h.rev, h.before = j.at.number+1, j.at.rev+1, j.at.sum
		var sum uint32
		b.record, sum = h.seal(b.record[:body])
		var seq uint64
		if seq, err = j.store.Append(context.Background(), j.at.seq, b.record); err != nil {
			seq, err = j.settle(b.record, err)
		}
		if err == nil {
			j.advance(j.at.after(h, seq, sum), len(b.record))
			return time.Unix(0, h.at).UTC(), nil
		}
		if !errors.Is(err, errAgain) {
			break
		}
	}
	j.stats.refused.Add(1)
	return time.Time{}, unstored(err)
}

// advance moves the position behind a record that is stored.
func (j *Journal) advance(to position, size int) {
	j.at = to
	j.unsaved += int64(size)
	j.syncer.wrote()
}

// errAgain wraps the error of an Append whose record is certainly not the
// newest, so that it may be offered again.
var errAgain = errors.New("not stored")

// settle finds out what became of a record whose Append ended with an error, by
// reading the newest record back. It gives the record's sequence when it is
// stored after all.
func (j *Journal) settle(record []byte, cause error) (uint64, error) {
	if fault.Is(cause, fault.Full) {
		return 0, cause
	}
	last, err := j.store.Last(context.Background())
	switch {
	case err != nil:
		return 0, errors.Join(cause, err)
	case last.Seq == j.at.seq:
		return 0, errors.Join(errAgain, cause)
	case bytes.Equal(last.Data, record):
		return last.Seq, nil
	}
	if err := j.adopt(last); err != nil {
		j.lost = err
		j.o.Log.Error("the log has another writer; nothing is written any more", "err", err)
		return 0, err
	}
	return 0, errors.Join(errAgain, cause)
}

// adopt applies a record of our own that was given up without an answer and
// stored later. Any other record there means that somebody else writes this log.
func (j *Journal) adopt(last Record) error {
	h, body, sum, err := parseHeader(last.Data)
	ours := err == nil && h.writer == j.o.Writer && h.epoch == j.at.epoch &&
		h.number == j.at.number+1 && h.rev == j.at.rev+1 && h.before == j.at.sum
	if !ours {
		return fault.Wrap(err, fault.Unavailable, "another hub writes to this log; stop one of the two and start this one again")
	}
	txs, err := decodeTxs(body, h.count, j.machine.DecodeOp)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "a record of our own cannot be read back")
	}
	apply(j.machine, h, txs) // nobody waits for the outcome any more
	j.advance(j.at.after(h, last.Seq, sum), len(last.Data))
	j.feed.publish(j.at.rev, time.Unix(0, h.at).UTC(), txs, len(last.Data))
	return nil
}

// unstored makes the error that the waiting clients get.
func unstored(err error) error {
	if f := fault.Of(err); f.Code != fault.Internal {
		return f
	}
	return fault.Wrap(err, fault.Unavailable, "the log does not answer; whether the write was stored is not known")
}
