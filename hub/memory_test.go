package hub

import (
	"context"
	"runtime"
	"testing"
	"time"

	"althing/expr"
)

// TestGiveBack: after an evaluation that needed much, the memory is the system's
// again; after a small one nothing is collected.
func TestGiveBack(t *testing.T) {
	pool := expr.NewPool(64 << 20)
	collections := func(source string) uint32 {
		t.Helper()
		program, err := expr.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := program.Run(context.Background(), nil, expr.Limits{Pool: pool}); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ctx, cancel := context.WithCancel(context.Background())
		ticks, done := make(chan time.Time), make(chan struct{})
		go func() {
			giveBack(ctx, ticks, pool)
			close(done)
		}()
		ticks <- time.Time{}
		ticks <- time.Time{} // taken when the first one is dealt with
		cancel()
		<-done
		runtime.ReadMemStats(&after)
		return after.NumForcedGC - before.NumForcedGC
	}
	if n := collections("len('a' * 10**7)"); n != 1 {
		t.Errorf("%d forced collections after a large evaluation, want 1", n)
	}
	if n := collections("1 + 1"); n != 0 {
		t.Errorf("%d forced collections after a small evaluation, want none", n)
	}
}
