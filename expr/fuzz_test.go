package expr_test

import (
	"errors"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"althing/expr"
	"althing/expr/syntax"
	"althing/value"
)

// FuzzRun runs whatever it is given with tight budgets, and makes text and a value
// of the result: nothing may panic, every error must be one of Python's, the
// memory must come back, and no budget may be overrun by more than a tenth.
func FuzzRun(f *testing.F) {
	sources, env := day(f)
	for _, src := range sources {
		f.Add(src)
	}
	for _, h := range hostiles(f) {
		f.Add(h.src)
	}
	f.Add("x = [1]; x.append(x); x[0:1] = x; del x[::2]; x")
	f.Add("'%(a)s %r' % {'a': 1}; f'{1!r:>{5}}'")
	// A hundred levels of calls and values need a small part of this, and one
	// that is not counted ends the process.
	debug.SetMaxStack(8 << 20)
	f.Fuzz(func(t *testing.T, src string) {
		const limit, memory = 50 * time.Millisecond, 1 << 20
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		pool := expr.NewPool(memory + memory/10)
		thread := expr.NewThread(expr.Limits{Time: limit, Memory: memory, Depth: 100, Pool: pool, Now: threadClock})
		begin := threadClock()
		err := use(thread, src, &ownVars{expr.Vars{}, env})
		took := threadClock().Sub(begin)
		var e *expr.Error
		var wrong *syntax.Error
		if err != nil && !errors.As(err, &e) && !errors.As(err, &wrong) {
			t.Errorf("error of type %T: %v", err, err)
		}
		if peak := pool.TakePeak(); peak > memory {
			t.Errorf("%d bytes of %d", peak, memory)
		}
		thread.Done()
		if pool.Used() != 0 {
			t.Errorf("%d bytes were not given back", pool.Used())
		}
		// Parsing is before the clock starts, and grows with the text alone.
		if most := limit + limit/10 + time.Duration(len(src))*10*time.Microsecond; took > most {
			t.Errorf("took %v of %v", took, most)
		}
	})
}

// use does with a program what a gateway does.
func use(t *expr.Thread, src string, env expr.Env) error {
	o, err := run(t, src, env)
	if err != nil || o == nil {
		return err
	}
	text, err := expr.Text(t, o)
	if err != nil {
		return err
	}
	v, err := expr.ToValue(t, o)
	if err != nil {
		return err
	}
	if s, ok := v.(value.Str); ok && string(s) != text {
		return errors.New("a text is another one as a value")
	}
	_, err = expr.FromValue(t, v)
	return err
}
