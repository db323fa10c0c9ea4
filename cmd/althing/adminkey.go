package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"althing/access"
	"althing/value"
)

func newAdminKey() *cobra.Command {
	var f dataFlags
	var asJSON bool
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
			key, err := inDataFolder(f.data, func() (string, error) { return access.NewKey(f.data) })
			if err != nil {
				return err
			}
			fmt.Fprintln(c.ErrOrStderr(), "The new admin key; it is shown only this once. A running hub goes on with the old one until it is restarted.")
			return printNamed(c.OutOrStdout(), "key", value.Str(key), asJSON)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with the key")
	return c
}
