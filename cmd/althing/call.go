package main

import (
	"strings"

	"github.com/spf13/cobra"

	"althing/value"
	"althing/wire"
)

func newCall() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "call [COMMAND [ARG...]]",
		Short: "run a command of the hub",
		Long: `Has the hub run one of its commands, and prints the answer. Without a COMMAND it
prints which there are; 's.help COMMAND' explains one. What destroys something
needs the admin key, and acts at once, without being sent twice.`,
		Example: "  althing call\n  althing call s.help s.kickuser\n  althing call s.restart --admin-key-file key.txt",
		Args: func(c *cobra.Command, args []string) error {
			unguard(c, args)
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			command, given, err := commandOf(args)
			if err != nil {
				return err
			}
			return f.talk(c.Context(), func(a asker) error {
				answer, err := a.Command(c.Context(), command, given...)
				if err != nil {
					return err
				}
				v := answer.Value
				if v == nil {
					v = value.None{}
				}
				switch {
				case asJSON:
					return printObject(c.OutOrStdout(), []string{"text", "value"}, []value.Value{value.Str(answer.Text), v})
				case answer.Text == "" && answer.Value != nil:
					return printValue(c.OutOrStdout(), v, false)
				}
				return printValue(c.OutOrStdout(), value.Str(answer.Text), false)
			})
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with the text and the value of the answer")
	return c
}

// commandOf is a command and its arguments, which may have been typed as one:
// "s.kickuser(lamp, door)".
func commandOf(args []string) (name string, given []any, err error) {
	if len(args) == 0 {
		return "s.help", []any{"commands"}, nil
	}
	name = args[0]
	for _, arg := range args[1:] {
		given = append(given, arg)
	}
	if typed, inner, whole := wire.CutCommand(name); whole && len(args) == 1 {
		name = typed
		values, err := wire.SplitArgs(inner)
		if err != nil {
			return "", nil, err
		}
		for _, v := range values {
			given = append(given, v)
		}
	}
	if strings.ContainsAny(name, "(), ") {
		return "", nil, usagef("'%s' is no command; usage: althing call s.kickuser lamp", visible(args[0]))
	}
	return name, given, nil
}
