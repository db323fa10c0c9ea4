package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"althing/fault"
	"althing/value"
)

// The commands of the hub that draw the tree, and steer it.
const (
	listNetwork    = "s.listnetwork"
	restartServer  = "s.restartserver"
	shutdownServer = "s.shutdownserver"
)

func newNet() *cobra.Command {
	var f hubFlags
	var asJSON, again bool
	c := &cobra.Command{
		Use:   "net",
		Short: "show the tree of hubs, or steer it",
		Long: `Shows all hubs of the tree, with who is connected to each, their links and what they
take of their machines. It does not wait for one that is away. 'restart' and
'shutdown' do that to hubs, here or elsewhere in the tree; 'forget' takes one out of
it that will not come back.`,
		Example: "  althing net\n  althing net --watch\n  althing net restart barn\n  althing net shutdown --all",
		Args:    knownVerb,
		RunE: func(c *cobra.Command, _ []string) error {
			if !again {
				return f.talk(c.Context(), func(a asker) error { return printNet(c.Context(), a, c.OutOrStdout(), asJSON) })
			}
			ctx, stop := untilSignal(c.Context())
			defer stop()
			err := f.talk(ctx, func(a asker) error { return watchNet(ctx, a, c.OutOrStdout(), asJSON) })
			if ctx.Err() != nil {
				return nil
			}
			return err
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object; with --watch, one a line")
	c.Flags().BoolVar(&again, "watch", false, "show it again every two seconds, until Ctrl+C")
	c.AddCommand(newNetEnd("restart", "start hubs again", restartServer), newNetEnd("shutdown", "shut hubs down", shutdownServer), newNetForget())
	return c
}

// printNet prints the tree as it is now.
func printNet(ctx context.Context, a asker, out io.Writer, asJSON bool) error {
	answer, err := a.Command(ctx, listNetwork)
	if err != nil {
		return err
	}
	if asJSON {
		if answer.Value == nil {
			return fault.New(fault.Unavailable, "that hub gives no list for programs: it is of an older althing")
		}
		return printValue(out, answer.Value, true)
	}
	text := answer.Text
	if _, tree, found := strings.Cut(text, "\n\n"); found { // the lines above it are for a chat
		text = tree
	}
	return printValue(out, value.Str(text), false)
}

// lookAtNet is how often the tree is shown again.
const lookAtNet = 2 * time.Second

// watchNet prints the tree again and again. On a terminal each takes the place of
// the one before.
func watchNet(ctx context.Context, a asker, out io.Writer, asJSON bool) error {
	ticks := time.NewTicker(lookAtNet)
	defer ticks.Stop()
	for {
		if s, is := out.(*screen); is {
			s.wipe()
		}
		if err := printNet(ctx, a, out, asJSON); err != nil {
			return err
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func newNetEnd(verb, short, command string) *cobra.Command {
	var f hubFlags
	var all, yes bool
	c := &cobra.Command{
		Use:   verb + " NAME...|--all",
		Short: short,
		Long: strings.ToUpper(short[:1]) + short[1:] + `: those that are named, by a name or a path (main/barn), or with --all
this one and all below it. It needs the admin key. Each hub decides by its own
--parent-may whether it obeys. On a terminal it asks before it does anything.`,
		Example: "  althing net " + verb + " barn\n  althing net " + verb + " --all --yes",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, names []string) error {
			if all == (len(names) > 0) {
				return usagef("name hubs, or give --all; usage: althing net %s barn", verb)
			}
			what := strings.Join(names, ", ")
			if all {
				what = "this hub and all below it"
			}
			if !yes && !confirmed(c.InOrStdin(), c.ErrOrStderr(), fmt.Sprintf("%s %s? [y/N] ", verb, visible(what))) {
				return errUnconfirmed
			}
			return f.talk(c.Context(), func(a asker) error { return endHubs(c.Context(), a, command, names) })
		},
	}
	f.add(c)
	c.Flags().BoolVar(&all, "all", false, "this hub and all below it")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

func newNetForget() *cobra.Command {
	var f hubFlags
	var yes bool
	c := &cobra.Command{
		Use:   "forget NAME",
		Short: "take a hub out of the tree that will not come back",
		Long: `Takes a hub out of the tree that is away and will not come back, with those below it:
its name is free for the one that takes its place. The hub that it was right below does
so, with the admin key. Should it come back all the same, it is taken in again, and
has what waited for it.`,
		Example: "  althing net forget barn",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, names []string) error {
			if !yes && !confirmed(c.InOrStdin(), c.ErrOrStderr(), fmt.Sprintf("forget %s? [y/N] ", visible(names[0]))) {
				return errUnconfirmed
			}
			return f.talk(c.Context(), func(a asker) error { return a.ForgetHub(c.Context(), names[0]) })
		},
	}
	f.add(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

var errUnconfirmed = fault.New(fault.Denied, "nothing was done; --yes does it without asking")

// confirmed asks on a terminal. Where nobody can be asked, the answer is yes.
func confirmed(in io.Reader, out io.Writer, question string) bool {
	terminal, is := in.(*os.File)
	if !is || !term.IsTerminal(int(terminal.Fd())) {
		return true
	}
	fmt.Fprint(out, question)
	answer, _ := bufio.NewReader(in).ReadString('\n') // none is no
	return slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer)))
}

// endHubs has hubs end or start again; without names it is the hub that is asked and
// all below it.
func endHubs(ctx context.Context, a asker, command string, names []string) error {
	if len(names) == 0 && command == shutdownServer {
		command = "s.shutdownnetwork"
	} else if len(names) == 0 {
		var err error
		if names, err = hubsBelow(ctx, a); err != nil {
			return err
		}
	}
	args := make([]any, len(names))
	for i, name := range names {
		args[i] = name
	}
	_, err := a.Command(ctx, command, args...)
	return err
}

// hubsBelow gives the paths of the hub and of all below it.
func hubsBelow(ctx context.Context, a asker) (paths []string, err error) {
	status, err := a.Status(ctx)
	if err != nil {
		return nil, err
	}
	path, _ := status.Get(value.Str("path"))
	own, _ := path.(value.Str)
	answer, err := a.Command(ctx, listNetwork)
	if err != nil {
		return nil, err
	}
	var collect func(v value.Value)
	collect = func(v value.Value) {
		d, ok := v.(*value.Dict)
		if !ok {
			return
		}
		at, _ := d.Get(value.Str("path"))
		if is, ok := at.(value.Str); ok && (is == own || strings.HasPrefix(string(is), string(own)+"/")) {
			paths = append(paths, string(is))
		}
		below, _ := d.Get(value.Str("servers"))
		servers, _ := below.(value.List)
		for _, s := range servers {
			collect(s)
		}
	}
	collect(answer.Value)
	return paths, nil
}
