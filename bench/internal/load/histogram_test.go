package load_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"althing/bench/internal/load"
)

// Every quantile is at least the true one and at most 1/64 above it.
func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h load.Histogram
		times := rapid.SliceOfN(rapid.Int64Range(0, int64(10*time.Minute)), 1, 200).Draw(t, "times")
		for _, ns := range times {
			h.Add(time.Duration(ns))
		}
		slices.Sort(times)
		part := rapid.SampledFrom([]float64{0.01, 0.5, 0.99, 1}).Draw(t, "part")
		want := times[max(int(part*float64(len(times))), 1)-1]
		if got := int64(h.Quantile(part)); got < want || got > want+want/64 {
			t.Errorf("quantile %g of %v is %d, want %d", part, times, got, want)
		}
	})
}

func TestEmptyAndOdd(t *testing.T) {
	var h load.Histogram
	if h.Quantile(0.5) != 0 || h.Count() != 0 {
		t.Error("an empty histogram is not empty")
	}
	h.Add(-time.Second) // a clock that was set back
	if h.Quantile(1) != 0 {
		t.Error("a negative time is not counted as none")
	}
	h.Add(1 << 60)
	if h.Count() != 2 || h.Quantile(1) < 10*time.Minute {
		t.Error("a time beyond all buckets is not in the last")
	}
}
