package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"althing/datadir"
	"althing/fault"
)

// dataFlags are what the verbs take that work on a data folder.
type dataFlags struct{ data, config string }

func (f *dataFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.data, "data", datadir.Default(), "the hub's data `folder`")
	addConfigFlag(c, &f.config)
}

// find settles which folder is meant; it must be a hub's.
func (f *dataFlags) find(c *cobra.Command) error {
	if err := applySettings(c, f.config); err != nil {
		return err
	}
	var err error
	if f.data, err = dataFolder(f.data); err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(f.data, "VERSION"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "'%s' is no data folder of a hub; name the right one with --data, or make one with 'althing serve'", f.data)
	case errors.Is(err, fs.ErrPermission):
		return fault.New(fault.Denied, "the data folder '%s' is another user's", f.data)
	}
	return err
}

// dataFolder is the whole path of a folder as it was given.
func dataFolder(given string) (string, error) {
	if given == "" {
		return "", usagef("--data: the name of a folder is missing")
	}
	return filepath.Abs(given)
}
