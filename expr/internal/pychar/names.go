package pychar

import (
	"bufio"
	"compress/gzip"
	_ "embed" // the names are in the program
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// packed are the names of all characters that have one of their own, a line each
// and in the order of the characters, in an eighth of their room: few programs
// ever ask for one. Before a name whose character does not follow the one before
// stands a line with the character's number.
//
//go:embed names.gz
var packed string

// Sizes of what is packed, so that it is unpacked into as much room as it needs.
const (
	textSize  = 920_000
	nameCount = 35_000
)

// table has the names unpacked. Name i is that of chars[i], and stands in text up to ends[i].
type table struct {
	text  string
	chars []rune
	ends  []int32
}

// names unpacks them.
var names = sync.OnceValue(func() *table {
	t, err := unpack(packed)
	if err != nil {
		panic(fmt.Sprintf("pychar: the names in the program: %v", err))
	}
	return t
})

func unpack(packed string) (*table, error) {
	unpacked, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	text.Grow(textSize)
	t := &table{chars: make([]rune, 0, nameCount), ends: make([]int32, 0, nameCount)}
	next := rune(0)
	lines := bufio.NewScanner(unpacked)
	for lines.Scan() {
		if line := lines.Bytes(); line[0] >= '0' && line[0] <= '9' {
			char, err := strconv.ParseInt(string(line), 10, 32)
			if err != nil {
				return nil, err
			}
			next = rune(char)
			continue
		}
		text.Write(lines.Bytes())
		t.chars, t.ends = append(t.chars, next), append(t.ends, int32(text.Len()))
		next++
	}
	t.text = text.String()
	return t, lines.Err()
}

// name gives name i.
func (t *table) name(i int) string {
	if i == 0 {
		return t.text[:t.ends[0]]
	}
	return t.text[t.ends[i-1]:t.ends[i]]
}

// of gives the name of a character, or nothing.
func (t *table) of(r rune) string {
	if i, ok := slices.BinarySearch(t.chars, r); ok {
		return t.name(i)
	}
	return ""
}
