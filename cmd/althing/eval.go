package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"althing/cmd/althing/internal/repl"
	"althing/value"
)

func newEval() *cobra.Command {
	var f hubFlags
	var local, asJSON bool
	c := &cobra.Command{
		Use:   "eval [EXPRESSION]",
		Short: "have the hub work out Python expressions",
		Long: `Has the hub work out EXPRESSION, or carry out statements, and prints the reply.
It may have several lines, as one request. EXPRESSION - is read from the standard
input.

Without EXPRESSION it asks for one after the other, on a terminal with a prompt:
Tab completes names and keys, the arrows and Ctrl-R bring back what was typed
before, Ctrl-C throws away what was begun, Ctrl-D leaves. From a file or a pipe
it reads them up to the first that fails.`,
		Example: `  althing eval "2**10"
  althing eval "getReg('garden.soil.temp') * 9 / 5 + 32"
  althing eval "MyData['n'] = 1; MyData['n'] + 1"
  althing eval - < report.txt
  althing eval`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				unguard(c, args)
				return nil
			}
			return exactly(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if local && c.Flags().Changed("hub") {
				return usagef("--local asks no hub, and --hub names one; give one of them")
			}
			if len(args) == 0 {
				return converse(c, &f, local, asJSON)
			}
			query, err := textOrInput(c, args[0])
			if err != nil {
				return err
			}
			ask := f.once
			if local {
				ask = newWorkbench().ask
			}
			reply, err := ask(c.Context(), query)
			if err != nil {
				point(c.ErrOrStderr(), query, err)
				return err
			}
			return printNamed(c.OutOrStdout(), "reply", value.Str(reply), asJSON)
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&local, "local", false, "work it out in this process, without a hub and its values")
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with the reply for each expression")
	return c
}

// once has one query worked out.
func (f *hubFlags) once(ctx context.Context, query string) (reply string, err error) {
	err = f.talk(ctx, func(a asker) (err error) {
		reply, err = a.Eval(ctx, query)
		return err
	})
	return reply, err
}

// mistake is how an error of grammar ends, by the hub's or our own parser.
var mistake = regexp.MustCompile(`^(?:Syntax|Indentation)Error: .*\(line (\d+), column (\d+)\)$`)

// point shows on a terminal where a query is wrong.
func point(out io.Writer, query string, err error) {
	found := mistake.FindStringSubmatch(err.Error())
	if _, isTerminal := out.(*screen); !isTerminal || found == nil {
		return
	}
	line, _ := strconv.Atoi(found[1])
	column, _ := strconv.Atoi(found[2])
	fmt.Fprint(out, repl.Excerpt(query, line, column))
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
