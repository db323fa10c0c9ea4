package expr

import (
	"context"
	"time"
)

// A look at the clock costs as much as a few steps, so it is taken once every
// so many; at the price of a slow step that is well below a millisecond.
const stepsPerLook = 1024

// The first look is earlier, since the clock starts with it.
const stepsToFirstLook = 64

// The pool is asked for this much at a time, so that small values cost no
// atomic operation.
const memoryGrain = 16 << 10

// A run that needed more arguments at once than this leaves no stack behind.
const maxStack = 1024

// Thread is what one run needs beside its program: budgets, the names it looks
// up, and the host's own data. It may be used for one run after another, by one
// goroutine at a time.
type Thread struct {
	// Host is the embedder's own; the evaluator does not look at it.
	Host any
	// Print receives the text of print(), its end included. nil: it is dropped.
	Print func(t *Thread, text string) error
	// Long is told once in a run that it has gone on for Limits.Short, and how much
	// of its time is left: a host may make it wait for a turn beside other long
	// ones. The wait counts as the run's time; an error ends the run.
	Long func(t *Thread, left time.Duration) error

	limits Limits
	ctx    context.Context //nolint:containedctx // a Thread is one run; the functions of the host ask it
	env    Env
	// deadline is zero until the clock is looked at for the first time: most runs
	// are over before, and reading a clock takes as long as they do.
	deadline time.Time

	fuel  int64 // steps left before the next look at the clock
	steps int64 // steps left after that

	used    int64 // bytes charged
	granted int64 // bytes reserved from the pool
	// kept counts the events by which something made now may outlive the
	// expression it was made in: see settle.
	kept int

	local map[any]any // what modules keep for this run

	ran    bool // since the last Done
	long   bool // Long was told
	depth  int
	stack  []Object // arguments of the calls under way
	frames []*frame // dropped ones, for the next calls
	root   frame    // of the program
	last   lastText // where the last long text was looked into
}

// NewThread makes a thread with those limits.
func NewThread(l Limits) *Thread {
	library()
	t := &Thread{limits: l.filled()}
	t.reset()
	return t
}

// Run runs a program with the names of env, which may be nil. The result is nil
// when the last statement is not an expression. The budgets of the run also
// bound what was made for it before (FromValue) and what is done with the result
// (Text, ToValue …), until the next Run or Done.
func (t *Thread) Run(ctx context.Context, p *Program, env Env) (Object, error) {
	t.begin(ctx, env)
	return p.run(t)
}

// Done gives back the memory that the last run held. The objects of that run
// must not be used any more.
func (t *Thread) Done() {
	t.limits.Pool.give(t.granted)
	t.used, t.granted = 0, 0
	if t.stack = t.stack[:0]; cap(t.stack) > maxStack {
		t.stack = nil
	}
	t.last, t.root, t.local = lastText{}, frame{}, nil
	t.reset()
}

// reset begins the budgets of steps and time anew.
func (t *Thread) reset() {
	t.ctx, t.env, t.ran, t.long = context.Background(), nil, false, false
	t.deadline = time.Time{}
	t.fuel = min(stepsToFirstLook, t.limits.Steps)
	t.steps = t.limits.Steps - t.fuel
	t.depth, t.kept = 0, 0
}

func (t *Thread) begin(ctx context.Context, env Env) {
	if t.ran {
		t.Done()
	}
	t.ctx, t.env, t.ran = ctx, env, true
}

// Context is the context of the run.
func (t *Thread) Context() context.Context { return t.ctx }

// Step counts n steps of work before they are done: one for every call or round
// of a loop, or about one for every 32 bytes that an operation touches. The error
// ends the run.
func (t *Thread) Step(n int64) error {
	t.fuel -= n
	if t.fuel >= 0 {
		return nil
	}
	return t.look()
}

// look refills the fuel, after a look at the step budget, the clock and the
// context.
func (t *Thread) look() error {
	if t.steps += t.fuel; t.steps <= 0 {
		t.fuel, t.steps = 0, 0
		return errSteps
	}
	if err := t.ctx.Err(); err != nil {
		t.fuel = 0
		return errCancelled
	}
	left := t.timeLeft()
	if left < 0 {
		t.fuel = 0
		return errTime
	}
	if t.Long != nil && !t.long && left < t.limits.Time-t.limits.Short {
		t.long = true
		if err := t.Long(t, left); err != nil {
			t.fuel = 0
			return err
		}
	}
	t.fuel = min(stepsPerLook, t.steps)
	t.steps -= t.fuel
	return nil
}

// timeLeft looks at the clock; the first look starts it.
func (t *Thread) timeLeft() time.Duration {
	now := t.limits.Now()
	if t.deadline.IsZero() {
		t.deadline = now.Add(t.limits.Time)
	}
	return t.deadline.Sub(now)
}

// Used is how many bytes the run is charged for.
func (t *Thread) Used() int64 { return t.used }

// Charge counts n bytes before they are made. The error ends the run.
func (t *Thread) Charge(n int64) error {
	if n > t.granted-t.used {
		return t.reserve(n)
	}
	t.used += n
	return nil
}

// reserve asks the pool for more.
func (t *Thread) reserve(n int64) error {
	if n > t.limits.Memory-t.used {
		return errMemory
	}
	need := t.used + n - t.granted
	grain := min(need+memoryGrain, t.limits.Memory-t.granted)
	if !t.limits.Pool.take(grain) {
		if grain = need; !t.limits.Pool.take(grain) {
			return errPool
		}
	}
	t.granted += grain
	t.used += n
	return nil
}

// Outside runs f with the clock of the time budget standing still: for waiting
// that is not the expression's fault, such as for a log or a database.
func (t *Thread) Outside(f func() error) error {
	if t.deadline.IsZero() {
		return f()
	}
	begin := t.limits.Now()
	err := f()
	t.deadline = t.deadline.Add(t.limits.Now().Sub(begin))
	return err
}

// Keep says that something made by this run is kept in an object that was there
// before: an iterator that remembers what it has seen, a cache. Loops then do not
// take the memory charged meanwhile for free again.
func (t *Thread) Keep() { t.kept++ }

// enter goes one level deeper, in calls or in nested values; leave comes back.
func (t *Thread) enter() error {
	if t.depth >= t.limits.Depth {
		return errDepth
	}
	t.depth++
	return nil
}

func (t *Thread) leave() { t.depth-- }

// settle gives back what was charged since the mark (used, kept), when all that
// is left of it is v and v is a scalar, which cannot refer to anything else. It
// is what makes a loop over a million short-lived values cost the memory of one.
// When something may have been kept meanwhile, all stays charged.
func (t *Thread) settle(used int64, kept int, v Object) {
	if t.kept != kept || t.used <= used {
		return
	}
	if size, ok := scalarSize(v); ok {
		t.used = min(t.used, used+size)
	}
}
