package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// cell is one field of a table.
type cell struct {
	text  string // one line
	right bool   // a number, which ends where the others end
}

// writeTable writes rows in columns. Under the first row, the names of the
// columns, goes a line.
func writeTable(out io.Writer, rows [][]cell) error {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], width(c.text))
		}
	}
	under := make([]cell, len(widths))
	for i, w := range widths {
		under[i].text = strings.Repeat("-", max(1, w))
	}
	for i, row := range rows {
		if err := writeRow(out, row, widths); err != nil {
			return err
		}
		if i == 0 {
			if err := writeRow(out, under, widths); err != nil {
				return err
			}
		}
	}
	return nil
}

// writePairs writes names and what belongs to them, one below the other.
func writePairs(out io.Writer, rows [][]cell) error {
	widths := make([]int, 2)
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], width(c.text))
		}
	}
	for _, row := range rows {
		if err := writeRow(out, row, widths); err != nil {
			return err
		}
	}
	return nil
}

// gap is what stands between two columns.
const gap = "  "

func writeRow(out io.Writer, row []cell, widths []int) error {
	var b strings.Builder
	for i, c := range row {
		if i > 0 {
			b.WriteString(gap)
		}
		pad := strings.Repeat(" ", widths[i]-width(c.text))
		if c.right {
			b.WriteString(pad + c.text)
		} else {
			b.WriteString(c.text + pad)
		}
	}
	_, err := fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	return err
}

// wide are the characters that take two places on a terminal.
var wide = []*unicode.RangeTable{
	unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana,
	{R16: []unicode.Range16{{Lo: 0x3000, Hi: 0x303e, Stride: 1}, {Lo: 0xff01, Hi: 0xff60, Stride: 1}}},
	{R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, {Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1}}},
}

// width is how many places a text takes on a terminal.
func width(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r < 0x300, 0xff61 <= r && r <= 0xffdc: // the latter are the half forms
			n++
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, wide...):
			n += 2
		default:
			n++
		}
	}
	return n
}
