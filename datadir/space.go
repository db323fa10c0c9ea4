package datadir

import (
	"context"
	"time"
)

const (
	// LowWater is the free space below which a hub had better not write: what
	// is under way, a snapshot above all, still has room then.
	LowWater = 128 << 20
	// HighWater is the free space above which it may again. It lies well above
	// the other mark, so that a hub at the mark does not waver.
	HighWater = 2 * LowWater
)

// Watch looks at the free space at every tick, until ctx ends, and tells when it
// becomes scarce and when there is enough again. At first it counts as enough.
// Told is called by Watch itself, one call after the other. A disk that cannot
// be asked is as it was.
func (d *Dir) Watch(ctx context.Context, ticks <-chan time.Time, told func(free int64, scarce bool)) {
	watch(ctx, ticks, d.Free, told)
}

func watch(ctx context.Context, ticks <-chan time.Time, free func() (int64, error), told func(int64, bool)) {
	scarce := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		bytes, err := free()
		if err != nil {
			continue
		}
		if scarce && bytes >= HighWater || !scarce && bytes < LowWater {
			scarce = !scarce
			told(bytes, scarce)
		}
	}
}
