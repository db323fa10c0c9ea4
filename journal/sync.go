package journal

import (
	"context"
	"time"
)

// syncEvery is how long a record may wait for the disk: durability fast loses no
// more than this in a power cut.
const syncEvery = time.Second

// syncer has the store synced while something is written. While nothing is, it
// sleeps.
type syncer struct {
	dirty chan struct{} // holds one when something was written since the last sync
}

func (s *syncer) init() { s.dirty = make(chan struct{}, 1) }

// wrote tells that there is something to sync.
func (s *syncer) wrote() {
	select {
	case s.dirty <- struct{}{}:
	default:
	}
}

// sync is the goroutine that syncs. It ends when the committer has.
func (j *Journal) sync() {
	defer close(j.synced)
	timer := time.NewTimer(0)
	<-timer.C
	defer timer.Stop()
	for {
		select {
		case <-j.syncer.dirty:
		case <-j.stopped:
			return
		}
		timer.Reset(syncEvery)
		select {
		case <-timer.C:
		case <-j.stopped:
			return
		}
		select {
		case <-j.syncer.dirty: // written since; it is synced too
		default:
		}
		if err := j.store.Sync(context.Background()); err != nil {
			j.o.Log.Warn("the log could not be synced to the disk; it is tried again", "err", err)
			j.syncer.wrote()
		}
	}
}
