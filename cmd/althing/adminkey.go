package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"althing/access"
	"althing/fault"
)

func newAdminKey() *cobra.Command {
	var f dataFlags
	c := &cobra.Command{
		Use:   "admin-key",
		Short: "make a new admin key",
		Long: `Makes a new admin key in the data folder of a hub on this machine, and prints it:
once, for the folder keeps only its hash. A hub that runs goes on with the old
key until it is restarted; one that was given --admin-key-file uses that.`,
		Example: "  althing admin-key\n  althing admin-key --data /srv/althing > key.txt",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.find(c); err != nil {
				return err
			}
			key, err := newKey(f.data)
			if err != nil {
				return err
			}
			fmt.Fprintln(c.ErrOrStderr(), "The new admin key; it is shown only this once. A running hub goes on with the old one until it is restarted.")
			_, err = fmt.Fprintln(c.OutOrStdout(), key)
			return err
		},
	}
	f.add(c)
	return c
}

// newKey makes a key in a data folder. Another folder gets no file of ours.
func newKey(data string) (key string, err error) {
	if _, err = os.Stat(filepath.Join(data, "VERSION")); err == nil {
		key, err = access.NewKey(data)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fault.New(fault.NotFound, "'%s' is no data folder of a hub; name the right one with --data, or make one with 'althing serve'", data)
	case errors.Is(err, fs.ErrPermission):
		return "", fault.Wrap(err, fault.Denied, "the data folder '%s' is another user's", data)
	}
	return key, err
}
