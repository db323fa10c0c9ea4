package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing/value"
)

func newGroups() *cobra.Command {
	return newFigures("groups", "list the groups and how many clients are in each", func(ctx context.Context, a asker) (*value.Dict, error) {
		sizes, err := a.GroupSizes(ctx)
		if err != nil {
			return nil, err
		}
		pairs := make([]value.Pair, 0, len(sizes))
		for _, name := range slices.Sorted(maps.Keys(sizes)) {
			pairs = append(pairs, value.Pair{Key: value.Str(name), Value: value.Int(sizes[name])})
		}
		return value.NewDict(pairs)
	})
}

func newStatus() *cobra.Command {
	return newFigures("status", "show how the hub is", func(ctx context.Context, a asker) (*value.Dict, error) { return a.Status(ctx) })
}

// newFigures makes a verb that prints a dict which the hub answers with.
func newFigures(use, short string, ask func(context.Context, asker) (*value.Dict, error)) *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.talk(c.Context(), func(a asker) error {
				d, err := ask(c.Context(), a)
				if err != nil {
					return err
				}
				if asJSON {
					return printValue(c.OutOrStdout(), d, true)
				}
				rows := make([][]cell, 0, d.Len())
				for _, p := range d.Pairs() {
					name := visible(value.Text(p.Key))
					rows = append(rows, []cell{{text: name}, {text: figure(name, p.Value)}})
				}
				return writePairs(c.OutOrStdout(), rows)
			})
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object, sizes in bytes and times in seconds")
	return c
}

// figure words a figure of the hub's for people.
func figure(name string, v value.Value) string {
	n, isInt := v.(value.Int)
	switch {
	case isInt && name == "uptime":
		return (time.Duration(n) * time.Second).String()
	case isInt && n >= 0 && (name == "free" || strings.HasSuffix(name, "_bytes")):
		return size(int64(n))
	}
	if at, isTime := v.(value.Float); isTime && name == "since" {
		return time.Unix(int64(at), 0).Format(time.DateTime)
	}
	if d, isDict := v.(*value.Dict); isDict {
		var parts []string
		for _, p := range d.Pairs() {
			name := value.Text(p.Key)
			parts = append(parts, name+" "+figure(name, p.Value))
		}
		return visible(strings.Join(parts, ", "))
	}
	return visible(value.Text(v))
}

// size is a number of bytes for people.
func size(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	f := float64(n)
	for f >= 1024 && len(units) > 1 {
		f, units = f/1024, units[1:]
	}
	if units[0] == "bytes" {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[0])
}
