package expr_test

import (
	"context"
	"strings"
	"testing"

	"althing/expr"
)

// day is the expressions of testdata/day.txt, and the names they use.
func day(tb testing.TB) (sources []string, env expr.Vars) {
	tb.Helper()
	env = standard()
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	setup := true
	for _, line := range lines(tb, "day.txt") {
		switch source, _, _ := strings.Cut(line, " ### "); {
		case line == "---":
			setup = false
		case !setup:
			sources = append(sources, source)
		default:
			if _, err := run(thread, source, env); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return sources, env
}

// BenchmarkDay is one expression of a maker's day: parsed and run, and run only.
func BenchmarkDay(b *testing.B) {
	sources, env := day(b)
	for _, src := range sources {
		b.Run("once/"+src, func(b *testing.B) {
			b.ReportAllocs()
			thread := expr.NewThread(expr.Limits{})
			for b.Loop() {
				p, err := expr.Parse(src)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := thread.Run(context.Background(), p, env); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("run/"+src, func(b *testing.B) {
			b.ReportAllocs()
			thread := expr.NewThread(expr.Limits{})
			p, err := expr.Parse(src)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := thread.Run(context.Background(), p, env); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
