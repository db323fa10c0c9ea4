package main

import (
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"althing/access"
	"althing/expr"
	"althing/expr/modules"
	"althing/scope"
)

// root is where README.md and docs are.
const root = "../../"

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sections gives the text below each heading of the second level.
func sections(text string) map[string]string {
	found := map[string]string{}
	for part := range strings.SplitSeq("\n"+text, "\n## ") {
		name, body, _ := strings.Cut(part, "\n")
		found[name] = body
	}
	return found
}

var flagCell = regexp.MustCompile("(?m)^\\| `--([a-z-]+)`")

// flagsIn gives the flags that the rows of tables begin with.
func flagsIn(text string) []string {
	var names []string
	for _, found := range flagCell.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	return names
}

// TestEveryVerbAndFlagIsDocumented compares docs/command-line.md with the
// program, both ways.
func TestEveryVerbAndFlagIsDocumented(t *testing.T) {
	text := read(t, "docs/command-line.md")
	parts := sections(text)
	common := flagsIn(parts["Where the hub is, and who asks"])
	var bounds []string
	for _, b := range access.Bounds() {
		bounds = append(bounds, b.Flag)
	}
	verbs := map[string]bool{}
	for _, c := range newRoot().Commands() {
		verbs[c.Name()] = true
		part, found := parts[c.Name()]
		if !found {
			t.Errorf("the verb %s is not in docs/command-line.md", c.Name())
			continue
		}
		flags := flagsOf(c)
		documented := flagsIn(part)
		if slices.Contains(flags, "hub") && slices.Contains(flags, "admin-key-file") {
			documented = append(documented, common...)
		}
		if c.Name() == "serve" {
			documented = append(documented, bounds...)
		}
		slices.Sort(flags)
		slices.Sort(documented)
		if !slices.Equal(flags, documented) {
			t.Errorf("%s: the program has the flags %v, docs/command-line.md %v", c.Name(), flags, documented)
		}
	}
	for _, found := range regexp.MustCompile(`\(#([a-z-]+)\)`).FindAllStringSubmatch(text, -1) {
		if !verbs[found[1]] {
			t.Errorf("docs/command-line.md lists the verb %s, which there is not", found[1])
		}
	}
}

// flagsOf gives the flags of a verb and of those below it, but for 'config print'
// and 'boot install', which have all of serve's.
func flagsOf(c *cobra.Command) (flags []string) {
	c.InheritedFlags() // cobra adds its own flags late
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains([]string{"print", "install"}, c.Name()) || newServe().Flags().Lookup(f.Name) == nil {
			flags = append(flags, f.Name)
		}
	})
	for _, below := range c.Commands() {
		flags = append(flags, flagsOf(below)...)
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

// TestEveryNameIsDocumented looks for what queries know in the pages about it.
func TestEveryNameIsDocumented(t *testing.T) {
	standard := modules.Standard(modules.Options{})
	python := sections(read(t, "docs/expressions.md"))["What is there"]
	for name := range standard {
		if !strings.Contains(python, "`"+name+"`") {
			t.Errorf("the module %s is not in docs/expressions.md", name)
		}
	}
	for _, name := range expr.BuiltinNames() {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(python) {
			t.Errorf("the built-in %s is not in docs/expressions.md", name)
		}
	}
	hubs := sections(read(t, "docs/text-protocol.md"))["Names"]
	for _, name := range scope.New(nil, nil).Names() {
		if !regexp.MustCompile("`" + name + "[`(]").MatchString(hubs) {
			t.Errorf("the name %s is not in docs/text-protocol.md", name)
		}
	}
}

// TestTheLimitsAreThose of the program.
func TestTheLimitsAreThose(t *testing.T) {
	var table strings.Builder
	for _, b := range access.Bounds() {
		fmt.Fprintf(&table, "| `--%s` | %s | %s |\n", b.Flag, b.Default, b.Reason)
	}
	isTable(t, "docs/operating.md", "| flag | default | bounds, and why |", table.String())
}

// elsewhere are the defaults that are not the same on every machine.
var elsewhere = map[string]string{
	"data": "`$XDG_DATA_HOME/althing`, else `~/.local/share/althing`", "name": "the host's name",
	"config": "`$XDG_CONFIG_HOME/althing/althing.toml`, else `~/.config/althing/althing.toml`, if it is there",
}

// TestTheSettingsAreThose of the program.
func TestTheSettingsAreThose(t *testing.T) {
	var table strings.Builder
	withDefault := regexp.MustCompile(`^(.*) \(default (.*)\)$`)
	newServe().Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" { // bounds have a table of their own
			return
		}
		_, usage := pflag.UnquoteUsage(f)
		without := f.DefValue
		if found := withDefault.FindStringSubmatch(usage); found != nil {
			usage, without = found[1], found[2]
		}
		if f.Value.Type() == "bool" {
			without = "off"
		}
		if other := elsewhere[f.Name]; other != "" {
			without = other
		}
		fmt.Fprintf(&table, "| `--%s` | %s | %s |\n", f.Name, usage, without)
	})
	isTable(t, "docs/command-line.md", "| setting | means | without it |", table.String())
}

