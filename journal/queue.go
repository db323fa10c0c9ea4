package journal

import (
	"context"
	"slices"
	"sync"

	"althing/fault"
)

// Ticket stands for a transaction that was handed in; the zero Ticket for none.
// Any number of goroutines may wait for it.
type Ticket struct {
	batch *batch
	index int
}

// Wait waits until the transaction is stored and applied and gives the result of
// each of its operations. When ctx ends first the error is fault.Timeout and the
// transaction goes its way. An error with fault.Unavailable may leave open
// whether it was stored; any other says that nothing of it happened.
func (t Ticket) Wait(ctx context.Context) ([]any, error) {
	select {
	case <-t.batch.done:
	default:
		select {
		case <-t.batch.done:
		case <-ctx.Done():
			return nil, fault.Wrap(ctx.Err(), fault.Timeout, "the write was not stored in time; it may still be")
		}
	}
	if t.batch.err != nil {
		return nil, t.batch.err
	}
	o := &t.batch.outcomes[t.index]
	return o.results, o.err
}

// Revision is the transaction's own, when Wait has said that it is applied; 0
// before, and when it was not stored.
func (t Ticket) Revision() uint64 {
	select {
	case <-t.batch.done:
		if t.batch.rev != 0 {
			return t.batch.rev + uint64(t.index)
		}
	default:
	}
	return 0
}

// batch is the transactions of one record.
type batch struct {
	record   []byte // room for the header, then the transactions
	txs      []Tx
	done     chan struct{} // closed when what follows is set
	err      error         // of all of them: they were not stored
	rev      uint64        // of the first transaction
	outcomes []outcome
}

type outcome struct {
	results []any
	err     error
}

// refused makes the ticket of a transaction that was not taken.
func refused(err error) Ticket {
	done := make(chan struct{})
	close(done)
	return Ticket{batch: &batch{done: done, err: err}}
}

// queue gathers transactions into batches until the committer takes them. They
// are encoded as they come, by whoever brings them, so that the committer finds
// a record that wants only its header.
type queue struct {
	header int // bytes to leave free at a record's start
	limit  int // bytes that may wait
	wake   chan struct{}

	mu      sync.Mutex
	closed  error
	full    []*batch // in order; all before open
	open    *batch   // the one that is being filled, or nil
	waiting int      // bytes in full and open
	usual   int      // transactions in the last batch: the next has room for as many
	spare   []byte   // a used record's memory
}

// spareBytes is the most memory that is kept for the next record: what thousands
// of small transactions need, as fifty clients send them when none waits for a
// reply.
const spareBytes = 256 << 10

// mostUsual bounds what one large batch makes the next one reserve.
const mostUsual = 4096

func (q *queue) init(header, limit int) {
	q.header, q.limit = header, limit
	q.wake = make(chan struct{}, 1)
}

// Submit hands a transaction to the committer. It does not wait for the log.
func (j *Journal) Submit(tx Tx) Ticket { return j.queue.add(tx) }

func (q *queue) add(tx Tx) Ticket {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return refused(q.closed)
	}
	if q.open == nil {
		q.open = q.newBatch()
	}
	b := q.open
	start := len(b.record)
	record, err := appendTx(b.record, tx)
	size := len(record) - start
	switch {
	case err != nil:
		return refused(err)
	case q.header+size+checksumSize > MaxRecord:
		return refused(fault.New(fault.Limit, "%d bytes of changes at once do not fit one record of %d; make them in smaller parts", size, MaxRecord))
	case q.waiting+size > q.limit:
		return refused(fault.New(fault.Unavailable, "too many writes wait for the log; try again"))
	case len(record)+checksumSize > MaxRecord:
		next := q.newBatch()
		next.record = append(next.record, record[start:]...)
		q.full = append(q.full, b)
		q.open, b = next, next
	default:
		b.record = record
	}
	b.txs = append(b.txs, tx)
	q.waiting += size
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return Ticket{batch: b, index: len(b.txs) - 1}
}

func (q *queue) newBatch() *batch {
	record := q.spare
	q.spare = nil
	return &batch{
		record: slices.Grow(record[:0], q.header)[:q.header],
		txs:    make([]Tx, 0, q.usual),
		done:   make(chan struct{}),
	}
}

// take gives the next batch to commit, or nil when none waits.
func (q *queue) take() *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	var b *batch
	switch {
	case len(q.full) > 0:
		b = q.full[0]
		q.full = slices.Delete(q.full, 0, 1)
	case q.open != nil && len(q.open.txs) > 0:
		b, q.open = q.open, nil
	default:
		return nil
	}
	q.waiting -= len(b.record) - q.header
	q.usual = min(len(b.txs), mostUsual)
	return b
}

// recycle takes back the memory of a record that is stored.
func (q *queue) recycle(record []byte) {
	if cap(record) > spareBytes {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spare = record
}

// bytes is how much waits.
func (q *queue) bytes() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting
}

// refuse makes add refuse everything from now on.
func (q *queue) refuse(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = err
}
