package web_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"althing/gateway/web"
	"althing/hub/hubtest"
)

// manual is the page that specifies the API.
func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/http-api.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var examples = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestTheManualsExamples types what the manual shows, in its order, and is answered
// as there; "…" is anything.
func TestTheManualsExamples(t *testing.T) {
	h := hubtest.Open(t, nil)
	address := start(t, &web.Server{Hub: h}, "")
	typed := 0
	for _, block := range examples.FindAllStringSubmatch(manual(t), -1) {
		for example := range strings.SplitSeq(strings.TrimPrefix(block[1], "$ "), "\n$ ") {
			command, want, _ := strings.Cut(example, "\n")
			shell := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(command, "curl ", "curl -sS "))
			shell.Args[2] = strings.ReplaceAll(shell.Args[2], "localhost:8080", address)
			shell.Env = append(os.Environ(), "ALTHING_KEY="+h.Access().Made())
			said, err := shell.CombinedOutput()
			if err != nil {
				t.Fatalf("%s\n%v %s", command, err, said)
			}
			shape := "^" + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(want)), "…", ".*") + "$"
			if got := strings.TrimSpace(string(said)); !regexp.MustCompile("(?s)" + shape).MatchString(got) {
				t.Errorf("%s\nsays\n%s\nnot\n%s", command, got, want)
			}
			typed++
		}
	}
	if typed < 10 {
		t.Errorf("only %d examples were found", typed)
	}
}
