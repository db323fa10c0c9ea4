package load

import (
	"math/bits"
	"time"
)

// Histogram counts durations in buckets that are at most 1/64 wide of what they
// hold, so that a percentile is right to 1.6 %. The zero Histogram is empty. It
// belongs to one goroutine.
type Histogram struct {
	counts [buckets]uint64
	total  uint64
}

const (
	// Up to fine nanoseconds every one has a bucket; above, every power of two
	// is cut into fine/2 of them.
	fineBits = 7
	fine     = 1 << fineBits
	// longest is the power of two of the longest time told apart: 2^40 ns, 18 minutes.
	longest = 40
	buckets = (longest - fineBits + 2) * fine / 2
)

// Add counts one duration.
func (h *Histogram) Add(d time.Duration) {
	h.counts[bucket(uint64(max(d, 0)))]++
	h.total++
}

// Count is the number of durations that were added.
func (h *Histogram) Count() uint64 { return h.total }

// Quantile is the duration that the given part of all durations do not exceed:
// 0.5 for the median. It is 0 for an empty histogram.
func (h *Histogram) Quantile(part float64) time.Duration {
	rank, seen := uint64(part*float64(h.total)), uint64(0)
	for i, n := range h.counts {
		seen += n
		if n > 0 && seen >= rank {
			return time.Duration(ceiling(i))
		}
	}
	return 0
}

func bucket(ns uint64) int {
	shift := max(bits.Len64(ns)-fineBits, 0)
	return min(shift*(fine/2)+int(ns>>shift), buckets-1)
}

// ceiling is the largest number of nanoseconds that falls into the bucket.
func ceiling(i int) uint64 {
	if i < fine {
		return uint64(i)
	}
	shift := i/(fine/2) - 1
	return uint64(i-shift*(fine/2)+1)<<shift - 1
}
