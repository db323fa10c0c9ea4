//go:build linux

package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"althing"
	"althing/bench/internal/table"
	"althing/series"
)

const (
	// ownSeries are what a hub records of itself and its machine, allSeries what it
	// records with some of the registry.
	ownSeries = 18
	allSeries = 200
	// hours are recorded before the memory is looked at: every tier is in use.
	hours = 2
	days  = 90
)

// record measures what a hub records: how busy it is once a second, and what is kept
// of it, by a clock that is ours.
func record(ctx context.Context, b *bench) error {
	cpu := b.row(table.Row{What: fmt.Sprintf("a hub that records %d numbers a second: of one core", allSeries), Unit: table.Percent, Bar: table.AtMost(1)})
	memory := b.row(table.Row{What: fmt.Sprintf("— memory of the history of %d", allSeries), Unit: table.Bytes, Bar: table.AtMost(25e6)})
	disk := b.row(table.Row{What: fmt.Sprintf("— on disk after %d days, a hub's own %d", days, ownSeries), Unit: table.Bytes, Bar: table.AtMost(60e6)})

	if err := recording(ctx, b, cpu); err != nil {
		return err
	}
	b.endServers()
	grown, _, err := b.recorded(ctx, allSeries, hours)
	if err != nil {
		return err
	}
	b.say("record: %s of memory", table.Bytes.Text(grown))
	memory.Ours(grown)
	_, size, err := b.recorded(ctx, ownSeries, days*24)
	if err != nil {
		return err
	}
	b.say("record: %s after %d days", table.Bytes.Text(size), days)
	disk.Ours(size)
	return nil
}

// recording measures a hub that has been told to record what is in its registry, too.
func recording(ctx context.Context, b *bench, cpu *table.Row) error {
	n, err := b.node(ctx, "house")
	if err != nil {
		return err
	}
	const wanted = allSeries - ownSeries
	err = n.visit(ctx, func(admin *althing.Client) error {
		if _, err := admin.Eval(ctx, fmt.Sprintf("[setReg('number.' + str(i), i / 7) for i in range(%d)] and 1", wanted)); err != nil {
			return err
		}
		is, err := admin.Record(ctx, "number.*")
		if err == nil && is.Numbers != wanted {
			err = fmt.Errorf("%d numbers are recorded, not %d", is.Numbers, wanted)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := pause(ctx, settling); err != nil {
		return err
	}
	for range b.rounds {
		busy, _, err := watch(ctx, n.Server, b.resting)
		if err != nil {
			return err
		}
		b.say("record: %s", table.Percent.Text(busy))
		cpu.Ours(busy)
	}
	return nil
}

// recorded keeps so many series that change every second, and gives what that takes of
// memory and of the disk. Nothing is dropped because it would be too much.
func (b *bench) recorded(ctx context.Context, many, hours int) (memory, disk float64, err error) {
	folder, err := os.MkdirTemp(inMemory, "althing-bench-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(folder)
	at := time.Unix(1_800_000_000, 0)
	before := heap()
	s, err := series.Open(folder, series.Options{Bytes: math.MaxInt64, Now: func() time.Time { return at }})
	if err != nil {
		return 0, 0, err
	}
	names := make([]string, many)
	for i := range names {
		names[i] = fmt.Sprintf("number.%d", i)
	}
	chance := rand.New(rand.NewPCG(7, 7))
	for range hours {
		if ctx.Err() != nil {
			return 0, 0, ctx.Err()
		}
		for range int(time.Hour / time.Second) {
			at = at.Add(time.Second)
			for _, name := range names {
				if err := s.Record(at, name, chance.Float64()); err != nil {
					return 0, 0, err
				}
			}
		}
	}
	memory = heap() - before
	if err := s.Close(); err != nil {
		return 0, 0, err
	}
	files, err := os.ReadDir(folder)
	for _, f := range files {
		if info, e := f.Info(); e == nil {
			disk += float64(info.Size())
		}
	}
	return memory, disk, err
}

// inMemory is where files are no disk's: it is the store's own time that passes, and
// 130,000 minutes of it are written one by one.
const inMemory = "/dev/shm"

// heap is what is in use after a collection; pools and what has a finalizer give
// theirs back in a later one, and what was measured before has left some.
func heap() float64 {
	for range 4 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
