// Package cpython asks the CPython of this machine for the answers that tests
// compare ours with.
package cpython

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// Version is the CPython whose answers and messages are ours.
const Version = "3.11"

// Answer is what CPython made of an expression.
type Answer struct {
	Text string // of the value: str() by Eval, repr() by Run
	// Exception is the type's name and Message its text when it was an error.
	Exception, Message string
}

// String is the answer as a test shows it.
func (a Answer) String() string {
	switch {
	case a.Exception == "":
		return a.Text
	case a.Message == "":
		return a.Exception
	}
	return a.Exception + ": " + a.Message
}

// server reads a mode, a prelude and sources, a base64 line each, and answers
// with a line each: UTF-8 in which lone surrogates keep their three bytes. It
// ends a source that takes seconds or gigabytes by the error that is ours then.
// Seconds are those of its processor, as a busy machine must not decide. CPython
// hears no signal while a loop in C runs: such a source ends the process.
const server = `
import ast, base64, io, resource, signal, sys, time
read = lambda line: base64.b64decode(line).decode('utf-8', 'surrogatepass')
show = lambda text: base64.b64encode(text.encode('utf-8', 'surrogatepass')).decode()
def late(*_):
    raise TimeoutError('the evaluation took too long')
def expression(source):
    return str(eval(source, dict(names)))
def program(source):
    compile(source, '', 'exec')
    tree, own = ast.parse(source), dict(names)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, '', 'exec'), own)
    return repr(eval(compile(ast.Expression(last.value), '', 'eval'), own) if last else None)
def within_seconds(answer, source):
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 20, most))
    signal.setitimer(signal.ITIMER_PROF, 5)
    try:
        return answer(source)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
signal.signal(signal.SIGPROF, late)
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
most = resource.getrlimit(resource.RLIMIT_CPU)[1]
out, sys.stdout = sys.stdout, io.StringIO()
lines = sys.stdin.read().split('\n')
answer = {'expressions': expression, 'programs': program}[read(lines[0])]
names = {}
exec(read(lines[1]), names)
for line in lines[2:-1]:
    try:
        words = ['=', show(within_seconds(answer, read(line)))]
    except Exception as e:
        words = ['!', show(type(e).__name__), show(str(e))]
    print(*words, file=out, flush=True)
`

// Eval evaluates the expressions in one process, each with the names that the
// prelude's statements make. The test is skipped where that CPython is not
// installed.
func Eval(tb testing.TB, prelude string, expressions []string) []Answer {
	tb.Helper()
	return ask(tb, "expressions", prelude, expressions)
}

// Run runs the programs as Eval evaluates expressions. The Text of an answer is
// the repr() of the value of the last statement, "None" when it has none.
func Run(tb testing.TB, prelude string, programs []string) []Answer {
	tb.Helper()
	return ask(tb, "programs", prelude, programs)
}

func ask(tb testing.TB, mode, prelude string, sources []string) []Answer {
	tb.Helper()
	version, err := exec.Command("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").Output()
	if err != nil || strings.TrimSpace(string(version)) != Version {
		tb.Skipf("python3 is not CPython %s here: nothing to compare with", Version)
	}
	var all []Answer
	for len(all) < len(sources) {
		all = append(all, answers(tb, mode, prelude, sources[len(all):])...)
	}
	return all
}

// ended is what a source has come to that ended the process, by how that ended:
// past RLIMIT_CPU, or killed by a system that is short of memory.
var ended = map[string]Answer{
	"signal: CPU time limit exceeded": {Exception: "TimeoutError", Message: "the evaluation took too long"},
	"signal: killed":                  {Exception: "MemoryError"},
}

// answers asks one process; that source which ends it has the last answer.
func answers(tb testing.TB, mode, prelude string, sources []string) []Answer {
	tb.Helper()
	var in, stderr bytes.Buffer
	for _, line := range append([]string{mode, prelude}, sources...) {
		in.WriteString(base64.StdEncoding.EncodeToString([]byte(line)) + "\n")
	}
	cmd := exec.Command("python3", "-W", "ignore", "-c", server)
	cmd.Env = append(cmd.Environ(), "TZ=UTC", "PYTHONHASHSEED=0", "LC_ALL=C")
	cmd.Stdin, cmd.Stderr = &in, &stderr
	out, err := cmd.Output()
	var all []Answer
	for line := range strings.Lines(string(out)) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		first, second, _ := strings.Cut(rest, " ")
		if kind == "=" {
			all = append(all, Answer{Text: decode(tb, first)})
		} else {
			all = append(all, Answer{Exception: decode(tb, first), Message: decode(tb, second)})
		}
	}
	if len(all) == len(sources) {
		return all
	}
	if len(all) > len(sources) {
		tb.Fatalf("python3 gave %d answers to %d sources", len(all), len(sources))
	}
	last, known := ended[fmt.Sprint(err)]
	if !known {
		tb.Fatalf("python3: %v, at %s\n%s", err, sources[len(all)], stderr.String())
	}
	return append(all, last)
}

func decode(tb testing.TB, text string) string {
	tb.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		tb.Fatalf("python3 answered %q: %v", text, err)
	}
	return string(raw)
}
