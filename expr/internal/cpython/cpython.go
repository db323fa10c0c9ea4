// Package cpython asks the CPython of this machine for the answers that tests
// compare ours with.
package cpython

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"os/exec"
	"strings"
	"testing"
)

// Version is the CPython whose answers and messages are ours.
const Version = "3.11"

// Answer is what CPython made of an expression.
type Answer struct {
	Text string // str() of the value
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

// server reads a prelude and expressions, a base64 line each, and answers with a
// line each: UTF-8 in which lone surrogates keep their three bytes.
const server = `
import base64, sys
read = lambda line: base64.b64decode(line).decode('utf-8', 'surrogatepass')
show = lambda text: base64.b64encode(text.encode('utf-8', 'surrogatepass')).decode()
lines = sys.stdin.read().split('\n')
names = {}
exec(read(lines[0]), names)
for line in lines[1:-1]:
    try:
        print('=', show(str(eval(read(line), names))))
    except Exception as e:
        print('!', show(type(e).__name__), show(str(e)))
`

// Eval evaluates the expressions in one process, after the prelude's
// statements. The test is skipped where that CPython is not installed.
func Eval(tb testing.TB, prelude string, expressions []string) []Answer {
	tb.Helper()
	version, err := exec.Command("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").Output()
	if err != nil || strings.TrimSpace(string(version)) != Version {
		tb.Skipf("python3 is not CPython %s here: nothing to compare with", Version)
	}
	var in bytes.Buffer
	for _, line := range append([]string{prelude}, expressions...) {
		in.WriteString(base64.StdEncoding.EncodeToString([]byte(line)) + "\n")
	}
	cmd := exec.Command("python3", "-c", server)
	cmd.Env = append(cmd.Environ(), "TZ=UTC", "PYTHONHASHSEED=0", "LC_ALL=C")
	cmd.Stdin = &in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("python3: %v\n%s", err, stderr.String())
	}
	return answers(tb, out, len(expressions))
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
		tb.Fatalf("python3 gave %d answers to %d expressions", len(all), want)
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
