package modules_test

import (
	"strings"
	"testing"
	"time"

	"althing/expr"
)

// bound is an expression and what comes of it with few steps and the usual
// memory: its value, or the types of error that may end it.
type bound struct{ text, want string }

// checkBounds evaluates hostile expressions and frugal ones.
func checkBounds(t *testing.T, cases []bound) {
	t.Helper()
	env := names()
	for _, c := range cases {
		begin := time.Now()
		got := evaluateWithin(t, env, c.text, expr.Limits{Time: time.Minute, Steps: 2_000_000})
		if name, _, isError := strings.Cut(got, ": "); isError {
			got = name
		}
		if !strings.Contains("|"+c.want+"|", "|"+got+"|") {
			t.Errorf("%s: got %.100s, want %s", c.text, got, c.want)
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%s took %v", c.text, took)
		}
	}
}
