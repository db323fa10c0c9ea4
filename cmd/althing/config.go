package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"althing/hub"
)

func newConfig() *cobra.Command {
	return verbsOf(&cobra.Command{
		Use:   "config",
		Short: "look at the settings of a hub",
		Long: `The settings of a hub are the flags of 'althing serve', variables and a settings
file. These verbs check them, show what holds, and print a file to begin with.`,
		Example: "  althing config check\n  althing config print --lan\n  althing config doc > althing.toml",
	}, newConfigCheck(), newConfigPrint(), newConfigDoc())
}

func newConfigCheck() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check [FILE]",
		Short: "say all that is wrong with the settings",
		Long: `Says all that is wrong with the settings that 'althing serve' would have here: the
settings file and the variables; or with FILE alone. The status is 2 when
something is.`,
		Example: "  althing config check\n  althing config check /etc/althing/althing.toml",
		Args:    between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			var problems []problem
			checked := "the settings"
			if len(args) == 1 {
				checked = args[0]
				problems = checkFile(args[0])
			} else {
				problems = checkSettings()
			}
			if err := tellProblems(c.OutOrStdout(), problems, asJSON); err != nil {
				return err
			}
			switch len(problems) {
			case 0:
				if !asJSON {
					fmt.Fprintln(c.OutOrStdout(), visible(checked)+": nothing is wrong")
				}
				return nil
			case 1:
				return usagef("one thing is wrong with %s", visible(checked))
			}
			return usagef("%d things are wrong with %s", len(problems), visible(checked))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a list of objects")
	return c
}

func tellProblems(out io.Writer, problems []problem, asJSON bool) error {
	if !asJSON {
		for _, p := range problems {
			if _, err := fmt.Fprintln(out, visible(p.String())); err != nil {
				return err
			}
		}
		return nil
	}
	type object struct {
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
		Problem string `json:"problem"`
	}
	list := []object{}
	for _, p := range problems {
		list = append(list, object{p.file, p.line, p.what})
	}
	return json.NewEncoder(out).Encode(list)
}

// checkFile says what is wrong with a settings file.
func checkFile(path string) []problem {
	var f serveFlags
	c := &cobra.Command{}
	f.add(c)
	s := readSettings(path)
	for name, v := range s.values {
		_ = c.Flags().Set(name, v.text) // readSettings has tried it
	}
	return append(s.problems, f.problems(s.path)...)
}

// checkSettings says what is wrong with the settings that serve would have.
func checkSettings() []problem {
	var f serveFlags
	c := &cobra.Command{}
	f.add(c)
	_, problems := settle(c, "")
	for name, perhaps := range strangeVariables() {
		what := name + ": a variable that is no setting"
		if perhaps != "" {
			what += "; did you mean " + perhaps + "?"
		}
		problems = append(problems, problem{what: what})
	}
	return append(problems, f.problems(settingsInUse())...)
}

// problems says what is wrong with settings that each make sense: together, and
// with the rights on the files.
func (f *serveFlags) problems(file string) (problems []problem) {
	if wrong := guarded(file, 0o022); wrong != "" {
		problems = append(problems, problem{file: file, what: wrong})
	}
	if wrong := guarded(f.adminKeyFile, 0o077); wrong != "" {
		problems = append(problems, problem{file: f.adminKeyFile, what: wrong})
	}
	if err := f.check(); err != nil {
		problems = append(problems, problem{what: err.Error()})
	}
	return problems
}

func newConfigPrint() *cobra.Command {
	var f serveFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "print",
		Short: "show every setting, its value, and where that is from",
		Long: `Shows every setting that 'althing serve' would have here, with its value, and where
that is from: a flag, a variable, a line of the settings file, or the default. It
takes all flags of serve.`,
		Example: "  althing config print\n  althing config print --lan --json",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			from, problems := settle(c, f.config)
			if err := firstOf(problems); err != nil {
				return err
			}
			return printSettings(c, from, asJSON)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a list of objects")
	return c
}

// settingsOf gives the settings that the flags of a command are; from tells where
// those are from that are not the default.
func settingsOf(c *cobra.Command, from map[string]string) []hub.Setting {
	var list []hub.Setting
	for _, name := range settingFlags(newServe()) {
		flag := c.Flags().Lookup(name)
		_, help := pflag.UnquoteUsage(flag)
		s := hub.Setting{Name: name, Value: flag.Value.String(), From: from[name], Help: help}
		if s.From == "" {
			s.Value, s.From = cmp.Or(s.Value, usualPorts[name]), "default"
		}
		list = append(list, s)
	}
	return list
}

// printSettings prints the settings that the flags of a command are.
func printSettings(c *cobra.Command, from map[string]string, asJSON bool) error {
	type object struct {
		Setting string `json:"setting"`
		Value   string `json:"value"`
		From    string `json:"from"`
	}
	var list []object
	for _, s := range settingsOf(c, from) {
		list = append(list, object{s.Name, s.Value, s.From})
	}
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(list)
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, o := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\n", o.Setting, visible(o.Value), visible(o.From))
	}
	return table.Flush()
}

func newConfigDoc() *cobra.Command {
	return &cobra.Command{
		Use:   "doc",
		Short: "print a settings file with every setting, commented out",
		Long: `Prints a settings file in which every setting stands with its default, commented
out, and what it is for above it.`,
		Example: "  althing config doc > ~/.config/althing/althing.toml",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := io.WriteString(c.OutOrStdout(), settingsDoc())
			return err
		},
	}
}

// settingsDoc is the commented settings file.
func settingsDoc() string {
	var b strings.Builder
	b.WriteString(`# The settings of a hub, for ` + settingsFile() + `
# or the file that --config or ALTHING_CONFIG names. What begins with '#' is the
# default. A flag of 'althing serve' stands above the variable of its name
# (--log-level is ALTHING_LOG_LEVEL), and that above this file.
# 'althing config check' says what is wrong here.
`)
	flags := newServe().Flags()
	for _, name := range settingFlags(newServe()) {
		f := flags.Lookup(name)
		_, usage := pflag.UnquoteUsage(f)
		fmt.Fprintf(&b, "\n# %s\n# (%s)\n# %s = %s\n", usage, unit(f.Value.Type()), name, tomlValue(f))
	}
	return b.String()
}

// unit says in what a setting is given.
func unit(kind string) string {
	switch kind {
	case "bool":
		return "true or false"
	case "word":
		return "one of the words above, in quotes"
	case "number":
		return "a whole number"
	case "size":
		return "bytes, or with a unit, in quotes: KiB, MiB, GiB"
	case "time":
		return "a time with its unit, in quotes: ms, s, m, h"
	case "address":
		return "an address in quotes, or a port"
	}
	return "a text in quotes"
}

// usualPorts are the defaults of the settings whose flags have none: without a
// flag, a port gives way to the next when it is taken.
var usualPorts = map[string]string{textGateway: textPort, sessionGateway: sessionPort, cpuGateway: cpuPort, webGateway: webPort}

// tomlValue is a flag's value as the settings file has it.
func tomlValue(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool", "number":
		return f.Value.String()
	case "address":
		if !f.Changed {
			return usualPorts[f.Name]
		}
	}
	// JSON's texts are TOML's; a text always has a form in JSON.
	text, _ := json.Marshal(f.Value.String())
	return string(text)
}

// givenSettings is a settings file with what is not left as it is, but for the
// data folder: it is for another one.
func givenSettings(flags *pflag.FlagSet) []byte {
	var file strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != "data" && f.Name != "config" {
			fmt.Fprintf(&file, "%s = %s\n", f.Name, tomlValue(f))
		}
	})
	return []byte(file.String())
}
