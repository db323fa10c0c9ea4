package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"althing/datadir"
)

// dataFlags are what the verbs take that work on a data folder.
type dataFlags struct{ data, config string }

func (f *dataFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.data, "data", datadir.Default(), "the hub's data `folder`")
	addConfigFlag(c, &f.config)
}

// find settles which folder is meant: the one that serve would use.
func (f *dataFlags) find(c *cobra.Command) (err error) {
	if err := applySettings(c, f.config); err != nil {
		return err
	}
	f.data, err = dataFolder(f.data)
	return err
}

// dataFolder is the whole path of a folder as it was given.
func dataFolder(given string) (string, error) {
	if given == "" {
		return "", usagef("--data: the name of a folder is missing")
	}
	return filepath.Abs(given)
}
