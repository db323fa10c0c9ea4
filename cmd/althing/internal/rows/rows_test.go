package rows_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/cmd/althing/internal/rows"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var formats = []rows.Format{rows.JSON, rows.Lines, rows.CSV}

func tuple(t *testing.T, text string) value.Value {
	t.Helper()
	v, err := value.FromJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// all reads a file to its end.
func all(text string, format rows.Format, kind rows.Kind) (list []rows.Row, err error) {
	for row, err := range rows.Read(strings.NewReader(text), format, kind) {
		if err != nil {
			return list, err
		}
		list = append(list, row)
	}
	return list, nil
}

// Shared values come back as they were, whatever the format.
func TestValuesKeepTheirTypes(t *testing.T) {
	values := []value.Value{
		value.Int(1), value.Str("text, \"quoted\"\nand lines"),
		value.None{},
		value.Bool(true), value.Float(1), value.Bytes("\x00\xff"),
		tuple(t, `{"$tuple":[1,2.5]}`), tuple(t, `{"$float":"inf"}`), value.Str(""), value.Str(`{"$bytes":"AA=="}`), tuple(t, `{"a":[]}`),
	}
	for _, format := range formats {
		for _, n := range []int{0, 1, len(values)} {
			var file bytes.Buffer
			w := rows.NewWriter(&file, format, rows.Values, nil)
			for i, v := range values[:n] {
				if err := w.Write(value.Str(fmt.Sprintf("k.%d, \"x\"", i)), v); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := all(file.String(), format, rows.Values)
			if err != nil || len(got) != n {
				t.Fatalf("%s: %d rows, %v, of\n%s", format, len(got), err, &file)
			}
			for i, row := range got {
				if row.Values[0] != value.Str(fmt.Sprintf("k.%d, \"x\"", i)) || value.Repr(row.Values[1]) != value.Repr(values[i]) {
					t.Errorf("%s: row %d is %v", format, i, row.Values)
				}
			}
		}
	}
}

func TestTables(t *testing.T) {
	for _, format := range formats {
		var file bytes.Buffer
		w := rows.NewWriter(&file, format, rows.Table, []string{"n", "t", "b"})
		for range 3 {
			if err := w.Write(value.Int(1), value.None{}, value.Bytes("\x01")); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := all(file.String(), format, rows.Table)
		if err != nil || len(got) != 3 {
			t.Fatalf("%s: %d rows, %v, of\n%s", format, len(got), err, &file)
		}
		if v := got[2].Values; value.Text(v[0]) != "1" || v[1] != (value.None{}) || v[2] != value.Bytes("\x01") {
			t.Errorf("%s: %v", format, got[2].Values)
		}
	}
	if got, err := all("\ufeffn,t\n1,x\n", rows.CSV, rows.Table); err != nil || got[0].Names[0] != "n" {
		t.Errorf("a spreadsheet's CSV: %v, %v", got, err)
	}
}

// Mistakes are named with their place.
func TestMistakes(t *testing.T) {
	long := strings.Repeat("x", 5<<20)
	for _, c := range []struct {
		format rows.Format
		kind   rows.Kind
		text   string
		want   string
	}{
		{rows.Lines, rows.Values, "{\"key\":\"a\",\"value\":1}\n\n{\"key\":1,\"value\":1}", "line 3: a key is a text"},
		{rows.Lines, rows.Values, `{"key":"a"}`, `line 1: a shared value is {"key": …, "value": …}`},
		{rows.Lines, rows.Values, "[]", "line 1: a row is an object"},
		{rows.Lines, rows.Table, "{\"a\":1}\n{\"a\":", "line 2: "},
		{rows.Lines, rows.Table, `{"a":"` + long + `"}`, "a row is longer than"},
		{rows.JSON, rows.Values, `{"a":1,"b":}`, "entry 2: "},
		{rows.JSON, rows.Values, `{"a":1`, "the file is cut off"},
		{rows.JSON, rows.Values, `{"a":1} 2`, "something is behind"},
		{rows.JSON, rows.Values, `[]`, "a JSON file of these begins with {"},
		{rows.JSON, rows.Values, ``, "a JSON file of these begins with {"},
		{rows.JSON, rows.Table, `[{"a":1},2]`, "entry 2: a row is an object"},
		{rows.JSON, rows.Table, `[{"a":"` + long + `"}]`, "entry 1: a row is longer than"},
		{rows.CSV, rows.Values, "k,v\na,1\n", "line 1: the columns of shared values are key and value"},
		{rows.CSV, rows.Values, "key,value\na,1\nb,'x'\n", "line 3: "},
		{rows.CSV, rows.Table, "a,b\n1\n", "record on line 2: wrong number of fields"},
		{rows.CSV, rows.Table, "", "line 1: EOF"},
		{rows.CSV, rows.Table, "a\n\"" + long + "\"\n", "a row is longer than"},
	} {
		if _, err := all(c.text, c.format, c.kind); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %.40q: %v", c.format, c.text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for i, text := range []string{"{\"key\":\"a\",\"value\":1}\n", `{"a":1,"b":[{"$tuple":[]}]}`, "key,value\na,1\n\"b\",\"\"\"x\"\"\"\n", `[{"a":1}]`, "a,b\n1,\n"} {
		f.Add(text, i%3, i%2)
	}
	f.Fuzz(func(t *testing.T, text string, format, kind int) {
		n := 0
		for row, err := range rows.Read(strings.NewReader(text), formats[uint(format)%3], rows.Kind(uint(kind)%2)) {
			if err == nil && len(row.Names) != len(row.Values) {
				t.Fatalf("%v has %d values", row.Names, len(row.Values))
			}
			if n++; n > len(text)+1 {
				t.Fatal("more rows than bytes")
			}
		}
	})
}
