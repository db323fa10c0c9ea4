package pychar_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/runenames"
)

var update = flag.Bool("update", false, "write the packed names anew")

// TestPackedNames compares what is packed with Go's own table, which has every
// name unpacked and would be a megabyte of the program.
func TestPackedNames(t *testing.T) {
	const file = "names.gz"
	want := namesOfGo()
	if *update {
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(want)
		w.Close()
		if err := os.WriteFile(file, packed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	packed, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not of Unicode %s; go test ./expr/internal/pychar -run PackedNames -update writes it", file, runenames.UnicodeVersion)
	}
}

// namesOfGo writes the names as they are packed. Those in angle brackets are kinds
// of characters, and what follows a rule is none of them.
func namesOfGo() []byte {
	var lines bytes.Buffer
	next := rune(0)
	for r := range rune(unicode.MaxRune + 1) {
		name := runenames.Name(r)
		if name == "" || name[0] == '<' {
			continue
		}
		if r != next {
			fmt.Fprintln(&lines, r)
		}
		fmt.Fprintln(&lines, name)
		next = r + 1
	}
	return lines.Bytes()
}
