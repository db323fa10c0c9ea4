package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"althing"
	"althing/cmd/althing/internal/rows"
	"althing/datadir"
	"althing/fault"
	"althing/value"
)

// fileFlags are what export and import take: which hub, and which form of file.
type fileFlags struct {
	hubFlags
	format string
}

func (f *fileFlags) add(c *cobra.Command) {
	f.hubFlags.add(c)
	c.Flags().Var(choice{&f.format, []string{string(rows.JSON), string(rows.Lines), string(rows.CSV)}}, "format", "the form of the file: json, jsonl (an object a line) or csv (default as its name ends, else jsonl)")
}

// formatOf is the form of a file of that name.
func (f *fileFlags) formatOf(path string) rows.Format {
	if f.format != "" {
		return rows.Format(f.format)
	}
	switch end := strings.TrimPrefix(filepath.Ext(path), "."); rows.Format(end) {
	case rows.JSON, rows.CSV:
		return rows.Format(end)
	}
	return rows.Lines
}

func newExport() *cobra.Command {
	return verbsOf(&cobra.Command{
		Use:   "export registry|table",
		Short: "write shared values, or the rows of a table, into a file",
		Long: `Writes shared values, or the rows of a table, as JSON or CSV: to the standard
output, or into a file that is there whole in the end or not at all. What others
change meanwhile may be in it or not. 'althing import' reads it.`,
	}, newExportRegistry(), newExportTable())
}

// exportFlags are what both exports take.
type exportFlags struct {
	fileFlags
	output string
}

func (f *exportFlags) add(c *cobra.Command) {
	f.fileFlags.add(c)
	c.Flags().StringVar(&f.output, "output", "", "write into this `file`, which is replaced")
}

func newExportRegistry() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:     "registry [PATTERN]",
		Short:   "write the shared values whose keys match",
		Example: "  althing export registry > all.jsonl\n  althing export registry 'garden.*' --output garden.csv",
		Args:    between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			pattern := "*"
			if len(args) > 0 {
				pattern = args[0]
			}
			return f.export(c, func(ctx context.Context, hub *althing.Client, to io.Writer, told *progress) error {
				return exportValues(ctx, hub, pattern, rows.NewWriter(to, f.formatOf(f.output), rows.Values, nil), told)
			})
		},
	}
	f.add(c)
	return c
}

func newExportTable() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:     "table NAME",
		Short:   "write the rows of an SQL table or view",
		Example: "  althing export table plants --output plants.csv",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.export(c, func(ctx context.Context, hub *althing.Client, to io.Writer, told *progress) error {
				t := tableExport{hub: hub, name: identifier(args[0]), format: f.formatOf(f.output), to: to, told: told}
				return t.run(ctx)
			})
		},
	}
	f.add(c)
	return c
}

// export has do write what it writes, with how far it is.
func (f *exportFlags) export(c *cobra.Command, do func(context.Context, *althing.Client, io.Writer, *progress) error) error {
	ctx, stop := untilSignal(c.Context())
	defer stop()
	return f.talk(ctx, func(hub asker) error {
		told := newProgress(c.ErrOrStderr(), "export", rowCount, 0)
		defer told.end()
		if f.output == "" {
			return do(ctx, hub.Client, c.OutOrStdout(), told)
		}
		return replacing(f.output, func(to io.Writer) error { return do(ctx, hub.Client, to, told) })
	})
}

// replacing writes a file that takes its place when it is whole.
func replacing(path string, write func(io.Writer) error) (err error) {
	to, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return err
	}
	err = write(to)
	if err = errors.Join(err, to.Sync(), to.Close()); err == nil {
		err = datadir.Rename(to.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(to.Name()))
	}
	return nil
}

// rowCount words a number of rows.
func rowCount(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// exportValues writes shared values in the order of their keys, a part of them at
// a time. The hub's own are left out: nobody could set them.
func exportValues(ctx context.Context, hub *althing.Client, pattern string, to *rows.Writer, told *progress) error {
	for behind, more := value.Str(""), true; more; {
		var part []value.Pair
		var err error
		if part, more, err = hub.Page(ctx, pattern, string(behind), mostRows); err != nil {
			return err
		}
		for _, p := range part {
			if err := to.Write(p.Key, p.Value); err != nil {
				return err
			}
			behind, _ = p.Key.(value.Str)
		}
		told.add(int64(len(part)))
		more = more && len(part) > 0
	}
	return to.Close()
}

// tableExport is an export of a table at work.
type tableExport struct {
	hub    *althing.Client
	name   string // as SQL has it
	format rows.Format
	to     io.Writer
	told   *progress
}

// mostRows is how many rows are asked for at a time; fewer when they are long.
const mostRows = 1000

// run writes the rows in the order of their numbers, so that what others insert
// meanwhile has none come twice; where rows have no numbers, in the order in which
// they lie.
func (t *tableExport) run(ctx context.Context) error {
	if count, err := t.hub.SQL(ctx, "SELECT count(*) FROM "+t.name); err != nil {
		return err
	} else if n, ok := count.Rows[0][0].(value.Int); ok {
		t.told.total.Store(int64(n))
	}
	var out *rows.Writer
	numbered := true
	after, done := value.Value(value.None{}), 0
	for most := mostRows; ; {
		found, err := t.page(ctx, numbered, after, done, most)
		switch {
		case fault.Is(err, fault.Limit) && most > 1:
			most /= 2
			continue
		case err != nil && numbered && done == 0:
			numbered = false // a view, or a table without numbers
			continue
		case err != nil:
			return err
		}
		if out == nil {
			out = rows.NewWriter(t.to, t.format, rows.Table, found.Columns[1:])
		}
		for _, row := range found.Rows {
			if numbered && row[0] == (value.None{}) && done == 0 {
				numbered = false
				break
			}
			after = row[0]
			if err := out.Write(row[1:]...); err != nil {
				return err
			}
			done++
			t.told.add(1)
		}
		if len(found.Rows) == 0 {
			return out.Close()
		}
	}
}

// page asks for the next rows, with their number in front.
func (t *tableExport) page(ctx context.Context, numbered bool, after value.Value, done, most int) (*althing.Rows, error) {
	if !numbered {
		return t.hub.SQL(ctx, fmt.Sprintf("SELECT NULL, * FROM %s LIMIT %d OFFSET %d", t.name, most, done))
	}
	if done == 0 {
		return t.hub.SQL(ctx, fmt.Sprintf("SELECT _rowid_, * FROM %s ORDER BY _rowid_ LIMIT %d", t.name, most))
	}
	return t.hub.SQL(ctx, fmt.Sprintf("SELECT _rowid_, * FROM %s WHERE _rowid_ > ? ORDER BY _rowid_ LIMIT %d", t.name, most), after)
}

// identifier writes a name into SQL.
func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
