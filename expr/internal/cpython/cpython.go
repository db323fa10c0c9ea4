// Package cpython asks the CPython of this machine for the answers that tests
// compare ours with.
package cpython

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Version is the CPython whose answers and messages are ours.
const Version = "3.11"

// patience is how long one CPython may take for all it is asked. It hears no
// signal while a loop in C runs.
const patience = time.Minute

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
const server = `
import ast, base64, io, resource, signal, sys
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
    signal.alarm(5)
    try:
        return answer(source)
    finally:
        signal.alarm(0)
signal.signal(signal.SIGALRM, late)
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
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
	var in bytes.Buffer
	for _, line := range append([]string{mode, prelude}, sources...) {
		in.WriteString(base64.StdEncoding.EncodeToString([]byte(line)) + "\n")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "python3", "-W", "ignore", "-c", server)
	cmd.Env = append(cmd.Environ(), "TZ=UTC", "PYTHONHASHSEED=0", "LC_ALL=C")
	cmd.Stdin = &in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if answered := bytes.Count(out, []byte("\n")); err != nil && answered < len(sources) {
		tb.Fatalf("python3: %v, at %s\n%s", err, sources[answered], stderr.String())
	}
	return answers(tb, out, len(sources))
}

func answers(tb testing.TB, out []byte, want int) []Answer {
	tb.Helper()
	var all []Answer
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, len(out)+1)
	for lines.Scan() {
		kind, rest, _ := strings.Cut(lines.Text(), " ")
		first, second, _ := strings.Cut(rest, " ")
		if kind == "=" {
			all = append(all, Answer{Text: decode(tb, first)})
		} else {
			all = append(all, Answer{Exception: decode(tb, first), Message: decode(tb, second)})
		}
	}
	if len(all) != want {
		tb.Fatalf("python3 gave %d answers to %d sources", len(all), want)
	}
	return all
}

func decode(tb testing.TB, text string) string {
	tb.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		tb.Fatalf("python3 answered %q: %v", text, err)
	}
	return string(raw)
}
