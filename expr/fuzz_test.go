package expr_test

import (
	"errors"
	"testing"
	"time"

	"althing/expr"
	"althing/expr/syntax"
)

// FuzzRun runs whatever it is given with tight budgets: nothing may panic, every
// error must be one of Python's, the memory must come back, and no budget may be
// overrun.
func FuzzRun(f *testing.F) {
	for _, src := range makersDay {
		f.Add(src)
	}
	for _, h := range hostiles(f) {
		f.Add(h.src)
	}
	f.Add("x = [1]; x.append(x); x[0:1] = x; del x[::2]; x")
	f.Add("'%(a)s %r' % {'a': 1}; f'{1!r:>{5}}'")
	f.Fuzz(func(t *testing.T, src string) {
		const limit = 50 * time.Millisecond
		pool := expr.NewPool(1 << 20)
		thread := expr.NewThread(expr.Limits{Time: limit, Memory: 1 << 20, Depth: 100, Pool: pool})
		env := day()
		begin := time.Now()
		_, err := eval(thread, src, env)
		took := time.Since(begin)
		var e *expr.Error
		var wrong *syntax.Error
		if err != nil && !errors.As(err, &e) && !errors.As(err, &wrong) {
			t.Errorf("error of type %T: %v", err, err)
		}
		if used := pool.Used(); used > pool.Max() {
			t.Errorf("%d bytes of %d", used, pool.Max())
		}
		thread.Done()
		if pool.Used() != 0 {
			t.Errorf("%d bytes were not given back", pool.Used())
		}
		// A fuzzer shares its machine with its own workers.
		if took > 40*limit {
			t.Errorf("took %v", took)
		}
	})
}
