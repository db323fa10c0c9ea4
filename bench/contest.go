//go:build linux

package main

import (
	"context"
	"fmt"

	"althing/bench/internal/load"
	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// contest is one rate of ours beside a peer's: how many operations a second,
// and how long a client waited for its turn.
type contest struct {
	what  string
	depth int // operations of a turn
	rate  *table.Row
	p50   *table.Row
	p99   *table.Row
}

// contender is one of the two in a contest.
type contender struct {
	name   string
	server *proc.Server
	turn   func(client int) load.Turn
}

// requests is how many different ones each client has; it goes through them
// over and over. What they set or send is another text each time all the same.
const requests = 1024

// contest adds the rows, with the bars for the rate and the 99th percentile.
func (b *bench) contest(what, peer string, depth int, rate, p99 table.Bar) *contest {
	what = fmt.Sprintf("%s: %d clients, depth %d", what, clients, depth)
	return &contest{
		what: what, depth: depth,
		rate: b.row(table.Row{What: what, Unit: table.Rate, Peer: peer, Bar: rate}),
		p50:  b.row(table.Row{What: "— median", Unit: table.Time, Peer: peer}),
		p99:  b.row(table.Row{What: "— 99th percentile", Unit: table.Time, Peer: peer, Bar: p99}),
	}
}

// hold measures both in turn.
func (c *contest) hold(ctx context.Context, b *bench, ours, theirs contender) error {
	return b.eachRound(
		func() error {
			result, err := c.measure(ctx, b, ours)
			if err != nil {
				return err
			}
			c.rate.Ours(result.Rate())
			c.p50.Ours(result.Latency.Quantile(0.5).Seconds())
			c.p99.Ours(result.Latency.Quantile(0.99).Seconds())
			return nil
		},
		func() error {
			result, err := c.measure(ctx, b, theirs)
			if err != nil {
				return err
			}
			c.rate.Peers(result.Rate())
			c.p50.Peers(result.Latency.Quantile(0.5).Seconds())
			c.p99.Peers(result.Latency.Quantile(0.99).Seconds())
			return nil
		},
	)
}

func (c *contest) measure(ctx context.Context, b *bench, who contender) (*load.Result, error) {
	scripts := make([]load.Script, clients)
	for client := range scripts {
		for range requests / c.depth {
			scripts[client] = append(scripts[client], who.turn(client))
		}
	}
	result, err := load.Run(ctx, load.Options{
		Address: who.server.Address, Scripts: scripts, Each: c.depth, Warm: b.long / 4, For: b.long,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", c.what, who.name, err)
	}
	b.say("%s: %s %s, 99 %% within %s", c.what, who.name,
		table.Rate.Text(result.Rate()), table.Time.Text(result.Latency.Quantile(0.99).Seconds()))
	return result, nil
}
