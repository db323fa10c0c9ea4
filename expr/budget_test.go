package expr_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/expr"
	"althing/value"
)

// hostile is one line of testdata/hostile.txt.
type hostile struct{ src, want string }

func hostiles(tb testing.TB) []hostile {
	tb.Helper()
	var all []hostile
	for _, line := range lines(tb, "hostile.txt") {
		src, want, _ := strings.Cut(line, " ### ")
		all = append(all, hostile{src, want})
	}
	return all
}

// ended checks that an error is one of those that a hostile expression ends with.
func (h hostile) ended(err error) bool {
	e, ok := errors.AsType[*expr.Error](err)
	return ok && slices.Contains(strings.Split(h.want, "|"), e.Type)
}

// TestHostile ends every hostile expression by its steps, so that the error does
// not depend on the machine.
func TestHostile(t *testing.T) {
	pool := expr.NewPool(64 << 20)
	env := standard()
	for _, h := range hostiles(t) {
		t.Run(h.src, func(t *testing.T) {
			thread := expr.NewThread(expr.Limits{Time: time.Minute, Steps: 2_000_000, Pool: pool})
			if _, err := eval(thread, h.src, env); !h.ended(err) {
				t.Errorf("got %v, want %s", err, h.want)
			}
			thread.Done()
			if pool.Used() != 0 {
				t.Errorf("%d bytes were not given back", pool.Used())
			}
		})
	}
}

// TestHostileInTime ends them by the clock. CPU time is what they may not
// overrun: the tests of other packages run beside these.
func TestHostileInTime(t *testing.T) {
	const limit = 50 * time.Millisecond
	grace := 250 * time.Millisecond
	if raceDetector {
		grace *= 10 // it makes everything so much slower, single steps too
	}
	env := standard()
	for _, h := range append(hostiles(t), forClock...) {
		t.Run(h.src, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			thread := expr.NewThread(expr.Limits{Time: limit, Now: threadClock})
			defer thread.Done()
			begin := threadClock()
			_, err := eval(thread, h.src, env)
			took := threadClock().Sub(begin)
			// On a slow machine the time is over before anything else is.
			if e, ok := errors.AsType[*expr.Error](err); !h.ended(err) && (!ok || e.Type != "TimeoutError") {
				t.Errorf("got %v, want %s", err, h.want)
			}
			if took > limit+grace {
				t.Errorf("took %v", took)
			}
		})
	}
}

// forClock are loops over operations of very different cost, which end by the
// clock.
var forClock = []hostile{
	{"[(x := 3**200000), [x % 7 for _ in iter(int, 1)]]", "TimeoutError|MemoryError"},
	{"[(x := 3**200000), [x * x == 5 for _ in iter(int, 1)]]", "TimeoutError|MemoryError"},
	{"[(x := 3**200000), sum(x > i for i in iter(int, 1))]", "TimeoutError"},
	{"[(x := 'a' * 10**6), sum(x.count('b') for i in iter(int, 1))]", "TimeoutError"},
	{"[(x := 'é' * 10**6), sum(len(x) for i in iter(int, 1))]", "TimeoutError"},
	{"[(x := ['a'] * 10**5), sum(x == x[:] for i in iter(int, 1))]", "TimeoutError"},
	{"[(x := {i: i for i in range(10**4)}), sum(x == x.copy() for i in iter(int, 1))]", "TimeoutError"},
	{"[(x := list(range(10**5))), [x.insert(0, x.pop()) and None for i in iter(int, 1)]]", "TimeoutError|MemoryError"},
	{"[(x := tuple(range(10**5))), sum(hash(x) for i in iter(int, 1))]", "TimeoutError"},
	{"[(x := [0] * 10**5), sum(len(str(x)) for i in iter(int, 1))]", "TimeoutError"},
	{"pow(3, 3**20000, 3**20000 + 2)", "TimeoutError"},
}

