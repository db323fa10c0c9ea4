package expr_test

import (
	"context"
	"fmt"
	"testing"

	"althing/expr"
	"althing/value"
)

// FuzzCodecs decodes any bytes: with a replacement for what is wrong it never
// fails, and what was decoded without one is encoded to the same bytes.
func FuzzCodecs(f *testing.F) {
	for _, seed := range []string{"", "abc", "\xff\xfea\x00", "\x00\xd8", "\x00\xd8\x00\xdc", "\xed\xa0\x80", "\x00\x00\x11\x00", "\x00\xdc\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b string) {
		thread := expr.NewThread(expr.Limits{})
		defer thread.Done()
		for _, encoding := range []string{"utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32", "utf-8-sig"} {
			env := expr.Vars{"b": value.Bytes(b), "e": value.Str(encoding)}
			if _, err := eval(thread, "b.decode(e, 'replace').encode(e)", env); err != nil {
				t.Errorf("%q as %s: %v", b, encoding, err)
			}
			program, err := expr.Parse("b.decode(e, 'surrogatepass').encode(e, 'surrogatepass')")
			if err != nil {
				t.Fatal(err)
			}
			again, err := thread.Run(context.Background(), program, env)
			marked := encoding == "utf-16" || encoding == "utf-32" || encoding == "utf-8-sig"
			if err == nil && !marked && fmt.Sprint(again) != fmt.Sprint(value.Bytes(b)) {
				t.Errorf("%q as %s became %q", b, encoding, again)
			}
		}
	})
}
