package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"althing"
	"althing/value"
)

func newWatch() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "watch PATTERN",
		Short: "print shared values as they change",
		Long: `Prints the values whose keys match PATTERN (* ? [abc] [!abc]), and then every
change of them as it happens, until Ctrl+C. 'garden.*@barn' are the keys of another
hub of the tree, and 'garden.*@*' those of all hubs.`,
		Example: "  althing watch 'garden.*'\n  althing watch 'garden.*@*'",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, stop := untilSignal(c.Context())
			defer stop()
			err := f.talk(ctx, func(a asker) error { return watch(ctx, a, c.OutOrStdout(), args[0], asJSON) })
			if ctx.Err() != nil {
				return nil
			}
			return err
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a change")
	return c
}

// untilSignal gives a context that ends with Ctrl+C or a SIGTERM. The second
// one ends the process at once: by the time the context has ended, signals mean
// again what they mean to any process.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
		}
		signal.Stop(signals)
		cancel()
	}()
	return ctx, cancel
}

// watch prints changes until ctx ends, the hub is gone, or nobody reads them.
func watch(ctx context.Context, a asker, out io.Writer, pattern string, asJSON bool) error {
	var unread error
	_, err := a.Watch(ctx, pattern, func(change althing.Change) {
		if unread == nil {
			if unread = printChange(out, change, asJSON); unread != nil {
				_ = a.Close()
			}
		}
	})
	if err != nil {
		return err
	}
	gone := a.attend(ctx, a.Client)
	return cmp.Or(unread, gone)
}

func printChange(out io.Writer, change althing.Change, asJSON bool) error {
	v := change.Value
	if change.Deleted {
		v = value.None{}
	}
	if asJSON {
		return printObject(out, []string{"revision", "key", "value", "deleted"},
			[]value.Value{value.Int(change.Revision), value.Str(change.Key), v, value.Bool(change.Deleted)})
	}
	text := visible(change.Key) + " = " + value.Repr(v)
	if change.Deleted {
		text = visible(change.Key) + " deleted"
	}
	_, err := fmt.Fprintln(out, text)
	return err
}
