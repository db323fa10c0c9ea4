package expr_test

import (
	"context"
	"testing"

	"althing/expr"
	"althing/value"
)

// TestLocal: what a module keeps lasts for one run, and is that run's alone.
func TestLocal(t *testing.T) {
	key := new(int)
	count := expr.NewFunc("count", func(t *expr.Thread, _ expr.Args) (expr.Object, error) {
		n, _ := t.Local(key).(int)
		t.SetLocal(key, n+1)
		return value.Int(n), nil
	})
	env := expr.Vars{"count": count}
	one, two := expr.NewThread(expr.Limits{}), expr.NewThread(expr.Limits{})
	run := func(thread *expr.Thread, want string) {
		t.Helper()
		o, err := thread.Run(context.Background(), parse(t, "[count(), count(), count()]"), env)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := expr.Text(thread, o); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	run(one, "[0, 1, 2]")
	if one.Local(key) != 3 || one.Local(new(int)) != nil || two.Local(key) != nil {
		t.Errorf("kept %v and %v", one.Local(key), two.Local(key))
	}
	run(two, "[0, 1, 2]")
	run(one, "[0, 1, 2]")
	one.Done()
	two.Done()
	if one.Local(key) != nil {
		t.Errorf("%v outlived the run", one.Local(key))
	}
}
