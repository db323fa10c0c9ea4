package modules_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/expr"
	"althing/expr/internal/cpython"
	"althing/expr/modules"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// names are what the expressions of the tests may use.
func names() expr.Vars { return namesAt(func() time.Time { return time.Now().UTC() }) }

// namesAt are names with another clock.
func namesAt(now func() time.Time) expr.Vars {
	all := expr.Vars{}
	for name, module := range modules.Standard(modules.Options{Now: now}) {
		all[name] = module
	}
	return all
}

// evaluate gives str() of an expression's value, or its error.
func evaluate(tb testing.TB, env expr.Env, text string) string {
	tb.Helper()
	return evaluateWithin(tb, env, text, expr.Limits{})
}

func evaluateWithin(tb testing.TB, env expr.Env, text string, limits expr.Limits) string {
	tb.Helper()
	program, err := expr.Parse(text)
	if err != nil {
		return err.Error()
	}
	thread := expr.NewThread(limits)
	defer thread.Done()
	result, err := thread.Run(context.Background(), program, env)
	if err == nil && result != nil {
		var shown string
		if shown, err = expr.Text(thread, result); err == nil {
			return shown
		}
	}
	var exception *expr.Error
	if err != nil && !errors.As(err, &exception) {
		tb.Errorf("%s: %v is no exception of Python's", text, err)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// compare evaluates the lines here and in CPython. What begins with '#' is left
// out.
func compare(t *testing.T, lines string) {
	t.Helper()
	var expressions []string
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			expressions = append(expressions, line)
		}
	}
	compareAll(t, expressions)
}

func compareAll(t *testing.T, expressions []string) {
	t.Helper()
	compareWithin(t, expressions, expr.Limits{})
}

func compareWithin(t *testing.T, expressions []string, limits expr.Limits) {
	t.Helper()
	env, wrong := names(), 0
	for i, answer := range cpython.Eval(t, "import "+strings.Join(slices.Sorted(maps.Keys(env)), ", "), expressions) {
		if ours := evaluateWithin(t, env, expressions[i], limits); ours != answer.String() {
			if wrong++; wrong <= 30 {
				t.Errorf("%.300s\n ours %.300s\n want %.300s", expressions[i], ours, answer)
			}
		}
	}
	t.Logf("%d of %d equal", len(expressions)-wrong, len(expressions))
}