// isTable compares a table of a page, which has that head, with what it has to be.
func isTable(t *testing.T, file, head, want string) {
	t.Helper()
	head += "\n" + regexp.MustCompile(` [^|]+ `).ReplaceAllString(head, " --- ") + "\n"
	before, behind, found := strings.Cut(read(t, file), head)
	if !found {
		t.Fatalf("%s has no table that begins with %s", file, head)
	}
	rest := behind
	for strings.HasPrefix(rest, "|") {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	switch {
	case strings.TrimSuffix(behind, rest) == want:
	case *update:
		if err := os.WriteFile(filepath.Join(root, file), []byte(before+head+want+rest), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table in %s is not the program's; go test ./cmd/althing -run AreThose -update writes it", file)
	}
}

var update = flag.Bool("update", false, "write the tables of limits and settings into docs")

// TestTheRightsAreThose of the program.
func TestTheRightsAreThose(t *testing.T) {
	acts := map[string]access.Act{
		"have an expression worked out":                                      access.Ask,
		"read shared values, groups, status":                                 access.Read,
		"write shared values and variables":                                  access.Write,
		"be a client, send and receive messages":                             access.Send,
		"SQL that only reads":                                                access.SQLRead,
		"SQL that changes something":                                         access.SQLWrite,
		"call [functions of the owner's](functions.md) that ask for no role": access.Function,
		"hub commands such as `s.info()`":                                    access.Command,
		"stop and restart the hub, join CONSOLE and SYSADMIN":                access.Manage,
	}
	word := map[bool]string{true: "yes", false: "no"}
	documented := sections(read(t, "docs/operating.md"))["Who may do what"]
	for name, act := range acts {
		row := "| " + name
		for _, guests := range []access.Guests{access.Full, access.ReadOnly, access.Nothing} {
			row += " | " + word[rights(t, guests).May(access.Guest, act) == nil]
		}
		for _, role := range []access.Role{access.User, access.Admin} {
			row += " | " + word[rights(t, access.Nothing).May(role, act) == nil]
		}
		row += " |\n"
		if !strings.Contains(documented, row) {
			t.Errorf("docs/operating.md should say %s", row)
		}
	}
}

func rights(t *testing.T, guests access.Guests) *access.Access {
	t.Helper()
	a, err := access.Open(t.TempDir(), access.Options{Guests: guests, Limits: access.DefaultLimits(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestWhatTheDocsTypeExists looks at every command line of the documentation.
func TestWhatTheDocsTypeExists(t *testing.T) {
	line := regexp.MustCompile("(?m)(?:^|`|\\(|\\$\\(|; |&& |cmd/|bin/)althing ((?:[a-z-]+)(?: [^`|;#\n]*)?)")
	flags := regexp.MustCompile(` --([a-z][a-z-]*)`)
	variables := regexp.MustCompile(`ALTHING_[A-Z_]+`)
	serve := settingFlags(newServe())
	for _, file := range []string{"README.md", "docs/backup.md", "docs/command-line.md", "docs/commands.md", "docs/functions.md", "docs/getting-started.md", "docs/operating.md", "docs/text-protocol.md", "docs/tree.md"} {
		text := read(t, file)
		typed := line.FindAllStringSubmatch(text, -1)
		for _, found := range typed {
			c, _, err := newRoot().Find(strings.Fields(found[1]))
			alone := c.Flags().Lookup("hub") != nil // a verb that has others below it and does something without
			if err != nil || !c.HasParent() || c.HasSubCommands() && !alone {
				t.Errorf("%s types 'althing %s', and there is no such verb", file, found[1])
				continue
			}
			rest, _, _ := strings.Cut(" "+found[1], " -- ")
			for _, f := range flags.FindAllStringSubmatch(rest, -1) {
				if c.Flags().Lookup(f[1]) == nil {
					t.Errorf("%s types 'althing %s', and there is no flag --%s", file, found[1], f[1])
				}
			}
		}
		if len(typed) == 0 {
			t.Errorf("%s types nothing: this test looks for the wrong thing", file)
		}
		for _, name := range variables.FindAllString(text, -1) {
			isSetting := slices.ContainsFunc(serve, func(f string) bool { return variable(f) == name })
			if !isSetting && !slices.Contains(clientVariables, name) && name != "ALTHING_CONFIG" && name != "ALTHING_NAME" {
				t.Errorf("%s names %s, which nothing reads", file, name)
			}
		}
	}
}

// TestTheTranscriptOfTheReadmeIsTrue types the commands of README.md, in a home
// that has nothing, and compares what they say. The port is another.
func TestTheTranscriptOfTheReadmeIsTrue(t *testing.T) {
	l := freePort(t)
	port := fmt.Sprint(portOf(t, l.Addr()))
	l.Close()
	env := append(clean(t.TempDir()), "ALTHING_TEXT=127.0.0.1:"+port, "ALTHING_SESSION=off", "ALTHING_HUB="+port)
	transcript, _, _ := strings.Cut(strings.SplitN(read(t, "README.md"), "```console\n", 2)[1], "```")
	commands := strings.Split("\n"+strings.ReplaceAll(transcript, textPort, port), "\n$ ")[1:]
	if len(commands) > 3 {
		t.Errorf("%d commands are more than three", len(commands))
	}
	for _, typed := range commands {
		command, want, _ := strings.Cut(typed, "\n")
		if args, beside := strings.CutSuffix(command, " &"); beside {
			p, err := start(t.TempDir(), env, strings.Fields(args)[1:]...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.kill)
			if _, err := p.out.await("^"+regexp.QuoteMeta(strings.TrimSuffix(want, "\n…"))+"$", p.ended); err != nil {
				t.Fatalf("%s: %v%s", command, err, p.errs)
			}
			continue
		}
		shell := exec.CommandContext(t.Context(), "sh", "-c", command)
		shell.Env = env
		said, err := shell.CombinedOutput()
		if err != nil || strings.TrimSpace(string(said)) != strings.TrimSpace(want) {
			t.Errorf("%s\nsays %q (%v), not %q", command, said, err, want)
		}
	}
}

// TestTheProgramsOfTheDocsWork runs the Python and Go programs of
// docs/getting-started.md against a hub.
func TestTheProgramsOfTheDocsWork(t *testing.T) {
	_, address := startHub(t, t.TempDir())
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	clients, err := filepath.Abs(filepath.Join(root, "clients/python"))
	if err != nil {
		t.Fatal(err)
	}
	ask(t, address, "setReg('garden.soil.temp', 56)")
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```(python|go)\n(.*?)```").FindAllStringSubmatch(read(t, "docs/getting-started.md"), -1) {
		program := filepath.Join(t.TempDir(), "program."+map[string]string{"python": "py", "go": "go"}[block[1]])
		text := strings.ReplaceAll(block[2], "2980", port)
		text = strings.ReplaceAll(text, "ShareServer()", "ShareServer(port="+port+")")
		text = strings.ReplaceAll(text, `Client("lamp")`, `Client("lamp", port=`+port+`)`) // the text port has sessions, too
		if err := os.WriteFile(program, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "go", "run", program)
		if block[1] == "python" {
			cmd = exec.CommandContext(t.Context(), "python3", program)
		}
		cmd.Stdin = strings.NewReader("\n")
		cmd.Env = append(os.Environ(), "PYTHONPATH="+clients, "PYTHONDONTWRITEBYTECODE=1")
		out, err := cmd.CombinedOutput()
		if err != nil || len(out) == 0 || strings.Contains(string(out), "Error") {
			t.Errorf("%v\n%s\nsays\n%s", err, text, out)
		}
		ran++
	}
	if ran < 4 {
		t.Errorf("only %d programs were found", ran)
	}
}
