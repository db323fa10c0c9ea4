package expr_test

import (
	"context"
	"testing"

	"althing/expr"
	"althing/value"
)

// makersDay are the expressions that a maker types on an ordinary day.
var makersDay = []string{
	"1+1", "2**10", "(72-32)*5/9", "5*1023/1024", "3.3/1023*512", "7//2", "255 & 0x0f", "1 << 12",
	"'Hello World'", "'Hello'.upper()", "'a,b,c'.split(',')", "' pad '.strip()", "'abc'[::-1]",
	"'%.2f' % 3.14159", "'T=%.1fC H=%d%%' % (21.456, 40)", "'{} {}'.format('a', 'b')", "f'{t:.1f} C'",
	"len('hello')", "str(t) + ' C'", "int('42') + 1", "float('21.5') * 2", "round(2.5)", "round(t, 1)",
	"max(3, 7, 5)", "min([4, 2, 8])", "sum([1, 2, 3]) / 3", "sorted([3, 1, 2])", "abs(-7)",
	"0 < x < 5", "t > 20 and x < 10", "'hot' if t > 25 else 'cold'", "x in [1, 2, 3]",
	"[v * 2 for v in range(10)]", "sum(v for v in d.values() if v > 3)", "{k: v for k, v in d.items()}",
	"d['a'] + d['b']", "d.get('z', 0)", "(lambda a: a * 2)(21)", "get('garden.soil.temp')", "hex(255)",
}

func day() expr.Vars {
	d := expr.NewDict()
	t := expr.NewThread(expr.Limits{})
	for i, key := range []string{"a", "b", "c", "d", "e"} {
		_ = d.Set(t, value.Str(key), expr.Int(int64(i+1)))
	}
	return expr.Vars{
		"t": value.Float(21.456), "x": expr.Int(3), "d": d,
		"get": expr.NewFunc("get", func(*expr.Thread, expr.Args) (expr.Object, error) { return expr.Int(56), nil }),
	}
}

// BenchmarkDay is one expression of a maker's day: parsed and run, and run only.
func BenchmarkDay(b *testing.B) {
	env := day()
	for _, src := range makersDay {
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
