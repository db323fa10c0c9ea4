package hub

import (
	"context"
	"runtime/debug"
	"time"

	"althing/expr"
)

const (
	// giveBackEvery is how often the hub looks whether evaluations have needed
	// much. Who measures its memory ten seconds after one finds it gone.
	giveBackEvery = 4 * time.Second
	// muchMemory of the evaluations together is worth a collection of garbage;
	// below it Go's own pace will do.
	muchMemory = 4 << 20
)

// giveBack returns memory to the system after evaluations that needed much of it:
// Go by itself keeps the pages of a heap that was large once, for minutes, which
// a machine with little memory feels.
func giveBack(ctx context.Context, ticks <-chan time.Time, pool *expr.Pool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			if pool.TakePeak() >= muchMemory {
				debug.FreeOSMemory()
			}
		}
	}
}
