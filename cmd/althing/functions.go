package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing/value"
)

func newFunctions() *cobra.Command {
	var f hubFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "functions",
		Short: "list the functions that the hub's owner has added",
		Long: `Lists the functions of the owner's own, which every query may call: their names,
the role that they ask for, how long a call may take, and their help. Of a file
in the folder of functions that is not offered it says why.`,
		Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.talk(c.Context(), func(a asker) error {
				list, err := a.functions(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printValue(c.OutOrStdout(), list, true)
				}
				if len(list) == 0 {
					return a.whereToPutThem(c)
				}
				table := [][]cell{{{text: "function"}, {text: "role"}, {text: "time"}, {text: "help"}}}
				for _, one := range list {
					table = append(table, functionRow(one))
				}
				return writeTable(c.OutOrStdout(), table)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a list of objects, times in seconds")
	return c
}

// functions gives what the hub tells of the functions of its owner's.
func (a asker) functions(ctx context.Context) (value.List, error) {
	v, err := a.value(ctx, "functions()")
	if err != nil {
		return nil, err
	}
	list, isList := v.(value.List)
	if !isList {
		return nil, fmt.Errorf("the hub at %s has no functions, but %.60s", a.at, value.Repr(v))
	}
	return list, nil
}

func (a asker) whereToPutThem(c *cobra.Command) error {
	data, err := a.value(c.Context(), "status()['data']")
	if err == nil {
		_, err = fmt.Fprintf(c.OutOrStdout(), "There are none. Any program in the folder 'functions' of %s is one.\n", visible(value.Text(data)))
	}
	return err
}

// functionRow shows a function, or a file that is none and why.
func functionRow(one value.Value) []cell {
	text := func(key string) string { return field(one, key) }
	if why := text("refused"); why != "" {
		return []cell{{text: visible(text("file"))}, {}, {}, {text: "not offered: " + visible(why)}}
	}
	help, _, _ := strings.Cut(text("help"), "\n")
	limit := text("timeout")
	if seconds, err := time.ParseDuration(limit + "s"); err == nil {
		limit = seconds.String()
	}
	return []cell{{text: visible(text("name"))}, {text: visible(text("role"))}, {text: limit}, {text: visible(help)}}
}

// field is what a dict has under a text, as text; nothing when it has none.
func field(v value.Value, key string) string {
	d, isDict := v.(*value.Dict)
	if !isDict {
		return ""
	}
	found, has := d.Get(value.Str(key))
	if !has {
		return ""
	}
	return value.Text(found)
}
