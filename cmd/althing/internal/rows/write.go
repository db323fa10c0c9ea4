package rows

import (
	"bufio"
	"encoding/csv"
	"io"

	"althing/value"
)

// Writer writes rows. One goroutine uses it.
type Writer struct {
	format Format
	kind   Kind
	out    *bufio.Writer
	csv    *csv.Writer
	names  []string // of CSV's columns
	n      int
}

// NewWriter makes a Writer. names are the columns of a table, which CSV needs to
// know although there is no row.
func NewWriter(w io.Writer, format Format, kind Kind, names []string) *Writer {
	out := bufio.NewWriter(w)
	if kind == Values {
		names = pair
	}
	return &Writer{format: format, kind: kind, out: out, csv: csv.NewWriter(out), names: names}
}

// Write writes a row: its values have the names that NewWriter was given.
func (w *Writer) Write(values ...value.Value) error {
	first := w.n == 0
	w.n++
	switch w.format {
	case CSV:
		if first {
			if err := w.csv.Write(w.names); err != nil {
				return err
			}
		}
		return w.csv.Write(w.fields(values))
	case JSON:
		separator := ",\n"
		if first {
			separator = w.open()
		}
		if _, err := w.out.WriteString(separator); err != nil {
			return err
		}
		if w.kind == Table {
			return w.object(values)
		}
		text := append(value.AppendJSON(nil, values[0]), ": "...)
		_, err := w.out.Write(value.AppendJSON(text, values[1]))
		return err
	}
	if err := w.object(values); err != nil {
		return err
	}
	return w.out.WriteByte('\n')
}

func (w *Writer) open() string {
	if w.kind == Values {
		return "{\n"
	}
	return "[\n"
}

// object writes a row as an object.
func (w *Writer) object(values []value.Value) error {
	pairs := make([]value.Pair, len(values))
	for i, v := range values {
		pairs[i] = value.Pair{Key: value.Str(w.names[i]), Value: v}
	}
	d, err := value.NewDict(pairs)
	if err != nil {
		return err
	}
	_, err = w.out.Write(value.AppendJSON(nil, d))
	return err
}

// fields are a row's in CSV. A shared value is JSON, so that it keeps its type; a
// table's rows are what a spreadsheet expects: nothing for NULL, texts as they
// are.
func (w *Writer) fields(values []value.Value) []string {
	fields := make([]string, len(values))
	for i, v := range values {
		switch v.(type) {
		case value.None:
			if w.kind == Values {
				fields[i] = "null"
			}
		case value.Bytes:
			fields[i] = string(value.AppendJSON(nil, v))
		default:
			if w.kind == Values && i == 1 {
				fields[i] = string(value.AppendJSON(nil, v))
			} else {
				fields[i] = value.Text(v)
			}
		}
	}
	return fields
}

// Close ends the file; the writer below stays open.
func (w *Writer) Close() error {
	switch {
	case w.format == CSV && w.n == 0:
		if err := w.csv.Write(w.names); err != nil {
			return err
		}
	case w.format == JSON:
		end := "\n]\n"
		if w.kind == Values {
			end = "\n}\n"
		}
		if w.n == 0 {
			end = w.open()[:1] + end[1:]
		}
		if _, err := w.out.WriteString(end); err != nil {
			return err
		}
	}
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return err
	}
	return w.out.Flush()
}
