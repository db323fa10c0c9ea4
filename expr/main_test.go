package expr_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/expr"
	"althing/expr/internal/cpython"
	"althing/expr/modules"
	"althing/expr/syntax"
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

// TestLanguage runs the chunks of testdata/language: each begins with no names,
// and a line that must fail ends in "### " and its error. Nothing else of Python
// is needed to read them but same(a, b), which fails unless repr(a) == repr(b).
func TestLanguage(t *testing.T) {
	for _, file := range languageFiles(t) {
		t.Run(file, func(t *testing.T) {
			var env *lockedVars
			for _, line := range lines(t, file) {
				if line == "---" || env == nil {
					env = &lockedVars{expr.Vars{"same": same, "fail": fail}}
				}
				if line == "---" {
					continue
				}
				src, want, _ := strings.Cut(line, " ### ")
				thread := expr.NewThread(expr.Limits{Steps: 1_000_000})
				got := ""
				_, err := eval(thread, src, env)
				if wrong, ok := errors.AsType[*syntax.Error](err); ok {
					got = wrong.Type + ": " + err.Error()
				} else if err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("%s\n got  %s\n want %s", src, got, want)
				}
				thread.Done()
			}
		})
	}
}

func languageFiles(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("testdata"), "language/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	return files
}

// TestLanguageAsCPython checks the files themselves: CPython must agree with every
// line of theirs but syntax errors, which name other places.
func TestLanguageAsCPython(t *testing.T) {
	const prelude = "def same(a, b):\n if repr(a) != repr(b): raise Exception(repr(a) + ' is not ' + repr(b))\n" +
		"def fail(): raise Exception('failed')"
	var programs, wants []string
	for _, file := range languageFiles(t) {
		if strings.HasSuffix(file, "budgets.txt") || strings.HasSuffix(file, "ours.txt") {
			continue
		}
		before := "" // the lines of the chunk that did not fail
		for _, line := range lines(t, file) {
			src, want, fails := strings.Cut(line, " ### ")
			switch {
			case line == "---":
				before = ""
				continue
			case strings.HasPrefix(want, "SyntaxError: ") || want == "failed":
				continue
			}
			programs, wants = append(programs, before+src+"\nNone"), append(wants, want)
			if !fails {
				wants[len(wants)-1] = "None"
				before += src + "\n"
			}
		}
	}
	for i, answer := range cpython.Run(t, prelude, programs) {
		if got := answer.String(); got != wants[i] && !strings.HasPrefix(got, "RecursionError: ") {
			t.Errorf("%s\n CPython says %s\n want         %s", programs[i], got, wants[i])
		}
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
