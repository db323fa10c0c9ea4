// Package rows reads and writes shared values and table rows as files of JSON, of
// JSON lines and of CSV, one row at a time however long the file is. Types are
// kept by package value's form in JSON; in a table's CSV only as far as the
// columns of the table have them.
package rows

import (
	"errors"
	"fmt"
	"io"

	"althing/value"
)

// Format is the form of a file.
type Format string

// The formats.
const (
	JSON  Format = "json"  // one object of keys and values, or a list of objects
	Lines Format = "jsonl" // an object a line
	CSV   Format = "csv"   // a row a line, the first has the names
)

// Kind is what a file has rows of.
type Kind int

// The kinds.
const (
	Values Kind = iota // shared values: a key and a value each
	Table              // rows of a table
)

// pair are the names of the columns of shared values.
var pair = []string{"key", "value"}

// Row is a row of a file. Of shared values the first value is the key.
type Row struct {
	Names  []string
	Values []value.Value
	Where  string // in the file, for people: "line 3"
}

// maxRow bounds what is read of one row: several times the largest value.
const maxRow = 4 << 20

// errLong is the error for a longer one.
var errLong = fmt.Errorf("a row is longer than %d bytes", maxRow)

// bounded is a reader that ends with errLong when a row does not end.
type bounded struct {
	r    io.Reader
	left int
}

// next begins another row. What was read ahead of it counts for the one before.
func (b *bounded) next() { b.left = maxRow }

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLong
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

var errKey = errors.New("a key is a text")

// columns gives the names and values of an object.
func columns(v value.Value) (names []string, values []value.Value, err error) {
	d, ok := v.(*value.Dict)
	if !ok {
		return nil, nil, errors.New("a row is an object: {\"name\": value}")
	}
	for _, p := range d.Pairs() {
		name, ok := p.Key.(value.Str)
		if !ok {
			return nil, nil, errors.New("the name of a column is a text")
		}
		names, values = append(names, string(name)), append(values, p.Value)
	}
	return names, values, nil
}

// asPair sees that an object is a key and a value.
func asPair(names []string, values []value.Value) ([]value.Value, error) {
	if len(names) != 2 || names[0] != pair[0] || names[1] != pair[1] {
		return nil, errors.New(`a shared value is {"key": …, "value": …}`)
	}
	if _, ok := values[0].(value.Str); !ok {
		return nil, errKey
	}
	return values, nil
}
