package rows

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"althing/value"
)

// Read gives the rows of a file. The first mistake ends it, with its place.
func Read(r io.Reader, format Format, kind Kind) iter.Seq2[Row, error] {
	read := readLines
	switch format {
	case CSV:
		read = readCSV
	case JSON:
		read = readJSON
	}
	return func(yield func(Row, error) bool) {
		b := &bounded{r: r}
		b.next()
		err := read(b, kind, func(row Row) bool {
			b.next()
			return yield(row, nil)
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(Row{}, err)
		}
	}
}

// errEnough is when nobody wants more rows.
var errEnough = errors.New("enough")

func at(where string, err error) error { return fmt.Errorf("%s: %w", where, err) }

// readLines reads an object a line; empty lines are passed over.
func readLines(b *bounded, kind Kind, yield func(Row) bool) error {
	lines := bufio.NewScanner(b)
	lines.Buffer(nil, maxRow)
	for n := 1; lines.Scan(); n++ {
		b.next()
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		where := fmt.Sprintf("line %d", n)
		v, err := value.FromJSON(text)
		if err != nil {
			return at(where, err)
		}
		row, err := object(v, kind)
		if err != nil {
			return at(where, err)
		}
		row.Where = where
		if !yield(row) {
			return errEnough
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errLong
	}
	return lines.Err()
}

func object(v value.Value, kind Kind) (row Row, err error) {
	if row.Names, row.Values, err = columns(v); err == nil && kind == Values {
		row.Values, err = asPair(row.Names, row.Values)
	}
	return row, err
}

// readJSON reads one object of keys and values, or a list of rows.
func readJSON(b *bounded, kind Kind, yield func(Row) bool) error {
	in := json.NewDecoder(b)
	want := json.Delim('[')
	if kind == Values {
		want = '{'
	}
	if first, err := in.Token(); err != nil || first != want {
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return fmt.Errorf("a JSON file of these begins with %s", want)
	}
	for n := 1; in.More(); n++ {
		where := fmt.Sprintf("entry %d", n)
		var row Row
		if kind == Values {
			key, err := in.Token() // a name of an object, which is a text
			if err != nil {
				return at(where, err)
			}
			row.Names, row.Values = pair, []value.Value{value.Str(fmt.Sprint(key))}
		}
		var text json.RawMessage
		if err := in.Decode(&text); err != nil {
			return at(where, err)
		}
		v, err := value.FromJSON(text)
		if err == nil && kind == Values {
			row.Values = append(row.Values, v)
		} else if err == nil {
			row, err = object(v, kind)
		}
		if err != nil {
			return at(where, err)
		}
		row.Where = where
		if !yield(row) {
			return errEnough
		}
	}
	if _, err := in.Token(); err != nil {
		return fmt.Errorf("the file is cut off: %w", err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something is behind the end of the JSON")
	}
	return nil
}

// readCSV reads rows below a line of names.
func readCSV(b *bounded, kind Kind, yield func(Row) bool) error {
	in := csv.NewReader(b)
	names, err := in.Read()
	if err != nil {
		return at("line 1", err)
	}
	names[0] = strings.TrimPrefix(names[0], "\ufeff") // spreadsheets put it there
	if kind == Values && (len(names) != 2 || names[0] != pair[0] || names[1] != pair[1]) {
		return errors.New("line 1: the columns of shared values are key and value")
	}
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err // it names the line
		}
		line, _ := in.FieldPos(0)
		row := Row{Names: names, Where: fmt.Sprintf("line %d", line)}
		for i, field := range fields {
			v, err := cell(field, kind == Values && i == 1)
			if err != nil {
				return at(row.Where, err)
			}
			row.Values = append(row.Values, v)
		}
		if kind == Values {
			row.Values[0] = value.Str(fields[0])
		}
		if !yield(row) {
			return errEnough
		}
	}
}

// cell is the value of a field. A table's column makes a number of a text that is
// one.
func cell(field string, asJSON bool) (value.Value, error) {
	switch {
	case asJSON:
		return value.FromJSON([]byte(field))
	case field == "":
		return value.None{}, nil
	}
	if strings.HasPrefix(field, `{"$bytes"`) {
		if v, err := value.FromJSON([]byte(field)); err == nil {
			return v, nil
		}
	}
	v, err := value.FromGo(field)
	return v, err
}
