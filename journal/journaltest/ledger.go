// Package journaltest has what tests of journals and stores share: a small
// machine, and the suite that every store has to pass.
package journaltest

import (
	"encoding/binary"
	"encoding/gob"
	"errors"
	"io"
	"maps"
	"sync"
	"time"

	"althing/fault"
	"althing/journal"
)

// Ledger is a machine that keeps numbered texts. It notes every transaction that
// it took, so that a test can tell two histories apart. Any number of goroutines
// may read it while a journal writes.
type Ledger struct {
	mu    sync.RWMutex
	state state
}

type state struct {
	Values map[string]Entry
	Taken  uint64 // transactions
	Last   uint64 // rev of the newest
	Digest uint64 // of all transactions in order
}

// Entry is a value and the transaction that set it.
type Entry struct {
	Value string
	Rev   uint64
}

// NewLedger makes an empty ledger.
func NewLedger() *Ledger { return &Ledger{state: state{Values: map[string]Entry{}}} }

// Put sets a key; its result is the transaction's number.
type Put struct{ Key, Value string }

// Take removes a key; its result is the value that was there.
type Take struct{ Key string }

const (
	kindPut  = 1
	kindTake = 2
)

// AppendBinary implements journal.Op.
func (p Put) AppendBinary(dst []byte) ([]byte, error) {
	return appendText(appendText(append(dst, kindPut), p.Key), p.Value), nil
}

// AppendBinary implements journal.Op.
func (t Take) AppendBinary(dst []byte) ([]byte, error) {
	return appendText(append(dst, kindTake), t.Key), nil
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// DecodeOp implements journal.Machine.
func (l *Ledger) DecodeOp(src []byte) (journal.Op, []byte, error) {
	if len(src) == 0 {
		return nil, nil, errors.New("no operation")
	}
	kind := src[0]
	key, src, err := takeText(src[1:])
	if err != nil {
		return nil, nil, err
	}
	switch kind {
	case kindPut:
		value, rest, err := takeText(src)
		return Put{key, value}, rest, err
	case kindTake:
		return Take{key}, src, nil
	}
	return nil, nil, errors.New("an unknown operation")
}

func takeText(src []byte) (string, []byte, error) {
	size, n := binary.Uvarint(src)
	if n <= 0 || size > uint64(len(src)-n) {
		return "", nil, errors.New("a text is cut off")
	}
	return string(src[n : n+int(size)]), src[n+int(size):], nil
}

// Apply implements journal.Machine.
func (l *Ledger) Apply(rev uint64, at time.Time, tx journal.Tx) ([]any, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.state
	s.Taken++
	s.Last = rev
	s.Digest = s.Digest*1099511628211 + rev + uint64(at.UnixNano())
	for _, seen := range tx.Expect {
		if s.Values[seen.Key].Rev != seen.Rev {
			return nil, fault.New(fault.Conflict, "%q has changed", seen.Key)
		}
	}
	results := make([]any, len(tx.Ops))
	for i, op := range tx.Ops {
		switch op := op.(type) {
		case Put:
			s.Values[op.Key] = Entry{op.Value, rev}
			results[i] = rev
		case Take:
			results[i] = s.Values[op.Key].Value
			delete(s.Values, op.Key)
		}
	}
	return results, nil
}

// Freeze implements journal.Machine.
func (l *Ledger) Freeze() io.WriterTo {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := l.state
	s.Values = maps.Clone(s.Values)
	return s
}

// WriteTo implements io.WriterTo.
func (s state) WriteTo(w io.Writer) (int64, error) {
	return 0, gob.NewEncoder(w).Encode(s)
}

// Restore implements journal.Machine.
func (l *Ledger) Restore(r io.Reader) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state{}
	if err := gob.NewDecoder(r).Decode(&l.state); err != nil {
		return err
	}
	if l.state.Values == nil {
		l.state.Values = map[string]Entry{}
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

// Get gives a key's value.
func (l *Ledger) Get(key string) (Entry, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	e, ok := l.state.Values[key]
	return e, ok
}

// Len is the number of keys.
func (l *Ledger) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.state.Values)
}

// History gives the number of the newest transaction and a digest of all of them
// in their order.
func (l *Ledger) History() (rev, digest uint64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.state.Last, l.state.Digest
}

// Same reports whether two ledgers have lived through the same.
func (l *Ledger) Same(other *Ledger) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	other.mu.RLock()
	defer other.mu.RUnlock()
	a, b := l.state, other.state
	return a.Taken == b.Taken && a.Last == b.Last && a.Digest == b.Digest && maps.Equal(a.Values, b.Values)
}
