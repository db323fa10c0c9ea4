// Package state is everything a hub remembers: the shared values, the variables
// of its own scope, and clients, groups and inboxes. It puts the state machines
// of registry and messaging together into the one machine that the journal's
// log folds into.
//
// # Results
//
// Apply gives one result for every operation, always of the same type:
//
//	*registry.Set      nil
//	*registry.Delete   int, the keys removed
//	*registry.Lapse    bool, whether it was removed
//	*messaging.Recv    *messaging.Message, or nil when there is none
//	*messaging.Drop    int, the clients removed
//	*messaging.Ack     int, the messages taken out
//	*messaging.Arrive  messaging.Arrival
//	all others         nil
//
// # Errors
//
// An error of Apply is a *fault.Error, and nothing of the transaction has
// happened. When it wraps ErrStale something that the transaction has read is
// another by now: work it out again. Every other error is the answer.
package state

import (
	"errors"
	"sync"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/registry"
)

// State is a hub's state. It is a journal.Machine; what that is not called by,
// every other method, may be called by any number of goroutines at once. Reads
// see whole transactions only.
type State struct {
	mu        sync.RWMutex
	spaces    [registry.Spaces]*registry.Registry
	messaging *messaging.Messaging
}

var _ journal.Machine = (*State)(nil)

// How much of the recent changes of the shared values is kept for Changes: a
// watcher that asks again within a few seconds misses none on a busy hub, and
// the old values they keep alive stay a small part of a hub at rest.
const (
	keptChanges     = 8192
	keptChangeBytes = 8 << 20
)

// New makes an empty state without bounds. Whoever runs a hub commits a
// Configure first.
func New() *State {
	s := &State{messaging: messaging.New()}
	s.spaces[registry.Values] = registry.New(registry.Options{
		History:     true,
		Changes:     keptChanges,
		ChangeBytes: keptChangeBytes,
	})
	s.spaces[registry.Variables] = registry.New(registry.Options{})
	return s
}

// ErrStale is wrapped by the error of a transaction whose reads are no longer
// true.
var ErrStale = errors.New("a transaction's reads are stale")

// errStale is made once: under load it is the most frequent error.
var errStale = fault.Wrap(ErrStale, fault.Conflict, "conflict: something that was read has changed; ask again")

// nothing is the results of a single operation that has none, made once since
// it is by far the most frequent. Nobody may write into results.
var nothing = []any{nil}

// Apply implements journal.Machine. The results are not to be changed.
func (s *State) Apply(rev uint64, at time.Time, tx journal.Tx) ([]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(tx.Expect) > 0 {
		if same, err := s.verify(tx.Expect, at); err != nil {
			return nil, err
		} else if !same {
			return nil, errStale
		}
	}
	if len(tx.Ops) == 1 { // it is all or nothing by itself
		return s.applyOne(rev, at, tx.Ops[0])
	}
	return s.applyAll(rev, at, tx.Ops)
}

func (s *State) applyOne(rev uint64, at time.Time, op journal.Op) ([]any, error) {
	result, err := s.apply(rev, at, op)
	if err != nil {
		return nil, err
	}
	if result == nil {
		return nothing, nil
	}
	return []any{result}, nil
}

// applyAll carries out several operations and takes all back when one fails.
func (s *State) applyAll(rev uint64, at time.Time, ops []journal.Op) ([]any, error) {
	limits := s.limits()
	s.begin()
	results := make([]any, len(ops))
	for i, op := range ops {
		result, err := s.apply(rev, at, op)
		if err != nil {
			s.rollback()
			s.setLimits(limits)
			return nil, err
		}
		results[i] = result
	}
	s.commit()
	return results, nil
}

func (s *State) apply(rev uint64, at time.Time, op journal.Op) (any, error) {
	switch op := op.(type) {
	case registry.Op:
		if space := op.In(); space < registry.Spaces {
			return s.spaces[space].Apply(rev, at, op)
		}
		return nil, fault.New(fault.Internal, "the state does not have the space %d", op.In())
	case messaging.Op:
		return s.messaging.Apply(rev, at, op)
	case *Configure:
		s.setLimits(op.Limits)
		return nil, nil
	default:
		return nil, fault.New(fault.Internal, "the state does not know the operation %T", op)
	}
}

func (s *State) begin() {
	for _, r := range s.spaces {
		r.Begin()
	}
	s.messaging.Begin()
}

func (s *State) commit() {
	for _, r := range s.spaces {
		r.Commit()
	}
	s.messaging.Commit()
}

func (s *State) rollback() {
	for _, r := range s.spaces {
		r.Rollback()
	}
	s.messaging.Rollback()
}
