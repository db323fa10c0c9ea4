//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"strconv"

	"althing/bench/internal/load"
	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// clients is how many ask at the same time, here and in what follows.
const clients = 50

// connect measures what the seed's clients do: connect, ask, read to the end.
// All keys hold the same value, so that the bare server, which knows but one
// reply, sends as many bytes as the others.
func connect(ctx context.Context, b *bench) error {
	const keys = 1000
	random := rand.New(rand.NewPCG(1, 1))
	value := text(random, valueSize)
	key := func(n int) string { return fmt.Sprintf("bench.%04d", n) }

	bare := filepath.Join(b.folder, "bare")
	if err := goBuild(ctx, nil, "-o", bare, "./bench/bare"); err != nil {
		return err
	}
	ours, err := b.server(ctx, hubs)
	if err != nil {
		return err
	}
	if err := fill(ctx, ours, hubs, key, slices.Repeat([]string{value}, keys)); err != nil {
		return err
	}
	ready := load.Step{Send: fmt.Appendf(nil, "getReg('%s')", key(keys-1)), Want: []byte(value)}
	goes, err := b.start(ctx, func(address string) []string { return []string{bare, address, value} }, ready)
	if err != nil {
		return err
	}
	python, err := b.start(ctx, func(address string) []string {
		_, port, _ := net.SplitHostPort(address)
		return []string{"python3", "bench/baseline/evalserver.py", port, strconv.Itoa(keys), value}
	}, ready)
	if err != nil {
		return err
	}

	scripts := make([]load.Script, clients)
	for i := range scripts {
		for range 100 {
			send := fmt.Appendf(nil, "getReg('%s')", key(random.IntN(keys)))
			scripts[i] = append(scripts[i], load.Turn{{Send: send, Want: []byte(value)}})
		}
	}
	besideGo := b.row(table.Row{What: "connect, ask, close: 50 clients", Unit: table.Rate, Peer: "bare Go server", Bar: table.AtLeast(0.9)})
	besidePython := b.row(table.Row{What: "the same", Unit: table.Rate, Peer: "Python server that evals", Bar: table.AtLeast(15)})
	slowest := b.row(table.Row{What: "the same, 99th percentile", Unit: table.Time, Peer: "bare Go server"})
	measure := func(name string, s *proc.Server, add func(*load.Result)) func() error {
		return func() error {
			result, err := load.Run(ctx, load.Options{Address: s.Address, Scripts: scripts, Anew: true, Warm: b.long / 4, For: b.long})
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			b.say("connect: %s %s", name, table.Rate.Text(result.Rate()))
			add(result)
			return nil
		}
	}
	return b.eachRound(
		measure("althing", ours, func(r *load.Result) {
			besideGo.Ours(r.Rate())
			besidePython.Ours(r.Rate())
			slowest.Ours(r.Latency.Quantile(0.99).Seconds())
		}),
		measure("bare Go", goes, func(r *load.Result) {
			besideGo.Peers(r.Rate())
			slowest.Peers(r.Latency.Quantile(0.99).Seconds())
		}),
		measure("Python", python, func(r *load.Result) { besidePython.Peers(r.Rate()) }),
	)
}
