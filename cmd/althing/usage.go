package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a command line that makes no sense.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// showUsage makes what cobra calls to show how a verb is used; beyond is what a
// verb has to say after that. cobra would rather have a template, but those find
// methods by their names: with one of them in the program, the linker has to keep
// every method of every type, which is four megabytes.
func showUsage(beyond string) func(*cobra.Command) error {
	return func(c *cobra.Command) error {
		_, err := io.WriteString(c.OutOrStderr(), usage(c)+beyond)
		return err
	}
}

func usage(c *cobra.Command) string {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if c.Runnable() {
		fmt.Fprintf(&b, "  %s\n", c.UseLine())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s VERB\n", c.CommandPath())
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	others := "Verbs:"
	for _, group := range c.Groups() {
		listVerbs(&b, group.Title, c, group.ID)
		others = "More:"
	}
	if !c.AllChildCommandsHaveGroup() {
		listVerbs(&b, others, c, "")
	}
	if c.HasAvailableLocalFlags() {
		fmt.Fprintf(&b, "\nFlags:\n%s", c.LocalFlags().FlagUsages())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nUse \"%s VERB --help\" for more information about a verb.\n", c.CommandPath())
	}
	return b.String()
}

// listVerbs lists the verbs of a group, or those that are in none.
func listVerbs(b *strings.Builder, title string, c *cobra.Command, group string) {
	fmt.Fprintf(b, "\n%s\n", title)
	for _, verb := range c.Commands() {
		if verb.GroupID == group && (verb.IsAvailableCommand() || verb.Name() == "help") {
			fmt.Fprintf(b, "  %-*s %s\n", verb.NamePadding(), verb.Name(), verb.Short)
		}
	}
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "say what a verb does",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return knownVerb(c.Root(), args)
			}
			return about.Help()
		},
	}
}

// exactly wants n arguments.
func exactly(n int) cobra.PositionalArgs { return between(n, n) }

// between wants so many arguments.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		unguard(c, args)
		if len(args) >= least && len(args) <= most {
			return nil
		}
		hint := ""
		if len(args) > most && most > 0 {
			hint = "; put quotes around what has blanks in it"
		}
		return usagef("usage: %s%s", c.UseLine(), hint)
	}
}

// verbsOf makes c a command of verbs, which does nothing itself but show them.
func verbsOf(c *cobra.Command, verbs ...*cobra.Command) *cobra.Command {
	c.Args = knownVerb
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(verbs...)
	return c
}

// knownVerb refuses what is no verb. It is asked when none was found.
func knownVerb(c *cobra.Command, args []string) error {
	unguard(c, args)
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			verbs = append(verbs, sub.Name())
		}
	}
	return usagef("there is no verb '%s'%s", visible(args[0]), orElse(didYouMean("'%s'", args[0], verbs), "'"+c.CommandPath()+" --help' lists them"))
}

// flagError words what the flag parser has to say.
func flagError(c *cobra.Command, err error) error {
	help := fmt.Sprintf("'%s --help' lists the flags", c.CommandPath())
	var unknown *pflag.NotExistError
	var wrong *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case !c.HasParent() && errors.As(err, &unknown):
		return usagef("%w; flags go behind their verb; 'althing --help' lists the verbs", err)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return usagef("there is no flag -%s; a text that begins with a dash goes behind '--'; %s", unknown.GetSpecifiedName(), help)
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		return usagef("there is no flag --%s%s", name, orElse(didYouMean("--%s", name, flagNames(c)), help))
	case errors.As(err, &wrong):
		return wrongValue("--"+wrong.GetFlag().Name, strings.TrimPrefix(wrong.GetValue(), guard), wrong.GetFlag(), wrong.Unwrap())
	case errors.As(err, &missing):
		return usagef("--%s needs a value; %s", missing.GetFlag().Name, help)
	}
	return usagef("%w; %s", err, help)
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// wrongValue says that a setting, from wherever it comes, does not take a value.
func wrongValue(source, given string, f *pflag.Flag, err error) error {
	if f.Value.Type() == "bool" {
		return usagef("%s: true or false, not '%s'", source, given)
	}
	return usagef("%s: %w", source, err)
}

// choice is a flag that takes one of a few words.
type choice struct {
	value *string
	words []string
}

func (c choice) Set(text string) error {
	if !slices.Contains(c.words, text) {
		last := len(c.words) - 1
		return fmt.Errorf("%s or %s, not '%s'", strings.Join(c.words[:last], ", "), c.words[last], text)
	}
	*c.value = text
	return nil
}

func (c choice) String() string {
	if c.value == nil { // pflag asks a zero one
		return ""
	}
	return *c.value
}

func (choice) Type() string { return "word" }

// didYouMean is a question about the word that is most like the one typed, or
// nothing.
func didYouMean(format, typed string, words []string) string {
	word := nearest(typed, words)
	if word == "" {
		return ""
	}
	return "; did you mean " + fmt.Sprintf(format, word) + "?"
}

// nearest is the word that is most like the one typed; empty when none is.
func nearest(typed string, words []string) string {
	best, least := "", max(2, len(typed)/3)+1
	for _, w := range words {
		d := distance(typed, w)
		if len(typed) > 1 && strings.HasPrefix(w, typed) {
			d = 1
		}
		if d < least {
			best, least = w, d
		}
	}
	return best
}

// orElse adds a hint where there is no question.
func orElse(question, hint string) string {
	if question == "" {
		return "; " + hint
	}
	return question
}

// distance is how many letters have to be changed, added or left out to make
// one word of the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// guard marks an argument that begins like a negative number, which the flag
// parser would take for flags: 'althing set temperature -5' must work, and no
// flag of ours begins with a digit. No argument of a process can hold a NUL.
const guard = "\x00"

func guardNumbers(args []string) []string {
	guarded := slices.Clone(args)
	for i, a := range args {
		if len(a) > 1 && a[0] == '-' && strings.IndexByte(".0123456789", a[1]) >= 0 {
			guarded[i] = guard + a
		}
	}
	return guarded
}

// unguard takes the marks away again.
func unguard(c *cobra.Command, args []string) {
	for i := range args {
		args[i] = strings.TrimPrefix(args[i], guard)
	}
	c.Flags().Visit(func(f *pflag.Flag) {
		if text, marked := strings.CutPrefix(f.Value.String(), guard); marked && f.Value.Type() == "string" {
			_ = f.Value.Set(text) // a text takes every text
		}
	})
}
