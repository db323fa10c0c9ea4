//go:build linux

package main

import (
	"context"
	"errors"
	"time"

	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// rest measures a hub that has nothing to do, from its start on an empty folder.
func rest(ctx context.Context, b *bench) error {
	rows := resting{
		first:  b.row(table.Row{What: "first answer after the start", Unit: table.Time, Peer: "Redis", Bar: table.AtMost(0.2)}),
		memory: b.row(table.Row{What: "at rest: memory resident", Unit: table.Bytes, Peer: "Redis", Bar: table.AtMost(45e6)}),
		cpu:    b.row(table.Row{What: "at rest: of one core", Unit: table.Percent, Peer: "Redis", Bar: table.AtMost(1)}),
	}
	return b.eachRound(
		func() error { return rows.measure(ctx, b, hubs, (*table.Row).Ours) },
		func() error { return rows.measure(ctx, b, redises, (*table.Row).Peers) },
	)
}

type resting struct{ first, memory, cpu *table.Row }

// settling is how long after its start a server is at rest.
const settling = 2 * time.Second

func (rows resting) measure(ctx context.Context, b *bench, d dialect, add func(*table.Row, float64)) error {
	data, err := b.data()
	if err != nil {
		return err
	}
	s, err := b.start(ctx, d.serve(b, data), d.ready)
	if err != nil {
		return err
	}
	first := time.Since(s.Started)
	if err := pause(ctx, settling); err != nil {
		return err
	}
	busy, memory, err := watch(ctx, s, b.resting)
	if err != nil {
		return err
	}
	b.say("rest: %s answers after %v, then %s and %s", d.name, first, table.Bytes.Text(memory), table.Percent.Text(busy))
	add(rows.first, first.Seconds())
	add(rows.memory, memory)
	add(rows.cpu, busy)
	return s.Stop()
}

// watch gives the percentage of a core that a server is busy, and its memory at
// the end.
func watch(ctx context.Context, s *proc.Server, long time.Duration) (busy, memory float64, err error) {
	begin := time.Now()
	before, err := s.CPU()
	if err != nil {
		return 0, 0, err
	}
	if err := pause(ctx, long); err != nil {
		return 0, 0, err
	}
	after, err := s.CPU()
	resident, memoryErr := s.Memory()
	busy = 100 * (after - before).Seconds() / time.Since(begin).Seconds()
	return busy, float64(resident), errors.Join(err, memoryErr)
}

func pause(ctx context.Context, long time.Duration) error {
	select {
	case <-time.After(long):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
