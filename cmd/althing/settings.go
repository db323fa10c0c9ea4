package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
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
	if config == "" {
		config = os.Getenv(variable("config"))
	}
	names := settingFlags(newServe())
	file, err := readSettings(config, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		f := c.Flags().Lookup(name)
		if f == nil || f.Changed {
			continue
		}
		source, given := variable(name), os.Getenv(variable(name))
		if given == "" {
			source, given = file.path+": "+name, file.values[name]
		}
		if given == "" {
			continue
		}
		if err := f.Value.Set(given); err != nil {
			return wrongValue(source, given, f, err)
		}
		f.Changed = true
	}
	return nil
}

// warnOfVariables tells of variables that look like settings and are none: a
// hub must not stand open because of a misspelling.
func warnOfVariables(log *slog.Logger) {
	known := slices.Clone(clientVariables)
	for _, name := range append(settingFlags(newServe()), "config") {
		known = append(known, variable(name))
	}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, variablePrefix) && !slices.Contains(known, name) {
			log.Warn("a variable that is no setting is ignored", "variable", name, "perhaps", nearest(name, known))
		}
	}
}

// settings is what a settings file says.
type settings struct {
	path   string
	values map[string]string
}

// readSettings reads a settings file: name = value, the names those of the
// flags. No file is no settings, unless one was asked for.
func readSettings(asked string, names []string) (settings, error) {
	s := settings{path: asked, values: map[string]string{}}
	if asked == "" {
		s.path = settingsFile()
	}
	var raw map[string]any
	_, err := toml.DecodeFile(s.path, &raw)
	if asked == "" && errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, usagef("the settings file cannot be read: %s: %w", s.path, err)
	}
	for key, v := range raw {
		name := strings.ReplaceAll(key, "_", "-")
		if !slices.Contains(names, name) {
			return s, usagef("%s: there is no setting '%s'%s", s.path, key, orElse(didYouMean("'%s'", name, names), "'althing serve --help' lists them"))
		}
		if _, twice := s.values[name]; twice {
			return s, usagef("%s: '%s' is set twice", s.path, name)
		}
		switch v.(type) {
		case string, bool, int64, float64:
			s.values[name] = fmt.Sprint(v)
		default:
			return s, usagef("%s: '%s' must be a text, a number, true or false", s.path, key)
		}
	}
	return s, nil
}

// settingsFile is the file that is read when none is named.
func settingsFile() string {
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
