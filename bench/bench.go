//go:build linux

package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// sizes are what makes a run long or short.
type sizes struct {
	rounds  int           // of which the medians count
	long    time.Duration // one measurement of a rate
	records int           // in the log that a restart reads
	resting time.Duration // watching a hub at rest
}

func size(quick bool, rounds int, long time.Duration) sizes {
	s := sizes{rounds: 5, long: 2 * time.Second, records: 300_000, resting: 10 * time.Second}
	if quick {
		s = sizes{rounds: 1, long: 500 * time.Millisecond, records: 30_000, resting: 2 * time.Second}
	}
	s.rounds = cmp.Or(rounds, s.rounds)
	s.long = cmp.Or(long, s.long)
	return s
}

// bench is one run: where its files are, the servers that run, the rows it fills.
type bench struct {
	sizes
	folder  string
	althing string // the binary
	servers []*proc.Server
	rows    []*table.Row
	folded  []*table.Row // of single expressions, for those who want to know
}

// open makes the run's folder, and builds the hub unless a binary was named.
func open(ctx context.Context, s sizes, althing string) (*bench, error) {
	folder, err := os.MkdirTemp("", "althing-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{sizes: s, folder: folder, althing: althing}
	if b.althing == "" {
		b.althing = filepath.Join(folder, "althing")
		if err := goBuild(ctx, nil, "-o", b.althing, "./cmd/althing"); err != nil {
			b.close()
			return nil, err
		}
	}
	return b, nil
}

func (b *bench) close() {
	b.endServers()
	os.RemoveAll(b.folder)
}

// endServers ends whatever still runs; their data is of no more use.
func (b *bench) endServers() {
	for _, s := range b.servers {
		if err := s.Kill(); err != nil {
			b.say("%v", err)
		}
	}
	b.servers = nil
}

// say tells on standard error how it goes; standard output is for the table.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// row adds a row to the table.
func (b *bench) row(r table.Row) *table.Row {
	b.rows = append(b.rows, &r)
	return &r
}

// fold is the second table, which a page shows on demand.
func (b *bench) fold() string {
	if len(b.folded) == 0 {
		return ""
	}
	return "<details>\n<summary>The expressions one by one</summary>\n\n" + table.Markdown(b.folded) + "\n</details>\n\n"
}

// eachRound runs all of these in every round, so that whatever else the machine
// does meets all alike; which is first changes from round to round.
func (b *bench) eachRound(runs ...func() error) error {
	for round := range b.rounds {
		for i := range runs {
			if err := runs[(i+round)%len(runs)](); err != nil {
				return err
			}
		}
	}
	return nil
}
