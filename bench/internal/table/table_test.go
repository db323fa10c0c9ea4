package table_test

import (
	"testing"

	"go.uber.org/goleak"

	"althing/bench/internal/table"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func row(r table.Row, ours, peers []float64) *table.Row {
	for _, figure := range ours {
		r.Ours(figure)
	}
	for _, figure := range peers {
		r.Peers(figure)
	}
	return &r
}

func TestMarkdown(t *testing.T) {
	rows := []*table.Row{
		row(table.Row{What: "gets", Unit: table.Rate, Peer: "Redis", Bar: table.AtLeast(0.75)}, []float64{99, 80123, 3}, []float64{100, 90}),
		row(table.Row{What: "sets", Unit: table.Rate, Peer: "Redis", Bar: table.AtLeast(0.75)}, []float64{71246.4, 71246.4, 5e6}, []float64{100456}),
		row(table.Row{What: "p99", Unit: table.Time, Peer: "Redis", Bar: table.AtMostTimes(3)}, []float64{0.0013}, []float64{0.0004}),
		row(table.Row{What: "nearly", Unit: table.Rate, Peer: "Redis", Bar: table.AtLeast(0.9)}, []float64{899}, []float64{1000}),
		row(table.Row{What: "just above", Unit: table.Time, Peer: "Redis", Bar: table.AtMostTimes(3)}, []float64{3.001}, []float64{1}),
		row(table.Row{What: "size", Unit: table.Bytes, Bar: table.AtMost(35e6)}, []float64{35e6}, nil),
		row(table.Row{What: "idle", Unit: table.Percent}, []float64{0.2}, nil),
		row(table.Row{What: "nothing", Unit: table.Time, Bar: table.AtMost(3)}, nil, nil),
		row(table.Row{What: "no peer", Unit: table.Time, Peer: "Redis", Bar: table.AtLeast(1)}, []float64{2}, nil),
		row(table.Row{What: "of 40", Unit: table.Count, Bar: table.Reach(20)}, []float64{19, 18, 20}, nil),
		row(table.Row{What: "a third", Unit: table.Rate, Peer: "CPython", Bar: table.AtLeast(1.0 / 3)}, []float64{34}, []float64{100}),
	}
	const want = `| what | althing | beside it | ratio | bar | |
| --- | ---: | ---: | ---: | ---: | --- |
| gets | 99/s | Redis 95/s | 1.04 | ≥ 0.75 | met |
| sets | 71,200/s | Redis 100,000/s | 0.70 | ≥ 0.75 | **missed** |
| p99 | 1.30 ms | Redis 400 µs | 3.25 | ≤ 3 | **missed** |
| nearly | 899/s | Redis 1,000/s | 0.89 | ≥ 0.9 | **missed** |
| just above | 3.00 s | Redis 1.00 s | 3.01 | ≤ 3 | **missed** |
| size | 35.0 MB |  |  | ≤ 35.0 MB | met |
| idle | 0.20 % |  |  |  |  |
| nothing | not measured |  |  | ≤ 3.00 s | **missed** |
| no peer | 2.00 s | Redis not measured |  | ≥ 1 | **missed** |
| of 40 | 19 |  |  | ≥ 20 | **missed** |
| a third | 34/s | CPython 100/s | 0.34 | ≥ 0.33 | met |
`
	if got := table.Markdown(rows); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestPut(t *testing.T) {
	document := "# Head\n\n" + table.Begin + "old\n" + table.End + "\nfoot\n"
	got, err := table.Put(document, "new\n")
	if want := "# Head\n\n" + table.Begin + "new\n" + table.End + "\nfoot\n"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if again, err := table.Put(got, "new\n"); err != nil || again != got {
		t.Errorf("a second time: %q, %v", again, err)
	}
	for _, document := range []string{"", table.Begin, table.End, table.End + table.Begin} {
		if _, err := table.Put(document, "new\n"); err == nil {
			t.Errorf("%q: no error", document)
		}
	}
}
