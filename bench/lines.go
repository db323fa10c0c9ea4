//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"althing/bench/internal/load"
	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// keys is how many there are to get, and as many others to set.
const keys = 100_000

func toGet(n int) string { return fmt.Sprintf("bench.get.%06d", n) }
func toSet(n int) string { return fmt.Sprintf("bench.set.%06d", n) }

// lines measures kept connections: getReg and setReg beside GET and SET, one
// request at a time and 16 pipelined.
func lines(ctx context.Context, b *bench) error {
	ours, theirs, err := b.pair(ctx)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(2, 2))
	values := make([]string, keys)
	for n := range values {
		values[n] = text(random, valueSize)
	}
	if err := fill(ctx, ours, hubs, toGet, values); err != nil {
		return err
	}
	if err := fill(ctx, theirs, redises, toGet, values); err != nil {
		return err
	}
	get := func(d dialect) load.Step {
		n := random.IntN(keys)
		return d.get(toGet(n), values[n])
	}
	set := func(d dialect) load.Step { return d.set(toSet(random.IntN(keys)), numbered(random)) }
	for _, m := range []struct {
		what, peer string
		step       func(dialect) load.Step
		depth      int
		bar        float64
	}{
		{"`getReg`", "Redis GET", get, 1, 0.75},
		{"`getReg`", "Redis GET", get, 16, 1},
		{"`setReg`", "Redis SET", set, 1, 0.75},
		{"`setReg`", "Redis SET", set, 16, 1.2},
	} {
		turns := func(d dialect) func(int) load.Turn {
			return func(int) load.Turn {
				return load.Turn{repeat(m.depth, func(int) load.Step { return m.step(d) })}
			}
		}
		c := b.contest(m.what, m.peer, m.depth, table.AtLeast(m.bar), table.AtMostTimes(3))
		if err := c.hold(ctx, b, contender{"althing", ours, turns(hubs)}, contender{"Redis", theirs, turns(redises)}); err != nil {
			return err
		}
	}
	return nil
}

// fill sets the values under the keys of their numbers.
func fill(ctx context.Context, s *proc.Server, d dialect, key func(int) string, values []string) error {
	const depth = 100
	var script load.Script
	for from := 0; from < len(values); from += depth {
		script = append(script, load.Turn{repeat(min(depth, len(values)-from), func(i int) load.Step {
			return d.set(key(from+i), values[from+i])
		})})
	}
	_, err := load.Run(ctx, load.Options{Address: s.Address, Scripts: []load.Script{script}, Turns: len(script)})
	return err
}
