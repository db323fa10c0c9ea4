package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func newEval() *cobra.Command {
	var f hubFlags
	c := &cobra.Command{
		Use:   "eval EXPRESSION",
		Short: "have the hub work out a Python expression",
		Long: `Has the hub work out EXPRESSION, or carry out statements, and prints the reply.
It may have several lines, as one request; such a one is always sent without the
admin key. EXPRESSION - is read from the standard input.`,
		Example: `  althing eval "2**10"
  althing eval "getReg('garden.soil.temp') * 9 / 5 + 32"
  althing eval "MyData['n'] = 1; MyData['n'] + 1"
  althing eval - < report.txt`,
		Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			query, err := textOrInput(c, args[0])
			if err != nil {
				return err
			}
			key, err := f.key()
			if err != nil {
				return err
			}
			if key != "" && !strings.ContainsAny(query, "\n\r") {
				return f.ask(c.Context(), c.OutOrStdout(), query)
			}
			at, err := f.address()
			if err != nil {
				return err
			}
			reply, err := askAlone(c.Context(), at, query)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), reply)
			return err
		},
	}
	f.add(c)
	return c
}

// longestInput bounds what is read from the standard input; a hub takes a query
// of 1 MiB when nothing else is set.
const longestInput = 64 << 20

// textOrInput is what was given as an argument, or the standard input for "-".
// White space around it is taken away; it must not be empty.
func textOrInput(c *cobra.Command, given string) (string, error) {
	if given == "-" {
		text, err := io.ReadAll(io.LimitReader(c.InOrStdin(), longestInput+1))
		if err != nil {
			return "", fmt.Errorf("the standard input cannot be read: %w", err)
		}
		if len(text) > longestInput {
			return "", fmt.Errorf("the standard input is longer than %d bytes", longestInput)
		}
		given = string(text)
	}
	given = strings.TrimSpace(given)
	if given == "" {
		return "", usagef("usage: %s; it is empty", c.UseLine())
	}
	return given, nil
}
