package main

import (
	"context"
	"errors"
	"fmt"
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

// find settles which folder is meant: the one that serve would use.
func (f *dataFlags) find(c *cobra.Command) (err error) {
	if err := applySettings(c, f.config); err != nil {
		return err
	}
	f.data, err = dataFolder(f.data)
	return err
}

// whileWanted has do work on the folder until a signal ends it. A work that was cut
// short says so, and with what result.
func (f *dataFlags) whileWanted(c *cobra.Command, cutShort string, do func(ctx context.Context) error) error {
	if err := f.find(c); err != nil {
		return err
	}
	ctx, stop := untilSignal(c.Context())
	defer stop()
	err := do(ctx)
	if ctx.Err() != nil && err != nil {
		return fmt.Errorf("%s: %w", cutShort, err)
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

// inDataFolder does something with a hub's data folder. Another folder gets no
// file of ours.
func inDataFolder[T any](data string, do func() (T, error)) (done T, err error) {
	if _, err = os.Stat(filepath.Join(data, "VERSION")); err == nil {
		if err = becomeOwner(data); err == nil {
			done, err = do()
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && !fault.Is(err, fault.NotFound):
		return done, fault.New(fault.NotFound, "'%s' is no data folder of a hub; name the right one with --data, or make one with 'althing serve'", data)
	case errors.Is(err, fs.ErrPermission):
		return done, fault.Wrap(err, fault.Denied, "the data folder '%s' is another user's", data)
	}
	return done, err
}
