package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing"
	"althing/commands"
	"althing/value"
)

const (
	// completeWithin is how long a shell waits for what can be completed: a hub
	// that is slow, or not there, must not be felt when Tab is pressed.
	completeWithin = 500 * time.Millisecond
	// mostCompleted bounds what is offered, and what the hub has to send.
	mostCompleted = 500
)

// completed are the arguments of verbs that a hub knows, each with a query whose
// value lists them. LIKE stands for what has been typed.
var completed = []struct {
	verb  string
	place int
	query string
}{
	{"get", 0, keysLike},
	{"set", 0, keysLike},
	{"delete", 0, keysLike},
	{"watch", 0, keysLike},
	{"record", 0, keysLike},
	{"send", 0, "[g for g in groups() if g.startswith(LIKE)]"},
	{"sql", 0, "['SELECT * FROM ' + r[0] for r in dbExec(\"SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')\")]"},
}

const keysLike = "[k for k in MyData if k.startswith(LIKE)]"

// addCompletions has the verbs complete what a hub knows. It is silent where there
// is none.
func addCompletions(root *cobra.Command) {
	verb, _, _ := root.Find([]string{"completion"})
	verbsOf(verb) // its verbs are the shells
	verb.Short = "print what has a shell complete verbs, flags and names"
	for _, shell := range verb.Commands() {
		shell.Short, shell.Args = "print it for "+shell.Name(), exactly(0)
	}
	for _, what := range completed {
		c, _, _ := root.Find([]string{what.verb}) // a test tries each
		c.ValidArgsFunction = func(c *cobra.Command, args []string, like string) ([]string, cobra.ShellCompDirective) {
			if len(args) != what.place {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			query := strings.ReplaceAll(what.query, "LIKE", value.Repr(value.Str(like)))
			return candidates(c, query, like), cobra.ShellCompDirectiveNoFileComp
		}
	}
	call, _, _ := root.Find([]string{"call"})
	call.ValidArgsFunction = func(_ *cobra.Command, args []string, like string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return commandsLike(like), cobra.ShellCompDirectiveNoFileComp
	}
}

// commandsLike are the hub's commands that begin so; they are those of any server.
func commandsLike(like string) (names []string) {
	s := &althing.Server{}
	if commands.Install(s, commands.Options{}) != nil {
		return nil
	}
	for _, c := range s.Commands() {
		if strings.HasPrefix(c.Name, like) {
			names = append(names, c.Name)
		}
	}
	return names
}

// candidates gives the texts of a list that the hub works out, as far as they
// begin like what was typed. No network is searched for a hub.
func candidates(c *cobra.Command, query, like string) (texts []string) {
	text := func(flag string) string { return c.Flag(flag).Value.String() }
	f := hubFlags{
		hub:     cmp.Or(text("hub"), os.Getenv("ALTHING_HUB"), thisMachine),
		keyFile: text("admin-key-file"), fingerprint: text("fingerprint"), certificate: text("certificate"),
		way: textWay, verb: c,
	}
	ctx, cancel := context.WithTimeout(c.Context(), completeWithin)
	defer cancel()
	_ = f.talk(ctx, func(a asker) error { // who presses Tab is not told why nothing comes
		v, err := a.value(ctx, fmt.Sprintf("(%s)[:%d]", query, mostCompleted))
		list, _ := v.(value.List)
		for _, item := range list {
			if t, isText := item.(value.Str); isText && strings.HasPrefix(string(t), like) && visible(string(t)) == string(t) {
				texts = append(texts, string(t))
			}
		}
		return err
	})
	slices.Sort(texts)
	return texts
}
