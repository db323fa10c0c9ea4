package journal

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"althing/fault"
)

// Committed is a transaction that is stored and applied. Whether the machine
// accepted it the record does not say: who needs to know applies it to a machine
// of its own. It must not be changed.
type Committed struct {
	Rev uint64
	At  time.Time
	Tx  Tx
}

// Applied gives the newest transaction that is applied, and a channel that is
// closed when there is a newer one. Asking again and again costs little, and
// nothing at all while nobody waits.
func (j *Journal) Applied() (rev uint64, changed <-chan struct{}) { return j.feed.applied() }

// Follow gives every transaction after the given one, in order, and goes on
// with those to come until ctx ends, whose error is then the last. A follower
// that is slower than the hub reads from the log; one that asks for what is
// trimmed away gets fault.NotFound, and one that goes on when the journal is
// closed fault.Closed. Any number may follow.
func (j *Journal) Follow(ctx context.Context, after uint64) iter.Seq2[Committed, error] {
	return func(yield func(Committed, error) bool) {
		f := follower{j: j, next: after + 1, yield: yield}
		for {
			applied, changed := j.feed.applied()
			if err := f.upTo(ctx, applied); err != nil {
				if !errors.Is(err, errLeft) {
					yield(Committed{}, err)
				}
				return
			}
			select {
			case <-changed:
			case <-j.stopped:
				yield(Committed{}, errClosed)
				return
			case <-ctx.Done():
				yield(Committed{}, ctx.Err())
				return
			}
		}
	}
}

// follower is one call of Follow.
type follower struct {
	j     *Journal
	yield func(Committed, error) bool
	next  uint64 // the transaction it wants
	seq   uint64 // of the last record that it read in the store
}

var errLeft = errors.New("the follower has left")

// upTo gives the transactions that are wanted up to the one that is applied.
func (f *follower) upTo(ctx context.Context, applied uint64) error {
	for f.next <= applied {
		txs, at, ok := f.j.feed.find(f.next)
		if !ok {
			if err := f.fromStore(ctx, applied); err != nil {
				return err
			}
			continue
		}
		if err := f.give(txs, at); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) give(txs []Tx, at time.Time) error {
	for _, tx := range txs {
		if !f.yield(Committed{Rev: f.next, At: at, Tx: tx}, nil) {
			return errLeft
		}
		f.next++
	}
	return nil
}

// fromStore gives what is wanted of the records in the store, up to the one that
// has the transaction that is applied.
func (f *follower) fromStore(ctx context.Context, applied uint64) error {
	for rec, err := range f.j.store.Read(ctx, f.seq) {
		if err != nil {
			return err
		}
		h, body, _, err := parseHeader(rec.Data)
		if err != nil {
			return fault.Wrap(err, fault.Internal, "the log cannot be read back")
		}
		if h.rev > f.next {
			break
		}
		f.seq = rec.Seq
		if h.last() < f.next {
			continue
		}
		txs, err := decodeTxs(body, h.count, f.j.machine.DecodeOp)
		if err != nil {
			return fault.Wrap(err, fault.Internal, "the log cannot be read back")
		}
		if err := f.give(txs[f.next-h.rev:], time.Unix(0, h.at).UTC()); err != nil {
			return err
		}
		if f.next > applied {
			return nil
		}
	}
	if f.next > applied {
		return nil
	}
	return fault.New(fault.NotFound, "the changes from %d on are no longer in the log; begin with a snapshot", f.next)
}

// feed tells of what is applied, and remembers the last of it for followers that
// are nearly up to date.
type feed struct {
	mu      sync.Mutex
	rev     uint64
	changed chan struct{} // made when somebody waits
	recent  [recentRecords]recent
	next    int // where in recent the next goes
	bytes   int
}

// recentRecords and recentBytes bound what is remembered: enough for a follower
// that is a tenth of a second behind a busy hub, small beside the hub's 45 MB.
const (
	recentRecords = 256
	recentBytes   = 1 << 20
)

type recent struct {
	rev  uint64 // of the first transaction
	at   time.Time
	txs  []Tx
	size int
}

func (f *feed) init(rev uint64) { f.rev = rev }

func (f *feed) applied() (uint64, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return f.rev, f.changed
}

func (f *feed) newest() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rev
}

// publish tells that the transactions up to rev are applied.
func (f *feed) publish(rev uint64, at time.Time, txs []Tx, size int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rev = rev
	f.bytes += size - f.recent[f.next].size
	f.recent[f.next] = recent{rev: rev + 1 - uint64(len(txs)), at: at, txs: txs, size: size}
	f.next = (f.next + 1) % recentRecords
	for i := f.next; f.bytes > recentBytes; i = (i + 1) % recentRecords {
		f.bytes -= f.recent[i].size
		f.recent[i] = recent{}
	}
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// find gives the remembered transactions from rev to the end of their record.
func (f *feed) find(rev uint64) ([]Tx, time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.recent {
		r := &f.recent[i]
		if r.rev != 0 && r.rev <= rev && rev-r.rev < uint64(len(r.txs)) {
			return r.txs[rev-r.rev:], r.at, true
		}
	}
	return nil, time.Time{}, false
}
