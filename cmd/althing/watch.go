package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"althing/value"
)

func newWatch() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "watch PATTERN",
		Short: "print shared values as they change",
		Long: `Prints the values whose keys match PATTERN (* ? [abc] [!abc]), and then every
change of them as it happens, until Ctrl+C.`,
		Example: "  althing watch 'garden.*'",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, stop := untilSignal(c.Context())
			defer stop()
			err := f.talk(ctx, func(l *line) error { return watch(ctx, l, c.OutOrStdout(), args[0], asJSON) })
			if ctx.Err() != nil {
				return nil
			}
			return err
		},
	}
	f.add(c)
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

// watch prints changes until ctx ends.
func watch(ctx context.Context, l *line, out io.Writer, pattern string, asJSON bool) error {
	seen := value.Int(0)
	for {
		query := fmt.Sprintf("changes(%s, %d)", quote(pattern), seen)
		v, err := l.value(ctx, query)
		if err != nil {
			return err
		}
		list, _ := v.(value.List)
		for _, item := range list {
			change, isTuple := item.(value.Tuple)
			if !isTuple || len(change) != 4 {
				return l.strange(value.Repr(item))
			}
			rev, _ := change[0].(value.Int)
			seen = max(seen, rev)
			if err := printChange(out, change, asJSON); err != nil {
				return err
			}
		}
	}
}

func printChange(out io.Writer, change value.Tuple, asJSON bool) error {
	if asJSON {
		return printObject(out, []string{"revision", "key", "value", "deleted"}, change)
	}
	text := visible(value.Text(change[1])) + " = " + value.Repr(change[2])
	if change[3] == value.Bool(true) {
		text = visible(value.Text(change[1])) + " deleted"
	}
	_, err := fmt.Fprintln(out, text)
	return err
}
