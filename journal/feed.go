package journal

import (
	"context"
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
		next := after + 1
		for {
			applied, changed := j.feed.applied()
			for next <= applied {
				txs, at, err := j.transactions(ctx, next)
				if err != nil {
					yield(Committed{}, err)
					return
				}
				for _, tx := range txs {
					if !yield(Committed{Rev: next, At: at, Tx: tx}, nil) {
						return
					}
					next++
				}
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

// transactions gives the applied transactions from rev to the end of their
// record, from memory or from the log.
func (j *Journal) transactions(ctx context.Context, rev uint64) ([]Tx, time.Time, error) {
	if txs, at, ok := j.feed.find(rev); ok {
		return txs, at, nil
	}
	for rec, err := range j.store.Read(ctx, 0) {
		if err != nil {
			return nil, time.Time{}, err
		}
		h, body, _, err := parseHeader(rec.Data)
		if err != nil {
			return nil, time.Time{}, fault.Wrap(err, fault.Internal, "the log cannot be read back")
		}
		if h.rev > rev {
			break
		}
		if rev-h.rev >= uint64(h.count) {
			continue
		}
		txs, err := decodeTxs(body, h.count, j.machine.DecodeOp)
		if err != nil {
			return nil, time.Time{}, fault.Wrap(err, fault.Internal, "the log cannot be read back")
		}
		return txs[rev-h.rev:], time.Unix(0, h.at).UTC(), nil
	}
	return nil, time.Time{}, fault.New(fault.NotFound, "the changes from %d on are no longer in the log; begin with a snapshot", rev)
}
