//go:build linux

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"althing/bench/internal/table"
	"althing/expr"
	"althing/expr/modules"
)

// expressions measures the evaluator in this process, beside CPython in one of
// its own: the expressions of a maker's day one by one, then the least there is.
func expressions(ctx context.Context, b *bench) error {
	d, err := readDay()
	if err != nil {
		return err
	}
	once := newField(b, "40 expressions of a maker's day, parsed and run", "CPython's eval(text)", 2, d)
	again := newField(b, "the same, parsed before", "CPython's eval(code)", 1.0/3, d)
	faster := b.row(table.Row{What: "— of these at least as fast", Unit: table.Count, Bar: table.Reach(20)})
	// Each expression is measured this long, twice.
	long := b.long / 100
	err = b.eachRound(
		func() error { return d.ours(ctx, long, once, again) },
		func() error { return d.pythons(ctx, long, once, again) },
	)
	if err != nil {
		return err
	}
	once.conclude()
	again.conclude()
	faster.Ours(float64(again.asFast()))
	for i := range d.sources {
		b.folded = append(b.folded, once.each[i], again.each[i])
	}
	b.say("expressions: parsed and run %.2f times CPython, parsed before %.2f", once.mean.Ratio(), again.mean.Ratio())
	return b.least(ctx)
}

// day is the expressions of a maker's day.
type day struct {
	setup   string // statements that set their names
	sources []string
	what    []string // each stands for
}

func readDay() (*day, error) {
	text, err := os.ReadFile("expr/testdata/day.txt")
	if err != nil {
		return nil, err
	}
	head, body, _ := strings.Cut(string(text), "---\n")
	d := &day{}
	var setup []string
	for line := range strings.Lines(head) {
		if !strings.HasPrefix(line, "#") {
			setup = append(setup, strings.TrimSpace(line))
		}
	}
	d.setup = strings.Join(setup, "; ")
	for line := range strings.Lines(body) {
		source, what, _ := strings.Cut(strings.TrimSpace(line), " ### ")
		d.sources, d.what = append(d.sources, source), append(d.what, what)
	}
	return d, nil
}

// field is one way to work them all out: a row for their geometric mean, one for
// the slowest beside CPython, and one for each.
type field struct {
	mean, slowest *table.Row
	each          []*table.Row
}

// newField adds the rows. The bar is for the slowest.
func newField(b *bench, what, peer string, least float64, d *day) *field {
	f := &field{
		mean:    b.row(table.Row{What: what + ": geometric mean", Unit: table.Rate, Peer: peer}),
		slowest: b.row(table.Row{What: "— the slowest beside it", Unit: table.Rate, Peer: peer, Bar: table.AtLeast(least)}),
	}
	for i, source := range d.sources {
		f.each = append(f.each, &table.Row{What: fmt.Sprintf("`%s` (%s)", source, d.what[i]), Unit: table.Rate, Peer: peer})
	}
	return f
}

// conclude fills the rows that depend on all.
func (f *field) conclude() {
	worst := f.each[0]
	for _, r := range f.each {
		if r.Ratio() < worst.Ratio() {
			worst = r
		}
	}
	what := f.slowest.What
	bar := f.slowest.Bar
	*f.slowest = *worst
	f.slowest.What, f.slowest.Bar = what+": "+worst.What, bar
}

func (f *field) asFast() (n int) {
	for _, r := range f.each {
		if r.Ratio() >= 1 {
			n++
		}
	}
	return n
}

// add adds one round's rates.
func (f *field) add(rates []float64, to func(*table.Row, float64)) {
	sum := 0.0
	for i, rate := range rates {
		to(f.each[i], rate)
		sum += math.Log(rate)
	}
	to(f.mean, math.Exp(sum/float64(len(rates))))
}

// limits are those of the hub.
func limits() expr.Limits { return expr.Limits{Pool: expr.NewPool(128 << 20)} }

// standard is the names of the standard modules.
func standard() expr.Vars {
	all := expr.Vars{}
	for name, module := range modules.Standard(modules.Options{}) {
		all[name] = module
	}
	return all
}

func (d *day) ours(ctx context.Context, long time.Duration, once, again *field) error {
	names := standard()
	setup, err := expr.Parse(d.setup)
	if err != nil {
		return err
	}
	if _, err := setup.Run(ctx, names, limits()); err != nil {
		return err
	}
	with := limits()
	var first, later []float64
	for _, source := range d.sources {
		program, err := expr.Parse(source)
		if err != nil {
			return err
		}
		parsed, err := rate(long, func() error {
			p, err := expr.Parse(source)
			if err != nil {
				return err
			}
			_, err = p.Run(ctx, names, with)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
		run, err := rate(long, func() error {
			_, err := program.Run(ctx, names, with)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
		first, later = append(first, parsed), append(later, run)
	}
	once.add(first, (*table.Row).Ours)
	again.add(later, (*table.Row).Ours)
	return nil
}

// rate is how often a second f can be done.
func rate(long time.Duration, f func() error) (float64, error) {
	begin := time.Now()
	done := 0
	for batch := 1; ; batch *= 2 {
		for range batch {
			if err := f(); err != nil {
				return 0, err
			}
		}
		done += batch
		if took := time.Since(begin); took >= long {
			return float64(done) / took.Seconds(), nil
		}
	}
}

// pythons asks baseline/evaltime.py for the same.
func (d *day) pythons(ctx context.Context, long time.Duration, once, again *field) error {
	cmd := exec.CommandContext(ctx, "python3", "bench/baseline/evaltime.py", fmt.Sprint(long.Seconds()))
	cmd.Stdin = strings.NewReader("import datetime, json, math; " + d.setup + "\n" + strings.Join(d.sources, "\n") + "\n")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("python3: %w", err)
	}
	figures := strings.Fields(string(out))
	if len(figures) != 2*len(d.sources) {
		return fmt.Errorf("python3 gave %d figures for %d expressions", len(figures), len(d.sources))
	}
	var rates [2][]float64
	for i, figure := range figures {
		f, err := strconv.ParseFloat(figure, 64)
		if err != nil {
			return err
		}
		rates[i%2] = append(rates[i%2], f)
	}
	once.add(rates[0], (*table.Row).Peers)
	again.add(rates[1], (*table.Row).Peers)
	return nil
}

// least measures what the shortest request costs the evaluator, from its text to
// the text of the reply.
func (b *bench) least(ctx context.Context) error {
	took := b.row(table.Row{What: "`1+1`, from its text to the reply", Unit: table.Time, Bar: table.AtMost(2e-6)})
	allocations := b.row(table.Row{What: "— allocations", Unit: table.Count, Bar: table.AtMost(10)})
	thread := expr.NewThread(limits())
	reply := func() error {
		defer thread.Done()
		program, err := expr.Parse("1+1")
		if err != nil {
			return err
		}
		result, err := thread.Run(ctx, program, nil)
		if err != nil {
			return err
		}
		text, err := expr.Text(thread, result)
		if err == nil && text != "2" {
			err = fmt.Errorf("1+1 gave %q", text)
		}
		return err
	}
	for range b.rounds {
		perSecond, err := rate(b.long/10, reply)
		if err != nil {
			return err
		}
		took.Ours(1 / perSecond)
		n, err := mallocs(1000, reply)
		if err != nil {
			return err
		}
		allocations.Ours(n)
	}
	return nil
}

// mallocs is how many allocations f makes, on average of n times.
func mallocs(n int, f func() error) (float64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return math.Round(float64(after.Mallocs-before.Mallocs) / float64(n)), nil
}
