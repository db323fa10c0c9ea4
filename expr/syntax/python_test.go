package syntax_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"althing/expr/syntax"
)

// inPython reads a list of sources and answers with what CPython makes of each:
// its tree, or its error.
const inPython = `
import ast, json, sys, warnings
warnings.simplefilter('ignore')

def hexed(s):
    return s.encode('utf-8', 'surrogatepass').hex()

def constant(v):
    if v is None or v is True or v is False: return repr(v)
    if v is ...: return 'Ellipsis'
    if type(v) is int: return '%#x' % v
    if type(v) is float: return 'float ' + number(v)
    if type(v) is complex: return 'complex ' + number(v.imag)
    if type(v) is str: return 'str ' + hexed(v)
    return 'bytes ' + v.hex()

def number(f):
    return '+Inf' if f == float('inf') else '%.17e' % f

def dump(n):
    if n is None: return 'None'
    if isinstance(n, list): return '[' + ', '.join(map(dump, n)) + ']'
    if isinstance(n, str): return hexed(n)
    if isinstance(n, int): return str(n)
    if isinstance(n, ast.Constant): return 'Constant(value=' + constant(n.value) + ')'
    fields = [(f, v) for f, v in ast.iter_fields(n)
        if f not in ('ctx', 'kind', 'type_ignores', 'type_comment', 'simple') and v is not None]
    return type(n).__name__ + '(' + ', '.join(f + '=' + dump(v) for f, v in fields) + ')'

answers = []
for source in json.load(sys.stdin):
    source = source.lstrip(' \t\f\n')
    try:
        tree = ast.parse(source)
        compile(source, '<text>', 'exec')
        answers.append({'tree': dump(tree)})
    except SyntaxError as e:
        answers.append({'type': type(e).__name__, 'msg': e.msg, 'line': e.lineno or 0, 'col': e.offset or 0})
    except (RecursionError, MemoryError) as e:
        answers.append({'type': type(e).__name__, 'msg': str(e), 'line': 0, 'col': 0})
json.dump(answers, sys.stdout)
`

// answer is what CPython makes of a source.
type answer struct {
	Tree, Type, Msg string
	Line, Col       int
}

func askPython(t *testing.T, sources []string) []answer {
	t.Helper()
	version, err := exec.Command("python3", "--version").Output()
	if err != nil || !bytes.HasPrefix(version, []byte("Python 3.11.")) {
		t.Skipf("this test compares with CPython 3.11; here is %q %v", version, err)
	}
	in, err := json.Marshal(sources)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-X", "utf8", "-c", inPython)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var answers []answer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	if len(answers) != len(sources) {
		t.Fatalf("python gave %d answers to %d sources", len(answers), len(sources))
	}
	return answers
}

// flat gives all sources of a corpus in a fixed order.
func flat(corpus map[string][]string) []string {
	var sources []string
	for _, group := range corpus {
		sources = append(sources, group...)
	}
	slices.Sort(sources)
	return sources
}

func TestTreesAreCPythons(t *testing.T) {
	sources := flat(valid)
	for i, want := range askPython(t, sources) {
		m, err := syntax.Parse(sources[i])
		switch {
		case want.Type != "":
			t.Errorf("%q: CPython does not take it: %s: %s", sources[i], want.Type, want.Msg)
		case err != nil:
			t.Errorf("%q: %v", sources[i], err)
		case dumpModule(m) != want.Tree:
			t.Errorf("%q:\n got %s\nwant %s", sources[i], dumpModule(m), want.Tree)
		}
	}
}

// otherMessages are the sources of which CPython says something else, because of
// a turn of its grammar that helps nobody.
var otherMessages = map[string]string{
	"a, b c = 1": "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
}

func TestErrorsAreCPythons(t *testing.T) {
	sources := flat(wrong)
	columns := 0
	for i, want := range askPython(t, sources) {
		src := sources[i]
		_, err := syntax.Parse(src)
		var got *syntax.Error
		if !errors.As(err, &got) {
			t.Errorf("%q: no error; CPython: %s: %s", src, want.Type, want.Msg)
			continue
		}
		if got.Type != want.Type || got.Msg != want.Msg && otherMessages[src] != want.Msg {
			t.Errorf("%q: %s: %s; CPython: %s: %s", src, got.Type, got.Msg, want.Type, want.Msg)
		}
		if got.Line != want.Line {
			t.Errorf("%q: %s in line %d; CPython: %d", src, got.Msg, got.Line, want.Line)
		}
		if got.Col == want.Col {
			columns++
		}
	}
	// CPython's columns in f-strings, of escapes and of indentation are of its
	// own making; ours say where it is.
	if columns*100 < len(sources)*85 {
		t.Errorf("of %d columns only %d are CPython's", len(sources), columns)
	}
}

func TestRefusals(t *testing.T) {
	for _, src := range refused {
		_, err := syntax.Parse(src)
		var got *syntax.Error
		if !errors.As(err, &got) || got.Type != "SyntaxError" || !strings.Contains(got.Msg, "not available here") {
			t.Errorf("%q: %v", src, err)
		}
	}
}
