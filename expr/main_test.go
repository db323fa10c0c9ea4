package expr_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/expr"
	"althing/expr/internal/cpython"
	"althing/expr/modules"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eval runs a text and gives what the text port would: str() of the value, or
// the error.
func eval(t *expr.Thread, src string, env expr.Env) (string, error) {
	o, err := run(t, src, env)
	if err != nil || o == nil {
		return "", err
	}
	return expr.Text(t, o)
}

// run gives the value of the last statement.
func run(t *expr.Thread, src string, env expr.Env) (expr.Object, error) {
	p, err := expr.Parse(src)
	if err != nil {
		return nil, err
	}
	return t.Run(context.Background(), p, env)
}

// lines reads a file of testdata without its comments and empty lines.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// standard is the names of the standard modules.
func standard() expr.Vars {
	all := expr.Vars{}
	for name, module := range modules.Standard(modules.Options{}) {
		all[name] = module
	}
	return all
}

// TestAsCPython compares value, type of error and message with CPython's.
func TestAsCPython(t *testing.T) {
	sources := lines(t, "python.txt")
	want := cpython.Eval(t, "", sources)
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	for i, src := range sources {
		got, err := eval(thread, src, nil)
		if err != nil {
			got = err.Error()
		}
		if got != want[i].String() {
			t.Errorf("%s\n got  %q\n want %q", src, got, want[i])
		}
	}
}

// TestStatements runs the chunks of statements.txt.
func TestStatements(t *testing.T) {
	env := &lockedVars{}
	for _, line := range lines(t, "statements.txt") {
		if line == "---" || env.Vars == nil {
			env.Vars = expr.Vars{"same": same, "fail": fail}
		}
		if line == "---" {
			continue
		}
		src, want, _ := strings.Cut(line, " ### ")
		thread := expr.NewThread(expr.Limits{})
		_, err := eval(thread, src, env)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s\n got  %s\n want %s", src, got, want)
		}
		thread.Done()
	}
}

// lockedVars refuses to assign built-in names, as a host may.
type lockedVars struct{ expr.Vars }

func (v *lockedVars) Assign(t *expr.Thread, name string, o expr.Object) error {
	if expr.Builtin(name) != nil {
		return expr.TypeError("'%s' is not yours", name)
	}
	return v.Vars.Assign(t, name, o)
}

var sameParams = expr.NewParams("same", "a b")

var same = expr.NewFunc("same", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var x, y expr.Object
	if err := sameParams.Bind(a, &x, &y); err != nil {
		return nil, err
	}
	one, err := expr.Repr(t, x)
	if err != nil {
		return nil, err
	}
	two, err := expr.Repr(t, y)
	if err != nil {
		return nil, err
	}
	if one != two {
		return nil, errors.New(one + " is not " + two)
	}
	return expr.None, nil
})

var fail = expr.NewFunc("fail", func(*expr.Thread, expr.Args) (expr.Object, error) {
	return nil, errors.New("failed")
})
