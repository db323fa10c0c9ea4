package main

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"althing"
	"althing/value"
)

func newSQL() *cobra.Command {
	var f hubFlags
	var asJSON, asCSV bool
	c := &cobra.Command{
		Use:   "sql STATEMENT",
		Short: "run SQL on the hub",
		Long: `Runs SQL on the hub's SQLite database and prints the rows as a table, or how
many rows were changed. Several statements are separated by semicolons and are
one transaction; the rows of the last that has any are printed. STATEMENT - is
read from the standard input.`,
		Example: `  althing sql "CREATE TABLE plants (name TEXT, water REAL)"
  althing sql "INSERT INTO plants VALUES ('basil', 0.4)"
  althing sql "SELECT * FROM plants" --json`,
		Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			write := writer{printTable, printChanged}
			switch {
			case asJSON && asCSV:
				return usagef("--json and --csv exclude each other")
			case asJSON:
				write = writer{printRowsJSON, printChangedJSON}
			case asCSV:
				write.rows = printCSV
			}
			text, err := textOrInput(c, args[0])
			if err != nil {
				return err
			}
			return f.talk(c.Context(), func(a asker) error {
				r, err := a.SQL(c.Context(), text)
				switch {
				case err != nil:
					return err
				case len(r.Columns) == 0:
					return write.changed(c.OutOrStdout(), r)
				}
				return write.rows(c.OutOrStdout(), r)
			})
		},
	}
	f.add(c)
	f.addAt(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print the rows as a list of objects, or an object with the number of changed rows")
	c.Flags().BoolVar(&asCSV, "csv", false, "print the rows as CSV")
	return c
}

// writer writes what SQL has given: rows, or how many it has changed.
type writer struct {
	rows, changed func(io.Writer, *althing.Rows) error
}

func printChanged(out io.Writer, r *althing.Rows) error {
	reply := "OK"
	switch {
	case r.Changed && r.Affected == 1:
		reply = "1 row changed"
	case r.Changed:
		reply = fmt.Sprintf("%d rows changed", r.Affected)
	}
	_, err := fmt.Fprintln(out, reply)
	return err
}

func printChangedJSON(out io.Writer, r *althing.Rows) error {
	n := value.Value(value.None{})
	if r.Changed {
		n = value.Int(r.Affected)
	}
	return printObject(out, []string{"changed"}, []value.Value{n})
}

func printTable(out io.Writer, r *althing.Rows) error {
	table := make([][]cell, 1, len(r.Rows)+1)
	for _, name := range r.Columns {
		table[0] = append(table[0], cell{text: visible(name), right: len(r.Rows) > 0})
	}
	for _, row := range r.Rows {
		line := make([]cell, len(row))
		for i, v := range row {
			line[i] = tableCell(v)
			if !line[i].right && v != (value.None{}) {
				table[0][i].right = false // a name stands over numbers only as numbers do
			}
		}
		table = append(table, line)
	}
	return writeTable(out, table)
}

func tableCell(v value.Value) cell {
	switch v.(type) {
	case value.None:
		return cell{text: "NULL"}
	case value.Int, value.Big, value.Float:
		return cell{text: value.Text(v), right: true}
	}
	return cell{text: visible(value.Text(v))}
}

// printCSV prints the rows as CSV, with nothing for NULL.
func printCSV(out io.Writer, r *althing.Rows) error {
	w := csv.NewWriter(out)
	if err := w.Write(r.Columns); err != nil {
		return err
	}
	for _, row := range r.Rows {
		fields := make([]string, len(row))
		for i, v := range row {
			if v != (value.None{}) {
				fields[i] = value.Text(v)
			}
		}
		if err := w.Write(fields); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// printRowsJSON prints a list of objects. Of columns with the same name the
// later ones get a number, since an object has each name once.
func printRowsJSON(out io.Writer, r *althing.Rows) error {
	names := distinct(r.Columns)
	list := make(value.List, len(r.Rows))
	for i, row := range r.Rows {
		d, err := object(names, row)
		if err != nil {
			return err
		}
		list[i] = d
	}
	return printValue(out, list, true)
}

func distinct(names []string) []string {
	taken := map[string]bool{}
	for _, name := range names {
		taken[name] = true
	}
	seen := map[string]bool{}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		for n := 2; seen[out[i]]; n++ {
			if next := fmt.Sprintf("%s_%d", name, n); !taken[next] {
				out[i] = next
			}
		}
		seen[out[i]] = true
	}
	return out
}
