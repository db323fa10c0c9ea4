package syntax_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"althing/expr/syntax"
	"althing/value"
)

func ExampleParse() {
	m, err := syntax.Parse("x = 1; getReg('temp')")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range m.Body {
		line, col := m.Position(s.Offset())
		fmt.Printf("%T at line %d, column %d\n", s, line, col)
	}
	// Output:
	// *syntax.Assign at line 1, column 1
	// *syntax.ExprStmt at line 1, column 8
}

func ExampleError() {
	_, err := syntax.Parse("max(1, 2 3)")
	fmt.Println(err)
	_, err = syntax.Parse("max(1, 2")
	var e *syntax.Error
	fmt.Println(err, errors.As(err, &e) && e.Incomplete)
	// Output:
	// invalid syntax. Perhaps you forgot a comma? (line 1, column 8)
	// '(' was never closed (line 1, column 4) true
}

// What is not a text has errors of its own; ours begin where the byte is.
func TestBytesThatAreNoText(t *testing.T) {
	for src, want := range map[string]string{
		"a + \x00":       "source code string cannot contain null bytes (line 1, column 5)",
		"a\n\x00b":       "source code string cannot contain null bytes (line 2, column 1)",
		"\xff":           "(unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte (line 1, column 1)",
		"é\x80":          "(unicode error) 'utf-8' codec can't decode byte 0x80 in position 2: invalid start byte (line 1, column 2)",
		"\xc3a":          "(unicode error) 'utf-8' codec can't decode byte 0xc3 in position 0: invalid continuation byte (line 1, column 1)",
		"'\xe2\x82'":     "(unicode error) 'utf-8' codec can't decode byte 0xe2 in position 1: invalid continuation byte (line 1, column 2)",
		"'\xed\xa0\x80'": "(unicode error) 'utf-8' codec can't decode byte 0xed in position 1: invalid continuation byte (line 1, column 2)",
		"'\xe2\x82":      "(unicode error) 'utf-8' codec can't decode byte 0xe2 in position 1: unexpected end of data (line 1, column 2)",
	} {
		if _, err := syntax.Parse(src); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", src, err, want)
		}
	}
}

func TestPosition(t *testing.T) {
	const src = "a\r\nb\rc\n  é + 'x\\\ny'; d"
	m, err := syntax.Parse(strings.Replace(src, "  é", "é", 1))
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, s := range m.Body {
		line, col := m.Position(s.Offset())
		places = append(places, fmt.Sprint(line, ":", col))
	}
	if got, want := strings.Join(places, " "), "1:1 2:1 3:1 4:1 5:5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if line, col := m.Position(syntax.Pos(len(m.Source))); line != 5 || col != 6 {
		t.Errorf("the end is at %d:%d", line, col)
	}
}

// A node begins where Python's ast has it: with its first part, without the
// brackets around it, a tuple with its bracket.
func TestOffsets(t *testing.T) {
	for src, want := range map[string]int{
		"(a) + b": 0, "(a + b)": 1, "a.b(c)[d]": 0, "(a, b)": 0, "(a), b": 0, "-a": 0, "a if b else c": 0, "(a for b in c)": 0,
		"[a]": 0, "(lambda: a)": 1, "(a := b)": 1, "'a' f'{b}'": 0, "(a < b)": 1, "not a": 0, "(a).b": 0, "((a))()": 0,
	} {
		m, err := syntax.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		if e := m.Body[0].(*syntax.ExprStmt).Value; int(e.Offset()) != want {
			t.Errorf("%s: %T is at %d, want %d", src, e, e.Offset(), want)
		}
	}
}

// A short text in a long source must not keep all of the source in memory once
// it is stored elsewhere.
func TestShortTextsDoNotKeepLongSources(t *testing.T) {
	for _, src := range []string{
		"setReg('key', 'short')" + strings.Repeat(" ", 10_000),
		"setReg('key', f'short')" + strings.Repeat(" ", 10_000),
		"setReg('key', b'short')" + strings.Repeat(" ", 10_000),
	} {
		m, err := syntax.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		syntax.Walk(m, func(e syntax.Expr) {
			c, ok := e.(*syntax.Constant)
			if !ok {
				return
			}
			text := ""
			switch v := c.Value.(type) {
			case value.Str:
				text = string(v)
			case value.Bytes:
				text = string(v)
			}
			begin := uintptr(unsafe.Pointer(unsafe.StringData(m.Source)))
			if at := uintptr(unsafe.Pointer(unsafe.StringData(text))); at >= begin && at < begin+uintptr(len(m.Source)) {
				t.Errorf("%q is a part of its source", text)
			}
		})
	}
}

// Parsing what a device sends all day is to cost next to nothing.
func TestAllocations(t *testing.T) {
	for src, most := range map[string]float64{
		"1+1": 1, "getReg('garden.soil.temp')": 2, "setReg('garden.soil.temp', 56)": 2, "MyData['n'] += 1": 4, "a.b(c)": 1,
	} {
		if n := testing.AllocsPerRun(100, func() { _, _ = syntax.Parse(src) }); n > most {
			t.Errorf("%s takes %v allocations, want %v", src, n, most)
		}
	}
}