// TestFrugal runs what makes much more garbage than it keeps: it must fit the
// memory of what is kept.
func TestFrugal(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"sum(x * x for x in range(20000))", "2666466670000"},
		{"sum(len('a' * 1000 + str(i)) for i in range(20000))", "20088890"},
		{"len([len(str(i) * 100) for i in range(2000)])", "2000"},
		{"sum(map(len, map(str, range(20000))))", "88890"},
		{"sum(a * b for a, b in zip(range(20000), range(20000)))", "2666466670000"},
		{"sum(a for a, b in [(i, [i] * 50) for i in range(20)])", "190"},
		{"sum(1 for x in range(200) for y in [0] * 200)", "40000"},
		{"len([0 for x in range(200) for y in [0] * 200 if y])", "0"},
		{"len(set(i % 10 for i in range(20000)))", "10"},
		{"sum(1 for x in range(20) for y in [0] * 20 for z in [0] * 500)", "200000"},
		{"sum((lambda n: len([0] * n))(500) for i in range(2000))", "1000000"},
		{"max(filter(lambda s: len(s * 50) > 100, map(str, range(20000))))", "9999"},
		{"any('x' * 5000 == 'y' * i for i in range(5000))", "False"},
		{"sum(x[0] for x in ([i] * 500 for i in range(2000)))", "1999000"},
	} {
		t.Run(c.src, func(t *testing.T) {
			thread := expr.NewThread(expr.Limits{Memory: 128 << 10, Time: time.Minute})
			defer thread.Done()
			got, err := eval(thread, c.src, nil)
			if err != nil || got != c.want {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

// clock is a clock that goes on by a step whenever it is looked at.
type clock struct {
	now  time.Time
	step time.Duration
}

func (c *clock) Now() time.Time {
	c.now = c.now.Add(c.step)
	return c.now
}

func TestTime(t *testing.T) {
	c := &clock{step: 100 * time.Millisecond}
	thread := expr.NewThread(expr.Limits{Time: time.Second, Now: c.Now})
	defer thread.Done()
	_, err := eval(thread, "sum(range(10**12))", nil)
	if err == nil || !strings.HasPrefix(err.Error(), "TimeoutError: ") {
		t.Fatal(err)
	}
	if c.now.Sub(time.Time{}) > 2*time.Second {
		t.Errorf("the clock was looked at until %v", c.now.Sub(time.Time{}))
	}
}

// TestOutside: what a function of the host waits for is not charged.
func TestOutside(t *testing.T) {
	c := &clock{step: time.Millisecond}
	wait := expr.NewFunc("wait", func(t *expr.Thread, _ expr.Args) (expr.Object, error) {
		return expr.None, t.Outside(func() error {
			c.now = c.now.Add(time.Hour)
			return nil
		})
	})
	thread := expr.NewThread(expr.Limits{Time: time.Second, Now: c.Now})
	defer thread.Done()
	got, err := eval(thread, "[wait() for _ in range(200)] and sum(range(10000))", expr.Vars{"wait": wait})
	if err != nil || got != "49995000" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestSteps(t *testing.T) {
	thread := expr.NewThread(expr.Limits{Steps: 100})
	defer thread.Done()
	if _, err := eval(thread, "sum(range(90))", nil); err != nil {
		t.Error(err)
	}
	_, err := eval(thread, "sum(range(110))", nil)
	if err == nil || err.Error() != "TimeoutError: the evaluation took too many steps" {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	stop := expr.NewFunc("stop", func(*expr.Thread, expr.Args) (expr.Object, error) {
		cancel()
		return expr.None, nil
	})
	p, err := expr.Parse("stop(), sum(range(10**12))")
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Run(ctx, expr.Vars{"stop": stop}, expr.Limits{})
	if err == nil || err.Error() != "TimeoutError: the evaluation was cancelled" {
		t.Error(err)
	}
}

// TestPool: two runs share one pool, and the second gets what the first leaves.
func TestPool(t *testing.T) {
	pool := expr.NewPool(4 << 20)
	first, second := expr.NewThread(expr.Limits{Pool: pool}), expr.NewThread(expr.Limits{Pool: pool})
	if _, err := first.Run(context.Background(), parse(t, "'a' * (3 << 20)"), nil); err != nil {
		t.Fatal(err)
	}
	if pool.Used() < 3<<20 || pool.Used() > pool.Max() {
		t.Errorf("%d bytes in use", pool.Used())
	}
	large := parse(t, "len('a' * (3 << 20))")
	_, err := second.Run(context.Background(), large, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "MemoryError: the evaluations together") {
		t.Error(err)
	}
	first.Done()
	if peak := pool.TakePeak(); peak < 3<<20 || peak > pool.Max() {
		t.Errorf("the peak was %d bytes", peak)
	}
	if peak := pool.TakePeak(); peak >= 1<<20 {
		t.Errorf("the peak since is %d bytes", peak)
	}
	if _, err := second.Run(context.Background(), large, nil); err != nil {
		t.Error(err)
	}
	second.Done()
	if pool.Used() != 0 {
		t.Errorf("%d bytes were not given back", pool.Used())
	}
}

// TestCharge: a function of the host is refused what the budget has no room for.
func TestCharge(t *testing.T) {
	big := expr.NewFunc("big", func(t *expr.Thread, _ expr.Args) (expr.Object, error) {
		if err := t.Charge(1 << 40); err != nil {
			return nil, err
		}
		return value.Str("never"), nil
	})
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	_, err := eval(thread, "big()", expr.Vars{"big": big})
	if err == nil || !strings.HasPrefix(err.Error(), "MemoryError: ") {
		t.Error(err)
	}
}

func parse(t *testing.T, src string) *expr.Program {
	t.Helper()
	p, err := expr.Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
