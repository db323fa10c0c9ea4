package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"althing/fault"
	"althing/value"
)

func newCall() *cobra.Command {
	var f hubFlags
	c := &cobra.Command{
		Use:   "call [COMMAND [ARG...]]",
		Short: "run a command of the hub",
		Long: `Has the hub run one of its commands, and prints the answer. Without a COMMAND it
prints which there are; 's.help COMMAND' explains one. With the admin key a
command that destroys something acts at once, without being sent twice.`,
		Example: "  althing call\n  althing call s.help s.kickuser\n  althing call s.restart --admin-key-file key.txt",
		Args: func(c *cobra.Command, args []string) error {
			unguard(c, args)
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			command, err := commandText(args)
			if err != nil {
				return err
			}
			key, err := f.key()
			if err != nil {
				return err
			}
			return f.talk(c.Context(), func(l *line) error {
				run := func() (string, error) { return l.command(c.Context(), command) }
				if l.who == adminRole {
					run = func() (string, error) { return l.ask(c.Context(), call("admin", key, command)) }
				}
				answer, err := run()
				if err == nil {
					_, err = fmt.Fprintln(c.OutOrStdout(), answer)
				}
				return err
			})
		},
	}
	f.add(c)
	return c
}

// commandText is a command as the hub reads it: "s.kickuser(lamp, door)". It may
// have been typed like that, too.
func commandText(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return "s.help(commands)", nil
	case strings.Contains(args[0], "(") && len(args) == 1:
		return args[0], nil
	case strings.ContainsAny(args[0], "(), "):
		return "", usagef("'%s' is no command; usage: althing call s.kickuser lamp", visible(args[0]))
	}
	for _, arg := range args[1:] {
		// A single argument may be a key, in which commas stand for themselves.
		if strings.Contains(arg, ",") && len(args) > 2 {
			return "", usagef("'%s': an argument of a command holds no comma", visible(arg))
		}
	}
	return args[0] + "(" + strings.Join(args[1:], ", ") + ")", nil
}

// mostMessages is how many messages to everybody may come before an answer.
const mostMessages = 100

// command runs a command with the rights of whoever has no key: it is a message
// to SYSTEM, whose answer comes to a client that is made for it.
func (l *line) command(ctx context.Context, command string) (string, error) {
	id, err := l.ask(ctx, "getClientID()")
	if err != nil {
		return "", err
	}
	if _, err := l.ask(ctx, call("send", id, "SYSTEM", command)); err != nil {
		return "", err
	}
	for range mostMessages {
		message, err := l.value(ctx, call("recv", id))
		if err != nil {
			return "", err
		}
		parts := strings.SplitN(value.Text(message), separator, 3)
		if len(parts) != 3 || parts[0] == "None" {
			return "", l.strange(value.Repr(message))
		}
		if parts[0] != "SYSTEM" {
			continue
		}
		if _, err := l.ask(ctx, call("exit", id)); err != nil {
			return "", err
		}
		return outcome(parts[2])
	}
	return "", fault.New(fault.Full, "so many messages to everybody come that the answer is not among the first %d", mostMessages)
}
