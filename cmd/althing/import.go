package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"althing"
	"althing/cmd/althing/internal/rows"
	"althing/value"
)

const (
	// A transaction of an import has so many rows at most, and about so many bytes:
	// well below what one query and one record of the log may have.
	batchRows  = 200
	batchBytes = 256 << 10
	// batchParameters bounds the parameters of one statement.
	batchParameters = 500
)

func newImport() *cobra.Command {
	return verbsOf(&cobra.Command{
		Use:   "import registry|table",
		Short: "set shared values, or insert rows into a table, from a file",
		Long: `Sets shared values, or inserts rows into a table, from a file of JSON or CSV as
'althing export' writes it. A file is checked to its end before anything is done;
the standard input ('-') is checked as it comes. Some hundred rows are one
transaction: when one is refused, none of its transaction happens, and it is said
how many rows were imported before.`,
	}, newImportRegistry(), newImportTable())
}

// importFlags are what both imports take.
type importFlags struct {
	fileFlags
	dryRun bool
	skip   int
}

func (f *importFlags) add(c *cobra.Command) {
	f.fileFlags.add(c)
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "check the file to its end, and do nothing")
	c.Flags().IntVar(&f.skip, "skip", 0, "pass over so many rows: those that were imported before")
}

func newImportRegistry() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:     "registry FILE",
		Short:   "set shared values",
		Long:    "Sets the shared values in FILE. Others stay; those that are there get another value\nand keep the one before in their history.",
		Example: "  althing import registry garden.jsonl --dry-run\n  althing import registry - --format csv < garden.csv",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c, args[0], rows.Values, func(ctx context.Context, hub *althing.Client, batch []rows.Row) error {
				_, err := hub.Eval(ctx, setting(batch))
				return err
			})
		},
	}
	f.add(c)
	return c
}

func newImportTable() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:     "table NAME FILE",
		Short:   "insert rows into an SQL table",
		Long:    "Inserts the rows in FILE into the table NAME, which there must be. The names of the\ncolumns stand in the file.",
		Example: "  althing import table plants plants.csv",
		Args:    exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c, args[1], rows.Table, func(ctx context.Context, hub *althing.Client, batch []rows.Row) error {
				text, parameters := inserting(args[0], batch)
				_, err := hub.SQL(ctx, text, parameters...)
				return err
			})
		},
	}
	f.add(c)
	return c
}

// put carries out one transaction.
type put func(ctx context.Context, hub *althing.Client, batch []rows.Row) error

func (f *importFlags) run(c *cobra.Command, path string, kind rows.Kind, put put) error {
	ctx, stop := untilSignal(c.Context())
	defer stop()
	from := c.InOrStdin()
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // it is only read
		from = file
	}
	rewind, again := from.(io.Seeker)
	if f.dryRun || again && path != "-" {
		checked := importing{skip: f.skip}
		err := checked.all(ctx, rows.Read(from, f.formatOf(path), kind), func([]rows.Row) error { return nil })
		if err != nil || f.dryRun {
			return sayChecked(c.OutOrStdout(), checked.rows, err)
		}
		if _, err := rewind.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	told := newProgress(c.ErrOrStderr(), "import", rowCount, 0)
	done := importing{skip: f.skip}
	err := f.talk(ctx, func(hub asker) error {
		return done.all(ctx, rows.Read(from, f.formatOf(path), kind), func(batch []rows.Row) error {
			err := put(ctx, hub.Client, batch)
			if err == nil {
				told.add(int64(len(batch)))
			}
			return err
		})
	})
	told.end()
	if done.wrong != nil {
		err = done.wrong // which is not the hub's
	}
	if err != nil {
		return fmt.Errorf("%s%w; %s imported before it, go on with --skip %d", done.where, err, rowsWere(done.rows), f.skip+done.rows)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s imported\n", rowCount(int64(done.rows)))
	return err
}

func rowsWere(n int) string {
	if n == 1 {
		return "1 row was"
	}
	return fmt.Sprintf("%d rows were", n)
}

func sayChecked(out io.Writer, n int, err error) error {
	if err != nil {
		return fmt.Errorf("%w; nothing was imported", err)
	}
	_, err = fmt.Fprintf(out, "%s can be read; nothing was imported\n", rowCount(int64(n)))
	return err
}

// importing is how far an import is.
type importing struct {
	skip  int
	rows  int    // that were imported
	where string // the rows of the transaction that was refused, and a colon
	wrong error  // in the file
}

// all hands the rows on in transactions.
func (i *importing) all(ctx context.Context, from iter.Seq2[rows.Row, error], put func([]rows.Row) error) error {
	var batch []rows.Row
	bytes, seen := 0, 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		if err := put(batch); err != nil {
			i.where = batch[0].Where + " to " + batch[len(batch)-1].Where + ": "
			return err
		}
		i.rows += len(batch)
		batch, bytes = batch[:0], 0
		return ctx.Err()
	}
	for row, err := range from {
		if err != nil {
			if refused := flush(); refused != nil {
				return refused
			}
			i.wrong = err
			return err
		}
		if seen++; seen <= i.skip {
			continue
		}
		more := 0
		for n, v := range row.Values {
			more += len(row.Names[n]) + len(value.Repr(v))
		}
		if len(batch) == batchRows || bytes+more > batchBytes || (len(batch)+1)*len(row.Names) > batchParameters ||
			len(batch) > 0 && !slices.Equal(batch[0].Names, row.Names) {
			if err := flush(); err != nil {
				return err
			}
		}
		batch, bytes = append(batch, row), bytes+more
	}
	return flush()
}

// setting is a query that sets all values, or none.
func setting(batch []rows.Row) string {
	sets := make([]string, len(batch))
	for i, row := range batch {
		sets[i] = "setReg(" + value.Repr(row.Values[0]) + ", " + value.Repr(row.Values[1]) + ")"
	}
	text := "len([" + strings.Join(sets, ", ") + "])"
	if strings.Contains(text, "inf") || strings.Contains(text, "nan") {
		// What is not finite stands in a repr as a name.
		text = "(lambda inf, nan, infj, nanj: " + text + ")(float('inf'), float('nan'), complex('infj'), complex('nanj'))"
	}
	return text
}

// inserting is a statement that inserts all rows, or none.
func inserting(table string, batch []rows.Row) (text string, parameters []any) {
	names := make([]string, len(batch[0].Names))
	for i, name := range batch[0].Names {
		names[i] = identifier(name)
	}
	marks := "(?" + strings.Repeat(", ?", max(0, len(names)-1)) + ")"
	for _, row := range batch {
		for _, v := range row.Values {
			parameters = append(parameters, v)
		}
	}
	return "INSERT INTO " + identifier(table) + " (" + strings.Join(names, ", ") + ") VALUES " +
		marks + strings.Repeat(", "+marks, len(batch)-1), parameters
}
