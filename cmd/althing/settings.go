package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// A setting of a hub is a flag of 'althing serve'. What was not given as a flag
// comes from the variable of its name, else from the settings file.

// variablePrefix begins the variables; --log-level is ALTHING_LOG_LEVEL.
const variablePrefix = "ALTHING_"

// clientVariables are those that are the client verbs' own.
var clientVariables = []string{"ALTHING_HUB", "ALTHING_KEY", "ALTHING_FINGERPRINT", "ALTHING_CERTIFICATE"}

// settingFlags are the settings among the flags of serve.
func settingFlags(serve *cobra.Command) []string {
	return slices.DeleteFunc(flagNames(serve), func(name string) bool { return name == "help" || name == "config" })
}

func variable(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// addConfigFlag offers the one flag that is no setting: where the others are.
func addConfigFlag(c *cobra.Command, file *string) {
	c.Flags().StringVar(file, "config", "", "the settings `file` (default "+settingsFile()+")")
}

// applySettings fills those flags of a command that are settings and were not
// given.
func applySettings(c *cobra.Command, config string) error {
	_, problems := settle(c, config)
	return firstOf(problems)
}

// settle is applySettings; it tells of the settings that have been given where
// each is from, and all that is wrong.
func settle(c *cobra.Command, config string) (from map[string]string, problems []problem) {
	if config == "" {
		config = os.Getenv(variable("config"))
	}
	file := readSettings(config)
	from, problems = map[string]string{}, file.problems
	for _, name := range settingFlags(newServe()) {
		f := c.Flags().Lookup(name)
		if f == nil {
			continue
		}
		if f.Changed {
			from[name] = "flag"
			continue
		}
		text, inFile := os.Getenv(variable(name)), file.values[name]
		switch {
		case text != "":
			from[name] = variable(name)
			if err := f.Value.Set(text); err != nil {
				problems = append(problems, problem{what: wrongValue(variable(name), text, f, err).Error()})
			}
		case inFile.line > 0:
			from[name] = fmt.Sprintf("%s:%d", file.path, inFile.line)
			_ = f.Value.Set(inFile.text) // readSettings has tried it
		default:
			continue
		}
		f.Changed = true
	}
	return from, problems
}

// warnOfVariables tells of variables that look like settings and are none: a
// hub must not stand open because of a misspelling.
func warnOfVariables(log *slog.Logger) {
	for name, perhaps := range strangeVariables() {
		log.Warn("a variable that is no setting is ignored", "variable", name, "perhaps", perhaps)
	}
}

// strangeVariables gives the variables that look like settings and are none, each
// with the name that may have been meant.
func strangeVariables() map[string]string {
	known := slices.Clone(clientVariables)
	for _, name := range append(settingFlags(newServe()), "config") {
		known = append(known, variable(name))
	}
	strange := map[string]string{}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, variablePrefix) && !slices.Contains(known, name) {
			strange[name] = nearest(name, known)
		}
	}
	return strange
}

// settingsInUse is the file that is read when no flag names one.
func settingsInUse() string { return cmp.Or(os.Getenv(variable("config")), settingsFile()) }

// settingsFile is the file that is read when none is named: the user's own. An
// administrator of the machine who has none looks after the hub that starts with it.
func settingsFile() string {
	own := ownSettings()
	if os.Geteuid() == 0 && os.Getenv("XDG_CONFIG_HOME") == "" && !exists(own) && exists(bootSettings) {
		return bootSettings
	}
	return own
}

func ownSettings() string {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "althing.toml"
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "althing", "althing.toml")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
