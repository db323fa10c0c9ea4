// Package table holds what was measured, ours beside others', and writes it as
// Markdown: the medians, their ratio, the bar that was set, and whether it was
// met.
package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Unit says how a figure is written.
type Unit string

// The units, and what the figures of each are.
const (
	Rate    Unit = "a second"
	Time    Unit = "seconds"
	Bytes   Unit = "bytes"
	Percent Unit = "percent"
	Count   Unit = "number"
)

// Bar is what a row must reach. The zero Bar asks for nothing.
type Bar struct {
	figure float64
	kind   kind
}

type kind int

const (
	none kind = iota
	ratioAtLeast
	ratioAtMost
	valueAtMost
	valueAtLeast
)

// AtLeast asks for so many times the peer's figure, or more.
func AtLeast(ratio float64) Bar { return Bar{ratio, ratioAtLeast} }

// AtMostTimes asks for so many times the peer's figure, or less.
func AtMostTimes(ratio float64) Bar { return Bar{ratio, ratioAtMost} }

// AtMost asks for a figure of our own of so much, or less.
func AtMost(figure float64) Bar { return Bar{figure, valueAtMost} }

// Reach asks for a figure of our own of so much, or more.
func Reach(figure float64) Bar { return Bar{figure, valueAtLeast} }

// Row is one thing that is measured, some times of which the medians count. It
// belongs to one goroutine.
type Row struct {
	What string
	Unit Unit
	Peer string // who is beside us; empty: nobody
	Bar  Bar

	ours, peers []float64
}

// Ours adds a measurement of ours.
func (r *Row) Ours(figure float64) { r.ours = append(r.ours, figure) }

// Peers adds a measurement of the peer's.
func (r *Row) Peers(figure float64) { r.peers = append(r.peers, figure) }

// Met says whether the bar was reached. A row without figures reaches none, and
// one without a bar every one.
func (r *Row) Met() bool {
	ours, ratio := median(r.ours), r.Ratio()
	switch r.Bar.kind {
	case ratioAtLeast:
		return ratio >= r.Bar.figure
	case ratioAtMost:
		return ratio <= r.Bar.figure
	case valueAtMost:
		return ours <= r.Bar.figure
	case valueAtLeast:
		return ours >= r.Bar.figure
	}
	return true
}

// Ratio is ours to the peer's, not a number without both.
func (r *Row) Ratio() float64 { return median(r.ours) / median(r.peers) }

// Markdown writes the rows as a table.
func Markdown(rows []*Row) string {
	var b strings.Builder
	b.WriteString("| what | althing | beside it | ratio | bar | |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
	for _, r := range rows {
		met := "met"
		switch {
		case r.Bar.kind == none:
			met = ""
		case !r.Met():
			met = "**missed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.What, r.Unit.Text(median(r.ours)), r.beside(), r.ratio(), r.bar(), met)
	}
	return b.String()
}

func (r *Row) beside() string {
	if r.Peer == "" {
		return ""
	}
	return r.Peer + " " + r.Unit.Text(median(r.peers))
}

// ratio is never rounded across its bar: what reads 0.90 has reached 0.9.
func (r *Row) ratio() string {
	ratio := r.Ratio()
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return ""
	}
	round := math.Round
	switch r.Bar.kind {
	case ratioAtLeast:
		round = math.Floor
	case ratioAtMost:
		round = math.Ceil
	}
	return fmt.Sprintf("%.2f", round(100*ratio)/100)
}

func (r *Row) bar() string {
	switch r.Bar.kind {
	case ratioAtLeast:
		return "≥ " + strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", r.Bar.figure), "0"), ".")
	case ratioAtMost:
		return fmt.Sprintf("≤ %g", r.Bar.figure)
	case valueAtMost:
		return "≤ " + r.Unit.Text(r.Bar.figure)
	case valueAtLeast:
		return "≥ " + r.Unit.Text(r.Bar.figure)
	}
	return ""
}

// median is not a number for nothing: nothing meets no bar.
func median(figures []float64) float64 {
	if len(figures) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(figures))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Text writes one figure: about three digits, and a unit that fits.
func (u Unit) Text(figure float64) string {
	switch {
	case math.IsNaN(figure):
		return "not measured"
	case u == Rate:
		return thousands(figure) + "/s"
	case u == Count:
		return fmt.Sprintf("%.0f", figure)
	case u == Percent:
		return digits(figure) + " %"
	case u == Bytes:
		return scaled(figure, []scale{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}, {1, "bytes"}})
	default:
		return scaled(figure, []scale{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}})
	}
}

type scale struct {
	size float64
	name string
}

// scaled writes the figure in the first of the scales in which it is 1 or more,
// or in the last.
func scaled(figure float64, scales []scale) string {
	for i, s := range scales {
		if figure >= s.size || i == len(scales)-1 {
			return digits(figure/s.size) + " " + s.name
		}
	}
	return ""
}

func digits(figure float64) string {
	switch {
	case figure >= 100:
		return fmt.Sprintf("%.0f", figure)
	case figure >= 10:
		return fmt.Sprintf("%.1f", figure)
	default:
		return fmt.Sprintf("%.2f", figure)
	}
}

// thousands writes a whole number of which the first three digits are kept, in
// groups of three.
func thousands(figure float64) string {
	if figure >= 1000 {
		unit := math.Pow10(int(math.Log10(figure)) - 2)
		figure = math.Round(figure/unit) * unit
	}
	text := fmt.Sprintf("%.0f", figure)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Begin and end mark where in a document a table stands.
const (
	Begin = "<!-- bench/run --write: begin -->\n"
	End   = "<!-- bench/run --write: end -->\n"
)

// Put gives the document with the text between its marks, in place of what was there.
func Put(document, text string) (string, error) {
	head, rest, found := strings.Cut(document, Begin)
	_, tail, ended := strings.Cut(rest, End)
	if !found || !ended {
		return "", fmt.Errorf("the document lacks the lines %q and %q", strings.TrimSpace(Begin), strings.TrimSpace(End))
	}
	return head + Begin + text + End + tail, nil
}
