package althing

import "time"

// bucket lets through so many things a second, and as many at once.
type bucket struct {
	rate float64
	left float64
	at   time.Time
}

// newBucket makes a bucket; rate 0 lets everything through.
func newBucket(rate int) bucket {
	return bucket{rate: float64(rate), left: float64(rate)}
}

// take takes one thing out, and says how long it has to wait.
func (b *bucket) take(now time.Time) time.Duration {
	if b.rate == 0 {
		return 0
	}
	if !b.at.IsZero() {
		b.left = min(b.rate, b.left+b.rate*now.Sub(b.at).Seconds())
	}
	b.at = now
	if b.left--; b.left >= 0 {
		return 0
	}
	return time.Duration(-b.left / b.rate * float64(time.Second))
}
