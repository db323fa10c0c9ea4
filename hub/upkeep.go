package hub

import (
	"context"
	"slices"
	"sync"
	"time"

	"althing/journal"
	"althing/messaging"
)

const (
	// silence is how long a client may say nothing before it is gone (seed).
	silence = 10 * time.Minute
	// lookEvery is how often the hub looks for silent clients; a client lives by
	// so much longer at most.
	lookEvery = 15 * time.Second
	// lookAtKeys is how often the hub looks whether the keys of those who only
	// listen were taken back; who asks for something is looked at then.
	lookAtKeys = time.Second
	// upkeepBatch is how many values or clients are removed by one transaction:
	// it has to fit a record, and a million that go together must not make
	// others wait.
	upkeepBatch = 1000
	// retryEvery is the rest after an upkeep that the log refused, for instance
	// on a full disk.
	retryEvery = 5 * time.Second
	// againAfter is when to look again for a value that has expired before it was
	// stored, and storedWithin how long it may take to be.
	againAfter   = 50 * time.Millisecond
	storedWithin = 5 * time.Second
)

// upkeep is what the hub does by itself: removing values that have expired, so
// that watchers hear of it, and clients that have fallen silent.
type upkeep struct {
	hub  *Hub
	mu   sync.Mutex
	next time.Time     // of the earliest expiry known
	poke chan struct{} // an earlier one has come
}

// expects notes that a value expires at that time.
func (u *upkeep) expects(at time.Time) {
	u.mu.Lock()
	earlier := u.next.IsZero() || at.Before(u.next)
	if earlier {
		u.next = at
	}
	u.mu.Unlock()
	if earlier {
		select {
		case u.poke <- struct{}{}:
		default:
		}
	}
}

// run works until ctx is done.
func (u *upkeep) run(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	keys := time.NewTicker(lookAtKeys)
	defer keys.Stop()
	lapse := time.NewTimer(0)
	defer lapse.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			u.dropSilent(ctx)
		case <-keys.C:
			u.hub.endTakenBack()
			u.hub.chores.did(choreKeys, u.hub.Now(), nil)
		case <-u.poke:
			lapse.Reset(u.untilNext())
		case <-lapse.C:
			lapse.Reset(u.lapse(ctx))
		}
	}
}

func (u *upkeep) untilNext() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return max(0, u.next.Sub(u.hub.Now()))
}

// lapse removes what has expired and gives the time until it is needed again.
func (u *upkeep) lapse(ctx context.Context) time.Duration {
	now := u.hub.Now()
	if lapsed := u.hub.state.Expired(now, upkeepBatch); len(lapsed) > 0 {
		ops := make([]journal.Op, len(lapsed))
		for i, op := range lapsed {
			ops[i] = op
		}
		_, err := u.hub.journal.Commit(ctx, journal.Tx{Ops: ops})
		u.hub.chores.did(choreLapse, now, err)
		if err != nil {
			return retryEvery
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	at, some := u.hub.state.NextExpiry()
	announced := !u.next.IsZero() && now.Sub(u.next) < storedWithin
	switch {
	case announced && (!some || at.After(u.next)): // it may still be on its way through the log
		return min(lookEvery, max(againAfter, u.next.Sub(now)))
	case some:
		u.next = at
		return min(lookEvery, max(0, at.Sub(now)))
	}
	u.next = time.Time{}
	return lookEvery
}

// dropSilent removes the clients that have said nothing for too long.
func (u *upkeep) dropSilent(ctx context.Context) {
	now := u.hub.Now()
	for _, id := range u.hub.crier.present() {
		u.hub.presence.hear(id, now)
	}
	ids := u.hub.presence.silent(u.hub.state.ClientIDs(), now, now.Add(-silence))
	for batch := range slices.Chunk(ids, upkeepBatch) {
		if _, err := u.hub.journal.Commit(ctx, journal.Tx{Ops: []journal.Op{&messaging.Drop{IDs: batch}}}); err != nil {
			u.hub.log.Warn("clients that are silent could not be removed", "error", err)
			u.hub.chores.did(choreSilent, now, err)
			return
		}
	}
	u.hub.chores.did(choreSilent, now, nil)
}
