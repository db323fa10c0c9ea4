package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"althing/access"
	"althing/value"
)

func newUser() *cobra.Command {
	return verbsOf(&cobra.Command{
		Use:   "user",
		Short: "make and take back the keys of users",
		Long: `With --guests read or none, a hub lets only those change things, or in at all, that
have a key. These verbs make keys in the data folder of a hub on this machine, list
whose there are, and take them back. A hub that runs notices at once.`,
		Example: "  althing user add anna > anna.key\n  althing user list\n  althing user remove anna",
	}, newUserAdd(), newUserList(), newUserRemove())
}

func newUserAdd() *cobra.Command {
	var f dataFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "make a user's key",
		Long: `Makes a key for a user, and prints it: once, for the data folder keeps only its
hash. Whoever shows it may do all but what is an administrator's.`,
		Example: "  (umask 077; althing user add anna > anna.key)\n  althing set door.open True --admin-key-file anna.key",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.find(c); err != nil {
				return err
			}
			key, err := inDataFolder(f.data, func() (string, error) { return access.AddUser(f.data, args[0]) })
			if err != nil {
				return err
			}
			fmt.Fprintf(c.ErrOrStderr(), "The key of user '%s'; it is shown only this once.\n", args[0])
			return printNamed(c.OutOrStdout(), "key", value.Str(key), asJSON)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with the key")
	return c
}

func newUserRemove() *cobra.Command {
	var f dataFlags
	c := &cobra.Command{
		Use:   "remove NAME",
		Short: "take a user's key back",
		Long: `Takes a user's key back. A hub that runs refuses it from then on, and ends the
sessions that have shown it.`,
		Example: "  althing user remove anna",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.find(c); err != nil {
				return err
			}
			_, err := inDataFolder(f.data, func() (struct{}, error) { return struct{}{}, access.RemoveUser(f.data, args[0]) })
			return err
		},
	}
	f.add(c)
	return c
}

func newUserList() *cobra.Command {
	var f dataFlags
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "show who has a key",
		Long:    "Shows the users who have a key, and since when.",
		Example: "  althing user list --json",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.find(c); err != nil {
				return err
			}
			users, err := inDataFolder(f.data, func() ([]access.UserKey, error) { return access.Users(f.data) })
			if err != nil {
				return err
			}
			return printUsers(c.OutOrStdout(), users, asJSON)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a list of objects")
	return c
}

func printUsers(out io.Writer, users []access.UserKey, asJSON bool) error {
	type object struct {
		Name    string    `json:"name"`
		Since   time.Time `json:"since"`
		Damaged bool      `json:"damaged,omitempty"`
	}
	if asJSON {
		list := []object{}
		for _, u := range users {
			list = append(list, object(u))
		}
		return json.NewEncoder(out).Encode(list)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, u := range users {
		since := u.Since.Format("since " + time.DateTime)
		if u.Damaged {
			since = "damaged: remove and add it"
		}
		fmt.Fprintf(table, "%s\t%s\n", u.Name, since)
	}
	return table.Flush()
}
