package session_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// manual is the page that specifies the protocol.
func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/session-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	blocks  = regexp.MustCompile("(?s)```(?:sh|json)\n(.*?)```")
	another = regexp.MustCompile(`"(id|resume|time|revision|after)":("[^"]+"|[0-9.]+)`)
)

// shape is what is to match a line that the manual shows: "…" is anything, and so is
// what is another each time.
func shape(line string) *regexp.Regexp {
	line = another.ReplaceAllString(line, `"$1":…`)
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + "$")
}

// TestTheManualShowsWhatIsSaid says what the manual says, and is answered as there.
func TestTheManualShowsWhatIsSaid(t *testing.T) {
	p := serve(t, nil)
	c := connect(t, p.addr)
	said := func() string {
		t.Helper()
		line, err := c.in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(line, "\n")
	}
	shown := blocks.FindAllStringSubmatch(manual(t), -1)
	if len(shown) != 3 {
		t.Fatalf("%d examples were found", len(shown))
	}
	for line := range strings.Lines(shown[0][1]) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, "$"):
		case strings.Contains(line, `"method"`):
			c.say(line)
		default:
			if got := said(); !shape(line).MatchString(got) {
				t.Errorf("the manual shows\n%s, and\n%s comes", line, got)
			}
		}
	}
	c.call("registry.set", `{"key":"lamp.on","value":true}`)
	c.call("registry.watch", `{"pattern":"lamp.*"}`)
	c.say(`{"jsonrpc":"2.0","id":7,"method":"request","params":{"name":"TIME","to":"x"}}`)
	got := []string{said(), said()}
	for _, block := range shown[1:] {
		if line := strings.TrimSpace(block[1]); !slices.ContainsFunc(got, shape(line).MatchString) {
			t.Errorf("the manual shows\n%s, and what comes is\n%s", line, strings.Join(got, "\n"))
		}
	}
}

// TestTheManualHasEveryMethod compares its tables with what there is.
func TestTheManualHasEveryMethod(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	_, text, _ := strings.Cut(manual(t), "\n## Methods of every server\n")
	text, _, _ = strings.Cut(text, "\n## Errors\n")
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?`) \\|").FindAllStringSubmatch(text, -1) {
		for _, name := range regexp.MustCompile("`(.*?)`").FindAllStringSubmatch(row[1], -1) {
			listed = append(listed, name[1])
		}
	}
	code, err := os.ReadFile("methods.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`(?m)^\t\t"([a-z.]+)": `).FindAllStringSubmatch(string(code), -1) {
		if !slices.Contains(listed, name[1]) {
			t.Errorf("the method %s is not in the manual", name[1])
		}
	}
	for _, name := range []string{"registry.get", "channel.open", "backup.end", "group.leave"} {
		if !slices.Contains(listed, name) {
			t.Fatalf("%s was not found in the tables", name)
		}
	}
	for _, name := range listed {
		switch {
		case !strings.Contains(name, ".") && name != "eval" && name != "unwatch":
			continue // one of every server's, or of what an event is about
		case name == "inbox.next" || name == "registry.changed":
			continue // it waits; it comes from the hub
		}
		if e, failed := c.call(name, `{}`)["error"].(map[string]any); failed && e["code"] == -32601.0 {
			t.Errorf("there is no method %s", name)
		}
	}
}

// TestTheManualsValues keeps each of the values that JSON has not.
func TestTheManualsValues(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	_, text, _ := strings.Cut(manual(t), "\n## Values\n")
	text, _, _ = strings.Cut(text, "\n## ")
	shown := regexp.MustCompile("(?m)^\\| .*? \\| `(\\{\"\\$.*?\\})`").FindAllStringSubmatch(text, -1)
	if len(shown) < 7 {
		t.Fatalf("%d values were found", len(shown))
	}
	for _, v := range shown {
		c.call("registry.set", `{"key":"v","value":`+v[1]+`}`)
		c.say(`{"jsonrpc":"2.0","id":"v","method":"registry.get","params":{"key":"v"}}`)
		if got, err := c.in.ReadString('\n'); err != nil || !strings.Contains(got, `{"value":`+v[1]+`,`) {
			t.Errorf("%s is kept as %s", v[1], got)
		}
	}
}
