package syntax_test

import (
	"testing"

	"althing/expr/syntax"
)

func BenchmarkParse(b *testing.B) {
	for _, src := range []string{
		`1+1`,
		`getReg('garden.soil.temp')`,
		`setReg('garden.soil.temp', 56)`,
		`MyData['n'] += 1`,
		`f'{t:.1f} C'`,
		`sum(v for v in MyData.values() if v > 3)`,
		`{'a': 1, 'b': [1, 2, 3], 'c': (1.5, None)}`,
	} {
		b.Run(src, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := syntax.Parse(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
