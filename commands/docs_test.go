package commands_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"althing"
	"althing/commands"
)

var documented = regexp.MustCompile("(?m)^\\| `(s\\.[^`]*)` \\| (\\w+)")

// TestEveryCommandIsDocumented compares docs/commands.md with the program, both
// ways.
func TestEveryCommandIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	var server althing.Server
	if err := commands.Install(&server, commands.Options{}); err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, c := range server.Commands() {
		who := "all"
		if slices.Contains(c.Needs, althing.Admin) {
			who = "admin"
		}
		have = append(have, c.Usage()+" "+who)
	}
	var told []string
	for _, row := range documented.FindAllStringSubmatch(string(text), -1) {
		told = append(told, row[1]+" "+row[2])
	}
	slices.Sort(have)
	slices.Sort(told)
	if !slices.Equal(have, told) {
		t.Errorf("the commands are\n%s\nand docs/commands.md has\n%s", strings.Join(have, "\n"), strings.Join(told, "\n"))
	}
	if err := commands.Install(&server, commands.Options{}); err == nil {
		t.Error("they were installed twice")
	}
}
