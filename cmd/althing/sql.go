package main

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/spf13/cobra"

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
			write := printTable
			switch {
			case asJSON && asCSV:
				return usagef("--json and --csv exclude each other")
			case asJSON:
				write = printRowsJSON
			case asCSV:
				write = printCSV
			}
			text, err := textOrInput(c, args[0])
			if err != nil {
				return err
			}
			return f.talk(c.Context(), func(l *line) error {
				if !wantsRows(text) {
					return f.change(c, l, text, write)
				}
				v, err := l.value(c.Context(), call("dbQuery", text))
				if err != nil {
					return err
				}
				r, ok := newResult(v)
				if !ok {
					return l.strange(value.Repr(v))
				}
				return write(c.OutOrStdout(), r)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print the rows as a JSON list of objects")
	c.Flags().BoolVar(&asCSV, "csv", false, "print the rows as CSV")
	return c
}

// change runs SQL that seems to be there for what it does, and says how many
// rows it changed.
func (f *hubFlags) change(c *cobra.Command, l *line, text string, write func(io.Writer, result) error) error {
	v, err := l.value(c.Context(), call("dbExec", text))
	if err != nil {
		return err
	}
	reply := value.Text(v)
	switch v := v.(type) {
	case value.List: // it was there for its rows after all
		return write(c.OutOrStdout(), unnamed(v))
	case value.Int:
		reply = fmt.Sprintf("%d rows changed", v)
		if v == 1 {
			reply = "1 row changed"
		}
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), reply)
	return err
}

// result is what a query gave.
type result struct {
	columns []string
	rows    []value.Tuple
}

// newResult takes apart what dbQuery gives.
func newResult(v value.Value) (r result, ok bool) {
	both, _ := v.(value.Tuple)
	if len(both) != 2 {
		return result{}, false
	}
	names, isList := both[0].(value.List)
	list, isList2 := both[1].(value.List)
	if !isList || !isList2 {
		return result{}, false
	}
	for _, name := range names {
		r.columns = append(r.columns, value.Text(name))
	}
	for _, item := range list {
		row, isRow := item.(value.Tuple)
		if !isRow || len(row) != len(r.columns) {
			return result{}, false
		}
		r.rows = append(r.rows, row)
	}
	return r, true
}

// unnamed makes a result of rows whose columns' names are not known.
func unnamed(list value.List) result {
	var r result
	for _, item := range list {
		row, isRow := item.(value.Tuple)
		if !isRow {
			row = value.Tuple{item}
		}
		for len(r.columns) < len(row) {
			r.columns = append(r.columns, fmt.Sprintf("column %d", len(r.columns)+1))
		}
		r.rows = append(r.rows, row)
	}
	return r
}

func printTable(out io.Writer, r result) error {
	if len(r.columns) == 0 {
		_, err := fmt.Fprintln(out, "OK")
		return err
	}
	table := make([][]cell, 1, len(r.rows)+1)
	for _, name := range r.columns {
		table[0] = append(table[0], cell{text: visible(name), right: len(r.rows) > 0})
	}
	for _, row := range r.rows {
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
func printCSV(out io.Writer, r result) error {
	w := csv.NewWriter(out)
	if len(r.columns) > 0 {
		if err := w.Write(r.columns); err != nil {
			return err
		}
	}
	for _, row := range r.rows {
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
func printRowsJSON(out io.Writer, r result) error {
	names := distinct(r.columns)
	list := make(value.List, len(r.rows))
	for i, row := range r.rows {
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
