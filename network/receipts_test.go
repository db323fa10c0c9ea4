package network

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestReceipts: what has arrived is said once for many letters, and not much later.
func TestReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r receipts
		barn, north := stream{"barn", "s"}, stream{"north", "s"}
		told := make(chan uint64, 10)
		owe := func(of stream, number uint64) {
			if r.owe(of, number, func() {
				if number, some := r.settle(of); some {
					told <- number
				}
			}) {
				told <- number
			}
		}
		tells := func(want ...uint64) {
			t.Helper()
			time.Sleep(receiptPause)
			synctest.Wait()
			var got []uint64
			for len(told) > 0 {
				got = append(got, <-told)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("told %d, want %d", got, want)
			}
		}
		owe(barn, 7)
		owe(barn, 8)
		if len(told) > 0 {
			t.Errorf("told of %d at once", <-told)
		}
		tells(8)
		owe(barn, 8) // it came again: its origin does not know
		tells(8)
		for number := range uint64(3 * mostUnsaid / 2) {
			owe(barn, 9+number)
		}
		tells(8+mostUnsaid, 8+3*mostUnsaid/2)
		for number := range uint64(mostUnsaid) {
			owe(barn, 1+number)
		}
		tells(mostUnsaid) // there is no more to say later
		owe(barn, 300)
		owe(north, 1)
		if of := r.streams(); len(of) != 2 {
			t.Errorf("something is owed to %v", of)
		}
		r.settle(barn)
		tells(1)
	})
}
