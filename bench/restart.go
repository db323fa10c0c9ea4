//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"althing/bench/internal/load"
	"althing/bench/internal/table"
)

// restart measures how long a hub needs after a crash. Its log is written by one
// client that waits for each answer, so that every set is a commit and a record
// of its own; then it is killed. Each round starts on a copy of that folder.
func restart(ctx context.Context, b *bench) error {
	what := fmt.Sprintf("first answer after `kill -9`, %d,000 records in the log", b.records/1000)
	row := b.row(table.Row{What: what, Unit: table.Time, Peer: "Redis", Bar: table.AtMost(3)})
	ours, err := b.crashed(ctx, hubs)
	if err != nil {
		return err
	}
	theirs, err := b.crashed(ctx, redises)
	if err != nil {
		return err
	}
	return b.eachRound(
		func() error { return b.startCopy(ctx, hubs, ours, row.Ours) },
		func() error { return b.startCopy(ctx, redises, theirs, row.Peers) },
	)
}

// The last record that is written before the crash: that it is there shows that
// all are.
const lastKey, lastValue = "bench.last", "the last one"

// crashed gives the data folder of a server that was killed with so many records
// in its log.
func (b *bench) crashed(ctx context.Context, d dialect) (folder string, err error) {
	if folder, err = b.data(); err != nil {
		return "", err
	}
	s, err := b.start(ctx, d.serve(b, folder), d.ready)
	if err != nil {
		return "", err
	}
	random := rand.New(rand.NewPCG(4, 4))
	script := make(load.Script, min(keys, b.records))
	for n := range script {
		script[n] = load.Turn{d.set(toSet(n), numbered(random))}
	}
	result, err := load.Run(ctx, load.Options{Address: s.Address, Scripts: []load.Script{script}, Turns: b.records - 1})
	if err != nil {
		return "", err
	}
	b.say("restart: %s wrote %d records one by one, %s", d.name, b.records, table.Rate.Text(result.Rate()))
	if err := fill(ctx, s, d, func(int) string { return lastKey }, []string{lastValue}); err != nil {
		return "", err
	}
	if err := pause(ctx, held); err != nil {
		return "", err
	}
	return folder, s.Kill()
}

// held is for how long Redis may keep back what it has acknowledged: while an
// fsync runs, and at most two seconds, it writes nothing to its log.
const held = 3 * time.Second

// startCopy starts a server on a copy of the folder and adds how long it took to
// the first answer.
func (b *bench) startCopy(ctx context.Context, d dialect, folder string, add func(seconds float64)) error {
	data, err := b.data()
	if err != nil {
		return err
	}
	if err := os.CopyFS(data, os.DirFS(folder)); err != nil {
		return err
	}
	s, err := b.start(ctx, d.serve(b, data), d.get(lastKey, lastValue))
	if err != nil {
		return err
	}
	took := time.Since(s.Started)
	add(took.Seconds())
	b.say("restart: %s answers after %v", d.name, took)
	return errors.Join(s.Kill(), os.RemoveAll(data))
}
