package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/spf13/cobra"

	"althing"
	"althing/value"
)

func newToken() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "token",
		Short: "make a token by which another hub comes below this one",
		Long: `Makes a token and prints the line by which another hub comes below this one. The
token is shown only now, and is good until it is withdrawn, for as many hubs as
are given it. It needs the admin key.`,
		Example: "  althing token\n  althing token list\n  althing token withdraw k3x7qa",
		Args:    knownVerb,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.talk(c.Context(), func(a asker) error {
				parent, err := a.MakeToken(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printObject(c.OutOrStdout(), []string{"parent"}, []value.Value{value.Str(parent)})
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), "althing serve --parent "+parent)
				if onThisMachine(parent) {
					fmt.Fprintln(c.ErrOrStderr(), "althing: this hub listens on its own machine only: others cannot reach it; start it with --lan")
				}
				return err
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with what stands behind --parent")
	c.AddCommand(newTokenList(), newTokenWithdraw())
	return c
}

// onThisMachine reports whether a line for --parent leads to this machine only.
func onThisMachine(parent string) bool {
	host, _, _ := net.SplitHostPort(parent[strings.LastIndexByte(parent, '@')+1:]) // the hub has made it
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func newTokenList() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list the tokens, and which hubs came by each",
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.talk(c.Context(), func(a asker) error {
				tokens, err := a.Tokens(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printTokens(c.OutOrStdout(), tokens)
				}
				rows := [][]cell{{{text: "token"}, {text: "hubs that came by it"}}}
				for _, t := range tokens {
					rows = append(rows, []cell{{text: visible(t.ID)}, {text: visible(strings.Join(t.Hubs, ", "))}})
				}
				return writeTable(c.OutOrStdout(), rows)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a list of objects")
	return c
}

// printTokens prints tokens as JSON.
func printTokens(out io.Writer, tokens []althing.JoinToken) error {
	type object struct {
		ID   string   `json:"id"`
		Hubs []string `json:"hubs"`
	}
	list := []object{}
	for _, t := range tokens {
		list = append(list, object(t))
	}
	return json.NewEncoder(out).Encode(list)
}

func newTokenWithdraw() *cobra.Command {
	var f hubFlags
	c := &cobra.Command{
		Use:   "withdraw TOKEN",
		Short: "make a token worthless, and cut the links of the hubs that came by it",
		Long: `Makes a token worthless, by the six letters with which it begins and with which
'althing token list' shows it. The links of the hubs that came by it are cut, wherever
in the tree they are now; to come back, they need another one.`,
		Example: "  althing token withdraw k3x7qa",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.talk(c.Context(), func(a asker) error { return a.WithdrawToken(c.Context(), args[0]) })
		},
	}
	f.add(c)
	return c
}
